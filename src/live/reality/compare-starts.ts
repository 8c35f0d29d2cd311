import type { TimesCompared } from '../../reporting/reality/reality-check.ts';
import { verdictOf } from '../../reporting/reality/verdict.ts';
import type { ProcessRecord, ReplayRecord } from '../replay/replay-record.ts';
import type { ReplayScript } from '../script/replay-script.ts';
import { median, quantiles, sampleSummary } from './sample-summary.ts';
import type { PredictedLife } from './script-lives.ts';

/** Differences below this, in real milliseconds, are none: clocks and polling are no finer. */
const NEGLIGIBLE_MS = 1;

interface Pair {
  readonly workload: string;
  readonly process: ProcessRecord;
  /** Absent: the simulation has no time for it. */
  readonly predictedMs: number | undefined;
  readonly measuredMs: number;
}

/** From the order to start a process to its readiness. Processes that were there when the run began are left out. */
export function compareStarts(
  script: ReplayScript,
  record: ReplayRecord,
  lives: readonly PredictedLife[],
): TimesCompared[] {
  return byWorkload(pairsOf(script, record, lives, startOf(record.speed)), true);
}

/** From the order to stop a process to its end, in good order; what was killed is left out. */
export function compareStops(
  script: ReplayScript,
  record: ReplayRecord,
  lives: readonly PredictedLife[],
): TimesCompared[] {
  return byWorkload(pairsOf(script, record, lives, stopOf(script, record.speed)), false);
}

type Times = (life: PredictedLife, process: ProcessRecord) => Pick<Pair, 'predictedMs' | 'measuredMs'> | undefined;

function startOf(speed: number): Times {
  return (life, { ordered, ready }) => {
    if (life.isWarm || life.readyUs === undefined || ready === undefined) return undefined;
    // Jobs run from the moment at which they are placed: their machinery and boot are not simulated.
    const isSimulated = life.readyUs > life.startUs || life.hasBoot;
    return {
      predictedMs: isSimulated ? (life.readyUs - life.startUs) / 1000 / speed : undefined,
      measuredMs: ready.wallMs - ordered.wallMs,
    };
  };
}

function stopOf(script: ReplayScript, speed: number): Times {
  return (life, { told, ended }) => {
    const { leftStep, leftUs, endUs } = life;
    if (leftStep === undefined || leftUs === undefined || endUs === undefined) return undefined;
    if (script.steps[leftStep].do !== 'stop' || told === undefined || ended === undefined) return undefined;
    return { predictedMs: (endUs - leftUs) / 1000 / speed, measuredMs: Math.max(0, ended.wallMs - told.wallMs) };
  };
}

function pairsOf(script: ReplayScript, record: ReplayRecord, lives: readonly PredictedLife[], times: Times): Pair[] {
  const lifeAt = new Map(lives.map((life) => [life.step, life]));
  return record.processes.flatMap((process) => {
    const life = lifeAt.get(process.step);
    const both = life && times(life, process);
    return both === undefined ? [] : [{ workload: script.pods[process.pod].workload, process, ...both }];
  });
}

function byWorkload(pairs: readonly Pair[], hasPhases: boolean): TimesCompared[] {
  if (pairs.length === 0) return [];
  const names = [...new Set(pairs.map(({ workload }) => workload))];
  const groups: [string, readonly Pair[]][] = names.map((name) => [
    name,
    pairs.filter(({ workload }) => workload === name),
  ]);
  return [['*', pairs] as [string, readonly Pair[]], ...groups].map(([about, own]) => compared(about, own, hasPhases));
}

function compared(about: string, all: readonly Pair[], hasPhases: boolean): TimesCompared {
  const both = all.flatMap(({ predictedMs, measuredMs }) =>
    predictedMs === undefined ? [] : [{ predicted: predictedMs, measured: measuredMs }],
  );
  // What nothing was predicted of is told only where there is nothing else.
  const pairs = both.length === 0 ? all : all.filter((pair) => pair.predictedMs !== undefined);
  const predictedMs = sampleSummary(both.map(({ predicted }) => predicted));
  const measuredMs = sampleSummary(pairs.map((pair) => pair.measuredMs));
  const differenceMs = sampleSummary(both.map(({ predicted, measured }) => measured - predicted));
  const verdict = verdictOf({
    predicted: predictedMs?.median,
    measured: measuredMs?.median,
    low: measuredMs?.medianLow,
    high: measuredMs?.medianHigh,
    more: 'longer',
    less: 'shorter',
    negligible: NEGLIGIBLE_MS,
  });
  const isInsideSpread =
    predictedMs !== undefined &&
    measuredMs !== undefined &&
    predictedMs.median >= measuredMs.p5 &&
    predictedMs.median <= measuredMs.p95;
  return {
    about,
    ...(predictedMs && { predictedMs }),
    ...(measuredMs && { measuredMs }),
    ...(differenceMs && { differenceMs }),
    ...(both.length > 0 && { predictedQuantilesMs: quantiles(both.map(({ predicted }) => predicted)) }),
    ...(pairs.length > 0 && { measuredQuantilesMs: quantiles(pairs.map((pair) => pair.measuredMs)) }),
    isInsideSpread,
    ...(hasPhases && phases(pairs)),
    verdict,
  };
}

function phases(pairs: readonly Pair[]): { orderToStartMs?: number; startToReadyMs?: number } {
  const seen = pairs.flatMap(({ process: { ordered, started, ready } }) =>
    started === undefined || ready === undefined
      ? []
      : [{ start: started.wallMs - ordered.wallMs, ready: ready.wallMs - started.wallMs }],
  );
  const orderToStartMs = median(seen.map(({ start }) => start));
  const startToReadyMs = median(seen.map((one) => one.ready));
  return {
    ...(orderToStartMs !== undefined && { orderToStartMs }),
    ...(startToReadyMs !== undefined && { startToReadyMs }),
  };
}
