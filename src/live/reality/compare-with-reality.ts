import { fixed } from '../../reporting/format.ts';
import { REALITY_FORMAT, type RealityCheck, type RealityEngine } from '../../reporting/reality/reality-check.ts';
import { InputError } from '../../sim/input-error.ts';
import type { ReplayedEngine, ReplayRecord } from '../replay/replay-record.ts';
import type { ReplayScript } from '../script/replay-script.ts';
import { compareDecisions, latenessOf } from './compare-decisions.ts';
import { compareReady, readyChartLines } from './compare-ready.ts';
import { compareRecoveries } from './compare-recoveries.ts';
import { compareStarts, compareStops } from './compare-starts.ts';
import { compareTraffic, trafficLines } from './compare-traffic.ts';
import { compareUse } from './compare-use.ts';
import { readyLines } from './ready-line.ts';
import { scriptLives } from './script-lives.ts';

export interface CompareOptions {
  /** What the prediction was calibrated with, in words. */
  readonly calibratedWith?: string | undefined;
  /** What containers were told to do (`--act`); absent: all that the scenario says. */
  readonly act?: string | undefined;
}

/**
 * Holds what a replay measured against what its run predicted. Exact: the same script and record give the same check.
 * Throws an InputError when the record is of another run.
 */
export function compareWithReality(
  script: ReplayScript,
  record: ReplayRecord,
  { calibratedWith, act }: CompareOptions = {},
): RealityCheck {
  if (script.runId !== record.runId)
    throw new InputError(
      `the record is of run ${record.runId} and the script of run ${script.runId}; give two of the same replay`,
    );
  const lives = scriptLives(script);
  const ready = readyLines(script, record, lives);
  // What an interrupted replay did not come to is not held against it.
  const untilUs = record.outcome === 'finished' ? script.durationUs : Math.min(script.durationUs, latestUs(record));
  const { use, lines } = compareUse(script, record, lives, act);
  return {
    format: REALITY_FORMAT,
    runId: script.runId,
    title: script.title,
    policy: script.policy,
    seed: script.seed,
    fingerprint: script.fingerprint,
    durationUs: script.durationUs,
    startedAt: record.startedAt,
    outcome: record.outcome,
    speed: record.speed,
    scaleCpu: record.scaleCpu,
    scaleMem: record.scaleMem,
    engines: record.engines.map(engineOf),
    wallMs: record.wallMs,
    heldMs: record.heldMs,
    leftBehind: record.leftBehind,
    pods: script.pods.length,
    nodes: script.nodes.length,
    ...(calibratedWith !== undefined && { calibratedWith }),
    decisions: compareDecisions(script, record),
    lateness: latenessOf(script, record),
    checkpoints: record.checkpoints.map(({ at, expected, found, differences }) => ({
      atS: at.simUs / 1e6,
      expected,
      found,
      differences,
    })),
    starts: compareStarts(script, record, lives),
    stops: compareStops(script, record, lives),
    recoveries: compareRecoveries(script, record, lives, ready),
    ready: compareReady(ready, untilUs),
    services: compareTraffic(script, record),
    use,
    lines: [...readyChartLines(ready, untilUs), ...trafficLines(script, record), ...lines],
    troubles: record.troubles.map(({ simUs, wallMs, what }) => ({ atS: simUs / 1e6, wallMs, what })),
    notes: [...script.notes, ...notesOf(script, record, act)],
  };
}

function engineOf({ name, info, nodes }: ReplayedEngine): RealityEngine {
  const { version, apiVersion, os, architecture, cpuMilli, memBytes, cgroupVersion, storageDriver } = info;
  return {
    name,
    host: info.name,
    version,
    apiVersion,
    os,
    architecture,
    cpuMilli,
    memBytes,
    cgroupVersion,
    storageDriver,
    nodes,
  };
}

function notesOf(script: ReplayScript, record: ReplayRecord, act: string | undefined): string[] {
  const served = script.services.length > 0 && script.predicted.living !== undefined;
  return [
    ...(served && record.traffic === undefined
      ? ['no requests were sent, so latency, throughput and errors have no measured side']
      : []),
    ...(act === 'none' || act === 'serve'
      ? [`containers were not told to use CPU or memory (--act ${act}), so nothing is predicted of what they use`]
      : []),
    ...lateAtTheStart(script, record),
    ...(record.traffic?.notes ?? []),
    ...(record.samples.length === 0 ? ['no samples of CPU and memory were taken'] : []),
    ...(record.scaleCpu === 'shares'
      ? ['CPU was given by shares, without hard limits: containers may have used more than their pods could']
      : []),
    ...(record.outcome === 'finished'
      ? []
      : ['the replay did not come to its end; what it did not reach is not compared']),
  ];
}

/** In the simulation these run already. */
function lateAtTheStart(script: ReplayScript, record: ReplayRecord): string[] {
  const warm = new Set(scriptLives(script).flatMap(({ isWarm, step }) => (isWarm ? [step] : [])));
  const readyUs = record.processes.flatMap(({ step, ready }) => (warm.has(step) && ready ? [ready.simUs] : []));
  const lastUs = readyUs.reduce((latest, at) => Math.max(latest, at), 0);
  if (lastUs <= 0) return [];
  return [
    `pods that run already when the simulation begins had to be started first; the last was ready ${fixed(lastUs / 1e6, 1)} s into the run`,
  ];
}

function latestUs({ steps, checkpoints }: ReplayRecord): number {
  const times = [...steps.map(({ done }) => done.simUs), ...checkpoints.map(({ at }) => at.simUs)];
  return times.reduce((latest, at) => Math.max(latest, at), 0);
}
