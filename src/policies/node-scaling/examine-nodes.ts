import { stream } from '../../sim/random.ts';
import type { FleetView, NodeDecision, NodePolicy } from '../../sim/scaling/node-policy.ts';
import { whyBarred } from '../../sim/shapes.ts';
import { ExamFleet } from './exam-fleet.ts';
import { Room } from './room.ts';

/**
 * Examines a node policy on small random fleets: never over a group's maximum or what the cloud would give, never
 * below a minimum, no node taken whose pods may not move or have nowhere to go, the same answers to the same history,
 * and a reason with every decision. Returns the first fault as a sentence, or undefined.
 */
export function nodePolicyFault(policy: NodePolicy, seeds: number, steps = 40): string | undefined {
  for (let seed = 0; seed < seeds; seed++) {
    const fleet = new ExamFleet(stream(seed, 'exam-fleet'));
    const scaler = policy.make({ random: stream(seed, 'nodes') });
    const twin = policy.make({ random: stream(seed, 'nodes') });
    for (let step = 0; step < steps; step++) {
      const view = fleet.view();
      const decisions = scaler.decide(view);
      const again = twin.decide(fleet.view());
      const where = `seed ${seed}, step ${step}`;
      if (JSON.stringify(decisions) !== JSON.stringify(again))
        return `${where}: asked twice, it decided ${JSON.stringify(decisions)} and ${JSON.stringify(again)}`;
      const fault = faultOf(decisions, view);
      if (fault !== undefined) return `${where}: ${fault}`;
      fleet.apply(decisions);
      fleet.pass();
    }
  }
  return undefined;
}

function faultOf(decisions: readonly NodeDecision[], view: FleetView): string | undefined {
  const taken = new Set<number>();
  for (const decision of decisions) {
    if (decision.why === '' || decision.why.includes('\n')) return `the reason is "${decision.why}", not one sentence`;
    if (!/\d/.test(decision.why)) return `the reason "${decision.why}" has no number in it`;
    for (const id of decision.kind === 'add' ? [] : decision.kind === 'remove' ? [decision.node] : decision.nodes) {
      const node = view.nodes.find((one) => one.id === id);
      if (node === undefined) return `node ${id} is to be removed but is not there`;
      if (node.state === 'leaving' || taken.has(id)) return `node ${id} is to be removed twice`;
      taken.add(id);
    }
  }
  return faultOfSizes(decisions, view, taken) ?? faultOfPods(decisions, view, taken);
}

function faultOfSizes(
  decisions: readonly NodeDecision[],
  view: FleetView,
  taken: ReadonlySet<number>,
): string | undefined {
  const added = view.groups.map(() => 0);
  for (const decision of decisions) {
    if (decision.kind === 'remove') continue;
    if (!(decision.group in view.groups)) return `group ${decision.group} does not exist`;
    if (!Number.isInteger(decision.count) || decision.count < 1) return `${decision.count} nodes cannot be ordered`;
    added[decision.group] += decision.count;
  }
  for (const [g, group] of view.groups.entries()) {
    if (added[g] > 0 && group.size + added[g] > group.max)
      return `${group.name} of ${group.size} nodes grows by ${added[g]}, over its maximum of ${group.max}`;
    if (added[g] > group.available)
      return `${group.name} grows by ${added[g]} where the cloud gives ${group.available}`;
    const removed = view.nodes.filter((node) => node.group === g && taken.has(node.id)).length;
    if (removed > 0 && group.size - removed < group.min)
      return `${group.name} of ${group.size} nodes shrinks by ${removed}, below its minimum of ${group.min}`;
  }
  return undefined;
}

/** Necessary conditions only: a policy may know a better seating than the exam would find. */
function faultOfPods(
  decisions: readonly NodeDecision[],
  view: FleetView,
  taken: ReadonlySet<number>,
): string | undefined {
  const staying = view.nodes.filter(
    (node) => !taken.has(node.id) && (node.state === 'ready' || node.state === 'coming'),
  );
  const bought = decisions.flatMap((decision) =>
    decision.kind === 'remove' ? [] : [view.groups[decision.group].template],
  );
  for (const node of view.nodes.filter((one) => taken.has(one.id))) {
    for (const pod of node.pods) {
      if (!pod.movable) return `${node.name} is to be removed although pod ${pod.id} on it may not be moved`;
      const home =
        staying.some((one) => Room.of(one).fits(pod.request) && whyBarred(pod.request, one.spec) === undefined) ||
        bought.some((spec) => new Room(spec).fits(pod.request) && whyBarred(pod.request, spec) === undefined);
      if (!home) return `${node.name} is to be removed although pod ${pod.id} on it has nowhere to go`;
    }
  }
  return undefined;
}
