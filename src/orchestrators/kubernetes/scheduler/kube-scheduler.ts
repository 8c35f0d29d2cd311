import type { RandomStream } from '../../../sim/random.ts';
import { aboutOf } from '../api/chronicle.ts';
import type { Component, ControlPlane } from '../api/control-plane.ts';
import type { SchedulingTimes } from '../kubernetes-spec.ts';
import type { KubernetesObject } from '../objects/meta.ts';
import type { Node } from '../objects/node.ts';
import type { Pod } from '../objects/pod.ts';
import type { PodDisruptionBudget, PodGroup } from '../objects/policy.ts';
import { GangStates } from './gangs/gang-states.ts';
import { AttemptLog } from './loop/attempt-log.ts';
import { ClientBucket } from './loop/client-bucket.ts';
import { ClusterCache } from './loop/cluster-cache.ts';
import { podInfo, spreadConstraints } from './pod-info.ts';
import { Evictions } from './preemption/evictions.ts';
import type { PreemptionCandidate } from './preemption/pick-candidate.ts';
import { preempt } from './preemption/preempt.ts';
import { nodeEvents, podEvents } from './queue/cluster-event.ts';
import { type QueuedPod, type QueuePlace, SchedulingQueue } from './queue/scheduling-queue.ts';
import type { SchedulerConfiguration, SchedulerProfile } from './scheduler-profile.ts';
import type { SchedulingCore, SelectorSource } from './scheduling-core.ts';

export interface KubeSchedulerOptions {
  readonly configuration: SchedulerConfiguration;
  readonly times: SchedulingTimes;
  /** Makes the core of a profile. */
  readonly coreOf: (profile: SchedulerProfile) => SchedulingCore;
}

/** What the scheduler has done so far. */
export interface SchedulerStats {
  /** Attempts by outcome (`scheduler_schedule_attempts_total`). */
  readonly attempts: { scheduled: number; unschedulable: number; error: number };
  /** Pods bound, and how long they took from when they were first ready for an attempt (`scheduler_pod_scheduling_sli_duration_seconds`). */
  bound: number;
  waitUsSum: number;
  waitUsMax: number;
  /** Time spent in scheduling cycles, waits for the client included. */
  busyUs: number;
  /** Nodes looked at. */
  examined: number;
  preemptions: number;
}

/** What an attempt found out; consequences come when its time is over. */
interface Trial {
  readonly entry: QueuedPod;
  readonly startUs: number;
  readonly broughtBy: string;
  readonly examined: number;
  readonly feasible: number;
  /** The node; undefined: refused. */
  nodeName: string | undefined;
  readonly message: string;
  readonly plugins: readonly string[];
  readonly plan: PreemptionCandidate | undefined;
  /** Whether a node that was kept for the pod is not any more. */
  readonly forgetsNomination: boolean;
}

/** One scheduling cycle: of a pod, or of all members of a group. */
interface Cycle {
  readonly number: number;
  readonly startUs: number;
  readonly trials: Trial[];
  readonly group: PodGroup | undefined;
  /** Why the group as a whole is refused; empty: it is not. */
  groupRefusal: string;
}

const LEFTOVER_CHECK_US = 30_000_000;
/** Permit: how long a pod may wait for its gang. */
export const GANG_WAIT_US = 300_000_000;
/** The event recorder cuts messages to this length. */
const MESSAGE_LIMIT = 1024;
const GANG_WAITS = 'waiting for minCount pods from a gang to be scheduled';

/**
 * kube-scheduler: takes pods from its queue one at a time, asks the core of their profile for a node, and binds them
 * (pkg/scheduler/schedule_one.go). A cycle takes its time, and the next one sees the pod as placed; bindings go on beside
 * it, as fast as the client may call the API. What is decided is decided at the beginning of a cycle, what follows from
 * it happens at its end. At one instant a cycle is one event of the clock, so that whatever else is due then comes
 * between two pods in the order in which it was asked for.
 *
 * Opportunistic batching (KEP-5598) is left out: no pod is signable while the default spreading constraints hold, and
 * without them it saves time but decides almost nothing.
 *
 * Pod groups need no feature gate here: who writes `schedulingGroup` wants them. With 1.36 a whole group is decided in
 * one cycle; before that its pods come one by one and wait for each other.
 */
export class KubeScheduler implements Component {
  readonly stats: SchedulerStats = {
    attempts: { scheduled: 0, unschedulable: 0, error: 0 },
    bound: 0,
    waitUsSum: 0,
    waitUsMax: 0,
    busyUs: 0,
    examined: 0,
    preemptions: 0,
  };
  /** What was tried for each pod. */
  readonly log = new AttemptLog();
  private readonly plane: ControlPlane;
  private readonly coreOf: (profile: SchedulerProfile) => SchedulingCore;
  private readonly times: SchedulingTimes;
  private readonly bucket: ClientBucket;
  private readonly offsets: RandomStream;
  private readonly cache = new ClusterCache();
  private readonly gangs = new GangStates();
  private readonly evictions: Evictions;
  private configuration: SchedulerConfiguration;
  private cores = new Map<string, SchedulingCore>();
  private queue: SchedulingQueue;
  /** Pods that are being bound, with their node. */
  private readonly bindings = new Map<number, { readonly nodeName: string; readonly trial: Trial }>();
  /** Pods that wait for their gang, until when. */
  private readonly permits = new Map<number, { readonly untilUs: number; readonly trial: Trial }>();
  private readonly unknownSchedulers = new Set<string>();
  private current: Cycle | undefined;
  private cycles = 0;
  private isCycleAsked = false;
  private pausedUntilUs = 0;
  private flushUs = Infinity;
  private isLeftoverAsked = false;
  private beganUs = 0;
  private readonly kinds: {
    cycle: number;
    finish: number;
    bind: number;
    flush: number;
    leftover: number;
    permit: number;
  };

  constructor(plane: ControlPlane, options: KubeSchedulerOptions) {
    this.plane = plane;
    this.coreOf = options.coreOf;
    this.times = options.times;
    this.configuration = options.configuration;
    this.bucket = new ClientBucket(options.times.clientQps, options.times.clientBurst);
    this.offsets = plane.streams('scheduler/preemption-offset');
    this.queue = this.newQueue();
    const { clock } = plane;
    this.kinds = {
      cycle: clock.kind(() => this.cycle()),
      finish: clock.kind((number) => this.finish(number)),
      bind: clock.kind((id) => this.bind(id)),
      flush: clock.kind(() => this.flush()),
      leftover: clock.kind(() => this.flushLeftover()),
      permit: clock.kind((id) => this.endPermit(id)),
    };
    this.evictions = new Evictions(plane, this.bucket, options.times.bindUs, {
      rejectWaiting: (id) => this.rejectWaiting(id, 'preempted', 'DefaultPreemption'),
      clearNominations: (preemptor, nodeName) => this.clearNominations(preemptor, nodeName),
      activate: (id) => {
        this.queue.activate([id], this.nowUs);
        this.settle();
      },
    });
  }

  begin(): void {
    const { api } = this.plane;
    this.beganUs = this.nowUs;
    for (const { metadata } of api.store('Namespace').all()) this.cache.setNamespace(metadata.name, metadata.labels);
    for (const kind of ['Service', 'ReplicaSet', 'StatefulSet'] as const)
      for (const object of api.store(kind).all()) this.cache.setSelector(selectorSource(object));
    for (const pod of api.pods.all()) if (!hasEnded(pod)) this.gangs.note(pod, pod);
    this.makeCores();
    for (const node of api.nodes.all()) this.cache.addNode(node);
    for (const pod of api.pods.all()) if (!hasEnded(pod)) this.take(pod);

    api.pods.watch((pod, before) => this.onPod(pod, before));
    api.nodes.watch((node, before) => this.onNode(node, before));
    api.store('Namespace').watch((namespace, before) => {
      const { name, labels } = (namespace ?? before!).metadata;
      this.cache.setNamespace(name, namespace === undefined ? {} : labels);
    });
    for (const kind of ['Service', 'ReplicaSet', 'StatefulSet'] as const)
      api.store(kind).watch((object, before) => {
        const source = selectorSource((object ?? before)!);
        this.cache.setSelector(object === undefined ? { ...source, selector: undefined } : source);
      });
    api.store('PodGroup').watch((after, before) => {
      if (after === undefined) return;
      this.queue.note({ resource: 'PodGroup', action: before ? 'Update' : 'Add', before, after }, this.nowUs);
      this.settle();
    });
    for (const resource of ['PersistentVolumeClaim', 'PersistentVolume', 'StorageClass'] as const)
      api.store(resource).watch((after: KubernetesObject | undefined, before: KubernetesObject | undefined) => {
        if (after === undefined) return;
        this.queue.note({ resource, action: before ? 'Update' : 'Add', after: after as never }, this.nowUs);
        this.settle();
      });
    this.settle();
  }

  /**
   * Another configuration from now on, as if kube-scheduler were restarted with it: what is being bound is bound, what
   * was being decided is decided again, backoffs and refusals are forgotten, kept nodes are not.
   */
  configure(configuration: SchedulerConfiguration): void {
    this.configuration = configuration;
    for (const { entry, nodeName } of this.current?.trials ?? [])
      if (nodeName !== undefined) this.cache.forget(entry.pod.id);
    this.current = undefined;
    for (const id of this.permits.keys()) this.unassume(id);
    this.permits.clear();
    this.queue = this.newQueue();
    this.unknownSchedulers.clear();
    this.makeCores();
    for (const pod of this.plane.api.pods.all())
      if (!hasEnded(pod) && pod.spec.nodeName === undefined && !this.cache.isAssumed(pod.id)) this.take(pod);
    this.settle();
  }

  /** The core that decides for pods with this scheduler name; undefined: nobody's. */
  core(schedulerName: string): SchedulingCore | undefined {
    return this.cores.get(schedulerName);
  }

  /** Pods waiting, by queue (`scheduler_pending_pods`). */
  get pending(): { active: number; backoff: number; unschedulable: number; gated: number } {
    return this.queue.sizes;
  }

  /** Where a pod waits, and what for; undefined: it does not. */
  queued(podId: number): Readonly<QueuedPod> | undefined {
    return this.queue.get(podId);
  }

  /** The node that is kept for a pod. */
  nominatedNode(podId: number): string | undefined {
    return this.cache.nominationOf(podId);
  }

  private get nowUs(): number {
    return this.plane.clock.nowUs;
  }

  private makeCores(): void {
    this.cores = new Map(
      this.configuration.profiles.map((profile) => [profile.schedulerName, this.coreOf(profile)] as const),
    );
    this.cache.setCores([...this.cores.values()]);
  }

  private newQueue(): SchedulingQueue {
    const { podInitialBackoffSeconds, podMaxBackoffSeconds } = this.configuration;
    return new SchedulingQueue({
      initialBackoffUs: podInitialBackoffSeconds * 1_000_000,
      maxBackoffUs: podMaxBackoffSeconds * 1_000_000,
      pastWholeSecondUs: (this.plane.epochMs % 1000) * 1000,
      gate: (pod) => this.gate(pod),
      namespaceLabels: (namespace) => this.cache.namespaceLabels(namespace),
      addedAffinity: ({ spec }) => this.cores.get(spec.schedulerName)?.profile.addedAffinity,
      hardSpread: (pod) => {
        if (pod.spec.topologySpreadConstraints.length > 0) return podInfo(pod).hardSpread;
        const defaults = this.cores.get(pod.spec.schedulerName)?.profile.defaultConstraints ?? 'System';
        if (defaults === 'System') return [];
        // Whom a default constraint counts is up to services and controllers; a hint that is too kind costs one attempt.
        const all = defaults.map((constraint) => ({ ...constraint, labelSelector: {} }));
        return spreadConstraints(all, 'DoNotSchedule', pod.metadata.labels);
      },
    });
  }

  /** PreEnqueue plugins. */
  private gate(pod: Pod): string | undefined {
    if (pod.spec.schedulingGates.length > 0) return 'SchedulingGates';
    if (this.evictions.isRunning(pod.id)) return 'DefaultPreemption';
    const { podGroupName } = pod.spec;
    if (podGroupName === undefined) return undefined;
    const { namespace } = pod.metadata;
    const group = this.plane.api.store('PodGroup').named(namespace, podGroupName);
    if (group === undefined || this.gangs.of(namespace, podGroupName).pods.size < group.minCount)
      return 'GangScheduling';
    return undefined;
  }

  /** A pod that is there when the scheduler begins, or has just come. */
  private take(pod: Pod): void {
    const { nodeName, schedulerName } = pod.spec;
    if (nodeName !== undefined) {
      this.cache.place(pod, nodeName, false);
      this.gangs.setPlaced(pod, true);
      return;
    }
    if (!this.cores.has(schedulerName)) {
      this.leaveAlone(pod);
      return;
    }
    this.cache.nominate(pod, pod.status.nominatedNodeName);
    this.queue.add(pod, this.nowUs);
  }

  private leaveAlone(pod: Pod): void {
    const { schedulerName } = pod.spec;
    if (this.unknownSchedulers.has(schedulerName)) return;
    this.unknownSchedulers.add(schedulerName);
    const message = `no profile is called "${schedulerName}": pods that name it are left alone`;
    this.plane.chronicle.event('kube-scheduler', 'Warning', 'UnknownScheduler', aboutOf(pod), message);
  }

  private onPod(after: Pod | undefined, before: Pod | undefined): void {
    const is = after === undefined || hasEnded(after) ? undefined : after;
    const was = before === undefined || hasEnded(before) ? undefined : before;
    if (after === undefined && before !== undefined) this.log.forget(before.id);
    if (was === undefined) {
      if (is !== undefined) this.onNewPod(is);
    } else if (is === undefined) {
      this.onGonePod(was);
    } else {
      this.onChangedPod(is, was);
    }
  }

  private onNewPod(pod: Pod): void {
    this.gangs.note(pod, pod);
    this.take(pod);
    const isAssigned = pod.spec.nodeName !== undefined;
    if (isAssigned || pod.spec.podGroupName !== undefined) {
      const resource = isAssigned ? 'AssignedPod' : 'UnscheduledPod';
      this.queue.note({ resource, action: 'Add', before: undefined, after: pod }, this.nowUs);
    }
    this.settle();
  }

  private onGonePod(pod: Pod): void {
    const { id } = pod;
    this.gangs.note(pod, undefined);
    const isPlaced = this.cache.nodeOf(id) !== undefined;
    const isNominated = this.cache.nominationOf(id) !== undefined;
    this.queue.delete(id);
    if (this.permits.delete(id)) this.queue.done(id);
    this.bindings.delete(id);
    this.cache.nominate(pod, undefined);
    this.cache.forget(id);
    if (isPlaced || isNominated) {
      // Pods of lower or equal priority saw one with a kept node as if it was there.
      const lower = (one: Pod): boolean => isPlaced || one.spec.priority <= pod.spec.priority;
      const before = isNominated && pod.status.nominatedNodeName === undefined ? withNode(pod) : pod;
      this.queue.note(
        { resource: 'AssignedPod', action: 'Delete', before: isPlaced ? withNode(pod) : before, after: undefined },
        this.nowUs,
        lower,
      );
    }
    this.settle();
  }

  private onChangedPod(after: Pod, before: Pod): void {
    if (
      before.spec === after.spec &&
      before.metadata === after.metadata &&
      before.status.nominatedNodeName === after.status.nominatedNodeName
    )
      return;
    this.gangs.note(after, after);
    if (before.spec.nodeName !== undefined) {
      this.cache.updatePod(before, after);
      for (const event of podEvents(after, before)) this.queue.note(event, this.nowUs);
    } else if (after.spec.nodeName !== undefined) {
      this.queue.delete(after.id);
      this.cache.place(after, after.spec.nodeName, false);
      this.gangs.setPlaced(after, true);
      this.queue.note({ resource: 'AssignedPod', action: 'Add', before: undefined, after }, this.nowUs);
    } else if (this.cores.has(after.spec.schedulerName) && !this.cache.isAssumed(after.id)) {
      this.onPendingPod(after, before);
    }
    this.settle();
  }

  private onPendingPod(after: Pod, before: Pod): void {
    const [was, is] = [before.status.nominatedNodeName, after.status.nominatedNodeName];
    if (was !== is) this.cache.nominate(after, is);
    if (before.spec !== after.spec || before.metadata !== after.metadata || was !== is)
      this.queue.update(before, after, this.nowUs);
    if (was !== undefined && was !== is) {
      const lower = (one: Pod): boolean => one.spec.priority <= before.spec.priority;
      this.queue.note({ resource: 'AssignedPod', action: 'Delete', before, after: undefined }, this.nowUs, lower);
    }
  }

  private onNode(after: Node | undefined, before: Node | undefined): void {
    if (after !== undefined && before !== undefined) {
      const events = nodeEvents(after, before);
      // Heartbeats and conditions: nothing that scheduling looks at, images aside.
      if (events.length > 0 || before.spec !== after.spec || before.status.images !== after.status.images)
        this.cache.updateNode(after);
      for (const event of events) this.queue.note(event, this.nowUs);
    } else if (after !== undefined) {
      this.cache.addNode(after);
      this.queue.note({ resource: 'Node', action: 'Add', before, after }, this.nowUs);
    } else {
      this.queue.note({ resource: 'Node', action: 'Delete', before, after }, this.nowUs);
      this.cache.removeNode(before!.metadata.name);
    }
    this.settle();
  }

  /** Sees to it that whatever can go on does: the next cycle, the end of backoffs, the check for pods left lying. */
  private settle(): void {
    const { clock } = this.plane;
    if (this.current === undefined && !this.isCycleAsked && this.queue.hasNext) {
      this.isCycleAsked = true;
      clock.at(this.pausedUntilUs, this.kinds.cycle, 0);
    }
    const nextUs = this.queue.nextFlushUs;
    if (nextUs < this.flushUs) {
      this.flushUs = nextUs;
      clock.at(nextUs, this.kinds.flush, 0);
    }
    if (!this.isLeftoverAsked && this.queue.hasUnschedulable) {
      this.isLeftoverAsked = true;
      const checks = Math.floor((this.nowUs - this.beganUs) / LEFTOVER_CHECK_US) + 1;
      clock.at(this.beganUs + checks * LEFTOVER_CHECK_US, this.kinds.leftover, 0);
    }
  }

  private flush(): void {
    this.flushUs = Infinity;
    this.queue.flushBackoff(this.nowUs);
    this.settle();
  }

  private flushLeftover(): void {
    this.isLeftoverAsked = false;
    this.queue.flushUnschedulable(this.nowUs);
    this.settle();
  }

  /** One scheduling cycle begins. */
  private cycle(): void {
    this.isCycleAsked = false;
    if (this.current !== undefined) return;
    for (let entry = this.queue.pop(); entry !== undefined; entry = this.queue.pop()) {
      if (this.isSkipped(entry)) continue;
      this.run(entry);
      return;
    }
    this.settle();
  }

  /** Pods that are going, or are about to get a node already, are not tried. */
  private isSkipped({ pod }: QueuedPod): boolean {
    if (pod.metadata.deletionUs === undefined && !this.cache.isAssumed(pod.id)) return false;
    this.queue.done(pod.id);
    return true;
  }

  private run(entry: QueuedPod): void {
    const { podGroupName, schedulerName } = entry.pod.spec;
    const core = this.cores.get(schedulerName) as SchedulingCore;
    const startUs = this.nowUs;
    const number = (this.cycles = (this.cycles + 1) % 2 ** 31);
    const group =
      podGroupName === undefined
        ? undefined
        : this.plane.api.store('PodGroup').named(entry.pod.metadata.namespace, podGroupName);
    const cycle: Cycle = { number, startUs, trials: [], group, groupRefusal: '' };
    this.current = cycle;
    if (group !== undefined && core.profile.version === '1.36') {
      this.tryGroup(cycle, entry, core, group);
    } else {
      cycle.trials.push(this.tryPod(entry, core));
      const [{ nodeName }] = cycle.trials;
      if (nodeName !== undefined) this.assume(entry.pod, nodeName);
    }
    let durationUs = 0;
    for (const { examined } of cycle.trials) durationUs += this.times.cycleUs + this.times.perNodeUs * examined;
    durationUs = Math.ceil(durationUs);
    if (durationUs === 0) this.finish(number);
    else this.plane.clock.after(durationUs, this.kinds.finish, number);
  }

  private tryPod(entry: QueuedPod, core: SchedulingCore): Trial {
    const { pod } = entry;
    const { nodeName, examined, feasible, refusal } = core.decide(pod);
    this.stats.examined += examined;
    const common = { entry, startUs: this.nowUs, broughtBy: entry.broughtBy, examined, feasible };
    if (nodeName !== undefined || refusal === undefined)
      return { ...common, nodeName, message: '', plugins: [], plan: undefined, forgetsNomination: false };
    const { plugins } = refusal;
    // Without a plugin that refused there was no node to refuse: an error, for which nobody is preempted.
    if (!core.profile.preemption || plugins.length === 0) {
      const message = refusal.message();
      return { ...common, nodeName, message, plugins, plan: undefined, forgetsNomination: plugins.length === 0 };
    }
    const { api } = this.plane;
    const found = preempt(core, pod, refusal, this.budgets(), this.offsets, {
      latest: (one) => api.pods.get(one.id) ?? one,
      lowestPriority: this.cache.lowestPriority,
    });
    if (found.dryRuns > 0) this.stats.preemptions++;
    const { plan, forgetsNomination } = found;
    return { ...common, nodeName, message: found.message(), plugins, plan, forgetsNomination };
  }

  private budgets(): PodDisruptionBudget[] {
    const store = this.plane.api.store('PodDisruptionBudget');
    return store.size === 0 ? [] : [...store.all()];
  }

  /**
   * The group cycle of 1.36 (schedule_one_podgroup.go): all members that wait, by priority and time, each as if the ones
   * before it were placed, also where victims must go first. If too few find a node, nobody gets one.
   */
  private tryGroup(cycle: Cycle, entry: QueuedPod, core: SchedulingCore, group: PodGroup): void {
    const state = this.gangs.of(group.metadata.namespace, group.metadata.name);
    const entries = [entry];
    for (const id of state.pods.keys()) {
      const other = state.placed.has(id) ? undefined : this.queue.popPod(id);
      if (other !== undefined && !this.isSkipped(other)) entries.push(other);
    }
    entries.sort(
      (left, right) =>
        right.pod.spec.priority - left.pod.spec.priority ||
        (left.initialAttemptUs ?? 0) - (right.initialAttemptUs ?? 0) ||
        left.pod.id - right.pod.id,
    );
    const undo: (() => void)[] = [];
    let needsVictims = false;
    cycle.groupRefusal = GANG_WAITS;
    for (const one of entries) {
      const trial = this.tryPod(one, core);
      cycle.trials.push(trial);
      const nodeName = trial.nodeName ?? trial.plan?.nodeName;
      if (nodeName === undefined) continue;
      if (trial.plan !== undefined) {
        needsVictims = true;
        undo.push(this.cache.without(trial.plan.victims));
      }
      this.assume(one.pod, nodeName);
      undo.push(() => this.unassume(one.pod.id));
      if (state.placed.size >= group.minCount)
        cycle.groupRefusal = needsVictims ? 'pod group is waiting for preemption to complete' : '';
    }
    if (cycle.groupRefusal === '') return;
    for (const step of undo.reverse()) step();
  }

  private assume(pod: Pod, nodeName: string): void {
    this.cache.place(pod, nodeName, true);
    this.gangs.setPlaced(pod, true);
  }

  private unassume(id: number): void {
    const pod = this.plane.api.pods.get(id);
    if (pod !== undefined) this.gangs.setPlaced(pod, false);
    this.cache.forget(id);
  }

  /** The cycle's time is over: its consequences. */
  private finish(number: number): void {
    const cycle = this.current;
    if (cycle?.number !== number) return;
    for (const trial of cycle.trials) this.conclude(trial, cycle);
    this.current = undefined;
    this.stats.busyUs += Math.max(this.nowUs, this.pausedUntilUs) - cycle.startUs;
    this.settle();
  }

  private conclude(trial: Trial, cycle: Cycle): void {
    const { entry, nodeName, plan } = trial;
    const { id } = entry.pod;
    if (plan !== undefined) this.startPreemption(trial, plan);
    const isAlone = cycle.group === undefined || cycle.groupRefusal === '';
    const isRefusedWithGang = !isAlone && (nodeName ?? plan) !== undefined;
    if (isRefusedWithGang) {
      // A node was found, or would be; but not enough others have one, or victims must go first.
      const message = `pod group is unschedulable, ${cycle.groupRefusal}`;
      const keeps = cycle.groupRefusal === GANG_WAITS ? '' : (nodeName ?? plan?.nodeName);
      this.fail({ ...trial, nodeName: undefined }, message, [...trial.plugins, 'GangScheduling'], keeps);
    } else if (nodeName === undefined) {
      const nomination = plan?.nodeName ?? (trial.forgetsNomination ? '' : undefined);
      this.fail(trial, trial.message, trial.plugins, nomination);
    } else if (this.isSettled(id)) {
      // It was deleted during the cycle, and the watch has taken it out of the cache; or somebody else has bound it.
      this.queue.done(id);
    } else if (!this.waitsForGang(trial, cycle.group)) {
      this.startBinding(trial, nodeName);
    }
  }

  /** Whether nothing is left to do for a pod: it is gone, has ended, or has a node. */
  private isSettled(id: number): boolean {
    const pod = this.plane.api.pods.get(id);
    return pod === undefined || hasEnded(pod) || pod.spec.nodeName !== undefined;
  }

  private startPreemption({ entry: { pod } }: Trial, plan: PreemptionCandidate): void {
    const { chronicle } = this.plane;
    if (this.isSettled(pod.id)) return;
    this.evictions.start(pod, plan);
    const names = plan.victims.map(nameOf);
    const highest = plan.victims[0].spec.priority;
    chronicle.decision({
      component: pod.spec.schedulerName,
      about: aboutOf(pod),
      what: `preempts ${names.join(', ')} on ${plan.nodeName}`,
      why: `priority ${pod.spec.priority} above ${highest}; ${plan.violations} of ${names.length} protected by a disruption budget`,
    });
  }

  /** A refused pod goes back to the queue; what the API shows of it is brought up to date. */
  private fail(trial: Trial, message: string, plugins: readonly string[], nomination: string | undefined): void {
    const { entry } = trial;
    const { api, chronicle } = this.plane;
    const isError = plugins.length === 0;
    this.stats.attempts[isError ? 'error' : 'unschedulable']++;
    const pod = api.pods.get(entry.pod.id);
    if (pod === undefined || this.isSettled(pod.id)) {
      this.queue.done(entry.pod.id);
      return;
    }
    entry.pod = pod;
    const place = this.queue.comeBack(entry, plugins, this.nowUs);
    if (nomination !== undefined) this.cache.nominate(pod, nomination === '' ? undefined : nomination);
    const cut = message.length <= MESSAGE_LIMIT ? message : `${message.slice(0, MESSAGE_LIMIT - 4)} ...`;
    chronicle.event(pod.spec.schedulerName, 'Warning', 'FailedScheduling', aboutOf(pod), cut);
    this.write(trial, isError ? 'error' : 'unschedulable', message, plugins, trial.plan?.nodeName, place);
    this.patchStatus(pod, message, nomination);
  }

  /** One call of the client, which the next cycle waits for; none when nothing changes. */
  private patchStatus(pod: Pod, message: string, nomination: string | undefined): void {
    const { nominatedNodeName, unschedulable, ...rest } = pod.status;
    const keeps = nomination ?? nominatedNodeName ?? '';
    if (unschedulable?.message === message && keeps === (nominatedNodeName ?? '')) return;
    this.pausedUntilUs = Math.max(this.pausedUntilUs, this.bucket.take(this.nowUs));
    const status = {
      ...rest,
      unschedulable: { sinceUs: unschedulable?.sinceUs ?? this.nowUs, message },
      ...(keeps !== '' && { nominatedNodeName: keeps }),
    };
    this.plane.api.update('Pod', pod.id, { status });
  }

  /** Lower pods may no longer fit on a node that is kept for another: they are tried again sooner without theirs. */
  private clearNominations(preemptor: Pod, nodeName: string): void {
    const { api } = this.plane;
    for (const { id, spec } of [...this.cache.nominatedOn(nodeName)]) {
      const pod = api.pods.get(id);
      if (pod === undefined || spec.priority >= preemptor.spec.priority) continue;
      const { nominatedNodeName, ...status } = pod.status;
      if (nominatedNodeName === undefined) continue;
      this.bucket.take(this.nowUs);
      api.update('Pod', id, { status });
    }
  }

  /** Permit: whether the pod must wait until enough of its gang have a node; the one that completes it lets all go. */
  private waitsForGang(trial: Trial, group: PodGroup | undefined): boolean {
    if (group === undefined || group.minCount === 0) return false;
    const { clock } = this.plane;
    const { pods, placed } = this.gangs.of(group.metadata.namespace, group.metadata.name);
    if (placed.size < group.minCount) {
      const { id } = trial.entry.pod;
      this.permits.set(id, { untilUs: this.nowUs + GANG_WAIT_US, trial });
      clock.after(GANG_WAIT_US, this.kinds.permit, id);
      const others = [...pods.keys()].filter((one) => !placed.has(one));
      this.queue.activate(others, this.nowUs);
      return true;
    }
    for (const id of placed) {
      const waiting = this.permits.get(id);
      if (waiting === undefined) continue;
      this.permits.delete(id);
      this.startBinding(waiting.trial, waiting.trial.nodeName as string);
    }
    return false;
  }

  private endPermit(id: number): void {
    if (this.permits.get(id)?.untilUs !== this.nowUs) return;
    this.rejectWaiting(id, 'rejected due to timeout after waiting 5m0s at plugin GangScheduling', 'GangScheduling');
    this.settle();
  }

  /** Sends a pod that waits for its gang back; false: it does not wait. */
  private rejectWaiting(id: number, reason: string, plugin: string): boolean {
    const waiting = this.permits.get(id);
    if (waiting === undefined) return false;
    this.permits.delete(id);
    const { pod } = waiting.trial.entry;
    this.unassume(id);
    const trial = { ...waiting.trial, nodeName: undefined };
    this.fail(trial, `0/1 nodes are available: 1 ${reason}.`, [plugin], '');
    const others = (one: Pod): boolean => one.id !== id;
    const before = withNode(pod);
    this.queue.note({ resource: 'AssignedPod', action: 'Delete', before, after: undefined }, this.nowUs, others);
    this.settle();
    return true;
  }

  private startBinding(trial: Trial, nodeName: string): void {
    const { clock } = this.plane;
    const { id } = trial.entry.pod;
    this.stats.attempts.scheduled++;
    this.queue.done(id);
    this.bindings.set(id, { nodeName, trial });
    const timeUs = this.bucket.take(this.nowUs) + this.times.bindUs;
    if (timeUs === this.nowUs) this.bind(id);
    else clock.at(timeUs, this.kinds.bind, id);
  }

  private bind(id: number): void {
    const binding = this.bindings.get(id);
    const pod = this.plane.api.pods.get(id);
    // A pod that was deleted meanwhile has been taken out of the cache already.
    if (binding === undefined || pod === undefined) return;
    this.bindings.delete(id);
    if (this.isSettled(id)) return;
    const { nodeName, trial } = binding;
    const waitUs = this.nowUs - (trial.entry.initialAttemptUs ?? this.nowUs);
    this.stats.bound++;
    this.stats.waitUsSum += waitUs;
    this.stats.waitUsMax = Math.max(this.stats.waitUsMax, waitUs);
    this.write(trial, 'scheduled', '', [], nodeName, undefined);
    const message = `Successfully assigned ${nameOf(pod)} to ${nodeName}`;
    this.plane.chronicle.event(pod.spec.schedulerName, 'Normal', 'Scheduled', aboutOf(pod), message);
    this.plane.api.bind(id, nodeName);
  }

  private write(
    trial: Trial,
    result: 'scheduled' | 'unschedulable' | 'error',
    message: string,
    plugins: readonly string[],
    nodeName: string | undefined,
    wentTo: QueuePlace | undefined,
  ): void {
    const { entry, startUs, broughtBy, examined, feasible, plan } = trial;
    const victims = plan?.victims.map(nameOf) ?? [];
    const tookUs = this.nowUs - startUs;
    const outcome = { result, message, plugins, nodeName, victims, wentTo };
    this.log.add(entry.pod.id, { timeUs: startUs, tookUs, broughtBy, examined, feasible, ...outcome });
  }
}

function hasEnded(pod: Pod): boolean {
  return pod.status.phase === 'Succeeded' || pod.status.phase === 'Failed';
}

function nameOf({ metadata: { namespace, name } }: Pod): string {
  return `${namespace}/${name}`;
}

/** The pod as hints see one that takes room. */
function withNode(pod: Pod): Pod {
  return pod.spec.nodeName === undefined ? { ...pod, spec: { ...pod.spec, nodeName: '' } } : pod;
}

function selectorSource(object: KubernetesObject): SelectorSource {
  const { namespace, name } = object.metadata;
  const kind = object.kind as 'Service' | 'ReplicaSet' | 'StatefulSet';
  const { selector } = (object as unknown as { spec: { selector?: object } }).spec;
  const labels = kind === 'Service' && selector !== undefined ? { matchLabels: selector } : selector;
  return { kind, namespace, name, selector: labels };
}
