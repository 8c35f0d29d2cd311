import type { BackfillPolicy, QueuePolicy } from '../src/sim/policy.ts';
import { clearRow, type PodSource } from '../src/sim/pod-source.ts';
import { simulate } from '../src/sim/simulation.ts';
import { ARRIVE, FINISH, PLACE, type JournalSink } from '../src/sim/journal.ts';
import { seconds } from '../src/sim/time.ts';

/** A job: processors, seconds it runs, and if they differ the seconds its user says; it arrives at second 0 or later. */
export interface Job {
  readonly cpus: number;
  readonly runs: number;
  readonly says?: number;
  readonly at?: number;
}

/** Runs jobs called A, B, C... on one pool of processors and tells when each starts and ends: `A 0-10`. */
export function runOnPool(
  processors: number,
  jobs: readonly Job[],
  backfill: BackfillPolicy,
  queue?: QueuePolicy,
): string[] {
  const starts: number[] = [];
  const ends: number[] = [];
  const journal: JournalSink = {
    write(batch) {
      for (let k = 0; k < batch.count; k++) {
        const pod = batch.pod[k];
        if (batch.kind[k] === ARRIVE) starts[pod] = ends[pod] = NaN;
        if (batch.kind[k] === PLACE) starts[pod] = batch.timeUs[k] / 1e6;
        if (batch.kind[k] === FINISH) ends[pod] = batch.timeUs[k] / 1e6;
      }
    },
  };
  simulate({
    nodes: [{ name: 'pool', cpuMilli: processors * 1000, memBytes: 0 }],
    pods: sourceOf(jobs),
    placement: () => ({ name: 'only-node', score: () => 0 }),
    backfill,
    ...(queue && { queue }),
    seed: 1,
    journal,
  });
  return jobs.map((_, k) => `${String.fromCharCode(65 + k)} ${starts[k]}-${ends[k]}`);
}

function sourceOf(jobs: readonly Job[]): PodSource {
  let next = 0;
  return {
    next(row) {
      const job = jobs[next++];
      if (job === undefined) return false;
      clearRow(row);
      row.arrivesUs = seconds(job.at ?? 0);
      row.runsUs = seconds(job.runs);
      row.estimateUs = seconds(job.says ?? job.runs);
      row.request = { cpuMilli: job.cpus * 1000, memBytes: 0 };
      return true;
    },
  };
}
