import { verdictOf } from '../../reporting/reality/verdict.ts';
import type { Verdict } from '../../reporting/reality/reality-check.ts';
import type { SwarmMeasured } from './carry-out-swarm.ts';
import type { SwarmReplay, SwarmReplayMode } from './swarm-replay.ts';
import { placementAt, type SwarmRun } from './swarm-run.ts';
import type { SwarmTarget } from './swarm-target.ts';

export const SWARM_CHECK_FORMAT = 'baton-swarm-check/1';

/** A replay against a real swarm held against its simulation. Plain data; times are real milliseconds. */
export interface SwarmCheck {
  readonly format: typeof SWARM_CHECK_FORMAT;
  readonly runId: string;
  readonly title: string;
  readonly mode: SwarmReplayMode;
  readonly seed: number;
  readonly speed: number;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly outcome: 'finished' | 'interrupted';
  readonly swarm: { readonly address: string; readonly version: string; readonly nodes: readonly string[] };
  /** Running tasks before each step, and at the end. */
  readonly moments: readonly SwarmMoment[];
  /** From the deployment and from each step to the last task that runs because of it. */
  readonly settling: readonly SettlingCompared[];
  /** From the making of a task to its running, by workload. */
  readonly starts: readonly StartsCompared[];
  readonly troubles: readonly string[];
  readonly notes: readonly string[];
  /** What could not be removed. */
  readonly left: readonly string[];
}

export interface SwarmMoment {
  readonly atMs: number;
  /** What was done next; '': nothing more. */
  readonly before: string;
  readonly workload: string;
  /** By node, in the order of `swarm.nodes`. */
  readonly predicted: readonly number[];
  readonly measured: readonly number[];
  /** `same`: node by node; `alike`: as many on as many nodes, which is all that is determined where nodes are alike. */
  readonly verdict: 'same' | 'alike' | 'different';
}

export interface SettlingCompared {
  readonly step: string;
  readonly atMs: number;
  readonly predictedMs: number;
  readonly measuredMs: number;
  readonly verdict: Verdict;
}

export interface StartsCompared {
  readonly workload: string;
  readonly count: number;
  /** Medians. */
  readonly predictedMs: number;
  readonly measuredMs: number;
  readonly verdict: Verdict;
}

export interface CheckedSwarm {
  readonly replay: SwarmReplay;
  readonly target: SwarmTarget;
  readonly address: string;
  readonly predicted: SwarmRun;
  readonly measured: SwarmMeasured;
  readonly startedAt: string;
  readonly notes: readonly string[];
  readonly left: readonly string[];
}

/** Times nearer than this are the same: how often the swarm is looked at, and a little. */
const NEGLIGIBLE_MS = 500;

export function checkSwarm(checked: CheckedSwarm): SwarmCheck {
  const { replay, target, predicted, measured, notes, left } = checked;
  return {
    format: SWARM_CHECK_FORMAT,
    runId: replay.runId,
    title: replay.title,
    mode: replay.mode,
    seed: replay.seed,
    speed: replay.speed,
    startedAt: checked.startedAt,
    outcome: measured.isCutOff ? 'interrupted' : 'finished',
    swarm: {
      address: checked.address,
      version: target.version,
      nodes: target.machines.map(({ name }) => name),
    },
    moments: momentsOf(checked),
    settling: settlingOf(checked),
    starts: startsOf(predicted, measured.run),
    troubles: measured.troubles,
    notes,
    left,
  };
}

/** Whether the real swarm did what was predicted, as far as that is determined. */
export const isAsPredicted = ({ moments, mode }: SwarmCheck): boolean =>
  moments.every(({ verdict }) => verdict === 'same' || (mode === 'free' && verdict === 'alike'));

function momentsOf({ replay, target, predicted, measured }: CheckedSwarm): SwarmMoment[] {
  const nodes = target.machines.length;
  const ends = [
    ...measured.stepsUs.map((atUs, place) => ({
      predictedUs: replay.steps[place].atUs,
      atUs,
      before: replay.steps[place].text,
    })),
    ...(measured.isCutOff ? [] : [{ predictedUs: replay.durationUs, atUs: measured.run.durationUs, before: '' }]),
  ];
  return ends.flatMap(({ predictedUs, atUs, before }) => {
    // What a step does at once in the simulation is no more what was there before it.
    const then = placementAt(predicted, predictedUs - 1, nodes);
    const real = placementAt(measured.run, atUs, nodes);
    const nothing = Array.from({ length: nodes }, () => 0);
    return [...new Set([...Object.keys(then), ...Object.keys(real)])].sort().map((workload): SwarmMoment => {
      const [one, other] = [then[workload] ?? nothing, real[workload] ?? nothing];
      return { atMs: atUs / 1000, before, workload, predicted: one, measured: other, verdict: likeness(one, other) };
    });
  });
}

function likeness(one: readonly number[], other: readonly number[]): SwarmMoment['verdict'] {
  if (one.join() === other.join()) return 'same';
  const sorted = (counts: readonly number[]): string => [...counts].sort((a, b) => b - a).join();
  return sorted(one) === sorted(other) ? 'alike' : 'different';
}

function settlingOf({ replay, predicted, measured }: CheckedSwarm): SettlingCompared[] {
  const begins = [
    { step: 'deploy', predictedUs: 0, atUs: 0 },
    ...measured.stepsUs.map((atUs, place) => ({
      step: replay.steps[place].text,
      predictedUs: replay.steps[place].atUs,
      atUs,
    })),
  ];
  return begins.map(({ step, predictedUs, atUs }, place) => {
    const next = begins[place + 1];
    const predictedMs = settledMs(predicted, predictedUs, next?.predictedUs ?? Infinity);
    const measuredMs = settledMs(measured.run, atUs, next?.atUs ?? Infinity);
    return { step, atMs: atUs / 1000, predictedMs, measuredMs, verdict: timesCompared(predictedMs, measuredMs) };
  });
}

/** From a time to the last task made before the next step that came to run, or 0 where there was none. */
function settledMs({ tasks }: SwarmRun, fromUs: number, toUs: number): number {
  const running = tasks
    .filter(({ madeUs, runningUs }) => madeUs >= fromUs && madeUs < toUs && runningUs < Infinity)
    .map(({ runningUs }) => runningUs - fromUs);
  return Math.max(0, ...running) / 1000;
}

function startsOf(predicted: SwarmRun, measured: SwarmRun): StartsCompared[] {
  const of = ({ tasks }: SwarmRun, workload: string): number[] =>
    tasks
      .filter((task) => task.workload === workload && task.runningUs < Infinity)
      .map(({ madeUs, runningUs }) => (runningUs - madeUs) / 1000);
  const workloads = [...new Set(measured.tasks.map(({ workload }) => workload))].sort();
  return workloads.flatMap((workload) => {
    const [then, real] = [of(predicted, workload), of(measured, workload)];
    if (then.length === 0 || real.length === 0) return [];
    const [predictedMs, measuredMs] = [median(then), median(real)];
    return [{ workload, count: real.length, predictedMs, measuredMs, verdict: timesCompared(predictedMs, measuredMs) }];
  });
}

const timesCompared = (predictedMs: number, measuredMs: number): Verdict =>
  verdictOf({
    predicted: predictedMs,
    measured: measuredMs,
    more: 'longer',
    less: 'shorter',
    negligible: NEGLIGIBLE_MS,
  });

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)];
}
