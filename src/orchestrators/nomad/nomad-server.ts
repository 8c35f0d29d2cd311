import type { DataPlane } from '../data-plane/data-plane.ts';
import { BlockedEvals } from './evaluations/blocked-evals.ts';
import { EvalBroker } from './evaluations/broker.ts';
import type { Evaluation, Trigger } from './evaluations/evaluation.ts';
import { follows } from './evaluations/evaluation.ts';
import { PlanQueue } from './evaluations/plan-queue.ts';
import type { Proposal, SchedulerOptions } from './evaluations/scheduler.ts';
import { propose } from './evaluations/scheduler.ts';
import { Workers } from './evaluations/workers.ts';
import type { NomadJob } from './jobs/nomad-jobs.ts';
import type { NomadTimes } from './nomad-constants.ts';
import { ClassFeasibility } from './placement/feasibility.ts';
import { Accounts } from './state/accounts.ts';
import type { Allocation, ClientStatus, JobVersion } from './state/allocation.ts';
import { clientHasEnded, groupOf } from './state/allocation.ts';
import { commitPlan } from './state/commit-plan.ts';
import { hold } from './state/server-node.ts';
import { StateStore } from './state/state-store.ts';
import { mayBeRescheduled } from './reconciler/reschedule-delays.ts';

/** What a client says of one allocation. */
export interface ClientReport {
  readonly alloc: Allocation;
  readonly status: ClientStatus;
  readonly healthy: boolean | undefined;
  readonly endedUs: number;
  readonly runningSinceUs: number;
}

/** Versions of a job that can be gone back to (nomad/structs `JobTrackedVersions`). */
const VERSIONS_KEPT = 6;

/** The servers: what they agree on, and the pipeline from evaluations to plans. */
export class NomadServer {
  readonly state = new StateStore();
  readonly accounts: Accounts;
  readonly broker: EvalBroker;
  readonly blocked: BlockedEvals;
  readonly workers: Workers;
  readonly plans: PlanQueue;
  /** Set by whoever moves what has been committed to clients, and watches deployments and drains. */
  tellClient: (node: number) => void = () => {};
  deploymentChanged: (jobId: string) => void = () => {};
  allocChanged: (alloc: Allocation) => void = () => {};
  jobEnded: (jobId: string) => void = () => {};
  readonly plane: DataPlane;
  private readonly options: SchedulerOptions;
  private readonly times: NomadTimes;
  private readonly unblockFailedKind: number;
  private nextEvaluation = 0;
  /** Allocations that a job has finished for good. */
  private readonly finished = new Map<string, number>();

  constructor(plane: DataPlane, times: NomadTimes) {
    this.plane = plane;
    this.times = times;
    const { clock } = plane;
    this.unblockFailedKind = clock.apiKind(() => this.blocked.unblockFailed());
    this.accounts = new Accounts(plane.books, plane.balancers);
    this.options = {
      algorithm: times.spreadAlgorithm === 1 ? 'spread' : 'binpack',
      preempts: {
        service: times.preemptService === 1,
        batch: times.preemptBatch === 1,
        system: times.preemptSystem === 1,
        sysbatch: times.preemptSysbatch === 1,
      },
      affinityLimit: times.affinityLimit,
      chooser: plane.chooser,
      shuffle: plane.streams('nomad/shuffle'),
    };
    this.broker = new EvalBroker(clock, {
      deliveryLimit: times.evalDeliveryLimit,
      nackDelayUs: times.evalNackDelayUs,
      laterNackDelayUs: times.evalLaterNackDelayUs,
    });
    const followUps = plane.streams('nomad/follow-up');
    this.broker.onFailed = ({ jobId }) =>
      void this.make(
        jobId,
        'failed-follow-up',
        clock.nowUs + times.evalFollowUpUs + Math.floor(followUps.next() * times.evalFollowUpRangeUs),
      );
    this.blocked = new BlockedEvals((evaluation) => {
      evaluation.status = 'pending';
      this.broker.enqueue(evaluation);
    });
    this.plans = new PlanQueue(
      clock,
      times.planApplyUs,
      (plan) =>
        commitPlan(plan, {
          clock,
          state: this.state,
          accounts: this.accounts,
          books: plane.books,
          chronicle: plane.chronicle,
          tellClient: (node) => this.tellClient(node),
          preempted: (jobs) => jobs.forEach((job) => this.make(job, 'preemption')),
          deploymentChanged: (job) => this.deploymentChanged(job),
        }),
      (worker, epoch, result) => {
        if (!result.isFull)
          plane.chronicle.event(
            'plan-applier',
            'Warning',
            'PlanRejected',
            'plan',
            `nodes ${result.rejectedNodes.map((node) => this.state.nodes[node].name).join(', ')} do not fit any more`,
          );
        this.workers.answered(worker, epoch, result);
      },
    );
    this.workers = new Workers({
      clock,
      broker: this.broker,
      count: times.schedulerWorkers,
      lookUs: () => times.evaluationUs + times.evaluationPerNodeUs * this.state.nodes.length,
      propose: (evaluation) => propose(evaluation, this.state, this.options, clock.nowUs),
      submit: (plan, worker, epoch) => this.plans.submit(plan, worker, epoch),
      attempts: ({ jobId }) =>
        ['batch', 'sysbatch'].includes(this.state.jobs.get(jobId)?.current.job.type ?? '')
          ? times.batchAttempts
          : times.serviceAttempts,
      done: (evaluation, proposal, gaveUp) => this.evaluated(evaluation, proposal, gaveUp),
    });
  }

  /** Makes an evaluation for a job, for now or for later. */
  make(jobId: string, trigger: Trigger, waitUntilUs = -Infinity): Evaluation {
    const evaluation: Evaluation = {
      id: this.nextEvaluation++,
      jobId,
      priority: this.state.jobs.get(jobId)?.current.job.priority ?? 50,
      trigger,
      createdUs: this.plane.clock.nowUs,
      waitUntilUs,
      status: 'pending',
      deliveries: 0,
    };
    this.broker.enqueue(evaluation);
    return evaluation;
  }

  /** A job is registered for the first time, or again as it is now. `parent`: the periodic job that it is one run of. */
  register(job: NomadJob, parent = job.id, trigger: Trigger = 'job-register'): void {
    const before = this.state.jobs.get(job.id);
    const version: JobVersion = { job, version: (before?.current.version ?? -1) + 1, stable: false, parent };
    this.state.index++;
    if (before === undefined) this.state.jobs.set(job.id, { current: version, versions: [version], stopped: false });
    else {
      before.current = version;
      before.stopped = false;
      before.versions.push(version);
      if (before.versions.length > VERSIONS_KEPT) before.versions.shift();
      for (const group of job.groups) this.finished.delete(`${job.id} ${group.name}`);
    }
    this.wantAll(version);
    if (job.periodic === undefined && !job.parameterized) this.make(job.id, trigger);
  }

  deregister(jobId: string): void {
    const record = this.state.jobs.get(jobId);
    if (record === undefined || record.stopped) return;
    record.stopped = true;
    this.state.index++;
    for (const group of record.current.job.groups) this.accounts.want(record.current, group, 0);
    this.accounts.waits(jobId, []);
    this.blocked.untrack(jobId);
    this.make(jobId, 'job-deregister');
  }

  /** A client tells what became of its allocations. */
  clientUpdate(reports: readonly ClientReport[]): void {
    const { chronicle } = this.plane;
    this.state.index++;
    const classes = new Set<string>();
    for (const { alloc, status, healthy, endedUs, runningSinceUs } of reports) {
      const node = this.state.nodes[alloc.node];
      const hadEnded = clientHasEnded(alloc);
      const hadHealth = alloc.healthy;
      if (alloc.status !== 'lost' && !(alloc.status === 'unknown' && status === 'running')) alloc.status = status;
      alloc.runningSinceUs = runningSinceUs;
      if (healthy !== undefined) alloc.healthy = healthy;
      const hasEnded = clientHasEnded(alloc);
      if (hasEnded && !hadEnded) {
        alloc.endedUs = endedUs;
        hold(node, alloc, -1);
        if (alloc.desired === 'run') {
          this.accounts.end(alloc, status === 'complete' ? 'finished' : 'failed');
          if (status === 'failed') {
            chronicle.event(`client ${node.name}`, 'Warning', 'AllocationFailed', alloc.name, `failed on ${node.name}`);
          }
          this.ended(alloc);
        }
      }
      // Its client has ended it: now there is room for real, and nothing of it is left to ask for.
      if (status === 'complete' || status === 'failed') {
        classes.add(node.computedClass);
        if (alloc.desired !== 'run') this.state.leftNode(alloc);
      }
      if (alloc.healthy !== hadHealth || hasEnded !== hadEnded) this.allocChanged(alloc);
    }
    for (const nodeClass of [...classes].sort()) this.blocked.unblock(nodeClass, this.state.index);
  }

  /** What is told of jobs that end: how much work is left. */
  private ended(alloc: Allocation): void {
    const record = this.state.jobs.get(alloc.jobId);
    const group = groupOf(alloc.of, alloc.group);
    if (record === undefined || group === undefined) return;
    const { type } = alloc.of.job;
    const isForGood =
      alloc.status === 'complete' || !mayBeRescheduled(group.reschedule, alloc.reschedules, alloc.endedUs);
    if (type === 'batch' || type === 'sysbatch') {
      if (isForGood) {
        const key = `${alloc.jobId} ${alloc.group}`;
        this.finished.set(key, (this.finished.get(key) ?? 0) + 1);
        this.wantRest(record.current);
        this.jobEnded(alloc.jobId);
      }
    }
    if (alloc.status === 'failed' && !isForGood) this.make(alloc.jobId, 'alloc-failure');
    else if (alloc.status === 'complete' && type === 'service') this.make(alloc.jobId, 'alloc-failure');
  }

  /** Whether a batch job has nothing left to do. */
  hasEnded(jobId: string): boolean {
    const record = this.state.jobs.get(jobId);
    if (record === undefined || record.stopped) return true;
    return record.current.job.groups.every((group) => this.left(record.current, group.name) <= 0);
  }

  private left({ job }: JobVersion, name: string): number {
    const group = job.groups.find((one) => one.name === name);
    return (group === undefined ? 0 : this.wanted(job, group)) - (this.finished.get(`${job.id} ${name}`) ?? 0);
  }

  private wanted(job: NomadJob, group: NomadJob['groups'][number]): number {
    if (job.type !== 'system' && job.type !== 'sysbatch') return group.count;
    if (group.count === 0) return 0;
    const feasible = new ClassFeasibility({ job, version: 0, stable: false, parent: job.id }, group);
    return this.state.nodes.filter(
      (node) => node.status !== 'down' && node.eligible && this.state.isFor(node, job) && feasible.refusal(node) === '',
    ).length;
  }

  private wantAll(version: JobVersion): void {
    if (version.job.periodic === undefined && !version.job.parameterized) this.wantRest(version);
    else for (const group of version.job.groups) this.accounts.want(version, group, 0);
  }

  private wantRest(version: JobVersion): void {
    const { job } = version;
    const endsEver = job.type === 'batch' || job.type === 'sysbatch';
    for (const group of job.groups)
      this.accounts.want(
        version,
        group,
        endsEver ? Math.max(0, this.left(version, group.name)) : this.wanted(job, group),
      );
  }

  /** System jobs want as many as there are nodes for them; those without any work are left alone. */
  nodesChanged(): string[] {
    const jobs: string[] = [];
    for (const [id, { current, stopped }] of this.state.jobs) {
      const { type } = current.job;
      if (
        stopped ||
        (type !== 'system' && type !== 'sysbatch') ||
        current.job.periodic !== undefined ||
        current.job.parameterized
      )
        continue;
      this.wantRest(current);
      jobs.push(id);
    }
    return jobs.sort();
  }

  private evaluated(evaluation: Evaluation, proposal: Proposal, gaveUp: boolean): void {
    const { jobId } = evaluation;
    const { clock, chronicle } = this.plane;
    this.accounts.waits(jobId, proposal.failed);
    this.explain(proposal);
    for (const { atUs, allocs } of proposal.later) {
      const open = allocs.filter((alloc) => alloc.followUp < 0);
      if (open.length === 0) continue;
      follows(this.make(jobId, 'alloc-failure', atUs), open);
      for (const alloc of open)
        chronicle.timer({
          fromUs: Number.isNaN(alloc.endedUs) ? clock.nowUs : alloc.endedUs,
          toUs: atUs,
          timer: 'reschedule delay',
          about: alloc.name,
        });
    }
    if (proposal.rollingAfterUs !== undefined) {
      const atUs = clock.nowUs + proposal.rollingAfterUs;
      this.make(jobId, 'rolling-update', atUs);
      chronicle.timer({ fromUs: clock.nowUs, toUs: atUs, timer: 'stagger', about: jobId });
    }
    for (const alloc of proposal.plan.unknown) {
      this.plane.books.setReady(alloc.task, false);
      const lostAfterUs = groupOf(alloc.of, alloc.group)?.disconnect.lostAfterUs ?? 0;
      if (lostAfterUs === 0) continue;
      this.make(jobId, 'max-disconnect-timeout', alloc.disconnectedUs + lostAfterUs);
      chronicle.timer({
        fromUs: alloc.disconnectedUs,
        toUs: alloc.disconnectedUs + lostAfterUs,
        timer: 'lost_after',
        about: alloc.name,
      });
    }
    if (gaveUp || proposal.isBlocked) {
      const before = this.blocked.of(jobId);
      if (before === undefined || before.status !== 'blocked' || proposal.isBlocked || gaveUp)
        this.block(evaluation, proposal, gaveUp);
    } else this.blocked.untrack(jobId);
  }

  private block(evaluation: Evaluation, proposal: Proposal, gaveUp: boolean): void {
    if (gaveUp) {
      const { nowUs } = this.plane.clock;
      const { failedEvalUnblockUs } = this.times;
      this.plane.clock.at(
        (Math.floor(nowUs / failedEvalUnblockUs) + 1) * failedEvalUnblockUs,
        this.unblockFailedKind,
        0,
      );
    }
    this.blocked.block({
      ...evaluation,
      id: this.nextEvaluation++,
      trigger: gaveUp ? 'max-plan-attempts' : 'queued-allocs',
      createdUs: this.plane.clock.nowUs,
      waitUntilUs: -Infinity,
      status: 'blocked',
      deliveries: 0,
      classes: proposal.classes,
      escaped: proposal.escaped || gaveUp,
      snapshot: proposal.snapshot,
    });
    for (const { request, why } of proposal.failed.slice(0, 1))
      this.plane.chronicle.event('scheduler', 'Warning', 'PlacementFailed', request.name, why);
  }

  private explain({ chosen }: Proposal): void {
    for (const { alloc, ranked, evaluated } of chosen) {
      const parts = ranked.parts.map(({ name, score }) => `${name} ${score.toFixed(4)}`).join(', ');
      this.plane.chronicle.decision({
        component: 'nomad-scheduler',
        about: alloc.name,
        what: `placed on ${ranked.node.name}`,
        why: `score ${ranked.score.toFixed(4)} (${parts}); ${evaluated} nodes looked at`,
      });
    }
  }

  /** Nothing is being decided, and nothing waits for room or a worker. */
  get isIdle(): boolean {
    return this.workers.areIdle && this.plans.isEmpty && this.broker.isEmpty;
  }
}
