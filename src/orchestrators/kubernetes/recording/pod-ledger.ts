import { ARRIVE, EVICT, FINISH, type Journal, KILL, PLACE, QUEUE, REPLICA } from '../../../sim/journal.ts';
import { Violation } from '../../../sim/ledger.ts';
import type { PodCounts } from '../../../sim/result.ts';
import type { ControlPlane } from '../api/control-plane.ts';
import type { Node } from '../objects/node.ts';
import { nodeResources } from '../objects/node-resources.ts';
import { podResources } from '../objects/pod-resources.ts';
import { hasEnded } from '../objects/pod-state.ts';
import type { Pod } from '../objects/pod.ts';
import { enter, gpuMilliOf, newBook, overfull, takenBy, type NodeBook } from './node-books.ts';
import { NOBODY, type NodeBills } from './node-bills.ts';
import type { PodNumbers } from '../../recording/pod-numbers.ts';
import type { NodeHeat } from '../../recording/node-heat.ts';
import type { Workload } from '../../recording/workload-counts.ts';
import type { Workloads } from './workloads.ts';

/** What is kept of each pod that has not ended. */
interface PodEntry {
  readonly number: number;
  readonly workload: Workload | undefined;
  readonly payer: string;
  book: NodeBook | undefined;
  wasRefused: boolean;
  wasReady: boolean;
  ready: boolean;
  readonly givenAtBirth: boolean;
}

/** Parts that the ledger writes to. */
export interface LedgerParts {
  readonly plane: Pick<ControlPlane, 'api' | 'clock'>;
  readonly journal: Journal;
  readonly numbers: PodNumbers;
  readonly bills: NodeBills;
  readonly heat: NodeHeat;
  readonly workloads: Workloads;
}

/**
 * Accounts for every pod and every node: where each pod is, what it takes of its node, who pays for it. Every pod that
 * came is counted in one part to the end; a pod that the scheduler places must have room.
 */
export class PodLedger {
  readonly counts: PodCounts = { arrived: 0, finished: 0, running: 0, pending: 0, refused: 0, killed: 0 };
  readonly totals = { evictions: 0, restarts: 0, oomKills: 0 };
  /** Nodes that are there, by name. */
  readonly books = new Map<string, NodeBook>();
  /** Pods of each workload that are ready, by its number. */
  readonly readyPods: Set<number>[] = [];
  private readonly parts: LedgerParts;
  private readonly entries = new Map<number, PodEntry>();
  /** Pods whose node is not there. */
  private readonly unseated = new Set<number>();
  private nodesSeen = 0;
  private violation: string | undefined;

  constructor(parts: LedgerParts) {
    this.parts = parts;
    const { api } = parts.plane;
    api.nodes.watch((node, before) => {
      this.advance();
      if (node === undefined) this.dropNode(before!);
      else if (before === undefined) this.addNode(node);
      else if (node.status !== before.status) this.changeNode(node);
    });
    api.pods.watch((pod, before) => {
      this.advance();
      if (before === undefined) this.arrive(pod!);
      else if (pod === undefined) this.leave(before);
      else this.change(pod, before);
    });
  }

  /** Number of a pod in order of creation, from 0; -1: it has ended. */
  numberOf(podId: number): number {
    return this.entries.get(podId)?.number ?? -1;
  }

  /** Throws a Violation unless every pod is accounted for and no placement overfilled a node. */
  check(): void {
    const { arrived, finished, running, pending, refused, killed } = this.counts;
    const text = Object.entries(this.counts)
      .map(([part, count]) => `${part} ${count}`)
      .join(', ');
    if (finished + running + pending + refused + killed !== arrived)
      throw new Violation(`${arrived} pods have arrived but not as many are accounted for: ${text}`);
    let alive = 0;
    for (const pod of this.parts.plane.api.pods.all()) if (!hasEnded(pod)) alive++;
    if (alive !== running + pending) throw new Violation(`${alive} pods are alive but ${text}`);
    if (this.violation !== undefined) throw new Violation(this.violation);
  }

  private advance(): void {
    const { nowUs } = this.parts.plane.clock;
    this.parts.numbers.advance(nowUs);
    this.parts.bills.advance(nowUs);
  }

  private addNode(node: Node): void {
    const book = newBook(this.nodesSeen++, node);
    this.books.set(book.name, book);
    this.parts.bills.nodeStarted(book, node);
    this.countCapacity(book, 1);
    // Pods of a dump may be listed before their node.
    for (const podId of this.unseated) {
      const pod = this.parts.plane.api.pods.get(podId);
      if (pod?.spec.nodeName === book.name) this.seat(pod, this.entries.get(podId));
    }
  }

  private changeNode(node: Node): void {
    const book = this.books.get(node.metadata.name);
    if (book === undefined || nodeResources(node) === book.capacity) return;
    this.countCapacity(book, -1);
    book.capacity = nodeResources(node);
    this.countCapacity(book, 1);
    // Who shrinks a node makes it too full by himself.
    for (const name of overfull(book)) book.excused.add(name);
  }

  private dropNode(node: Node): void {
    const book = this.books.get(node.metadata.name);
    if (book === undefined) return;
    for (const pod of book.pods.values()) this.unseat(pod, this.entries.get(pod.id));
    this.countCapacity(book, -1);
    this.parts.bills.nodeStopped(book);
    this.books.delete(book.name);
  }

  private countCapacity(book: NodeBook, sign: 1 | -1): void {
    const { cpuMilli, memBytes } = book.capacity;
    this.parts.numbers.capacity({ cpuMilli, memBytes, gpuMilli: gpuMilliOf(book.capacity) }, sign);
    this.parts.heat.change(book.number, 0, sign * cpuMilli);
  }

  private arrive(pod: Pod): void {
    const { counts, parts } = this;
    const { plane, journal, workloads } = parts;
    const workload = workloads.of(pod);
    const ofJob = pod.metadata.ownerReferences.some(({ kind, controller }) => controller && kind === 'Job');
    const entry: PodEntry = {
      number: counts.arrived,
      workload,
      payer: workload?.name ?? NOBODY[ofJob ? 0 : 1],
      book: undefined,
      wasRefused: false,
      wasReady: false,
      ready: false,
      givenAtBirth: pod.spec.nodeName !== undefined,
    };
    counts.arrived++;
    journal.record(plane.clock.nowUs, ARRIVE, entry.number, -1, 0, pod.metadata.name);
    if (hasEnded(pod)) {
      // A dump holds pods that ended before the run.
      if (pod.status.phase === 'Succeeded') counts.finished++;
      else counts.killed++;
      return;
    }
    this.entries.set(pod.id, entry);
    if (entry.givenAtBirth) {
      counts.running++;
      parts.numbers.running(1);
      this.seat(pod, entry);
      journal.record(plane.clock.nowUs, PLACE, entry.number, this.books.get(pod.spec.nodeName!)?.number ?? -1, 0);
    } else {
      counts.pending++;
      parts.numbers.pending(1);
    }
    this.noteReady(pod, entry);
  }

  private change(pod: Pod, before: Pod): void {
    const entry = this.entries.get(pod.id);
    if (entry === undefined) return;
    const { plane, journal } = this.parts;
    if (pod.spec !== before.spec) {
      if (before.spec.nodeName === undefined && pod.spec.nodeName !== undefined) this.place(pod, entry);
      else if (entry.book !== undefined) this.resize(pod, before, entry);
    }
    const { status } = pod;
    if (status === before.status) return;
    if (status.unschedulable !== undefined && !entry.wasRefused) {
      entry.wasRefused = true;
      journal.record(plane.clock.nowUs, QUEUE, entry.number, -1, 0);
    }
    if (status.disruptionTarget !== undefined && before.status.disruptionTarget === undefined) {
      this.totals.evictions++;
      if (entry.workload !== undefined) entry.workload.evictions++;
    }
    if (status.restarts > before.status.restarts) {
      this.totals.restarts += status.restarts - before.status.restarts;
      if (entry.workload !== undefined) entry.workload.restarts += status.restarts - before.status.restarts;
    }
    if (status.containers !== before.status.containers) this.countOomKills(pod, before);
    this.noteReady(pod, entry);
    if (hasEnded(pod)) this.end(pod, entry, status.phase === 'Succeeded' || wasWanted(pod));
  }

  private place(pod: Pod, entry: PodEntry): void {
    const { parts, counts } = this;
    const { nowUs } = parts.plane.clock;
    counts.pending--;
    counts.running++;
    parts.numbers.pending(-1);
    parts.numbers.running(1);
    parts.numbers.placed(pod.metadata.namespace, nowUs - Math.max(0, pod.metadata.creationUs));
    this.seat(pod, entry);
    const book = entry.book;
    parts.journal.record(nowUs, PLACE, entry.number, book?.number ?? -1, 0);
    if (book === undefined) return;
    const over = overfull(book, podResources(pod.spec)).filter((name) => !book.excused.has(name));
    if (over.length > 0)
      this.violation ??= `at ${nowUs} µs pod "${pod.metadata.name}" was placed on node "${book.name}", which has not enough ${over.join(' and ')} for it`;
  }

  /** The pod takes its part of its node, if that is there. */
  private seat(pod: Pod, entry: PodEntry | undefined): void {
    const { parts } = this;
    const book = this.books.get(pod.spec.nodeName ?? '');
    if (entry === undefined || entry.book !== undefined) return;
    if (book === undefined) {
      this.unseated.add(pod.id);
      return;
    }
    this.unseated.delete(pod.id);
    entry.book = book;
    enter(book, pod, 1);
    const taken = takenBy(pod);
    parts.bills.requested(book, entry.payer, taken, 1);
    parts.numbers.take(taken, 1);
    parts.heat.change(book.number, taken.cpuMilli, 0);
    if (book.pods.size === 1) parts.numbers.nodesUsed(1);
    if (entry.givenAtBirth) for (const name of overfull(book)) book.excused.add(name);
  }

  private unseat(pod: Pod, entry: PodEntry | undefined): void {
    const { parts } = this;
    const book = entry?.book;
    if (entry === undefined || book === undefined) return;
    // As it was entered: a resize that was not seen yet must not be taken back.
    const entered = book.pods.get(pod.id) ?? pod;
    enter(book, entered, -1);
    const taken = takenBy(entered);
    parts.bills.requested(book, entry.payer, taken, -1);
    parts.numbers.take(taken, -1);
    parts.heat.change(book.number, -taken.cpuMilli, 0);
    if (book.pods.size === 0) parts.numbers.nodesUsed(-1);
    entry.book = undefined;
  }

  private resize(pod: Pod, before: Pod, entry: PodEntry): void {
    const { book } = entry;
    if (book === undefined || podResources(pod.spec) === podResources(before.spec)) return;
    this.unseat(before, entry);
    entry.book = book;
    enter(book, pod, 1);
    const taken = takenBy(pod);
    this.parts.bills.requested(book, entry.payer, taken, 1);
    this.parts.numbers.take(taken, 1);
    this.parts.heat.change(book.number, taken.cpuMilli, 0);
    if (book.pods.size === 1) this.parts.numbers.nodesUsed(1);
    for (const name of overfull(book)) book.excused.add(name);
  }

  private leave(pod: Pod): void {
    const entry = this.entries.get(pod.id);
    if (entry === undefined) return;
    this.end(pod, entry, entry.book !== undefined && wasWanted(pod));
  }

  private end(pod: Pod, entry: PodEntry, well: boolean): void {
    const { parts, counts } = this;
    const { nowUs } = parts.plane.clock;
    const { metadata, status, spec } = pod;
    const node = entry.book?.number ?? -1;
    const wasPending = spec.nodeName === undefined;
    this.setReady(pod.id, entry, false);
    const taken = takenBy(pod);
    this.unseat(pod, entry);
    this.entries.delete(pod.id);
    this.unseated.delete(pod.id);
    counts[wasPending ? 'pending' : 'running']--;
    if (wasPending) parts.numbers.pending(-1);
    else parts.numbers.running(-1);
    counts[well ? 'finished' : 'killed']++;
    const kind = well ? FINISH : status.disruptionTarget === undefined && status.reason !== 'Evicted' ? KILL : EVICT;
    parts.journal.record(nowUs, kind, entry.number, node, 0);
    // Who is told to stop has no time of its own.
    if (status.phase !== 'Succeeded' || metadata.deletionUs !== undefined) return;
    const flowUs = nowUs - Math.max(0, metadata.creationUs);
    const ranUs = nowUs - Math.max(0, status.startUs ?? status.scheduledUs ?? metadata.creationUs);
    parts.numbers.succeeded(metadata.namespace, nowUs, flowUs, ranUs, taken);
  }

  private noteReady(pod: Pod, entry: PodEntry): void {
    this.setReady(pod.id, entry, pod.status.ready && pod.metadata.deletionUs === undefined && !hasEnded(pod));
    if (!pod.status.ready || entry.wasReady) return;
    entry.wasReady = true;
    const { nowUs } = this.parts.plane.clock;
    if (!entry.givenAtBirth) this.parts.numbers.becameReady(nowUs - Math.max(0, pod.metadata.creationUs));
  }

  private setReady(podId: number, entry: PodEntry, ready: boolean): void {
    if (ready === entry.ready) return;
    entry.ready = ready;
    const { journal, plane, workloads } = this.parts;
    journal.record(plane.clock.nowUs, REPLICA, entry.number, entry.book?.number ?? -1, ready ? 1 : 0);
    const { workload } = entry;
    if (workload === undefined) return;
    workloads.changeReady(workload, ready ? 1 : -1);
    const pods = (this.readyPods[workload.index] ??= new Set());
    if (ready) pods.add(podId);
    else pods.delete(podId);
  }

  private countOomKills(pod: Pod, before: Pod): void {
    pod.status.containers.forEach(({ reason, restartCount, name, state, sinceUs }) => {
      if (reason !== 'OOMKilled') return;
      const was = before.status.containers.find((one) => one.name === name);
      const isNew = was?.reason !== 'OOMKilled' || was.restartCount !== restartCount;
      if (isNew || (state === 'terminated' && was.sinceUs !== sinceUs)) this.totals.oomKills++;
    });
  }
}

/** Whoever is deleted on purpose has done what was wanted; whoever fails or has to make way has not. */
function wasWanted({ metadata, status }: Pod): boolean {
  const failed = status.phase === 'Failed' && metadata.deletionUs === undefined;
  return !failed && status.disruptionTarget === undefined && status.reason !== 'Evicted';
}
