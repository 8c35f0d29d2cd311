import { scriptLives } from '../reality/script-lives.ts';
import { quantiles } from '../reality/sample-summary.ts';
import type { ReplayRecord } from '../replay/replay-record.ts';
import type { ReplayScript } from '../script/replay-script.ts';
import { InputError } from '../../sim/input-error.ts';
import { CALIBRATION_FORMAT, type Calibration, type MeasuredTimes } from './calibration.ts';
import { requestCalibration } from './calibrate-requests.ts';

/** A replay: what was to be done, and what was measured. */
export interface Replayed {
  readonly script: ReplayScript;
  readonly record: ReplayRecord;
}

/** Fewest measurements of a workload that are told for itself; those of fewer are in `*` only. */
const FEWEST = 8;

/**
 * What engines were measured to take beyond what the scenarios say of their software. Several replays count as one, each
 * measurement the same. Throws an InputError where nothing was measured, or replays went at different speeds.
 */
export function calibrate(replays: readonly Replayed[]): Calibration {
  const speeds = [...new Set(replays.map(({ record }) => record.speed))];
  if (speeds.length > 1)
    throw new InputError(
      `the replays went at different speeds (${speeds.join(', ')}); calibrate with replays of one speed, since engines are busier the faster they go`,
    );
  const startMs = measuredTimes(replays.flatMap(startOverheads));
  if (startMs['*'] === undefined)
    throw new InputError(
      'no container was seen to become ready, so nothing can be learnt; replay a run that starts some',
    );
  return {
    format: CALIBRATION_FORMAT,
    engine: [...new Set(replays.flatMap(({ record }) => enginesOf(record)))].join('; '),
    runs: [...new Set(replays.map(({ record }) => record.runId))],
    speed: speeds[0],
    startMs,
    stopMs: measuredTimes(replays.flatMap(stopOverheads)),
    ...requestCalibration(replays),
  };
}

interface Measured {
  readonly workload: string;
  readonly ms: number;
}

/**
 * Readiness less order less the boot that the container was told. What was there when the run began starts in a crowd that
 * no run has later, and a restart has no container to make: both count only where there is nothing else.
 */
function startOverheads({ script, record }: Replayed): Measured[] {
  const lives = new Map(scriptLives(script).map((life) => [life.step, life]));
  const all = record.processes.flatMap(({ pod, step, ordered, ready }) => {
    const life = lives.get(step);
    if (life === undefined || ready === undefined) return [];
    const told = script.pods[pod].bootUs / 1000 / record.speed;
    const isCommon = !life.isWarm && script.steps[step].do === 'start';
    return [{ workload: script.pods[pod].workload, ms: Math.max(0, ready.wallMs - ordered.wallMs - told), isCommon }];
  });
  const common = all.filter(({ isCommon }) => isCommon);
  return common.length > 0 ? common : all;
}

/** From the order to stop to the end, less the time for which the run says that requests were finished. */
function stopOverheads({ script, record }: Replayed): Measured[] {
  const lives = new Map(scriptLives(script).map((life) => [life.step, life]));
  return record.processes.flatMap(({ pod, step, told, ended }) => {
    const life = lives.get(step);
    if (life?.leftStep === undefined || told === undefined || ended === undefined) return [];
    if (script.steps[life.leftStep].do !== 'stop') return [];
    const drainUs = script.isCalibrated === true ? 0 : (life.endUs ?? life.leftUs!) - life.leftUs!;
    const drainMs = drainUs / 1000 / record.speed;
    return [{ workload: script.pods[pod].workload, ms: Math.max(0, ended.wallMs - told.wallMs - drainMs) }];
  });
}

function measuredTimes(measured: readonly Measured[]): Record<string, MeasuredTimes> {
  const groups = new Map<string, number[]>([['*', measured.map(({ ms }) => ms)]]);
  for (const { workload, ms } of measured) groups.set(workload, [...(groups.get(workload) ?? []), ms]);
  return Object.fromEntries(
    [...groups]
      .filter(([name, values]) => values.length >= (name === '*' ? 1 : FEWEST))
      .map(([name, values]) => [name, timesOf(values)]),
  );
}

function timesOf(values: readonly number[]): MeasuredTimes {
  return {
    count: values.length,
    meanMs: values.reduce((sum, value) => sum + value, 0) / values.length,
    quantilesMs: quantiles(values),
  };
}

function enginesOf({ engines }: ReplayRecord): string[] {
  return engines.map(
    ({ info }) =>
      `Docker ${info.version} on ${info.name} (${info.os}, ${info.architecture}, ${info.cpuMilli / 1000} CPUs)`,
  );
}
