import type { QueuePlace } from '../queue/queued-pod.ts';

/** One attempt to find a node for a pod. */
export interface SchedulingAttempt {
  /** When it began. */
  readonly timeUs: number;
  readonly tookUs: number;
  /** What brought the pod into the queue for it: an event's label, `BackoffComplete`, `PopFromBackoffQ`, `UnscheduledPodAdd`. */
  readonly broughtBy: string;
  readonly result: 'scheduled' | 'unschedulable' | 'error';
  /** The refusal; empty when it was scheduled. */
  readonly message: string;
  /** Plugins that refused it. */
  readonly plugins: readonly string[];
  /** The node it was given, or the one that is kept for it while victims go. */
  readonly nodeName: string | undefined;
  /** Pods told to go for its sake, by `namespace/name`. */
  readonly victims: readonly string[];
  /** Nodes looked at, and those of them that passed the filters. */
  readonly examined: number;
  readonly feasible: number;
  /** The queue it went to afterwards; undefined: none. */
  readonly wentTo: QueuePlace | undefined;
}

/** What the scheduler did with a pod. */
export interface PodAccount {
  /** How often it was tried. */
  readonly attempts: number;
  /** The last ones, the oldest first. */
  readonly last: readonly SchedulingAttempt[];
}

/** Attempts kept of each pod. */
const KEPT = 20;
const NONE: PodAccount = { attempts: 0, last: [] };

/** The story of every pod that exists: what `explain` and `why pending` tell. A pod that is gone is forgotten. */
export class AttemptLog {
  /** Most pods are tried once: then the attempt itself stands for the account. */
  private readonly accounts = new Map<number, SchedulingAttempt | Account>();

  of(podId: number): PodAccount {
    const account = this.accounts.get(podId);
    if (account === undefined) return NONE;
    return 'attempts' in account ? account : { attempts: 1, last: [account] };
  }

  add(podId: number, attempt: SchedulingAttempt): void {
    const account = this.accounts.get(podId);
    if (account === undefined) {
      this.accounts.set(podId, attempt);
    } else if ('attempts' in account) {
      account.attempts++;
      account.last.push(attempt);
      if (account.last.length > KEPT) account.last.shift();
    } else {
      this.accounts.set(podId, { attempts: 2, last: [account, attempt] });
    }
  }

  forget(podId: number): void {
    this.accounts.delete(podId);
  }
}

interface Account {
  attempts: number;
  readonly last: SchedulingAttempt[];
}
