import { runLoop } from '../data-plane/data-plane-fixture.ts';
import type { DataPlane } from '../data-plane/data-plane.ts';
import type { OrchestratedSpec, TimedOperation } from '../data-plane/orchestrated-spec.ts';
import type { OrchestratedRun } from '../data-plane/orchestrated-run.ts';
import { PLAIN_PROCESS, type ProcessBehaviour } from '../data-plane/process-behaviour.ts';
import type { OperatorChange } from '../data-plane/control-loop.ts';
import type { WeatherEvent } from '../../sim/weather/weather-event.ts';
import type { SwarmStrategy } from './classic/strategies.ts';
import type { Node, Task } from './store/objects.ts';
import { TaskState } from './store/task-state.ts';
import { SwarmLoop } from './swarm-loop.ts';
import { defaultService, stackOf, type SwarmServiceSpec } from './swarm-spec.ts';

export const S = 1e6;

/** What the managers wrote, with the time. */
export interface Written {
  readonly atUs: number;
  readonly what: 'created' | 'updated' | 'deleted' | 'node';
  readonly task?: Task;
  readonly state?: TaskState;
  readonly desired?: TaskState;
  readonly taskNode?: number;
  readonly node?: Node;
  readonly status?: Node['status'];
}

export interface SwarmRunOptions {
  readonly services: readonly SwarmServiceSpec[];
  readonly weather?: readonly { readonly atUs: number; readonly event: WeatherEvent }[];
  readonly operations?: readonly (readonly [number, OperatorChange])[];
  readonly behaviour?: Partial<ProcessBehaviour>;
  readonly constants?: Readonly<Record<string, number>>;
  readonly strategy?: SwarmStrategy;
  readonly seed?: number | string;
  readonly spec?: Partial<OrchestratedSpec>;
  /** Called when the loop has been made. */
  readonly begin?: (plane: DataPlane, loop: SwarmLoop) => void;
  /** Told of every change, when it has been written. */
  readonly look?: (run: SwarmRun) => void;
}

/** A whole run of a swarm, with all that was written. */
export class SwarmRun {
  readonly written: Written[] = [];
  /** How updates got on. */
  readonly updates: { readonly atUs: number; readonly service: string; readonly state: string }[] = [];
  loop!: SwarmLoop;
  run!: OrchestratedRun;
  nowUs = 0;

  /** Tasks that were running and meant to at a time, by node. */
  runningAt(atUs: number): Map<number, Task[]> {
    const last = new Map<Task, Written>();
    const down = new Set<number>();
    for (const one of this.written) {
      if (one.atUs > atUs) break;
      if (one.node !== undefined) {
        if (one.status === 'down') down.add(one.node.id);
        else down.delete(one.node.id);
      } else if (one.task !== undefined)
        if (one.what === 'deleted') last.delete(one.task);
        else last.set(one.task, one);
    }
    const byNode = new Map<number, Task[]>();
    for (const [task, { state, desired, taskNode = -1 }] of last)
      if (state === TaskState.running && desired! <= TaskState.complete && !down.has(taskNode))
        byNode.set(taskNode, [...(byNode.get(taskNode) ?? []), task]);
    return byNode;
  }

  countAt(atUs: number, service?: string): number {
    let count = 0;
    for (const tasks of this.runningAt(atUs).values())
      count += tasks.filter((task) => service === undefined || task.service.name === service).length;
    return count;
  }

  /** The first time at or after `fromUs` that so many run; NaN: never. */
  whenRunning(count: number, fromUs: number): number {
    for (const { atUs } of this.written) if (atUs >= fromUs && this.countAt(atUs) >= count) return atUs;
    return Number.NaN;
  }

  whenNode(node: number, status: Node['status'], fromUs = 0): number {
    return (
      this.written.find((one) => one.node?.id === node && one.status === status && one.atUs >= fromUs)?.atUs ?? NaN
    );
  }
}

export function runSwarm(options: SwarmRunOptions): SwarmRun {
  const record = new SwarmRun();
  const behaviour = { ...PLAIN_PROCESS, ...options.behaviour };
  const stack = stackOf(options.services);
  record.run = runLoop(
    (plane) => {
      const { constants = {}, strategy = 'swarmkit' } = options;
      const loop = new SwarmLoop(plane, stack, { behaviourOf: () => behaviour, constants, strategy }, () => stack);
      record.loop = loop;
      options.begin?.(plane, loop);
      const write = (what: Written['what'], task: Task) => {
        const { state, desired, node: taskNode } = task;
        record.written.push({ atUs: plane.clock.nowUs, what, task, state, desired, taskNode });
      };
      const node = (one: Node) =>
        record.written.push({ atUs: plane.clock.nowUs, what: 'node', node: one, status: one.status });
      loop.store.watch({
        taskCreated: (task) => write('created', task),
        taskUpdated: (task) => write('updated', task),
        taskDeleted: (task) => write('deleted', task),
        serviceUpdated: ({ name, updateStatus }) =>
          record.updates.push({ atUs: plane.clock.nowUs, service: name, state: updateStatus?.state ?? '' }),
        nodeCreated: node,
        nodeUpdated: node,
        committed: () => {
          record.nowUs = plane.clock.nowUs;
          options.look?.(record);
        },
      });
      return loop;
    },
    {
      operations: (options.operations ?? []).map(([atUs, change]): TimedOperation => ({
        atUs,
        text: JSON.stringify(change),
        change,
      })),
      ...options.spec,
    },
    options.weather ?? [],
    { seed: options.seed ?? 1 },
  );
  return record;
}

/** A service with the engine's defaults but for these fields. */
export const service = (name: string, otherwise: Partial<SwarmServiceSpec> = {}): SwarmServiceSpec => ({
  ...defaultService(name, `${name}:1`),
  ...otherwise,
});
