import type { RunPlan } from './run-plan.ts';

/** What the run's inputs hold, rather than where they lie: digests of files by path. */
export interface InputDigests {
  readonly batonVersion: string;
  /** Digest of the content of each file a plan names (a policy file with what it imports). */
  readonly files: Readonly<Record<string, string>>;
}

/**
 * The one text that says everything that decides a run's result, and nothing else: names for reports, paths, workers
 * and output folders are not in it. Equal texts mean equal results, so their hash is the run's id: resuming, caching
 * and sharing runs between machines are all "is there a result under this id?".
 */
export function runInputs(plan: Omit<RunPlan, 'id'>, digests: InputDigests): string {
  const { cluster, workload, policy } = plan;
  return canonicalText({
    baton: digests.batonVersion,
    cluster: {
      nodes: cluster.nodes,
      file: digestOf(cluster.file, digests),
      format: cluster.format,
      generate: cluster.generate,
      options: cluster.options,
    },
    workload: {
      file: digestOf(workload.file, digests),
      format: workload.format,
      generate: workload.generate,
      options: workload.options,
      transforms: workload.transforms,
    },
    policy: {
      placement: policy.placement,
      file: digestOf(policy.file, digests),
      queue: policy.queue,
      backfill: policy.backfill,
    },
    seed: plan.seed,
    whenFull: plan.whenFull,
    stopAfterUs: plan.stopAfterUs,
    scenario: withDigests(plan.scenario, digests),
    kubernetes: withDigests(plan.kubernetes, digests),
    native: withDigests(plan.native, digests),
  });
}

/** Plain data in which every file is named by its content. */
function withDigests(value: unknown, digests: InputDigests): unknown {
  if (Array.isArray(value)) return value.map((one: unknown) => withDigests(one, digests));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, one]: [string, unknown]) => [
      key,
      key === 'file' && typeof one === 'string' && one !== '' ? digestOf(one, digests) : withDigests(one, digests),
    ]),
  );
}

function digestOf(file: string | undefined, digests: InputDigests): string | undefined {
  if (file === undefined) return undefined;
  const digest = digests.files[file];
  if (digest === undefined) throw new Error(`no digest of ${file}`);
  return digest;
}

/** JSON with sorted keys and without undefined fields, so that equal data have equal texts. */
export function canonicalText(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))
      : inner,
  );
}
