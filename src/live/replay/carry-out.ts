import { EngineFault } from '../engine/engine-fault.ts';
import type { ScriptStep } from '../script/replay-script.ts';
import { sentenceOf } from '../sentence-of.ts';
import type { LivePod } from './live-pods.ts';
import {
  createAndStart,
  killNow,
  readAddress,
  removeContainer,
  setConnected,
  setLimits,
  setPaused,
  signalNow,
  startAgain,
  type PodOrder,
} from './pod-calls.ts';
import type { ReplayContext } from './replay-context.ts';
import type { StepOutcome } from './replay-record.ts';

/** How a step ended. */
export type Carried = Pick<StepOutcome, 'outcome' | 'sentence'>;

export const DONE: Carried = { outcome: 'done' };

/** Steps that ask something of the container of one pod. */
export type PodDeed = Extract<
  ScriptStep,
  { readonly do: 'start' | 'stop' | 'finish' | 'kill' | 'restart' | 'pause' | 'resume' | 'resize' | 'gone' }
>;

/** What a step of a node asks of each of its containers. */
export type NodeDeed = Extract<ScriptStep, { readonly do: 'node-cut-off' | 'node-back' | 'node-speed' }>;

/** While something waits for a process to end by itself, nobody is to blame the engine for being late. */
export type Patience = (isPatient: boolean) => void;

/** Carries out a step of one pod. Faults become outcomes. */
export async function carryOut(
  context: ReplayContext,
  step: PodDeed,
  live: LivePod,
  order: PodOrder | undefined,
  patience: Patience,
): Promise<Carried> {
  try {
    return await deed(context, step, live, order, patience);
  } catch (error) {
    return afterFault(error, `${live.name}: ${step.do}`);
  }
}

/** Carries out what a step of a node asks of one of its containers. */
export async function carryOutOnNode(
  context: ReplayContext,
  step: NodeDeed,
  live: LivePod,
  order: PodOrder,
): Promise<Carried> {
  // Its start failed, or it is gone: there is nothing to be done, and that has been told.
  if (live.id === undefined) return DONE;
  try {
    if (step.do === 'node-speed') await setLimits(context, live, order);
    else {
      const network = await live.link.networks.of(context.script.nodes[live.node].name);
      await setConnected(context, live, network, step.do === 'node-back');
      // Requests to one that is cut off are to fail, until the script takes it out of rotation.
      if (step.do === 'node-back' && (live.is === 'running' || live.is === 'paused')) await readAddress(context, live);
    }
    return DONE;
  } catch (error) {
    return afterFault(error, `${live.name}: ${step.do}`);
  }
}

function afterFault(error: unknown, what: string): Carried {
  if (!(error instanceof EngineFault)) throw error;
  return { outcome: error.kind === 'unreachable' ? 'missed' : 'failed', sentence: `${what}: ${error.message}` };
}

async function deed(
  context: ReplayContext,
  step: PodDeed,
  live: LivePod,
  order: PodOrder | undefined,
  patience: Patience,
): Promise<Carried> {
  const isUp = (): boolean => live.is === 'running' || live.is === 'paused';
  if (step.do === 'start') {
    if (order === undefined) return { outcome: 'missed', sentence: `${live.name} is not to be there` };
    if (live.id !== undefined) await removeContainer(context, live);
    await createAndStart(context, live, order);
    return DONE;
  }
  if (step.do === 'gone') {
    patience(true);
    await live.stopping;
    patience(false);
    const had = live.id !== undefined;
    await removeContainer(context, live);
    return had ? DONE : { outcome: 'missed', sentence: `${live.name} has no container that could be removed` };
  }
  const { id } = live;
  if (step.do === 'restart' && id === undefined && order !== undefined) {
    // Its start was missed while the engine was away, or failed; now it is to run.
    await createAndStart(context, live, order);
    return { outcome: 'done', sentence: `${live.name} had no container, and one was made` };
  }
  if (id === undefined || live.is === 'none')
    return { outcome: 'missed', sentence: `${live.name} has no container; its start did not succeed` };
  switch (step.do) {
    case 'stop': {
      if (!isUp()) return { outcome: 'done', sentence: `${live.name} had already ended` };
      const { leastGraceMs = 500 } = context.options;
      const graceMs = step.graceUs / 1000 / context.clock.speed;
      await signalNow(context, live, step.graceUs > 0 ? 'SIGTERM' : 'SIGKILL');
      if (step.graceUs > 0) {
        live.stopping = killAfter(context, live, Math.max(leastGraceMs, graceMs));
        context.aside(live.stopping);
      }
      return DONE;
    }
    case 'finish': {
      const { finishPatienceMs = 10_000 } = context.options;
      patience(true);
      const hasEnded = await context.live.ended(live, finishPatienceMs);
      patience(false);
      if (hasEnded) return DONE;
      if (context.over.aborted)
        return { outcome: 'missed', sentence: `${live.name} still ran when the replay was ended` };
      return { outcome: 'failed', sentence: `${live.name} should have ended by itself and still runs` };
    }
    case 'kill':
      if (!isUp()) return { outcome: 'done', sentence: `${live.name} had already ended` };
      await killNow(context, live);
      return DONE;
    case 'restart': {
      if (order === undefined) return { outcome: 'missed', sentence: `${live.name} is not to be there` };
      const stillRan = isUp();
      if (stillRan) await killNow(context, live);
      await startAgain(context, live, order);
      return stillRan ? { outcome: 'done', sentence: `${live.name} still ran and was killed first` } : DONE;
    }
    case 'pause':
    case 'resume': {
      const isPause = step.do === 'pause';
      if (!isUp())
        return {
          outcome: 'failed',
          sentence: `${live.name} has ended and cannot be ${isPause ? 'paused' : 'resumed'}`,
        };
      if ((live.is === 'paused') === isPause) return DONE;
      await setPaused(live, isPause);
      return DONE;
    }
    default:
      if (order !== undefined) await setLimits(context, live, order);
      return DONE;
  }
}

/** After the grace what still runs is killed. */
async function killAfter(context: ReplayContext, live: LivePod, graceMs: number): Promise<void> {
  const { process } = live;
  if ((await context.live.ended(live, graceMs)) || live.process !== process || context.over.aborted) return;
  try {
    await killNow(context, live);
  } catch (error) {
    if (!live.link.isAway) context.trouble(`${live.name} was told to stop and cannot be killed: ${sentenceOf(error)}`);
  }
}
