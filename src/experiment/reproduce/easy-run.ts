import { easy, easySjbf } from '../../policies/backfilling/easy.ts';
import type { BackfillPolicy } from '../../sim/policy.ts';
import type { PodSource } from '../../sim/pod-source.ts';
import type { RunResult } from '../../sim/result.ts';
import { simulate } from '../../sim/simulation.ts';
import { placementPolicy } from '../../policies/placement/index.ts';

/** The published schedulers by their names in the reference (Gaussier et al., SC'15). */
export const EASY_SCHEDULERS: Readonly<Record<string, BackfillPolicy>> = {
  EASY: easy(),
  'EASY-SJBF requested time': easySjbf(),
  'EASY-SJBF 2x requested time': easySjbf({ times: 2 }),
  'EASY-SJBF clairvoyant': easySjbf('actual'),
};

/** The published averages, by their names in the reference. */
export type EasyMetrics = Readonly<Record<(typeof EASY_METRICS)[number], number>>;

export const EASY_METRICS = [
  'jobs',
  'avg_flow_s',
  'max_flow_s',
  'rms_flow_s',
  'avg_stretch',
  'max_stretch',
  'rms_stretch',
  'avg_bsld10',
  'max_bsld10',
  'rms_bsld10',
] as const;

/**
 * One run of the published experiment on Baton's own engine: the machine is one pool of processors, and at one
 * instant submissions are handled before terminations.
 */
export function easyRun(jobs: PodSource, processors: number, scheduler: BackfillPolicy): RunResult {
  return simulate({
    nodes: [{ name: 'pool', cpuMilli: processors * 1000, memBytes: Number.MAX_SAFE_INTEGER }],
    pods: jobs,
    placement: placementPolicy('first-fit'),
    backfill: scheduler,
    seed: 0,
    ranks: { arrive: 0, finish: 1 },
  });
}

/** The run's numbers under their published names. */
export function easyMetrics({ counts, distributions }: RunResult): EasyMetrics {
  const { flowS, slowdown, boundedSlowdown } = distributions;
  return {
    jobs: counts.finished,
    avg_flow_s: flowS.mean,
    max_flow_s: flowS.max,
    rms_flow_s: flowS.rms,
    avg_stretch: slowdown.mean,
    max_stretch: slowdown.max,
    rms_stretch: slowdown.rms,
    avg_bsld10: boundedSlowdown.mean,
    max_bsld10: boundedSlowdown.max,
    rms_bsld10: boundedSlowdown.rms,
  };
}

/** Whether two numbers agree to 12 significant digits. */
export function agrees(got: number, published: number): boolean {
  return Math.abs(got - published) <= 1e-12 * Math.abs(published);
}
