import type { TargetGroup } from '../files/ecs-files.ts';
import type { EcsTask } from '../tasks/ecs-task.ts';
import type { EcsWorld } from '../world.ts';

interface Target {
  readonly id: number;
  readonly task: EcsTask;
  readonly group: TargetGroup;
  readonly container: number;
  /** Index of the modelled service that the group leads to; -1: none. */
  readonly service: number;
  state: 'initial' | 'healthy' | 'unhealthy' | 'draining' | 'unused';
  probe: number;
  slowSinceUs: number;
}

/**
 * Target groups of an Application Load Balancer: health checks over the network, slow start, and fail open: where no target
 * is healthy, all get requests (target-group-health-checks). A target in its first check takes none yet.
 */
export class TargetGroups {
  private readonly world: EcsWorld;
  private readonly told: (task: EcsTask) => void;
  private readonly targets: Target[] = [];
  private readonly ofTask = new Map<number, Target[]>();
  private readonly ofGroup = new Map<string, Set<Target>>();
  private readonly registerKind: number;
  private readonly slowKind: number;

  /** `told` of each task whose `target` has changed. */
  constructor(world: EcsWorld, told: (task: EcsTask) => void) {
    this.world = world;
    this.told = told;
    this.registerKind = world.plane.clock.apiKind((id) => this.check(this.targets[id]));
    this.slowKind = world.plane.clock.kind((id) => this.rise(this.targets[id]));
  }

  /** The task runs: its container is registered with these groups. */
  register(task: EcsTask, groups: readonly TargetGroup[], container: number, service: number): void {
    task.target = 'initial';
    for (const [k, group] of groups.entries()) {
      // Where a service stands in several groups, requests come through the first.
      const target: Target = {
        id: this.targets.length,
        task,
        group,
        container,
        service: k === 0 ? service : -1,
        state: 'unused',
        probe: -1,
        slowSinceUs: NaN,
      };
      this.targets.push(target);
      this.ofTask.set(task.id, [...(this.ofTask.get(task.id) ?? []), target]);
      let members = this.ofGroup.get(group.name);
      if (members === undefined) this.ofGroup.set(group.name, (members = new Set()));
      members.add(target);
      this.world.plane.clock.after(this.world.values.targetRegistration, this.registerKind, target.id);
    }
  }

  /** No new requests from now on. How long those in flight are waited for, microseconds; 0: it was in no group. */
  deregister(task: EcsTask): number {
    let delayUs = 0;
    for (const target of this.ofTask.get(task.id) ?? []) {
      if (target.state !== 'unused') delayUs = Math.max(delayUs, target.group.deregistrationDelayUs);
      this.leave(target);
      target.state = 'draining';
    }
    return delayUs;
  }

  /** The task has stopped. */
  forget(task: EcsTask): void {
    for (const target of this.ofTask.get(task.id) ?? []) {
      this.leave(target);
      target.state = 'unused';
      // Numbers stay, what is behind them goes.
      this.ofGroup.get(target.group.name)?.delete(target);
    }
    this.ofTask.delete(task.id);
  }

  private leave(target: Target): void {
    const { probes, balancers } = this.world.plane;
    if (target.probe >= 0) probes.stop(target.probe);
    target.probe = -1;
    if (target.service >= 0) balancers.unlist(target.service, target.container);
    this.ofGroup.get(target.group.name)?.delete(target);
    this.route(target.group);
  }

  private check(target: Target): void {
    if (target.state !== 'unused' || !this.ofTask.has(target.task.id) || target.task.desiredStatus === 'STOPPED')
      return;
    target.state = 'initial';
    const { random } = this.world;
    this.watch(target, 1, Math.floor(random.targets.next() * target.group.intervalUs));
  }

  private watch(target: Target, rise: number, firstAfterUs: number): void {
    const { intervalUs, timeoutUs, unhealthyThreshold } = target.group;
    target.probe = this.world.plane.probes.watch(
      target.container,
      { firstAfterUs, intervalUs, timeoutUs, rise, fall: unhealthyThreshold, graceUs: 0, isRemote: true },
      (_container, isHealthy) => this.seen(target, isHealthy),
    );
  }

  private seen(target: Target, isHealthy: boolean): void {
    if (target.probe < 0) return;
    const before = target.state;
    target.state = isHealthy ? 'healthy' : 'unhealthy';
    if (before === target.state) return;
    if (before === 'initial') {
      // One passing check is enough at first; from now on it takes as many as the group says.
      this.world.plane.probes.stop(target.probe);
      this.watch(target, target.group.healthyThreshold, target.group.intervalUs);
    }
    const members = [...(this.ofGroup.get(target.group.name) ?? [])];
    const { slowStartUs } = target.group;
    if (isHealthy && slowStartUs > 0 && members.some((one) => one !== target && one.state === 'healthy')) {
      target.slowSinceUs = this.world.plane.clock.nowUs;
      this.route(target.group);
      this.rise(target);
    } else this.route(target.group);
    const states = (this.ofTask.get(target.task.id) ?? []).map(({ state }) => state);
    target.task.target = states.includes('unhealthy')
      ? 'unhealthy'
      : states.every((state) => state === 'healthy')
        ? 'healthy'
        : 'initial';
    this.told(target.task);
  }

  /** Who of a group gets requests now. */
  private route(group: TargetGroup): void {
    const { balancers } = this.world.plane;
    const members = [...(this.ofGroup.get(group.name) ?? [])].filter(
      ({ state }) => state !== 'unused' && state !== 'draining',
    );
    const failsOpen = members.length > 0 && members.every(({ state }) => state === 'unhealthy');
    for (const { state, service, container } of members) {
      if (service < 0) continue;
      const gets = failsOpen || state === 'healthy';
      if (gets === balancers.isListed(service, container)) continue;
      if (gets) balancers.list(service, container);
      else balancers.unlist(service, container);
    }
  }

  /** The weight of a new target rises in steps. */
  private rise(target: Target): void {
    if (target.state !== 'healthy' || target.service < 0 || Number.isNaN(target.slowSinceUs)) return;
    const { clock, balancers } = this.world.plane;
    const steps = this.world.values.slowStartSteps;
    const { slowStartUs } = target.group;
    const step = Math.floor(((clock.nowUs - target.slowSinceUs) * steps) / slowStartUs) + 1;
    balancers.setWeight(target.service, target.container, Math.min(1, step / steps));
    if (step < steps) clock.at(target.slowSinceUs + Math.ceil((step * slowStartUs) / steps), this.slowKind, target.id);
    else target.slowSinceUs = NaN;
  }
}
