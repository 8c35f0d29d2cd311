import { SCRIPT_FORMAT, type ReplayScript, type ScriptPod, type ScriptStep } from '../src/live/script/replay-script.ts';

/** A script by hand, for tests: pods of 1000m and 1 GiB that take 2 s to boot, on two nodes of 4 CPUs. */
export function tinyScript(
  pods: readonly (Partial<ScriptPod> & { readonly name: string })[],
  steps: readonly ScriptStep[],
  runId = 'run-1',
): ReplayScript {
  return {
    format: SCRIPT_FORMAT,
    runId,
    title: 'tiny',
    policy: 'best-fit',
    seed: 1,
    fingerprint: 'f',
    durationUs: 600_000_000,
    nodes: ['node-a', 'node-b'].map((name) => ({
      name,
      cpuMilli: 4000,
      memBytes: 16 * 1024 ** 3,
      isThereAtStart: true,
    })),
    services: [
      {
        name: 'web',
        concurrency: 4,
        queueLimit: null,
        workMeanUs: 1000,
        cpuPerRequestMilli: 0,
        balancing: 'round-robin',
      },
    ],
    pods: pods.map((pod) => ({
      workload: 'web',
      cpuMilli: 1000,
      memBytes: 1024 ** 3,
      bootUs: 2_000_000,
      restart: 'always' as const,
      ...pod,
    })),
    steps,
    predicted: { metrics: {} },
    notes: [],
  };
}
