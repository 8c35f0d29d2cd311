import { blankRow, type PodSource } from '../src/sim/pod-source.ts';
import type { RunResult } from '../src/sim/result.ts';
import type { Sample } from './benchmark.ts';
import { cpuTime } from './cpu-time.ts';

/** A whole run, all of it measured. */
export function timedRun(run: () => Pick<RunResult, 'work' | 'fingerprint'>): Sample {
  const { value: result, cpuS } = cpuTime(run);
  const { work, fingerprint } = result;
  return { cpuS, amount: work.events, unit: 'events', fingerprint, work: { ...work } };
}

/** A run whose arrivals are made on the fly: what they cost is measured beforehand, alone, and taken off. */
export function timedRunApart(pods: () => PodSource, run: (pods: PodSource) => RunResult): Sample {
  const row = blankRow();
  const { cpuS: apartCpuS } = cpuTime(() => {
    const source = pods();
    while (source.next(row));
  });
  const sample = timedRun(() => run(pods()));
  return { ...sample, cpuS: Math.max(0, sample.cpuS - apartCpuS), apartCpuS };
}
