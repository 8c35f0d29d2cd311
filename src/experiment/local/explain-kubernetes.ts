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
  /** Pods that have ended. */
  readonly finished: number;
  /** From creation to the start, of the pods that started: mean and longest; NaN when none did. */
  readonly meanWaitS: number;
  readonly maxWaitS: number;
  readonly costUsd: number;
  /** Who could not make all the pods that it wants, and what the API server said last. */
  readonly notCreated: readonly { readonly owner: string; readonly missing: number; readonly reason: string }[];
  /** Changes that could not be made, and why. */
  readonly failedChanges: readonly string[];
  /** The pod's name when another name was asked for, such as that of its Deployment. */
  readonly chosenFrom?: { readonly name: string; readonly pods: number };
}

/** Hears how far the run is. */
export type Heard = (events: number) => void;

/**
 * Runs up to the moment and answers. A name that no pod has may be that of what made some: then one of them is followed,
 * first of all one that waits. Throws an InputError when there is no such pod.
 */
export function answerHere(
  spec: KubernetesSpec,
  seed: number,
  question: KubernetesQuestion,
  heard: Heard,
): KubernetesAnswer {
  const answer = answerOnce(spec, seed, question, heard);
  if (!Array.isArray(answer)) return answer;
  const [first] = answer;
  const found = answerOnce(spec, seed, { ...question, pod: first }, heard) as KubernetesAnswer;
  return { ...found, chosenFrom: { name: question.pod!, pods: answer.length } };
}

/** The answer; or, when no pod is called so, the pods of the workload that is, those that wait first. */
function answerOnce(
  spec: KubernetesSpec,
  seed: number,
  { pod, attempt, atUs }: KubernetesQuestion,
  heard: Heard,
): KubernetesAnswer | string[] {
  // Decisions of a cluster that comes to rest first are heard before its run is there.
  const made: { run?: KubernetesRun } = {};
  const follower = pod === undefined ? undefined : new PodFollower(pod, attempt, () => made.run?.api.nowUs ?? 0);
  const run = new KubernetesRun(spec, {
    seed,
    onProgress: ({ events }) => heard(events),
    ...(follower && { onDecide: follower.watch }),
  });
  made.run = run;
  run.runUntil(atUs ?? Infinity);
  const story = follower?.story(run);
  if (pod !== undefined && story === undefined) {
    const ofWorkload = podsMadeBy(pod, run, follower!.otherNames);
    if (ofWorkload.length > 0) return ofWorkload;
    throw noSuchPod(pod, run, follower!.otherNames);
  }
  if (attempt !== undefined && story !== undefined && story.attempt === undefined)
    throw new InputError(
      `there ${story.attempts === 1 ? 'was one attempt' : `were ${story.attempts} attempts`} to place pod ${story.pod}, so none has number ${attempt}`,
    );
  const pending = pendingPods(run);
  const { counts, metrics } = run.result();
  return {
    nowUs: run.api.nowUs,
    ...(story && { story }),
    pending,
    pendingCount: pending.reduce((sum, group) => sum + group.pods.length, 0),
    running: [...run.api.pods.all()].filter(({ status }) => status.phase === 'Running').length,
    nodes: run.api.nodes.size,
    finished: counts.finished,
    meanWaitS: metrics['meanWaitS'] ?? Number.NaN,
    maxWaitS: metrics['maxWaitS'] ?? Number.NaN,
    costUsd: metrics['costUsd'] ?? 0,
    notCreated: notCreated(run),
    failedChanges: run.recorder.events.filter(({ reason }) => reason === 'ChangeFailed').map(({ message }) => message),
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
  // The same pod of both, also where its workload was named.
  const same = before.chosenFrom === undefined ? rest : { ...rest, pod: before.story!.pod };
  const after = answerHere(changed, seed, same, heard);
  const failed = after.failedChanges.filter((one) => !before.failedChanges.includes(one));
  if (failed.length > 0) throw new InputError(`this cannot be tried: ${failed.join('; ')}`);
  return { before, after, fromUs: momentUs };
}

/** Owners of too few pods of which the last thing that is known is that they were refused one (a quota, a limit). */
function notCreated(run: KubernetesRun): KubernetesAnswer['notCreated'] {
  const refusals = new Map<string, string>();
  for (const { reason, about, message } of run.recorder.events)
    if (reason === 'FailedCreate') refusals.set(about, message);
  return (['ReplicaSet', 'StatefulSet'] as const).flatMap((kind) =>
    [...run.api.store(kind).all()].flatMap(({ metadata, spec, status }) => {
      const owner = `${kind} ${metadata.namespace}/${metadata.name}`;
      const reason = refusals.get(owner);
      const missing = spec.replicas - status.replicas;
      return reason === undefined || missing <= 0 ? [] : [{ owner, missing, reason }];
    }),
  );
}

/** When to change something if nobody says: just before the pod's first attempt; else before the first pod that waits was tried. */
function momentOf({ story, pending }: KubernetesAnswer, { atUs }: KubernetesQuestion): number {
  const tried = story?.firstUs ?? pending[0]?.sinceUs ?? atUs ?? 0;
  return Math.max(0, tried - 1);
}

/** `deployment/web`, `prod/web` or `web`: pods whose name begins so and goes on with what controllers put behind it. */
function podsMadeBy(wanted: string, run: KubernetesRun, decided: ReadonlySet<string>): string[] {
  const name = wanted.replace(
    /^(deployments?|deploy|replicasets?|rs|statefulsets?|sts|daemonsets?|ds|jobs?|cronjobs?|cj)\//i,
    '',
  );
  const ends = /^(-[a-z0-9]{8,10})?-([bcdfghjklmnpqrstvwxz2456789]{5}|\d+|\d+-[a-z0-9]{5})$/;
  const isMade = (full: string): boolean => {
    const own = name.includes('/') ? full : full.slice(full.indexOf('/') + 1);
    return own.startsWith(name) && ends.test(own.slice(name.length));
  };
  const there = [...run.api.pods.all()];
  const waits = there.filter(({ spec, status }) => spec.nodeName === undefined && status.phase === 'Pending');
  const fullNames = [...waits, ...there].map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);
  return [...new Set([...fullNames, ...decided])].filter(isMade);
}

function noSuchPod(pod: string, run: KubernetesRun, decided: ReadonlySet<string>): InputError {
  const there = Array.from(run.api.pods.all(), ({ metadata }) => `${metadata.namespace}/${metadata.name}`);
  const names = [...new Set([...there, ...decided])];
  const near = names.filter((name) => name.includes(pod)).slice(0, 5);
  if (near.length > 0) return new InputError(`there was no pod called "${pod}"; there were ${near.join(', ')}`);
  const hint = names.length <= 20 ? suggestion(pod, names) : `; there were ${names.length}, such as ${names[0]}`;
  return new InputError(`there was no pod called "${pod}"${names.length === 0 ? '; there were none at all' : hint}`);
}
