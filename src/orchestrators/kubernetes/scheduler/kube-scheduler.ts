import type { RandomStream } from '../../../sim/random.ts';
import { aboutOf } from '../api/about-of.ts';
import type { Component, ControlPlane } from '../api/control-plane.ts';
import type { SchedulingTimes } from '../kubernetes-spec.ts';
import { fullName } from '../objects/full-name.ts';
import type { Pod } from '../objects/pod.ts';
import type { PodDisruptionBudget, PodGroup } from '../objects/policy.ts';
import { GangStates } from './gangs/gang-states.ts';
import { GANG_PREEMPTS, tryGroup } from './gangs/group-cycle.ts';
import { Permits } from './gangs/permits.ts';
import { AttemptLog, type SchedulingAttempt } from './loop/attempt-log.ts';
import { Bindings, isSettled } from './loop/bindings.ts';
import { ClientBucket } from './loop/client-bucket.ts';
import { ClusterCache } from './loop/cluster-cache.ts';
import { ClusterWatch } from './loop/cluster-watch.ts';
import { withNode, refusedStatus } from './loop/pod-states.ts';
import { queueRules } from './loop/queue-rules.ts';
import { noStats } from './loop/scheduler-stats.ts';
import { type Cycle, cycleUs, type Trial, tryPod, type TrialSupport } from './loop/scheduling-cycle.ts';
import { Evictions } from './preemption/evictions.ts';
import type { PreemptionCandidate } from './preemption/pick-candidate.ts';
import { VictimMemo } from './preemption/victim-memo.ts';
import type { QueuedPod } from './queue/queued-pod.ts';
import { SchedulingQueue } from './queue/scheduling-queue.ts';
import type { SchedulerConfiguration, SchedulerProfile } from './scheduler-profile.ts';
import type { SchedulingCore } from './scheduling-core.ts';

export interface KubeSchedulerOptions {
  readonly configuration: SchedulerConfiguration;
  readonly times: SchedulingTimes;
  /** Makes the core of a profile. */
  readonly coreOf: (profile: SchedulerProfile) => SchedulingCore;
}

const LEFTOVER_CHECK_US = 30_000_000;
/** The event recorder cuts messages to this length. */
const MESSAGE_LIMIT = 1024;
/** Shared by all attempts that have none. */
const NOBODY: readonly string[] = [];

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
  readonly stats = noStats();
  /** What was tried for each pod. */
  readonly log = new AttemptLog();
  private readonly plane: ControlPlane;
  private readonly coreOf: (profile: SchedulerProfile) => SchedulingCore;
  private readonly times: SchedulingTimes;
  private readonly bucket: ClientBucket;
  private readonly offsets: RandomStream;
  private readonly memo = new VictimMemo();
  private readonly cache = new ClusterCache(this.memo);
  private readonly gangs = new GangStates();
  private readonly permits: Permits<Trial>;
  private readonly evictions: Evictions;
  private readonly watch: ClusterWatch;
  private configuration: SchedulerConfiguration;
  private cores = new Map<string, SchedulingCore>();
  private queue: SchedulingQueue;
  private readonly bindings: Bindings;
  private readonly unknownSchedulers = new Set<string>();
  private current: Cycle | undefined;
  private cycles = 0;
  private isCycleAsked = false;
  private pausedUntilUs = 0;
  private flushUs = Infinity;
  private isLeftoverAsked = false;
  private beganUs = 0;
  private readonly kinds: { cycle: number; finish: number; flush: number; leftover: number };

  constructor(plane: ControlPlane, options: KubeSchedulerOptions) {
    const { clock } = plane;
    this.plane = plane;
    this.coreOf = options.coreOf;
    this.times = options.times;
    this.configuration = options.configuration;
    this.bucket = new ClientBucket(options.times.clientQps, options.times.clientBurst);
    this.offsets = plane.streams('scheduler/preemption-offset');
    this.kinds = {
      cycle: clock.apiKind(() => this.cycle()),
      finish: clock.apiKind((number) => this.finish(number)),
      flush: clock.apiKind(() => this.flush()),
      leftover: clock.apiKind(() => this.flushLeftover()),
    };
    this.permits = new Permits(clock, (_, trial) =>
      this.reject(trial, 'rejected due to timeout after waiting 5m0s at plugin GangScheduling', 'GangScheduling'),
    );
    this.evictions = new Evictions(plane, this.bucket, options.times.bindUs, {
      rejectWaiting: (id) => {
        const trial = this.permits.end(id);
        if (trial !== undefined) this.reject(trial, 'preempted', 'DefaultPreemption');
        return trial !== undefined;
      },
      clearNominations: (preemptor, nodeName) => this.clearNominations(preemptor, nodeName),
      activate: (id) => {
        this.queue.activate([id], this.nowUs);
        this.settle();
      },
    });
    this.bindings = new Bindings(plane, this.bucket, options.times.bindUs, (trial) => this.noteBound(trial));
    this.watch = new ClusterWatch(plane.api, this.cache, this.gangs, {
      queue: () => this.queue,
      decidesFor: (pod) => this.decidesFor(pod),
      forget: (id, isGone) => this.forget(id, isGone),
      settle: () => this.settle(),
    });
    this.queue = this.newQueue();
  }

  begin(): void {
    this.beganUs = this.nowUs;
    this.makeCores();
    this.watch.begin();
    this.settle();
  }

  /**
   * Another configuration from now on, as if kube-scheduler were restarted with it: what is being bound is bound, what
   * was being decided is decided again, backoffs and refusals are forgotten, kept nodes are not.
   */
  configure(configuration: SchedulerConfiguration): void {
    this.configuration = configuration;
    for (const { entry, nodeName } of this.current?.trials ?? []) if (nodeName !== undefined) this.unassume(entry.pod);
    this.current = undefined;
    for (const id of this.permits.ids()) this.unassume((this.permits.end(id) as Trial).entry.pod);
    this.queue = this.newQueue();
    this.unknownSchedulers.clear();
    this.makeCores();
    this.watch.requeue();
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

  /** Whether it decides, binds or evicts, or will at once: when not, only time or a change of the cluster makes it act. */
  get isBusy(): boolean {
    if (this.current !== undefined || this.queue.hasNext || this.bindings.size > 0) return true;
    return this.permits.size > 0 || this.evictions.size > 0;
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
    return new SchedulingQueue(queueRules(this.configuration, this.cache, this.plane.epochMs, (pod) => this.gate(pod)));
  }

  private groupOf({ metadata, spec }: Pod): PodGroup | undefined {
    if (spec.podGroupName === undefined) return undefined;
    return this.plane.api.store('PodGroup').named(metadata.namespace, spec.podGroupName);
  }

  /** PreEnqueue: the plugin that holds a pod back. */
  private gate(pod: Pod): string | undefined {
    if (pod.spec.schedulingGates.length > 0) return 'SchedulingGates';
    if (this.evictions.isRunning(pod.id)) return 'DefaultPreemption';
    if (pod.spec.podGroupName === undefined) return undefined;
    const group = this.groupOf(pod);
    const { pods } = this.gangs.of(pod.metadata.namespace, pod.spec.podGroupName);
    return group === undefined || pods.size < group.minCount ? 'GangScheduling' : undefined;
  }

  private decidesFor(pod: Pod): boolean {
    const { schedulerName } = pod.spec;
    if (this.cores.has(schedulerName)) return true;
    if (!this.unknownSchedulers.has(schedulerName)) {
      this.unknownSchedulers.add(schedulerName);
      const message = `no profile is called "${schedulerName}": pods that name it are left alone`;
      this.plane.chronicle.event('kube-scheduler', 'Warning', 'UnknownScheduler', aboutOf(pod), message);
    }
    return false;
  }

  private forget(id: number, isGone: boolean): void {
    if (this.permits.end(id) !== undefined) this.queue.done(id);
    this.bindings.forget(id);
    if (isGone) this.log.forget(id);
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
    const core = this.cores.get(entry.pod.spec.schedulerName) as SchedulingCore;
    const number = (this.cycles = (this.cycles + 1) % 2 ** 31);
    const cycle: Cycle = {
      number,
      startUs: this.nowUs,
      trials: [],
      group: this.groupOf(entry.pod),
      groupRefusal: '',
    };
    this.current = cycle;
    if (cycle.group !== undefined && core.profile.version === '1.36') {
      this.tryGroup(cycle, entry, core, cycle.group);
    } else {
      const trial = this.try(entry, core);
      cycle.trials.push(trial);
      if (trial.nodeName !== undefined) this.assume(entry.pod, trial.nodeName);
    }
    const durationUs = cycleUs(cycle, this.times);
    if (durationUs === 0) this.finish(number);
    else this.plane.clock.after(durationUs, this.kinds.finish, number);
  }

  private try(entry: QueuedPod, core: SchedulingCore): Trial {
    const trial = tryPod(entry, core, this.support());
    this.stats.examined += trial.examined;
    if (trial.preempts) this.stats.preemptions++;
    return trial;
  }

  private support(): TrialSupport {
    const { api } = this.plane;
    return {
      nowUs: this.nowUs,
      budgets: () => this.budgets(),
      offsets: this.offsets,
      preemption: {
        latest: (one) => api.pods.get(one.id) ?? one,
        lowestPriority: this.cache.lowestPriority,
        memo: this.memo,
      },
    };
  }

  private budgets(): readonly PodDisruptionBudget[] {
    const store = this.plane.api.store('PodDisruptionBudget');
    return store.size === 0 ? [] : [...store.all()];
  }

  private tryGroup(cycle: Cycle, entry: QueuedPod, core: SchedulingCore, group: PodGroup): void {
    const state = this.gangs.of(group.metadata.namespace, group.metadata.name);
    const entries = [entry];
    for (const id of state.pods.keys()) {
      const other = state.placed.has(id) ? undefined : this.queue.popPod(id);
      if (other !== undefined && !this.isSkipped(other)) entries.push(other);
    }
    tryGroup(cycle, entries, group, state, {
      try: (one) => this.try(one, core),
      assume: (pod, nodeName) => this.assume(pod, nodeName),
      unassume: (pod) => this.unassume(pod),
      without: (victims) => this.cache.without(victims),
    });
  }

  private assume(pod: Pod, nodeName: string): void {
    this.cache.place(pod, nodeName, true);
    this.gangs.setPlaced(pod, true);
  }

  private unassume(pod: Pod): void {
    this.gangs.setPlaced(pod, false);
    this.cache.forget(pod.id);
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

  private conclude(trial: Trial, { group, groupRefusal }: Cycle): void {
    const { entry, nodeName, plan } = trial;
    const { id } = entry.pod;
    if (plan !== undefined) this.startPreemption(entry.pod, plan);
    const found = nodeName ?? plan?.nodeName;
    if (groupRefusal !== '' && found !== undefined) {
      // A node was found, or would be; but not enough others have one, or victims must go first.
      const message = `pod group is unschedulable, ${groupRefusal}`;
      this.fail(trial, message, [...trial.plugins, 'GangScheduling'], groupRefusal === GANG_PREEMPTS ? found : '');
    } else if (nodeName === undefined) {
      this.fail(trial, trial.message, trial.plugins, plan?.nodeName ?? (trial.forgetsNomination ? '' : undefined));
    } else if (isSettled(this.plane.api, id)) {
      // It was deleted during the cycle, and the watch has taken it out of the cache; or somebody else has bound it.
      this.queue.done(id);
    } else if (!this.waitsForGang(trial, group)) {
      this.startBinding(trial);
    }
  }

  private startPreemption(pod: Pod, plan: PreemptionCandidate): void {
    if (isSettled(this.plane.api, pod.id)) return;
    this.stats.victims += plan.victims.length;
    this.evictions.start(pod, plan);
    this.plane.chronicle.decision({
      component: pod.spec.schedulerName,
      about: aboutOf(pod),
      what: `preempts ${plan.victims.map(fullName).join(', ')} on ${plan.nodeName}`,
      why: `priority ${pod.spec.priority} above ${plan.victims[0].spec.priority}; ${plan.violations} of ${plan.victims.length} protected by a disruption budget`,
    });
  }

  /**
   * A refused pod goes back to the queue; what the API shows of it is brought up to date. `nomination`: the node to keep
   * for it; empty: none any more; undefined: as before.
   */
  private fail(trial: Trial, message: string, plugins: readonly string[], nomination: string | undefined): void {
    const { entry } = trial;
    const { api, chronicle } = this.plane;
    const result = plugins.length === 0 ? 'error' : 'unschedulable';
    this.stats.attempts[result]++;
    const pod = api.pods.get(entry.pod.id);
    if (pod === undefined || isSettled(this.plane.api, pod.id)) {
      this.queue.done(entry.pod.id);
      return;
    }
    entry.pod = pod;
    const wentTo = this.queue.comeBack(entry, plugins, this.nowUs);
    if (nomination !== undefined) this.cache.nominate(pod, nomination === '' ? undefined : nomination);
    const cut = message.length <= MESSAGE_LIMIT ? message : `${message.slice(0, MESSAGE_LIMIT - 4)} ...`;
    chronicle.event(pod.spec.schedulerName, 'Warning', 'FailedScheduling', aboutOf(pod), cut);
    this.write(trial, { result, message, plugins, nodeName: trial.plan?.nodeName, wentTo });
    this.patchStatus(pod, message, nomination);
  }

  /** One call of the client, which the next cycle waits for; none when nothing changes. */
  private patchStatus(pod: Pod, message: string, nomination: string | undefined): void {
    const status = refusedStatus(pod, message, nomination, this.nowUs);
    if (status === undefined) return;
    this.pausedUntilUs = Math.max(this.pausedUntilUs, this.bucket.take(this.nowUs));
    this.plane.api.update('Pod', pod.id, { status });
  }

  /** Lower pods may no longer fit on a node that is kept for another: they are tried again sooner without theirs. */
  private clearNominations(preemptor: Pod, nodeName: string): void {
    const { api } = this.plane;
    for (const { id, spec } of this.cache.nominatedOn(nodeName)) {
      const pod = api.pods.get(id);
      if (pod?.status.nominatedNodeName === undefined || spec.priority >= preemptor.spec.priority) continue;
      const { nominatedNodeName: _, ...status } = pod.status;
      this.bucket.take(this.nowUs);
      api.update('Pod', id, { status });
    }
  }

  /** Permit: whether the pod must wait until enough of its gang have a node; the one that completes it lets all go. */
  private waitsForGang(trial: Trial, group: PodGroup | undefined): boolean {
    if (group === undefined || group.minCount === 0) return false;
    const { pods, placed } = this.gangs.of(group.metadata.namespace, group.metadata.name);
    if (placed.size < group.minCount) {
      this.permits.wait(trial.entry.pod.id, trial);
      const others = [...pods.keys()].filter((id) => !placed.has(id));
      this.queue.activate(others, this.nowUs);
      return true;
    }
    for (const id of placed) {
      const waiting = this.permits.end(id);
      if (waiting !== undefined) this.startBinding(waiting);
    }
    return false;
  }

  /** Sends a pod that waited for its gang back to the queue. */
  private reject(trial: Trial, reason: string, plugin: string): void {
    const { pod } = trial.entry;
    this.unassume(pod);
    this.fail({ ...trial, nodeName: undefined }, `0/1 nodes are available: 1 ${reason}.`, [plugin], '');
    const others = (one: Pod): boolean => one.id !== pod.id;
    const before = withNode(pod);
    this.queue.note({ resource: 'AssignedPod', action: 'Delete', before, after: undefined }, this.nowUs, others);
    this.settle();
  }

  private startBinding(trial: Trial): void {
    const { pod } = trial.entry;
    const { id } = pod;
    this.stats.attempts.scheduled++;
    this.queue.done(id);
    this.noteMoved(pod, trial.nodeName);
    this.bindings.start(trial);
  }

  /** A pod that goes elsewhere no longer needs the node that was kept for it: to pods that could not be beside it, it has gone. */
  private noteMoved(pod: Pod, nodeName: string | undefined): void {
    const kept = pod.status.nominatedNodeName;
    if (kept === undefined || kept === nodeName) return;
    const concerns = (one: Pod): boolean => one.spec.priority <= pod.spec.priority;
    const event = { resource: 'AssignedPod', action: 'Delete', before: pod, after: undefined } as const;
    this.queue.note(event, this.nowUs, concerns);
  }

  private noteBound(trial: Trial): void {
    const { nodeName, entry } = trial;
    const waitUs = this.nowUs - (entry.initialAttemptUs ?? this.nowUs);
    this.stats.bound++;
    this.stats.waitUsSum += waitUs;
    this.stats.waitUsMax = Math.max(this.stats.waitUsMax, waitUs);
    this.write(trial, { result: 'scheduled', message: '', plugins: NOBODY, nodeName, wentTo: undefined });
  }

  private write(
    trial: Trial,
    outcome: Pick<SchedulingAttempt, 'result' | 'message' | 'plugins' | 'nodeName' | 'wentTo'>,
  ): void {
    const { entry, startUs: timeUs, broughtBy, examined, feasible, plan } = trial;
    const victims = plan?.victims.map(fullName) ?? NOBODY;
    const tookUs = this.nowUs - timeUs;
    this.log.add(entry.pod.id, { timeUs, tookUs, broughtBy, examined, feasible, victims, ...outcome });
  }
}
