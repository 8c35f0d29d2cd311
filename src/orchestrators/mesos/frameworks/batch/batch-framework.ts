import { parseCron } from '../../../kubernetes/controllers/cronjob/cron-schedule.ts';
import type { DataPlane, TaskEnd } from '../../../data-plane/data-plane.ts';
import { NO_RESOURCES } from '../../../data-plane/machine-spec.ts';
import type { ProcessBehaviour } from '../../../data-plane/process-behaviour.ts';
import { EMPTY_BUNDLE, minusBundle, type Bundle } from '../../allocator/bundle.ts';
import { contains } from '../../allocator/quantities.ts';
import type { MesosValues } from '../../constants.ts';
import type { Master } from '../../master/master.ts';
import {
  isTerminal,
  type Framework,
  type Offer,
  type StatusReason,
  type TaskOrder,
  type TaskState,
} from '../../master/task-state.ts';
import { meetsConstraint } from '../marathon/constraints.ts';
import type { BatchJob, JobRun, RunningSchedule } from './batch-job.ts';
import { HeldOffers, type HeldOffer } from './held-offers.ts';
import type { JobSpec } from './job-spec.ts';

/** A framework that runs jobs to their end, at once or by their schedules, as Metronome (DC/OS jobs) does. */
export class BatchFramework implements Framework {
  readonly name: string;
  readonly jobs = new Map<string, BatchJob>();
  private readonly plane: DataPlane;
  private readonly values: MesosValues;
  private readonly master: Master;
  private readonly id: number;
  private readonly roles = new Set<string>();
  private readonly suppressed = new Set<string>();
  private readonly runs = new Map<number, JobRun>();
  private readonly byTask = new Map<number, JobRun>();
  private readonly schedules: RunningSchedule[] = [];
  private readonly triggers: { job: BatchJob; count: number }[] = [];
  private readonly offersHeld: HeldOffers;
  private readonly triggerKind: number;
  private readonly scheduleKind: number;
  private readonly retryKind: number;
  private readonly deadlineKind: number;
  private readonly matchKind: number;
  private nextRun = 0;

  constructor(plane: DataPlane, values: MesosValues, master: Master, name: string, hasGpus: boolean) {
    this.plane = plane;
    this.values = values;
    this.master = master;
    this.name = name;
    // Not partition-aware: what its agent loses is lost, and killed if the agent comes back.
    this.id = master.register(
      this,
      [],
      { gpuResources: hasGpus, revocableResources: values.batchTakesRevocable !== 0, partitionAware: false },
      0,
    );
    const { clock } = plane;
    this.offersHeld = new HeldOffers(plane, values, name, (offer) =>
      master.decline(offer, values.batchDeclineDuration),
    );
    this.triggerKind = clock.apiKind((number) => this.trigger(this.triggers[number].job, this.triggers[number].count));
    this.scheduleKind = clock.apiKind((number) => this.due(this.schedules[number]));
    this.retryKind = clock.apiKind((run) => this.retry(run));
    this.deadlineKind = clock.apiKind((run) => this.launchDeadline(run));
    this.matchKind = clock.apiKind(() => this.match());
  }

  /** A new job, or another version of one: runs that are under way go on as they are. */
  setJob(spec: JobSpec, behaviour: ProcessBehaviour): void {
    this.subscribe(spec.role);
    const known = this.jobs.get(spec.id);
    if (known !== undefined) {
      known.spec = spec;
      known.behaviour = behaviour;
      return;
    }
    const { balancers, books, clock } = this.plane;
    const workload = books.addWorkload(spec.id, 'job', balancers.indexOf(spec.id));
    const job: BatchJob = {
      id: spec.id,
      workload,
      spec,
      behaviour,
      isRemoved: false,
      runs: new Set(),
      queue: [],
      made: 0,
    };
    this.jobs.set(spec.id, job);
    // Nothing is asked for while the cluster comes to rest before the run.
    if (spec.runs > 0) {
      books.setDesired(workload, spec.runs);
      clock.at(Math.max(0, clock.nowUs), this.triggerKind, this.triggers.push({ job, count: spec.runs }) - 1);
    }
    for (const schedule of spec.schedules) {
      if (!schedule.enabled) continue;
      const running = { job, schedule, cron: parseCron(schedule.cron, schedule.timeZone), nextUs: 0 };
      this.planNext(running, this.schedules.push(running) - 1, Math.max(0, clock.nowUs));
    }
  }

  /** So many runs of a job, now. */
  trigger(job: BatchJob, count: number): void {
    for (let k = 0; k < count; k++) {
      const id = this.nextRun++;
      const run: JobRun = {
        id,
        job,
        beganUs: this.plane.clock.nowUs,
        state: 'queued',
        attempt: 0,
        name: '',
        book: -1,
        task: -1,
        attributes: undefined,
      };
      job.made++;
      this.runs.set(id, run);
      job.runs.add(run);
      this.enqueue(run, job.made);
    }
    this.tellDesired(job);
  }

  /** Its runs are killed and there are no more. */
  remove(job: BatchJob): void {
    job.isRemoved = true;
    this.jobs.delete(job.id);
    for (const run of job.runs)
      if (run.state === 'launched') this.master.kill(run.task);
      else this.finish(run, 'stopped');
  }

  offers(offers: readonly Offer[]): void {
    for (const offer of offers) this.offersHeld.add(offer);
    this.match();
  }

  rescinded(offer: number): void {
    this.offersHeld.remove(offer);
  }

  status(task: number, state: TaskState, reason: StatusReason): void {
    const run = this.byTask.get(task);
    if (run === undefined) {
      if (!isTerminal(state)) this.master.kill(task);
      return;
    }
    if (state === 'RUNNING') this.plane.books.setReady(run.book, true);
    if (!isTerminal(state)) return;
    const { chronicle, clock } = this.plane;
    const isGood = state === 'FINISHED';
    chronicle.event(
      this.name,
      isGood ? 'Normal' : 'Warning',
      `TASK_${state}`,
      run.name,
      reason === '' ? `the task is ${state.toLowerCase()}` : reason,
    );
    this.byTask.delete(task);
    run.task = -1;
    if (isGood) this.finish(run, 'finished');
    else if (run.job.isRemoved) this.finish(run, 'stopped');
    else if (this.mayRestart(run)) {
      this.plane.books.end(run.book, endOf(state, reason));
      run.state = 'delayed';
      run.book = -1;
      const toUs = clock.nowUs + this.values.batchRestartDelay;
      chronicle.timer({ fromUs: clock.nowUs, toUs, timer: 'restart delay', about: run.job.id });
      clock.at(toUs, this.retryKind, run.id);
    } else this.finish(run, endOf(state, reason));
  }

  get isQuiet(): boolean {
    return this.runs.size === 0;
  }

  private subscribe(role: string): void {
    if (this.roles.has(role)) return;
    this.roles.add(role);
    this.suppressed.add(role);
    this.master.subscribe(this.id, role);
  }

  private mayRestart({ job, beganUs }: JobRun): boolean {
    return job.spec.restartsOnFailure && this.plane.clock.nowUs - beganUs < job.spec.activeDeadlineUs;
  }

  private planNext(running: RunningSchedule, number: number, afterUs: number): void {
    const { clock, epochMs, durationUs } = this.plane;
    const nextMs = running.cron.next(Math.floor(epochMs + afterUs / 1000));
    if (nextMs === undefined) return;
    running.nextUs = (nextMs - epochMs) * 1000;
    if (running.nextUs <= durationUs) clock.at(running.nextUs, this.scheduleKind, number);
  }

  private due(running: RunningSchedule): void {
    const { job, schedule, nextUs } = running;
    if (job.isRemoved) return;
    const { chronicle, clock } = this.plane;
    const isLate = clock.nowUs > nextUs + schedule.startingDeadlineUs;
    const isBusy = !schedule.allowsConcurrent && job.runs.size > 0;
    if (isLate || isBusy)
      chronicle.decision({
        component: this.name,
        about: job.id,
        what: 'no run',
        why: isLate ? 'startingDeadlineSeconds is over' : 'concurrencyPolicy FORBID and a run goes on',
      });
    else this.trigger(job, 1);
    this.planNext(running, this.schedules.indexOf(running), clock.nowUs);
  }

  private enqueue(run: JobRun, number: number): void {
    const { books, clock } = this.plane;
    const { job } = run;
    run.attempt++;
    run.name =
      run.attempt === 1 ? `${job.id}.${number}` : `${run.name.replace(/-retry\d+$/, '')}-retry${run.attempt - 1}`;
    run.book = books.addTask(job.workload, run.name, job.spec.resources);
    run.state = 'queued';
    job.queue.push(run);
    clock.after(job.spec.maxLaunchDelayUs, this.deadlineKind, run.id);
    const { role } = job.spec;
    if (this.suppressed.delete(role)) this.master.revive(this.id, role);
    else if (this.values.batchHoldsOffers !== 0) clock.after(0, this.matchKind, 0);
  }

  private retry(id: number): void {
    const run = this.runs.get(id);
    if (run?.state === 'delayed') this.enqueue(run, 0);
  }

  private launchDeadline(id: number): void {
    const run = this.runs.get(id);
    if (run?.state !== 'queued' || this.plane.clock.nowUs - run.beganUs < run.job.spec.maxLaunchDelayUs) return;
    this.plane.chronicle.event(
      this.name,
      'Warning',
      'LaunchDelayed',
      run.name,
      'it was not launched within maxLaunchDelay',
    );
    this.finish(run, 'failed');
  }

  /** Queued runs in order, each on the first offer that does; what nobody uses is declined unless it is held. */
  private match(): void {
    const open = this.offersHeld.inOrder();
    if (open.length === 0) return;
    const launches = new Map<HeldOffer, { run: JobRun; order: TaskOrder }[]>();
    for (const job of this.jobsInOrder()) {
      let launched = 0;
      for (const run of job.queue) {
        const taken = this.choose(run, open);
        // Runs of a job are alike: where one did not fit the next does not.
        if (taken === undefined) {
          this.plane.books.waits(run.book, 'no offer has matched');
          break;
        }
        launched++;
        const bundle = bundleOf(job.spec, taken.left)!;
        taken.left = minusBundle(taken.left, bundle);
        run.state = 'launched';
        run.attributes = taken.offer.attributes;
        this.plane.books.place(run.book, taken.offer.machine);
        const list = launches.get(taken) ?? [];
        list.push({ run, order: orderOf(run, bundle) });
        launches.set(taken, list);
      }
      if (launched > 0) job.queue = job.queue.slice(launched);
    }
    for (const one of open) this.answer(one, launches.get(one) ?? []);
    this.suppressIdle();
  }

  /** Jobs with runs that wait, that first whose oldest run has waited longest. */
  private jobsInOrder(): BatchJob[] {
    const waiting: BatchJob[] = [];
    for (const job of this.jobs.values()) {
      job.queue = job.queue.filter(({ state }) => state === 'queued');
      if (job.queue.length > 0) waiting.push(job);
    }
    return waiting.sort((a, b) => a.queue[0].id - b.queue[0].id);
  }

  private choose(run: JobRun, open: readonly HeldOffer[]): HeldOffer | undefined {
    const { spec, runs } = run.job;
    const placed = spec.constraints.length === 0 ? [] : [...runs].filter(({ state }) => state === 'launched');
    const instances = placed.map(({ attributes }) => ({ attributes: attributes!, desired: runs.size }));
    const suits = ({ offer, left }: HeldOffer): boolean =>
      offer.role === spec.role &&
      bundleOf(spec, left) !== undefined &&
      spec.constraints.every((one) => meetsConstraint(one, offer.attributes, instances));
    const { chooser } = this.plane;
    if (chooser === undefined) return open.find(suits);
    const suitable = open.filter(suits);
    if (suitable.length === 0) return undefined;
    const machine = chooser.choose(
      suitable.map(({ offer }) => offer.machine),
      { name: run.name, resources: spec.resources },
    );
    return suitable.find(({ offer }) => offer.machine === machine);
  }

  private answer({ offer }: HeldOffer, launches: readonly { run: JobRun; order: TaskOrder }[]): void {
    const { batchHoldsOffers, batchDeclineDuration, defaultRefuse } = this.values;
    if (launches.length === 0) {
      if (batchHoldsOffers !== 0) return;
      this.offersHeld.remove(offer.id);
      this.master.decline(offer, batchDeclineDuration);
      return;
    }
    this.offersHeld.remove(offer.id);
    const tasks = this.master.accept(
      offer,
      launches.map(({ order }) => order),
      batchHoldsOffers === 0 ? defaultRefuse : 0,
    );
    launches.forEach(({ run }, k) => {
      if (tasks === undefined) {
        run.state = 'queued';
        run.job.queue.unshift(run);
      } else {
        run.task = tasks[k];
        this.byTask.set(run.task, run);
      }
    });
  }

  private suppressIdle(): void {
    for (const role of this.roles) {
      const isWanted = [...this.jobs.values()].some(({ spec, queue }) => spec.role === role && queue.length > 0);
      if (isWanted || this.suppressed.has(role) || this.values.batchHoldsOffers !== 0) continue;
      this.suppressed.add(role);
      this.master.suppress(this.id, role);
    }
  }

  private finish(run: JobRun, how: TaskEnd): void {
    run.state = 'ended';
    this.runs.delete(run.id);
    run.job.runs.delete(run);
    if (run.book >= 0) this.plane.books.end(run.book, how);
    this.tellDesired(run.job);
  }

  private tellDesired(job: BatchJob): void {
    this.plane.books.setDesired(job.workload, job.runs.size);
  }
}

function bundleOf({ resources }: JobSpec, { unreserved, reserved, revocable }: Bundle): Bundle | undefined {
  for (const [role, amount] of reserved)
    if (contains(amount, resources)) return { ...EMPTY_BUNDLE, reserved: new Map([[role, resources]]) };
  if (contains(unreserved, resources)) return { ...EMPTY_BUNDLE, unreserved: resources };
  // Only CPU is oversubscribed: memory that was lent could not be taken back.
  const rest = { ...resources, cpuMilli: 0 };
  if (revocable.cpuMilli < resources.cpuMilli || !contains(unreserved, rest)) return undefined;
  return { ...EMPTY_BUNDLE, unreserved: rest, revocable: { ...NO_RESOURCES, cpuMilli: resources.cpuMilli } };
}

function orderOf({ job, name, book }: JobRun, bundle: Bundle): TaskOrder {
  const { spec, behaviour, id } = job;
  return {
    name,
    book,
    image: spec.image === '' ? id : spec.image,
    forcePullImage: spec.forcePullImage,
    resources: spec.resources,
    cpuLimitMilli: Infinity,
    memLimitBytes: spec.resources.memBytes,
    behaviour,
    killGraceUs: spec.taskKillGraceUs,
    bundle,
  };
}

function endOf(state: TaskState, reason: StatusReason): TaskEnd {
  return state === 'LOST' || state === 'GONE' || reason === 'AGENT_DRAINING' ? 'evicted' : 'failed';
}
