import { pendingPods, type PendingGroup } from '../../orchestrators/kubernetes/explain/pending-pods.ts';
import { PodFollower, type PodStory } from '../../orchestrators/kubernetes/explain/pod-story.ts';
import { KubernetesRun } from '../../orchestrators/kubernetes/kubernetes-run.ts';
import type { KubernetesSpec, TimedChange } from '../../orchestrators/kubernetes/kubernetes-spec.ts';
import { InputError } from '../../sim/input-error.ts';
import { suggestion } from '../../sim/nearest-name.ts';

/** What is asked about a run of a Kubernetes cluster. */
export interface KubernetesQuestion {
  /** `namespace/name` or a name; absent: all pods that wait. */
  readonly pod?: string;
  readonly attempt?: number;
  /** When: the run is followed up to then; absent: to its end. */
  readonly atUs?: number;
}

export interface KubernetesAnswer {
  /** Where the run stood when the question was answered. */
  readonly nowUs: number;
  readonly story?: PodStory;
  readonly pending: readonly PendingGroup[];
  /** Pods without a node. */
  readonly pendingCount: number;
  readonly running: number;
  readonly nodes: number;
}

/** Hears how far the run is. */
export type Heard = (events: number) => void;

/** Runs up to the moment and answers. Throws an InputError when there is no such pod. */
export function answerHere(
  spec: KubernetesSpec,
  seed: number,
  { pod, attempt, atUs }: KubernetesQuestion,
  heard: Heard,
): KubernetesAnswer {
  let run: KubernetesRun | undefined;
  const follower = pod === undefined ? undefined : new PodFollower(pod, attempt, () => run?.api.nowUs ?? 0);
  run = new KubernetesRun(spec, {
    seed,
    onProgress: ({ events }) => heard(events),
    ...(follower && { onDecide: follower.watch }),
  });
  run.runUntil(atUs ?? Infinity);
  const story = follower?.story(run);
  if (pod !== undefined && story === undefined) throw noSuchPod(pod, run, follower!.otherNames);
  if (attempt !== undefined && story !== undefined && story.attempt === undefined)
    throw new InputError(
      `there were ${story.attempts} attempts to place pod ${story.pod}, so none has number ${attempt}`,
    );
  const pending = pendingPods(run);
  return {
    nowUs: run.api.nowUs,
    ...(story && { story }),
    pending,
    pendingCount: pending.reduce((sum, group) => sum + group.pods.length, 0),
    running: [...run.api.pods.all()].filter(({ status }) => status.phase === 'Running').length,
    nodes: run.api.nodes.size,
  };
}

/** The same question before and after some changes are made at a moment: the run is repeated up to it, and changed there. */
export function whatIf(
  spec: KubernetesSpec,
  seed: number,
  question: KubernetesQuestion,
  changes: readonly Omit<TimedChange, 'atUs'>[],
  fromUs: number | undefined,
  heard: Heard,
): { before: KubernetesAnswer; after: KubernetesAnswer; fromUs: number } {
  const before = answerHere(spec, seed, question, heard);
  const momentUs = fromUs ?? momentOf(before, question);
  const made = changes.map((one): TimedChange => ({ ...one, atUs: momentUs }));
  const changed = { ...spec, changes: [...spec.changes, ...made] };
  const { attempt: _, ...rest } = question;
  return { before, after: answerHere(changed, seed, rest, heard), fromUs: momentUs };
}

/** When to change something if nobody says: just before the pod's first attempt; else before the first pod that waits was tried. */
function momentOf({ story, pending }: KubernetesAnswer, { atUs }: KubernetesQuestion): number {
  const tried = story?.firstUs ?? pending[0]?.sinceUs ?? atUs ?? 0;
  return Math.max(0, tried - 1);
}

function noSuchPod(pod: string, run: KubernetesRun, decided: ReadonlySet<string>): InputError {
  const there = Array.from(run.api.pods.all(), ({ metadata }) => `${metadata.namespace}/${metadata.name}`);
  const names = [...new Set([...there, ...decided])];
  const near = names.filter((name) => name.includes(pod)).slice(0, 5);
  if (near.length > 0) return new InputError(`there was no pod called "${pod}"; there were ${near.join(', ')}`);
  const hint = names.length <= 20 ? suggestion(pod, names) : `; there were ${names.length}, such as ${names[0]}`;
  return new InputError(`there was no pod called "${pod}"${names.length === 0 ? '; there were none at all' : hint}`);
}
