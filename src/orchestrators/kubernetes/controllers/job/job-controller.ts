import { controllerOf, type ApiServer } from '../../api/api-server.ts';
import { aboutOf } from '../../api/about-of.ts';
import type { Component, ControlPlane } from '../../api/control-plane.ts';
import { WorkQueue } from '../../api/work-queue.ts';
import { hasEnded, isActive } from '../../objects/pod-state.ts';
import type { Pod } from '../../objects/pod.ts';
import type { Job } from '../../objects/workloads.ts';
import { NumberByUid } from '../shared/children.ts';
import type { ClientLimits } from '../shared/client-rate.ts';
import { inDeletionOrder } from '../shared/deletion-order.ts';
import { PodControl } from '../shared/pod-control.ts';
import { matters } from '../shared/pod-change.ts';
import { watchAll } from '../shared/watch-all.ts';
import { backoffUs, NO_FAILURES, remainingUs } from './job-backoff.ts';
import { firstFreeIndexes, indexesText, superfluousPods } from './job-indexes.ts';
import { countEnds, isTracked, newLedger, replacesFailedOnly, type CountedPods, type JobLedger } from './job-ledger.ts';
import { jobPod, TRACKING } from './job-pods.ts';
import { jobVerdict, type JobVerdict } from './job-verdict.ts';

const COMPONENT = 'job-controller';
/** Changes of pods within this time are looked at together (`SyncJobBatchPeriod`). */
const BATCH_US = 1_000_000;
/** Creations or deletions of one look (`MaxPodCreateDeletePerSync`). */
const BURST = 500;

type Status = Job['status'];

/** Runs pods until enough of them have succeeded, or too many failed (`pkg/controller/job/job_controller.go`). */
export class JobController implements Component {
  private readonly plane: ControlPlane;
  private readonly api: ApiServer;
  private readonly queue: WorkQueue;
  private readonly pods: PodControl;
  private readonly jobs: NumberByUid;
  private readonly names;
  private readonly ledgers = new Map<number, JobLedger>();
  /** Decided, but pods are still going. */
  private readonly verdicts = new Map<number, JobVerdict>();
  private readonly again = new Set<number>();
  private readonly expiry: number;

  constructor(plane: ControlPlane, limits: ClientLimits) {
    this.plane = plane;
    this.api = plane.api;
    this.names = plane.streams('names/job');
    this.queue = new WorkQueue(plane.clock, (id) => this.sync(id));
    this.pods = new PodControl(plane, COMPONENT, limits);
    this.jobs = new NumberByUid(plane.api, 'Job');
    this.expiry = plane.clock.apiKind((id) => this.expire(id));
    watchAll(plane.api.store('Job'), (job, before) => {
      if (job === undefined) this.forget(before!.id);
      else if (job.spec !== before?.spec) this.queue.add(job.id);
    });
    plane.api.pods.watch((pod, before) => {
      const known = pod ?? before!;
      const owner = controllerOf(known);
      const id = owner?.kind === 'Job' ? this.jobs.of(owner.uid) : undefined;
      if (id === undefined || !matters(pod, before)) return;
      if (this.api.store('Job').get(id)?.status.outcome !== undefined) return;
      if (pod === undefined && isTracked(known)) this.ledgerOf(id, known).lost.push(known);
      this.queue.addAfter(id, BATCH_US);
    });
  }

  begin(): void {
    for (const job of this.api.store('Job').all()) {
      this.queue.add(job.id);
      if (job.status.finishedUs !== undefined) this.expireLater(job, job.status.finishedUs);
    }
  }

  private forget(id: number): void {
    this.ledgers.delete(id);
    this.verdicts.delete(id);
    this.again.delete(id);
    this.queue.forget(id);
  }

  private ledgerOf(id: number, lost?: Pod): JobLedger {
    let ledger = this.ledgers.get(id);
    if (ledger === undefined) {
      const job = this.api.store('Job').get(id)!;
      const pods = this.api.podsOf(job.metadata.uid).filter((pod) => pod.id !== lost?.id);
      this.ledgers.set(id, (ledger = newLedger(pods)));
    }
    return ledger;
  }

  private sync(id: number): void {
    const job = this.api.store('Job').get(id);
    if (job === undefined || job.status.outcome !== undefined) return;
    if (this.pods.busy(id)) {
      this.again.add(id);
      return;
    }
    const { nowUs } = this.plane.clock;
    const pods = this.api.podsOf(job.metadata.uid);
    const counted = countEnds(job, this.ledgerOf(id), pods);
    for (const pod of counted.pods) this.untrack(pod);
    const active = pods.filter(isActive);
    const status = this.countedStatus(job, counted, active);
    const verdict = this.verdicts.get(id) ?? jobVerdict(job, status, counted, pods, nowUs);
    if (verdict !== undefined) {
      this.end(job, status, verdict, pods, active);
      return;
    }
    const toggled = job.spec.suspend !== (status.reason === 'Suspended');
    if (toggled) this.tellSuspension(job);
    this.report(job, {
      ...withoutStart(status),
      reason: job.spec.suspend ? 'Suspended' : '',
      ...(!job.spec.suspend && { startUs: toggled ? nowUs : (status.startUs ?? nowUs) }),
    });
    this.manage(job, status, active, pods);
    const { activeDeadlineSeconds, suspend } = job.spec;
    if (activeDeadlineSeconds !== undefined && !suspend) {
      const startUs = this.api.store('Job').get(id)!.status.startUs!;
      this.queue.addAfter(id, startUs + activeDeadlineSeconds * 1_000_000 - nowUs);
    }
  }

  private untrack(pod: Pod): void {
    const finalizers = pod.metadata.finalizers?.filter((one) => one !== TRACKING) ?? [];
    const current = this.api.pods.get(pod.id);
    if (current !== undefined) this.api.update('Pod', pod.id, { metadata: { ...current.metadata, finalizers } });
  }

  private countedStatus(job: Job, counted: CountedPods, active: readonly Pod[]): Status {
    const was = job.status;
    return {
      ...was,
      active: active.length,
      ready: active.reduce((sum, pod) => sum + Number(pod.status.ready), 0),
      succeeded: was.succeeded + counted.succeeded,
      failed: was.failed + counted.failed,
      completedIndexes: same(was.completedIndexes, counted.succeededIndexes),
      failedIndexes: same(was.failedIndexes, counted.failedIndexes),
    };
  }

  /** A job that is over lets its pods go, and says how it ended when the last of them is gone. */
  private end(job: Job, status: Status, verdict: JobVerdict, pods: readonly Pod[], active: readonly Pod[]): void {
    this.verdicts.set(job.id, verdict);
    if (active.length > 0) {
      this.report(job, status);
      this.pods.start(job, { create: 0, make: neverMade, victims: active, done: () => this.queue.add(job.id) });
      return;
    }
    if (pods.some((pod) => !hasEnded(pod))) {
      this.report(job, status);
      return;
    }
    const { nowUs } = this.plane.clock;
    const { outcome, reason, message } = verdict;
    this.report(job, { ...status, outcome, reason, finishedUs: nowUs });
    const about = aboutOf(job);
    const { chronicle } = this.plane;
    if (outcome === 'Complete') chronicle.event(COMPONENT, 'Normal', 'Completed', about, message);
    else chronicle.event(COMPONENT, 'Warning', reason, about, message);
    const indexes = status.failedIndexes.length === 0 ? '' : `, failed indexes ${indexesText(status.failedIndexes)}`;
    const why = `${status.succeeded} succeeded of ${job.spec.completions ?? 1}, ${status.failed} failed with a limit of ${job.spec.backoffLimit}${indexes}: ${message}`;
    chronicle.decision({ component: COMPONENT, about, what: outcome, why });
    this.forget(job.id);
    this.expireLater(job, nowUs);
  }

  /** More or fewer pods (`manageJob`). */
  private manage(job: Job, status: Status, active: readonly Pod[], pods: readonly Pod[]): void {
    const { spec } = job;
    const { nowUs } = this.plane.clock;
    const indexed = spec.completionMode === 'Indexed';
    const done = [status.completedIndexes, status.failedIndexes];
    let wanted = 0;
    if (!spec.suspend)
      wanted =
        spec.completions === undefined
          ? status.succeeded > 0
            ? active.length
            : spec.parallelism
          : Math.max(0, Math.min(spec.parallelism, spec.completions - status.succeeded));
    const superfluous = indexed ? superfluousPods(spec, active, done) : [];
    const tooMany = Math.max(active.length - wanted, superfluous.length);
    if (tooMany > 0) {
      const others = active.filter((pod) => !superfluous.includes(pod));
      const ranked = [...superfluous, ...inDeletionOrder(others, { nowUs, costs: false })];
      this.start(job, 0, ranked.slice(0, Math.min(BURST, tooMany)), [], 'too many');
      return;
    }
    // Pods that are going still work on their index.
    const going = replacesFailedOnly(job) ? pods.filter((pod) => !hasEnded(pod) && !isActive(pod)) : [];
    const missing = wanted - going.length - active.length;
    if (missing <= 0) return;
    const ledger = this.ledgerOf(job.id);
    const perIndex = spec.backoffLimitPerIndex !== undefined;
    const waitUs = perIndex ? 0 : remainingUs(ledger.row, nowUs);
    if (waitUs > 0) {
      this.holdUp(job, waitUs, ledger.row.failures);
      return;
    }
    if (!indexed) {
      this.start(job, Math.min(BURST, missing), [], undefined, `${wanted} wanted, ${active.length} active`);
      return;
    }
    // An index that backs off keeps its turn: those behind it do not overtake (`getPodCreationInfoForIndependentIndexes`).
    const free = firstFreeIndexes(spec, [...active, ...going], done, Math.min(BURST, missing));
    const ready: number[] = [];
    let nextUs = Infinity;
    for (const index of free) {
      const restUs = perIndex ? remainingUs(ledger.rowOfIndex.get(index) ?? NO_FAILURES, nowUs) : 0;
      if (restUs > 0) nextUs = Math.min(nextUs, restUs);
      else ready.push(index);
    }
    if (ready.length > 0) this.start(job, ready.length, [], ready, `${wanted} wanted, ${active.length} active`);
    else if (nextUs < Infinity) this.holdUp(job, nextUs, 0);
  }

  private holdUp(job: Job, waitUs: number, failures: number): void {
    this.queue.addAfter(job.id, waitUs);
    const { nowUs } = this.plane.clock;
    const ledger = this.ledgerOf(job.id);
    if (ledger.told?.toUs === nowUs + waitUs) return;
    const about = aboutOf(job);
    const last = failures === 0 ? 'of its index' : `${failures} in a row, ${backoffUs(failures) / 1e6} s`;
    const timer = `pod failure backoff (${last})`;
    ledger.told = { fromUs: nowUs, toUs: nowUs + waitUs, timer, about };
    this.plane.chronicle.timer(ledger.told);
  }

  /** Pods are created: a backoff that was to last longer, until a success cut it short, has ended. */
  private endWait(job: Job): void {
    const ledger = this.ledgerOf(job.id);
    const { nowUs } = this.plane.clock;
    if (ledger.told !== undefined && ledger.told.toUs > nowUs)
      this.plane.chronicle.timer({ ...ledger.told, toUs: nowUs });
    ledger.told = undefined;
  }

  private start(
    job: Job,
    create: number,
    victims: readonly Pod[],
    indexes: readonly number[] | undefined,
    why: string,
  ): void {
    const { chronicle, clock } = this.plane;
    if (create > 0) this.endWait(job);
    const about = aboutOf(job);
    const list = indexes === undefined || indexes.length === 0 ? '' : ` (indexes ${indexesText(indexes)})`;
    const what = create > 0 ? `create ${create} pods${list}` : `delete ${victims.length} pods`;
    chronicle.decision({ component: COMPONENT, about, what, why: job.spec.suspend ? 'suspended' : why });
    const counts = job.spec.backoffLimitPerIndex !== undefined;
    const { rowOfIndex } = this.ledgerOf(job.id);
    // Pods that the job itself has no more use for are no failures (`deleteJobPods`).
    for (const pod of victims) this.untrack(pod);
    this.pods.start(job, {
      create,
      make: (at) => {
        const index = indexes?.[at];
        if (index === undefined) return jobPod(job, this.names, clock.nowUs);
        const failures = counts ? (rowOfIndex.get(index)?.failures ?? 0) : undefined;
        return jobPod(job, this.names, clock.nowUs, { index, failures });
      },
      victims,
      done: (refused) => {
        if (refused) this.queue.retry(job.id);
        else this.queue.forget(job.id);
        const active = this.api.podsOf(job.metadata.uid).filter(isActive).length;
        if (this.api.store('Job').get(job.id)?.status.active !== active) this.api.setStatus('Job', job.id, { active });
        if (this.again.delete(job.id)) this.queue.add(job.id);
      },
    });
  }

  private tellSuspension(job: Job): void {
    const [reason, text] = job.spec.suspend ? ['Suspended', 'Job suspended'] : ['Resumed', 'Job resumed'];
    this.plane.chronicle.event(COMPONENT, 'Normal', reason, aboutOf(job), text);
  }

  private report(job: Job, status: Status): void {
    const fields = Object.keys({ ...job.status, ...status }) as (keyof Status)[];
    if (fields.some((field) => status[field] !== job.status[field])) this.api.update('Job', job.id, { status });
  }

  private expireLater(job: Job, finishedUs: number): void {
    const { ttlSecondsAfterFinished } = job.spec;
    if (ttlSecondsAfterFinished === undefined) return;
    this.plane.clock.at(finishedUs + ttlSecondsAfterFinished * 1_000_000, this.expiry, job.id);
  }

  /** The TTL-after-finished controller: the job goes, and the garbage collector takes its pods. */
  private expire(id: number): void {
    const job = this.api.store('Job').get(id);
    const { finishedUs } = job?.status ?? {};
    if (job === undefined || finishedUs === undefined) return;
    this.plane.chronicle.event(
      'ttl-after-finished-controller',
      'Normal',
      'Deleted',
      aboutOf(job),
      `ttlSecondsAfterFinished ${job.spec.ttlSecondsAfterFinished} have passed since it finished`,
    );
    this.api.remove('Job', id);
  }
}

function withoutStart(status: Status): Omit<Status, 'startUs'> {
  const { startUs: _, ...others } = status;
  return others;
}

/** The list that was there if it holds the same. */
function same(was: readonly number[], is: readonly number[]): readonly number[] {
  return was.length === is.length && was.every((index, at) => index === is[at]) ? was : is;
}

function neverMade(): never {
  throw new Error('a job that is over makes no pods');
}
