import { InputError } from '../../sim/input-error.ts';
import type { FleetView, NodeDecision, NodePolicy, NodeScaler } from '../../sim/scaling/node-policy.ts';
import { hours, minutes } from '../../sim/time.ts';
import type { PolicyFamily } from '../policy-family.ts';
import { FleetSketch } from './fleet-sketch.ts';
import { GroupCount } from './group-count.ts';
import { restoreMinimum } from './minimum.ts';
import { nodesText } from './phrases.ts';
import { podKinds } from './pod-kinds.ts';

const DAY_US = hours(24);

interface Step {
  readonly fromUs: number;
  readonly nodes: number;
}

/**
 * So many nodes at each time of day, for demand that is known beforehand. Blind to everything else: what comes
 * unannounced finds the nodes of the hour.
 */
export const scheduled: PolicyFamily<NodePolicy> = {
  name: 'scheduled',
  summary: 'a size for each time of day',
  source: 'scheduled scaling of Amazon EC2 Auto Scaling',
  options: [
    {
      name: 'sizes',
      kind: 'text',
      default: '00:00=3',
      meaning: 'Times of day and sizes, such as "08:00=10 20:00=3"; the run begins at 00:00.',
    },
    { name: 'group', kind: 'text', default: '', meaning: 'The group to size; empty: the first one.' },
  ],
  make: (options, name) => {
    const steps = parseSizes(options.sizes as string);
    return {
      name,
      summary: 'a size for each time of day',
      source: 'scheduled scaling of Amazon EC2 Auto Scaling',
      periodUs: minutes(1),
      make: () => new Scheduled(steps, options.group as string),
    };
  },
};

class Scheduled implements NodeScaler {
  private readonly steps: readonly Step[];
  private readonly group: string;

  constructor(steps: readonly Step[], group: string) {
    this.steps = steps;
    this.group = group;
  }

  decide(view: FleetView): readonly NodeDecision[] {
    const g = this.groupOf(view);
    const counts = new GroupCount(view);
    const step = stepAt(this.steps, view.nowUs % DAY_US);
    const { name, min, max } = view.groups[g];
    const wanted = Math.max(min, Math.min(step.nodes, max));
    const told = `${clock(view.nowUs % DAY_US)} is after ${clock(step.fromUs)}, when ${name} is to have ${nodesText(step.nodes)}`;
    const has = counts.sizeOf(g);
    const count = Math.min(wanted - has, counts.canAdd(g));
    if (count > 0) {
      counts.add(g, count);
      const others = restoreMinimum(view, counts);
      return [{ kind: 'add', group: g, count, why: `${told}; it has ${has}` }, ...others];
    }
    return [...restoreMinimum(view, counts), ...this.shrink(view, g, has - wanted, `${told}; it has ${has}`)];
  }

  /** Gives back nodes with the fewest pods first, as long as their pods find room. */
  private shrink(view: FleetView, group: number, count: number, told: string): NodeDecision[] {
    const decisions: NodeDecision[] = [];
    if (count < 1) return decisions;
    const sketch = new FleetSketch(view);
    sketch.seat(podKinds(view.pending));
    const places = [...view.nodes.keys()]
      .filter((place) => view.nodes[place].group === group && view.nodes[place].state === 'ready')
      .sort((a, b) => view.nodes[a].pods.length - view.nodes[b].pods.length || b - a);
    for (const place of places) {
      if (decisions.length === count) break;
      const pods = sketch.podsAt(place);
      if (pods.some((pod) => !pod.movable) || sketch.vacate([place]).length > 0) continue;
      const { id, name } = view.nodes[place];
      decisions.push({
        kind: 'remove',
        node: id,
        why: `${told}, and the ${pods.length} pods of ${name} fit elsewhere`,
      });
    }
    return decisions;
  }

  private groupOf(view: FleetView): number {
    if (this.group === '') return 0;
    const g = view.groups.findIndex((group) => group.name === this.group);
    if (g < 0)
      throw new InputError(
        `no node group called "${this.group}" to be scheduled; known groups: ${view.groups.map((one) => one.name).join(', ')}`,
      );
    return g;
  }
}

/** Reads "08:00=10 20:00=3", in order of time. */
export function parseSizes(text: string): Step[] {
  const steps = text
    .split(/\s+/)
    .filter((word) => word !== '')
    .map((word) => {
      const match = /^([01]?\d|2[0-3]):([0-5]\d)=(\d+)$/.exec(word);
      if (!match) throw new InputError(`cannot read "${word}" as a time and a size; write it like "08:00=10"`);
      return { fromUs: hours(Number(match[1])) + minutes(Number(match[2])), nodes: Number(match[3]) };
    })
    .sort((a, b) => a.fromUs - b.fromUs);
  if (steps.length === 0) throw new InputError('a schedule needs at least one time and size, such as "08:00=10"');
  return steps;
}

/** The step in force: the last one begun, or yesterday's last. */
function stepAt(steps: readonly Step[], timeUs: number): Step {
  const begun = steps.filter((step) => step.fromUs <= timeUs);
  return begun.length > 0 ? begun[begun.length - 1] : steps[steps.length - 1];
}

function clock(timeUs: number): string {
  const all = Math.floor(timeUs / minutes(1));
  return `${String(Math.floor(all / 60)).padStart(2, '0')}:${String(all % 60).padStart(2, '0')}`;
}
