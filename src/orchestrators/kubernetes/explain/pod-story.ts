import type { ClusterEvent, TimerSpan } from '../../chronicle.ts';
import type { KubernetesRun } from '../kubernetes-run.ts';
import { fullName } from '../objects/full-name.ts';
import type { Pod } from '../objects/pod.ts';
import type { DecisionExplanation } from '../scheduler/reference/explain-decision.ts';

/** One attempt of the scheduler, explained. */
export interface ExplainedAttempt {
  /** From 1. */
  readonly number: number;
  readonly timeUs: number;
  readonly explanation: DecisionExplanation;
}

/** What became of a pod, and why. */
export interface PodStory {
  /** `namespace/name`. */
  readonly pod: string;
  readonly createdUs: number;
  /** Attempts of the scheduler. */
  readonly attempts: number;
  /** When the first of them was made. */
  readonly firstUs: number | undefined;
  /** The attempt that was asked for; by default the one that placed it, else the last. */
  readonly attempt: ExplainedAttempt | undefined;
  /** How it stands at the end of the run. */
  readonly state: string;
  readonly events: readonly ClusterEvent[];
  readonly timers: readonly TimerSpan[];
}

/** Follows one pod through a run: hand `watch` to the run, and ask for the story when it is over. */
export class PodFollower {
  private readonly wanted: string;
  private readonly wantedAttempt: number | undefined;
  private readonly nowUs: () => number;
  private attempts = 0;
  private firstUs: number | undefined;
  private last: ExplainedAttempt | undefined;
  private seen: Pod | undefined;
  private others = new Set<string>();

  /** `wanted` is `namespace/name` or a name; `nowUs` is asked at every decision. */
  constructor(wanted: string, attempt: number | undefined, nowUs: () => number) {
    this.wanted = wanted;
    this.wantedAttempt = attempt;
    this.nowUs = nowUs;
  }

  /** For `KubernetesRunOptions.onDecide`. */
  readonly watch = (pod: Pod, explain: () => DecisionExplanation): void => {
    if (!this.isWanted(pod)) {
      if (this.others.size < 10_000) this.others.add(fullName(pod));
      return;
    }
    this.seen = pod;
    this.attempts++;
    this.firstUs ??= this.nowUs();
    if (this.wantedAttempt !== undefined && this.attempts !== this.wantedAttempt) return;
    this.last = { number: this.attempts, timeUs: this.nowUs(), explanation: explain() };
  };

  /** Names of pods that were decided and are not the one followed. */
  get otherNames(): ReadonlySet<string> {
    return this.others;
  }

  /** The story; undefined when no such pod was ever there. */
  story(run: KubernetesRun): PodStory | undefined {
    const there = [...run.api.pods.all()].find((pod) => this.isWanted(pod));
    const pod = there ?? this.seen;
    if (pod === undefined) return undefined;
    const name = fullName(pod);
    const about = `Pod ${name}`;
    return {
      pod: name,
      createdUs: pod.metadata.creationUs,
      attempts: this.attempts,
      firstUs: this.firstUs,
      attempt: this.last,
      state: there === undefined ? 'gone' : stateOf(there),
      events: run.recorder.records.events.filter((event) => event.about === about),
      timers: run.recorder.records.timers.filter((timer) => timer.about === about),
    };
  }

  private isWanted(pod: Pod): boolean {
    const { namespace, name } = pod.metadata;
    return this.wanted === name || this.wanted === `${namespace}/${name}`;
  }
}

/** How a pod stands, in a few words. */
export function stateOf({ metadata, spec, status }: Pod): string {
  if (metadata.deletionUs !== undefined) return `terminating on ${spec.nodeName ?? 'no node'}`;
  if (spec.schedulingGates.length > 0) return `gated by ${spec.schedulingGates.join(', ')}`;
  if (spec.nodeName === undefined)
    return status.unschedulable === undefined
      ? 'waiting for its first attempt'
      : `pending: ${status.unschedulable.message}`;
  const ready = status.phase === 'Running' ? (status.ready ? ', ready' : ', not ready') : '';
  return `${status.phase} on ${spec.nodeName}${ready}${status.reason === '' ? '' : ` (${status.reason})`}`;
}
