import type { DeploymentPolicy, DeploymentStep, DeploymentView } from '../../sim/services/deployment-policy.ts';
import { stream } from '../../sim/random.ts';
import { seconds } from '../../sim/time.ts';
import { DeploymentModel } from './deployment-model.ts';

/** What a deployment policy promises for so many replicas asked for. */
export interface DeploymentPromise {
  /** At most so many exist; `withStopping`: those that are stopping counted. */
  readonly atMost: (desired: number) => number;
  readonly withStopping: boolean;
  /** It stops no ready replica if fewer than so many would be left. */
  readonly atLeastReady: (desired: number) => number;
}

/** How a run of the exam ended. */
export interface DeploymentExam {
  readonly faults: readonly string[];
  /** `stuck`: it said so until the end. */
  readonly end: 'finished' | 'roll-back' | 'stuck' | 'fault';
  readonly atUs: number;
}

/** Longer than any stage and deadline; a policy that nothing changes for is asked every five seconds. */
const HORIZON_S = 3600;
const STEP_S = 5;

/**
 * Drives one deployment through a model of a service: starts take 1 to 90 s or, in some runs, for ever; stops take up to
 * 60 s; the new version is as good as the old one or, in some runs, fails or is slow. Says what is wrong, one sentence each.
 *
 * The rules: whole counts that are not negative; no more old replicas stopped than there are; the promise; no traffic on
 * purpose to a version without a ready replica; a reason in one line; the same answers to the same history; it finishes
 * with new replicas only, all ready, or goes back, or says that it is stuck.
 */
export function examineDeployment(policy: DeploymentPolicy, promise: DeploymentPromise, seed: number): DeploymentExam {
  const chance = stream(seed, 'examine-deployment');
  const desired = 1 + chance.below(12);
  const neverShare = chance.next() < 0.5 ? 0 : chance.next() < 0.5 ? 0.3 : 1;
  const worse = chance.next();
  const model = new DeploymentModel(
    desired,
    {
      readyAfterS: () => (chance.next() < neverShare ? Infinity : 1 + chance.below(90)),
      stopsAfterS: () => chance.below(60),
    },
    {
      requestsPerSecond: 1 + chance.below(200),
      oldBadShare: 0.001,
      newBadShare: worse < 0.2 ? 0.2 : 0.001,
      oldMeanUs: 20_000,
      newMeanUs: worse > 0.8 ? 80_000 : 21_000,
    },
  );
  const run = policy.make();
  const twin = policy.make();
  const faults: string[] = [];
  const note = (view: DeploymentView, sentence: string) =>
    faults.push(`${policy.name}, seed ${seed}, ${desired} replicas, at ${view.nowUs / seconds(1)} s: ${sentence}`);
  let last: DeploymentStep | undefined;
  for (let second = 0; second <= HORIZON_S && faults.length === 0; second += STEP_S) {
    model.advanceTo(seconds(second));
    // It is asked again after each change, as often as it takes; more than this many at one moment is a loop.
    for (let turn = 0; ; turn++) {
      const view = model.view();
      const step = run.step(view);
      last = step;
      if (JSON.stringify(twin.step(view)) !== JSON.stringify(step)) note(view, 'the same history gives another answer');
      checkStep(step, view, (sentence) => note(view, sentence));
      if (faults.length > 0) break;
      if (step.end !== undefined) {
        const { old, new: fresh } = view;
        if (step.end === 'finished' && (old.total > 0 || fresh.ready < desired))
          note(view, `finished with ${old.total} old and ${fresh.ready} ready new replicas`);
        return { faults, end: faults.length > 0 ? 'fault' : step.end, atUs: view.nowUs };
      }
      model.apply(step);
      checkPromise(promise, view, model.view(), (sentence) => note(view, sentence));
      if (faults.length > 0 || (step.start === 0 && step.stop === 0)) break;
      if (turn > 100) note(view, 'it starts and stops without end');
    }
  }
  if (faults.length === 0 && !last?.why.startsWith('stuck: '))
    note(model.view(), `neither an end nor a word of being stuck, but "${last?.why}"`);
  return { faults, end: faults.length > 0 ? 'fault' : 'stuck', atUs: model.view().nowUs };
}

function checkStep(step: DeploymentStep, view: DeploymentView, note: (sentence: string) => void): void {
  const { start, stop, trafficShare, why } = step;
  const isCount = (value: number) => Number.isInteger(value) && value >= 0;
  if (!isCount(start) || !isCount(stop)) note(`it starts ${start} and stops ${stop}`);
  if (stop > view.old.total) note(`it stops ${stop} of ${view.old.total} old replicas`);
  if (trafficShare !== undefined && !(trafficShare >= 0 && trafficShare <= 1))
    note(`its share of traffic is ${trafficShare}`);
  if (trafficShare !== undefined && trafficShare > 0 && view.new.ready === 0)
    note('it sends traffic to a version without a ready replica');
  if (why.trim() === '' || /\n|NaN|undefined|Infinity/.test(why)) note(`its reason is "${why}"`);
}

function checkPromise(
  promise: DeploymentPromise,
  before: DeploymentView,
  after: DeploymentView,
  note: (sentence: string) => void,
): void {
  const { desired, old, new: fresh } = after;
  const stopping = promise.withStopping ? old.stopping + fresh.stopping : 0;
  const existing = old.total + fresh.total + stopping;
  if (existing > promise.atMost(desired)) note(`${existing} replicas exist, ${promise.atMost(desired)} are allowed`);
  const ready = old.ready + fresh.ready;
  const least = Math.min(before.old.ready + before.new.ready, promise.atLeastReady(desired));
  if (ready < least) note(`${ready} replicas are ready after it stopped some, ${least} are promised`);
}
