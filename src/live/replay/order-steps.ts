import type { ScriptStep } from '../script/replay-script.ts';
import { carryOut, carryOutOnNode, DONE, type Carried, type NodeDeed, type PodDeed } from './carry-out.ts';
import type { EngineLink } from './engine-link.ts';
import type { LivePod } from './live-pods.ts';
import type { PodOrder } from './pod-calls.ts';
import type { Moment } from './replay-clock.ts';
import type { ReplayContext } from './replay-context.ts';
import type { StepWork } from './step-work.ts';

/**
 * Orders one step that is due: what there should be changes at once, and what the engine must do for it is put behind
 * what it has to do for the same pods already.
 */
export function orderStep(context: ReplayContext, place: number): void {
  const { clock, expected, live, chains, works, over } = context;
  const step = context.script.steps[place];
  const due = { wallMs: clock.dueMs(step.atUs), simUs: step.atUs };
  expected.advance(step, place);
  const end = (work: StepWork, carried: Carried): void => {
    const outcome = works.end(work, clock.now(), carried);
    context.options.onStep?.(outcome);
    if (carried.outcome !== 'done' && carried.sentence !== undefined) context.trouble(carried.sentence);
  };
  const onPod = (work: StepWork, one: LivePod, deed: () => Promise<Carried>): Promise<Carried> => {
    const { link } = one;
    const { epoch } = link;
    let carried: Carried = DONE;
    return chains
      .add(one.pod, async () => {
        if (over.aborted) return;
        work.begun ??= clock.now();
        carried = isVoid(link, epoch) ? awayOutcome(link, one, step) : await deed();
      })
      .then(() => carried);
  };
  const whenDone = (work: StepWork, outcomes: Promise<readonly Carried[]>): void => {
    const close = async (): Promise<void> => {
      const all = await outcomes;
      if (work.begun === undefined && over.aborted) works.drop(work);
      else end(work, together(all));
    };
    context.aside(close());
  };
  if (isPodDeed(step)) {
    const one = step.do === 'start' ? live.place(step.pod, step.node) : live.get(step.pod);
    const work = works.begin(place, due, [step.pod]);
    if (one === undefined) {
      end(work, { outcome: 'missed', sentence: `${context.script.pods[step.pod].name} was never started` });
      return;
    }
    const order = orderOf(context, step.pod, due);
    const patience = (isPatient: boolean): void => works.setPatient(step.pod, isPatient);
    whenDone(
      work,
      onPod(work, one, () => carryOut(context, step, one, order, patience)).then((carried) => [carried]),
    );
  } else if (isNodeDeed(step)) {
    const here = expected.containers().filter(({ node }) => node === step.node);
    const work = works.begin(
      place,
      due,
      here.map(({ pod }) => pod),
    );
    const deeds = here.flatMap(({ pod }) => {
      const one = live.get(pod);
      const order = orderOf(context, pod, due);
      if (one === undefined || order === undefined) return [];
      return [onPod(work, one, () => carryOutOnNode(context, step, one, order))];
    });
    whenDone(work, Promise.all(deeds));
  } else {
    if (step.do === 'rotate-in' || step.do === 'rotate-out') {
      const one = live.get(step.pod);
      if (one !== undefined) {
        one.isInRotation = step.do === 'rotate-in';
        live.updateTraffic(one);
      }
    }
    if (step.do === 'node-removed') {
      context.aside(releaseNetwork(context, step.node));
    }
    end(works.begin(place, due, []), DONE);
  }
}

/** Once all that was ordered for its pods is done, the network of a node that has gone is not needed. */
async function releaseNetwork(context: ReplayContext, node: number): Promise<void> {
  const { live, chains, expected, script } = context;
  const here = [...live.all()].filter((one) => one.node === node);
  await Promise.all(here.map(({ pod }) => chains.add(pod, () => Promise.resolve())));
  const isInUse = here.some((one) => one.node === node && one.id !== undefined);
  if (isInUse || expected.machine(node).isThere || context.over.aborted) return;
  await context.linkOf(node).networks.release(script.nodes[node].name);
}

function orderOf({ expected }: ReplayContext, pod: number, due: Moment): PodOrder | undefined {
  const container = expected.container(pod);
  return container === undefined ? undefined : { pod: container, node: expected.machine(container.node), due };
}

/** What was ordered before its engine was lost, or while it was away, is not done afterwards: it is mended instead. */
function isVoid(link: EngineLink, epoch: number): boolean {
  return link.isAway || link.epoch !== epoch;
}

function awayOutcome({ engine }: EngineLink, { name }: LivePod, step: ScriptStep): Carried {
  return { outcome: 'missed', sentence: `${name}: ${step.do}: ${engine.name} was away` };
}

/** The worst of them, with the first sentences. */
function together(all: readonly Carried[]): Carried {
  const outcome = (['failed', 'missed'] as const).find((bad) => all.some((one) => one.outcome === bad)) ?? 'done';
  const sentences = all.flatMap(({ sentence }) => (sentence === undefined ? [] : [sentence]));
  if (sentences.length === 0) return { outcome };
  const more = sentences.length > 3 ? ` and ${sentences.length - 3} more` : '';
  return { outcome, sentence: `${sentences.slice(0, 3).join('; ')}${more}` };
}

const POD_DEEDS: ReadonlySet<string> = new Set<PodDeed['do']>([
  'start',
  'stop',
  'finish',
  'kill',
  'restart',
  'pause',
  'resume',
  'resize',
  'gone',
]);
const NODE_DEEDS: ReadonlySet<string> = new Set<NodeDeed['do']>(['node-cut-off', 'node-back', 'node-speed']);

function isPodDeed(step: ScriptStep): step is PodDeed & ScriptStep {
  return POD_DEEDS.has(step.do);
}

function isNodeDeed(step: ScriptStep): step is NodeDeed & ScriptStep {
  return NODE_DEEDS.has(step.do);
}
