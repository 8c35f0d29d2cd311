import { taskToStop } from '../placement/scale-in-choice.ts';
import type { EcsTask } from '../tasks/ecs-task.ts';
import type { EcsWorld } from '../world.ts';
import { isHealthy, type Service } from './service.ts';

/** So many of these tasks, by the rule of scale-in. */
export function chosenToStop(world: EcsWorld, service: Service, tasks: readonly EcsTask[], count: number): EcsTask[] {
  let left = [...tasks];
  const chosen: EcsTask[] = [];
  while (chosen.length < count && left.length > 0) {
    const task = choice(world, service, left);
    left = left.filter((one) => one !== task);
    chosen.push(task);
  }
  return chosen;
}

/** Those that are too many: first without a place, then the newest that do not run, those not healthy yet, any. */
export function surplusToStop(
  world: EcsWorld,
  service: Service,
  current: readonly EcsTask[],
  count: number,
): EcsTask[] {
  if (count === 0) return [];
  const { nowUs } = world.plane.clock;
  const idle = current.filter(({ lastStatus }) => lastStatus !== 'RUNNING').reverse();
  const placeless = idle.filter(({ machine }) => machine < 0);
  const first = [...placeless, ...idle.filter(({ machine }) => machine >= 0)].slice(0, count);
  const running = current.filter(({ lastStatus }) => lastStatus === 'RUNNING');
  const young = running.filter((task) => !isHealthy(task, nowUs, world.values));
  const grown = running.filter((task) => isHealthy(task, nowUs, world.values));
  const second = chosenToStop(world, service, young, count - first.length);
  return [...first, ...second, ...chosenToStop(world, service, grown, count - first.length - second.length)];
}

function choice(world: EcsWorld, service: Service, tasks: readonly EcsTask[]): EcsTask {
  const stoppables = tasks.flatMap((task) => {
    const instance = world.instances.get(task.machine);
    if (instance === undefined) return [];
    return {
      task: task.id,
      zone: instance.spec.zone,
      instance: task.machine,
      cpuFreeUnits: instance.free.cpuUnits,
      memFreeMib: instance.free.memMib,
      fieldValue: (field: string) => instance.fieldValue(field),
    };
  });
  const chosen = taskToStop(stoppables, service.file.placing.strategies, world.random.scaleIn);
  return tasks.find(({ id }) => id === chosen?.task) ?? tasks[0];
}
