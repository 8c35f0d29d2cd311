import type { Pod } from '../../objects/pod.ts';
import { BACKOFF_WINDOW_US, type BackoffRules, BackoffTimes } from './backoff-times.ts';
import { type ClusterEvent, eventLabel, podEvents, type WildcardEvent } from './cluster-event.ts';
import type { HintContext } from './hint-rule.ts';
import { InFlightEvents } from './in-flight-events.ts';
import { comesFirst, newQueuedPod, NO_PLUGINS, type QueuedPod, type QueuePlace } from './queued-pod.ts';
import { hint, interestedIn } from './queueing-hints.ts';
import { PlacedHeap } from './placed-heap.ts';

export interface QueueRules extends HintContext, BackoffRules {
  /** PreEnqueue: the plugin that holds the pod back; undefined: none does. */
  gate(pod: Pod): string | undefined;
}

/** Longer than this no pod is left lying without an attempt. */
const MAX_UNSCHEDULABLE_US = 300_000_000;

type Strategy = 'skip' | 'after-backoff' | 'immediately';

/**
 * kube-scheduler's queue (pkg/scheduler/backend/queue): the active queue by priority and time; pods that wait out a
 * backoff, from which an idle scheduler takes them early; pods that were refused and wait for an event that may help.
 * Ties upstream leaves to its heaps go to the pod that was created first. Times are given by the caller and never go back.
 */
export class SchedulingQueue {
  private readonly rules: QueueRules;
  private readonly times: BackoffTimes;
  private readonly entries = new Map<number, QueuedPod>();
  private readonly active = new PlacedHeap<QueuedPod>(comesFirst);
  private readonly backoff: PlacedHeap<QueuedPod>;
  private readonly errorBackoff: PlacedHeap<QueuedPod>;
  /** Refused and gated pods by the plugins whose hints may wake them. */
  private readonly waitingFor = new Map<string, Map<number, QueuedPod>>();
  private readonly unschedulable = new Map<number, QueuedPod>();
  private gated = 0;
  private readonly inFlight = new InFlightEvents();

  constructor(rules: QueueRules) {
    this.rules = rules;
    this.times = new BackoffTimes(rules);
    const expiresFirst = (left: QueuedPod, right: QueuedPod): boolean => {
      const [one, other] = [this.times.untilUs(left), this.times.untilUs(right)];
      return one < other || (one === other && comesFirst(left, right));
    };
    this.backoff = new PlacedHeap(expiresFirst);
    this.errorBackoff = new PlacedHeap(expiresFirst);
  }

  /** Pods by where they are. */
  get sizes(): { active: number; backoff: number; unschedulable: number; gated: number } {
    return {
      active: this.active.size,
      backoff: this.backoff.size + this.errorBackoff.size,
      unschedulable: this.unschedulable.size - this.gated,
      gated: this.gated,
    };
  }

  /** Whether `pop` has something. */
  get hasNext(): boolean {
    return this.active.size > 0 || this.backoff.size > 0;
  }

  /** Whether pods lie there that time alone could wake. */
  get hasUnschedulable(): boolean {
    return this.unschedulable.size > this.gated;
  }

  /** When the next pods have waited out their backoff; Infinity: none is waiting. */
  get nextFlushUs(): number {
    let nextUs = Infinity;
    for (const heap of [this.backoff, this.errorBackoff]) {
      const first = heap.peek();
      // A pod whose second has begun is still backing off: it comes with the flush after it.
      if (first !== undefined) nextUs = Math.min(nextUs, this.times.untilUs(first) + BACKOFF_WINDOW_US);
    }
    return nextUs;
  }

  get(id: number): QueuedPod | undefined {
    return this.entries.get(id);
  }

  /** A pod that is new. */
  add(pod: Pod, nowUs: number): void {
    const entry = newQueuedPod(pod, nowUs);
    this.entries.set(pod.id, entry);
    this.moveToActive(entry, 'UnscheduledPodAdd', nowUs);
  }

  /** Another state of a pod: where it lies still it may be worth an attempt now. */
  update(before: Pod, after: Pod, nowUs: number): void {
    const entry = this.entries.get(after.id);
    if (entry === undefined) {
      this.add(after, nowUs);
      return;
    }
    entry.pod = after;
    if (entry.place === 'in-flight') {
      for (const event of podEvents(after, before)) this.inFlight.note(event);
    } else if (entry.place === 'unschedulable') {
      for (const event of podEvents(after, before)) {
        const strategy = this.strategyFor(entry, event);
        if (strategy === 'skip') continue;
        this.takeOut(entry);
        this.requeue(entry, strategy, eventLabel(event), nowUs);
        if ((entry.place as QueuePlace) !== 'unschedulable') break;
      }
    }
  }

  /** A pod is gone or has a node; an attempt that is going on ends with `done`. */
  delete(id: number): void {
    const entry = this.entries.get(id);
    if (entry === undefined || entry.place === 'in-flight') return;
    this.takeOut(entry);
    this.entries.delete(id);
  }

  /** Takes the pod whose turn it is; an empty active queue gives one whose backoff is not over. */
  pop(): QueuedPod | undefined {
    let entry = this.active.pop();
    if (entry === undefined) {
      entry = this.backoff.pop();
      if (entry === undefined) return undefined;
      entry.broughtBy = 'PopFromBackoffQ';
    }
    return this.launch(entry);
  }

  /** Takes this pod, wherever it is; undefined: it is not here, is being tried, or is held back. */
  popPod(id: number): QueuedPod | undefined {
    const entry = this.entries.get(id);
    if (entry === undefined || entry.place === 'in-flight' || entry.gate !== undefined) return undefined;
    this.takeOut(entry);
    return this.launch(entry);
  }

  /** The attempt is over and the pod need not come back. */
  done(id: number): void {
    if (this.entries.get(id)?.place === 'in-flight') this.entries.delete(id);
    this.inFlight.end(id);
  }

  /** A pod comes back from an attempt that failed; without plugins that refused it, it was an error. */
  comeBack(
    entry: QueuedPod,
    plugins: readonly string[],
    nowUs: number,
    pending: readonly string[] = NO_PLUGINS,
  ): QueuePlace {
    entry.plugins = plugins;
    entry.pending = pending;
    if (plugins.length === 0 && pending.length === 0) {
      entry.consecutiveErrors++;
    } else {
      entry.unschedulableCount++;
      entry.consecutiveErrors = 0;
    }
    entry.timestampUs = nowUs;
    entry.backoffUntilUs = -1;
    const [strategy, event] = this.strategyAfterFlight(entry);
    this.inFlight.end(entry.pod.id);
    // An event during the attempt that may help is worth more to know than that it failed.
    const label = event === undefined ? 'ScheduleAttemptFailure' : eventLabel(event);
    this.requeue(entry, strategy, label, nowUs);
    return entry.place;
  }

  /** Something happened: wakes the pods that it may help. `concerns` leaves out others. */
  note(event: Exclude<ClusterEvent, WildcardEvent>, nowUs: number, concerns?: (pod: Pod) => boolean): void {
    const interested = interestedIn(event);
    if (interested.length === 0) return;
    if (this.inFlight.size > 0) this.inFlight.note(event);
    if (this.unschedulable.size === 0) return;
    const candidates = new Map<number, QueuedPod>();
    for (const [plugin] of interested) {
      for (const entry of this.waitingFor.get(plugin)?.values() ?? []) candidates.set(entry.pod.id, entry);
    }
    for (const entry of candidates.values()) {
      const { gate } = entry;
      if (gate !== undefined && !interested.some(([plugin]) => plugin === gate)) continue;
      if (concerns !== undefined && !concerns(entry.pod)) continue;
      const strategy = this.strategyFor(entry, event);
      if (strategy === 'skip') continue;
      this.takeOut(entry);
      this.requeue(entry, strategy, eventLabel(event), nowUs);
    }
  }

  /** Makes pods ready for an attempt at once, wherever they wait; for one that is being tried, as soon as it comes back. */
  activate(ids: readonly number[], nowUs: number): void {
    for (const id of ids) {
      const entry = this.entries.get(id);
      if (entry === undefined || entry.place === 'active') continue;
      if (entry.place === 'in-flight') {
        this.inFlight.note({ resource: '*', action: 'ForceActivate', podId: id });
      } else {
        const skipsGate = entry.place === 'backoff' || entry.place === 'error-backoff';
        this.takeOut(entry);
        this.moveToActive(entry, 'ForceActivate', nowUs, skipsGate);
      }
    }
  }

  /** Moves the pods that have waited out their backoff. */
  flushBackoff(nowUs: number): void {
    for (const heap of [this.backoff, this.errorBackoff]) {
      for (
        let first = heap.peek();
        first !== undefined && !this.times.isBackingOff(first, nowUs);
        first = heap.peek()
      ) {
        heap.remove(first);
        this.moveToActive(first, 'BackoffComplete', nowUs, true);
      }
    }
  }

  /** Moves the pods that have lain there for more than five minutes, whatever they wait for; not those held back. */
  flushUnschedulable(nowUs: number): void {
    let moved = false;
    for (const entry of Array.from(this.unschedulable.values())) {
      if (entry.gate !== undefined || nowUs - entry.timestampUs <= MAX_UNSCHEDULABLE_US) continue;
      this.takeOut(entry);
      this.requeue(entry, 'after-backoff', 'UnschedulableTimeout', nowUs);
      moved = true;
    }
    if (moved && this.inFlight.size > 0) this.inFlight.note({ resource: '*', action: 'UnschedulableTimeout' });
  }

  /** All pods that wait, for tests and explanations. */
  all(): IterableIterator<QueuedPod> {
    return this.entries.values();
  }

  private strategyFor(entry: QueuedPod, event: ClusterEvent): Strategy {
    const { plugins, pending } = entry;
    if (plugins.length === 0 && pending.length === 0) return 'after-backoff';
    if (event.resource === '*')
      return event.podId === undefined || event.podId === entry.pod.id ? 'after-backoff' : 'skip';
    let strategy: Strategy = 'skip';
    for (const [plugin, rule] of interestedIn(event)) {
      const isPending = pending.includes(plugin);
      if (!isPending && !plugins.includes(plugin)) continue;
      if (!hint(rule, entry.pod, event, this.rules)) continue;
      if (isPending) return 'immediately';
      if (pending.length === 0) return 'after-backoff';
      strategy = 'after-backoff';
    }
    return strategy;
  }

  /** What the events during the attempt say, and the one that said it. */
  private strategyAfterFlight(entry: QueuedPod): [Strategy, ClusterEvent | undefined] {
    if (entry.plugins.length === 0 && entry.pending.length === 0) return ['after-backoff', undefined];
    let best: [Strategy, ClusterEvent | undefined] = ['skip', undefined];
    for (const event of this.inFlight.since(entry.pod.id)) {
      const strategy = this.strategyFor(entry, event);
      if (strategy === 'skip') continue;
      if (strategy === 'immediately' || entry.pending.length === 0) return [strategy, event];
      best = [strategy, event];
    }
    return best;
  }

  private requeue(entry: QueuedPod, strategy: Strategy, by: string, nowUs: number): void {
    if (strategy === 'skip') this.moveToUnschedulable(entry, by);
    else if (strategy === 'after-backoff' && this.times.isBackingOff(entry, nowUs)) this.moveToBackoff(entry, by);
    else this.moveToActive(entry, by, nowUs);
  }

  private moveToActive(entry: QueuedPod, by: string, nowUs: number, skipsGate = false): void {
    if (!skipsGate && this.isHeldBack(entry)) {
      this.moveToUnschedulable(entry, by);
      return;
    }
    entry.initialAttemptUs ??= nowUs;
    entry.broughtBy = by;
    entry.place = 'active';
    this.active.push(entry);
  }

  private moveToBackoff(entry: QueuedPod, by: string): void {
    if (this.isHeldBack(entry)) {
      this.moveToUnschedulable(entry, by);
      return;
    }
    entry.broughtBy = by;
    const isError = entry.plugins.length === 0 && entry.pending.length === 0;
    entry.place = isError ? 'error-backoff' : 'backoff';
    (isError ? this.errorBackoff : this.backoff).push(entry);
  }

  private moveToUnschedulable(entry: QueuedPod, by: string): void {
    entry.broughtBy = by;
    entry.place = 'unschedulable';
    this.unschedulable.set(entry.pod.id, entry);
    if (entry.gate !== undefined) this.gated++;
    for (const plugin of [...entry.plugins, ...entry.pending]) {
      let waiting = this.waitingFor.get(plugin);
      if (waiting === undefined) {
        waiting = new Map<number, QueuedPod>();
        this.waitingFor.set(plugin, waiting);
      }
      waiting.set(entry.pod.id, entry);
    }
  }

  /** Takes a pod out of wherever it waits. */
  private takeOut(entry: QueuedPod): void {
    const { id } = entry.pod;
    if (entry.place === 'active') this.active.remove(entry);
    else if (entry.place === 'backoff') this.backoff.remove(entry);
    else if (entry.place === 'error-backoff') this.errorBackoff.remove(entry);
    else if (this.unschedulable.delete(id)) {
      if (entry.gate !== undefined) this.gated--;
      for (const plugin of [...entry.plugins, ...entry.pending]) this.waitingFor.get(plugin)?.delete(id);
    }
  }

  /** PreEnqueue; the plugin that holds the pod back is one more that only a hint can satisfy. */
  private isHeldBack(entry: QueuedPod): boolean {
    entry.gate = this.rules.gate(entry.pod);
    if (entry.gate === undefined) return false;
    if (!entry.plugins.includes(entry.gate)) entry.plugins = [...entry.plugins, entry.gate];
    return true;
  }

  private launch(entry: QueuedPod): QueuedPod {
    entry.place = 'in-flight';
    entry.attempts++;
    entry.backoffUntilUs = -1;
    entry.plugins = NO_PLUGINS;
    entry.pending = NO_PLUGINS;
    entry.gate = undefined;
    this.inFlight.begin(entry.pod.id);
    return entry;
  }
}
