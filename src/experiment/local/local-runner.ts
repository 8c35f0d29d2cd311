import type { RunRecord } from '../comparison.ts';
import type { RunPlan } from '../run-plan.ts';
import type { Runner } from '../runner.ts';
import { runJobs, type WorkerPoolOptions } from './worker-pool.ts';

export interface LocalRunnerOptions extends WorkerPoolOptions {
  /** Where the journal of each run is written as NDJSON; absent: nowhere. */
  readonly journalFile?: (plan: RunPlan) => string;
}

/** Runs on worker threads of this machine. */
export function localRunner(options: LocalRunnerOptions): Runner {
  return {
    async run(plans, onEvent) {
      const records = new Map<RunPlan, RunRecord>();
      const jobs = plans.map((plan) => {
        const journalFile = options.journalFile?.(plan);
        return { policy: plan.policy, request: { kind: 'run' as const, plan, ...(journalFile && { journalFile }) } };
      });
      await runJobs(
        jobs,
        options,
        (job, answer) => {
          const plan = (job.request as { plan: RunPlan }).plan;
          if (answer.kind === 'run') {
            const record: RunRecord = {
              ...labelled(plan),
              status: 'finished',
              result: answer.result,
              timing: answer.timing,
            };
            records.set(plan, record);
            onEvent({ kind: 'finished', plan, record });
          } else if (answer.kind === 'failed') {
            records.set(plan, { ...labelled(plan), status: 'failed', error: answer.sentence });
            onEvent({ kind: 'failed', plan, sentence: answer.sentence, fault: answer.fault });
          }
        },
        (events, running) => onEvent({ kind: 'progress', events, running }),
      );
      return plans.map((plan) => records.get(plan) ?? { ...labelled(plan), status: 'missing' });
    },
  };
}

/** A record's fields that say which run it is, by the names of this experiment. */
export function labelled(plan: RunPlan): Pick<RunRecord, 'id' | 'cluster' | 'workload' | 'policy' | 'seed'> {
  return {
    id: plan.id,
    cluster: plan.cluster.name,
    workload: plan.workload.name,
    policy: plan.policy.name,
    seed: plan.seed,
  };
}
