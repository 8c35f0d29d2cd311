import type { ScalableTarget, ScalingMetric, ScalingPolicy } from '../files/ecs-files.ts';
import { isUpdating, type Service } from '../services/service.ts';
import type { TaskEngine } from '../agent/task-engine.ts';
import type { EcsWorld } from '../world.ts';
import { newScalingMemory, scalingAnswer, type ScalingMemory } from './scaling-answer.ts';

const MOST_POINTS = 1500;

interface Scaled {
  readonly service: Service;
  target: ScalableTarget;
  policies: ScalingPolicy[];
  readonly points: Record<ScalingMetric, number[]>;
  readonly memory: ScalingMemory;
  offered: number;
}

/** Application Auto Scaling of services: a point of each metric a minute, and what the policies make of them. */
export class ServiceScaling {
  private readonly world: EcsWorld;
  private readonly engine: TaskEngine;
  private readonly scale: (service: Service, desired: number) => void;
  private readonly scaled: Scaled[] = [];
  private readonly minuteKind: number;

  constructor(world: EcsWorld, engine: TaskEngine, scale: (service: Service, desired: number) => void) {
    this.world = world;
    this.engine = engine;
    this.scale = scale;
    this.minuteKind = world.plane.clock.apiKind((index) => this.minute(this.scaled[index], index));
  }

  set(service: Service, target: ScalableTarget, policies: readonly ScalingPolicy[]): void {
    const known = this.scaled.find((one) => one.service === service);
    if (known !== undefined) {
      known.target = target;
      known.policies = [...policies];
      return;
    }
    const points = { cpu: [], memory: [], requests: [] };
    const scaled: Scaled = {
      service,
      target,
      policies: [...policies],
      points,
      memory: newScalingMemory(),
      offered: this.offered(service),
    };
    this.world.plane.clock.after(this.world.values.scalingPeriod, this.minuteKind, this.scaled.push(scaled) - 1);
  }

  private minute(one: Scaled, index: number): void {
    const { clock, chronicle } = this.world.plane;
    const { service, points, target, policies } = one;
    if (service.isRemoved) return;
    clock.after(this.world.values.scalingPeriod, this.minuteKind, index);
    this.measure(one);
    for (const series of Object.values(points))
      if (series.length > MOST_POINTS) series.splice(0, series.length - MOST_POINTS);
    let running = 0;
    for (const { lastStatus } of service.tasks) if (lastStatus === 'RUNNING') running++;
    const before = service.desiredCount;
    // What is out of bounds is brought within them first.
    const bounded = Math.min(target.max, Math.max(target.min, before));
    const answer =
      bounded === before
        ? scalingAnswer(
            policies,
            target,
            { nowUs: clock.nowUs, running, desired: before, isUpdating: isUpdating(service), points },
            one.memory,
            this.world.values,
          )
        : { desired: bounded, why: `MinCapacity ${target.min}, MaxCapacity ${target.max}` };
    if (answer === undefined || answer.desired === before) return;
    const decision = {
      component: 'application-auto-scaling',
      about: service.file.name,
      what: `${before} -> ${answer.desired} tasks`,
      why: answer.why,
    };
    chronicle.decision(
      'limitedBy' in answer && answer.limitedBy !== undefined ? { ...decision, limitedBy: answer.limitedBy } : decision,
    );
    this.scale(service, answer.desired);
  }

  private measure(one: Scaled): void {
    const { service, points } = one;
    const { usage, clock } = this.world.plane;
    const fromUs = clock.nowUs - this.world.values.scalingPeriod;
    let cpuMilli = 0;
    let cpuReserved = 0;
    let memBytes = 0;
    let memReserved = 0;
    let running = 0;
    for (const task of service.tasks) {
      if (task.lastStatus !== 'RUNNING') continue;
      running++;
      for (const { name } of task.definition.containers) {
        const container = this.engine.containerOf(task, name);
        if (container < 0) continue;
        cpuMilli += usage.meanCpuMilli(container, Math.max(fromUs, task.runningUs), clock.nowUs);
        memBytes += usage.memBytes(container);
      }
      cpuReserved += task.resources.cpuMilli;
      memReserved += task.resources.memBytes;
    }
    if (cpuReserved > 0) points.cpu.push((100 * cpuMilli) / cpuReserved);
    if (memReserved > 0) points.memory.push((100 * memBytes) / memReserved);
    const offered = this.offered(service);
    const requests = offered - one.offered;
    one.offered = offered;
    if (service.modelled >= 0 && (running > 0 || requests > 0)) points.requests.push(requests / Math.max(1, running));
  }

  private offered({ modelled }: Service): number {
    return modelled < 0 ? 0 : this.world.plane.balancers.offered(modelled);
  }
}
