import type { DataPlane, TaskEnd } from '../../../data-plane/data-plane.ts';
import type { ProcessBehaviour } from '../../../data-plane/process-behaviour.ts';
import type { MesosValues } from '../../constants.ts';
import type { Master } from '../../master/master.ts';
import { isTerminal, type Framework, type Offer, type StatusReason, type TaskState } from '../../master/task-state.ts';
import type { AppSpec } from './app-spec.ts';
import { AppDeployer } from './app-deployer.ts';
import { isHealthy, type Instance, type RunningApp } from './instance.ts';
import { InstanceProbes } from './instance-probes.ts';
import { InstanceTracker } from './instance-tracker.ts';
import { KillService } from './kill-service.ts';
import { LoadBalancer } from './load-balancer.ts';
import { OfferDemand } from './offer-demand.ts';
import { OfferProcessor } from './offer-processor.ts';
import { RateLimiter } from './rate-limiter.ts';
import { ResidentVolumes } from './resident-volumes.ts';
import { UnreachableInstances } from './unreachable-instances.ts';

/** States that lengthen an app's launch delay (NotifyRateLimiterStepImpl). */
const BACKS_OFF: ReadonlySet<TaskState> = new Set(['FAILED', 'ERROR', 'GONE', 'DROPPED', 'FINISHED']);

/** Marathon: keeps apps running on what the master offers. */
export class Marathon implements Framework {
  readonly name: string;
  readonly tracker: InstanceTracker;
  private readonly plane: DataPlane;
  private readonly values: MesosValues;
  private readonly master: Master;
  private readonly id: number;
  private readonly roles = new Set<string>();
  private readonly limiter = new RateLimiter();
  private readonly volumes = new ResidentVolumes();
  private readonly probes: InstanceProbes;
  private readonly balancer: LoadBalancer;
  private readonly demand: OfferDemand;
  private readonly processor: OfferProcessor;
  private readonly kills: KillService;
  private readonly deployer: AppDeployer;
  private readonly unreachable: UnreachableInstances;
  private readonly touched = new Set<number>();
  private readonly checkKind: number;
  private readonly wakeKind: number;
  private readonly overdueKind: number;
  private readonly reconcileKind: number;
  private readonly scaleKind: number;

  constructor(plane: DataPlane, values: MesosValues, master: Master, name: string, hasGpus: boolean) {
    this.plane = plane;
    this.values = values;
    this.master = master;
    this.name = name;
    const { clock } = plane;
    this.id = master.register(
      this,
      [],
      { gpuResources: hasGpus, revocableResources: false, partitionAware: true },
      values.frameworkFailoverTimeout,
    );
    this.tracker = new InstanceTracker(plane);
    this.probes = new InstanceProbes(plane, values, {
      changed: (instance) => this.healthChanged(instance),
      failed: (instance) => this.unhealthy(instance),
    });
    this.balancer = new LoadBalancer(plane, values.loadBalancerDelay);
    this.demand = new OfferDemand(plane, values, {
      wants: (role) => this.wantsOffers(role),
      suppress: (role) => master.suppress(this.id, role),
      revive: (role) => master.revive(this.id, role),
    });
    const { tracker, limiter, volumes } = this;
    this.processor = new OfferProcessor(
      {
        plane,
        values,
        master,
        tracker,
        volumes,
        launchableUs: (app) => limiter.launchableUs(app.id),
        launched: (instance) => this.launched(instance),
      },
      name,
    );
    this.kills = new KillService(plane, values, tracker.byId, ({ task }) => master.kill(task));
    this.deployer = new AppDeployer(plane, values, tracker, {
      launch: (app, count) => this.schedule(app, count),
      kill: (instances) => this.stop(instances),
      touch: (app) => this.touch(app),
      subscribe: (role) => this.subscribe(role),
      newVersion: (app) => this.newVersion(app),
    });
    this.unreachable = new UnreachableInstances(plane, values, tracker, {
      inactive: (instance) => this.touch(instance.app),
      expunge: (instance) => this.ended(instance, 'evicted'),
    });
    this.checkKind = clock.apiKind((app) => this.check(app));
    this.wakeKind = clock.apiKind((app) => this.wake(app));
    this.overdueKind = clock.apiKind((instance) => this.overdue(instance));
    this.reconcileKind = clock.apiKind(() => this.reconcile());
    this.scaleKind = clock.apiKind(() => this.scaleAll());
  }

  begin(): void {
    const { clock } = this.plane;
    clock.after(this.values.reconciliationInterval, this.reconcileKind, 0);
    clock.after(this.values.scaleAppsInitialDelay, this.scaleKind, 0);
  }

  /** Deploys apps that are new or other than before; `removed` go. */
  deploy(
    wanted: ReadonlyMap<string, AppSpec>,
    removed: readonly string[],
    behaviourOf: (app: string) => ProcessBehaviour,
  ): void {
    this.deployer.deploy(wanted, removed, behaviourOf);
  }

  offers(offers: readonly Offer[]): void {
    this.processor.process(offers);
    this.demand.update();
  }

  /** Offers are answered as they arrive, so none is missed. */
  rescinded(): void {}

  status(task: number, state: TaskState, reason: StatusReason): void {
    const instance = this.tracker.byTask.get(task);
    if (instance === undefined) {
      // Whatever runs and is unknown is killed.
      if (!isTerminal(state) && state !== 'UNREACHABLE') this.master.kill(task);
      return;
    }
    if (state === 'UNREACHABLE') this.becameUnreachable(instance);
    else if (isTerminal(state)) this.terminal(instance, state, reason);
    else this.alive(instance, state);
    this.touch(instance.app);
  }

  get isQuiet(): boolean {
    return this.deployer.isQuiet;
  }

  /** Starts fresh: no launch delay, and what waits for an offer is of no version that anybody wants now. */
  private newVersion(app: RunningApp): void {
    this.limiter.reset(app.id);
    for (const one of app.instances) if (one.state === 'scheduled') this.ended(one, 'stopped');
  }

  private subscribe(role: string): void {
    if (this.roles.has(role)) return;
    this.roles.add(role);
    this.master.subscribe(this.id, role);
    this.demand.add(role);
  }

  /** Looks at an app as soon as everything of this moment has happened. */
  private touch(app: RunningApp): void {
    if (this.touched.has(app.index)) return;
    this.touched.add(app.index);
    this.plane.clock.after(0, this.checkKind, app.index);
  }

  private check(index: number): void {
    this.touched.delete(index);
    this.deployer.check(this.tracker.byIndex[index]);
    this.demand.update();
  }

  private schedule(app: RunningApp, count: number): void {
    for (let k = 0; k < count; k++) this.tracker.schedule(app);
    this.wake(app.index);
  }

  /** Asks for offers now, or when the app's launch delay is over. */
  private wake(index: number): void {
    const app = this.tracker.byIndex[index];
    const launchableUs = this.limiter.launchableUs(app.id);
    const { clock } = this.plane;
    if (![...app.instances].some(({ state }) => state === 'scheduled')) return;
    if (launchableUs > clock.nowUs) clock.at(launchableUs, this.wakeKind, index);
    else this.demand.more(app.spec.role);
  }

  private wantsOffers(role: string): boolean {
    for (const app of this.tracker.apps.values())
      if (app.spec.role === role && this.processor.waiting(app).length > 0) return true;
    return false;
  }

  private launched(instance: Instance): void {
    const { clock } = this.plane;
    const { taskLaunchTimeout, overdueTasksInterval } = this.values;
    this.advance(instance.app);
    const dueUs = Math.ceil((clock.nowUs + taskLaunchTimeout) / overdueTasksInterval) * overdueTasksInterval;
    clock.at(dueUs, this.overdueKind, instance.id);
  }

  private alive(instance: Instance, state: TaskState): void {
    const isBack = instance.state === 'unreachable' || instance.state === 'inactive';
    if (state === 'STARTING' && instance.state === 'staging') {
      this.tracker.become(instance, 'starting');
      this.advance(instance.app);
    }
    if (state !== 'RUNNING' || instance.state === 'running') return;
    this.tracker.become(instance, 'running');
    this.advance(instance.app);
    if (!isBack) {
      instance.container = this.master.agents.containerOf(instance.task);
      this.probes.begin(instance);
    }
    this.healthChanged(instance);
  }

  /** A launch delay that there is counts from now (NotifyRateLimiterStepImpl: advanceWorthy). Others of the app wait longer. */
  private advance(app: RunningApp): void {
    const { nowUs } = this.plane.clock;
    this.limiter.cleanUp(nowUs);
    if (this.limiter.advance(app.id, nowUs)) this.wake(app.index);
  }

  private healthChanged(instance: Instance): void {
    if (isHealthy(instance)) this.processor.tokens.giveBack();
    this.tracker.tellReady(instance);
    this.balancer.hears(instance);
    this.touch(instance.app);
  }

  /** A health check has failed once too often. Nobody kills what is unreachable. */
  private unhealthy(instance: Instance): void {
    if (instance.state !== 'running') return;
    const most = instance.spec.healthChecks.map(({ maxConsecutiveFailures }) => maxConsecutiveFailures);
    this.plane.chronicle.event(
      'marathon',
      'Warning',
      'unhealthy_instance_kill_event',
      instance.name,
      `more than ${Math.max(...most)} health checks failed in a row; it is killed`,
    );
    instance.failedHealth = true;
    this.kill(instance);
  }

  private overdue(id: number): void {
    const instance = this.tracker.byId.get(id);
    if (instance === undefined || (instance.state !== 'staging' && instance.state !== 'starting')) return;
    this.plane.chronicle.event(
      'marathon',
      'Warning',
      'overdue_task',
      instance.name,
      'it has not started within task_launch_timeout; it is killed',
    );
    this.kill(instance);
  }

  private becameUnreachable(instance: Instance): void {
    if (instance.state === 'unreachable' || instance.state === 'inactive') return;
    this.kills.done(instance);
    if (isHealthy(instance)) this.plane.books.setReady(instance.book, false);
    this.unreachable.add(instance);
    this.balancer.hears(instance);
  }

  /** For good: it is not wanted any more. */
  private stop(instances: readonly Instance[]): void {
    for (const instance of instances) {
      instance.isWanted = false;
      // What nobody can kill is forgotten.
      if (instance.state === 'scheduled') this.ended(instance, 'stopped');
      else if (instance.state === 'unreachable' || instance.state === 'inactive') this.ended(instance, 'evicted');
      else this.kill(instance);
    }
  }

  private kill(instance: Instance): void {
    if (Number.isNaN(instance.killedUs)) instance.killedUs = this.plane.clock.nowUs;
    this.balancer.hears(instance);
    this.kills.kill(instance);
  }

  private terminal(instance: Instance, state: TaskState, reason: StatusReason): void {
    const { chronicle, clock } = this.plane;
    const { app, name } = instance;
    const isDrained = reason === 'AGENT_DRAINING';
    const isFailure = BACKS_OFF.has(state) && instance.isWanted;
    chronicle.event(
      'marathon',
      isFailure ? 'Warning' : 'Normal',
      `TASK_${state}`,
      name,
      reason === '' ? `the task is ${state.toLowerCase()}` : reason,
    );
    if (isDrained) this.limiter.reset(app.id);
    if (isFailure) {
      this.limiter.cleanUp(clock.nowUs);
      const delayUs = this.limiter.failed(instance.spec, clock.nowUs);
      if (delayUs > 0)
        chronicle.timer({
          fromUs: clock.nowUs,
          toUs: clock.nowUs + delayUs,
          timer: 'launch backoff (backoffSeconds x backoffFactor)',
          about: app.name,
        });
    }
    this.ended(instance, endOf(instance, state, isDrained));
  }

  private ended(instance: Instance, how: TaskEnd): void {
    this.kills.done(instance);
    this.volumes.released(instance);
    this.tracker.end(instance, how);
    this.balancer.hears(instance);
    this.touch(instance.app);
  }

  private reconcile(): void {
    this.plane.clock.after(this.values.reconciliationInterval, this.reconcileKind, 0);
    this.unreachable.look();
    this.master.reconcile(this.id, [...this.tracker.byTask.keys()]);
  }

  private scaleAll(): void {
    this.plane.clock.after(this.values.scaleAppsInterval, this.scaleKind, 0);
    for (const app of this.tracker.apps.values()) this.touch(app);
  }
}

function endOf({ isWanted, failedHealth }: Instance, state: TaskState, isDrained: boolean): TaskEnd {
  if (state === 'FINISHED') return 'finished';
  if (state === 'KILLED') return isDrained ? 'evicted' : isWanted || failedHealth ? 'failed' : 'stopped';
  return state === 'GONE' || state === 'LOST' || state === 'DROPPED' ? 'evicted' : 'failed';
}
