import type { ContainerInstance } from '../agent/container-instance.ts';
import type { PlacementConstraint, Placing } from '../files/ecs-files.ts';
import { satisfies } from '../query-language/evaluate-query.ts';
import type { EcsTask } from '../tasks/ecs-task.ts';
import type { EcsWorld } from '../world.ts';
import type { Candidate } from './candidate.ts';
import { chosenInstance, RUN_TASK_DEFAULT, SERVICE_DEFAULT } from './strategy-chain.ts';

/** Where a task goes, or why it goes nowhere. */
export type Placement = { readonly instance: ContainerInstance } | { readonly refusal: string };

/** Which instances may take a task of a capacity provider ('' for the launch type). */
export type ProviderInstances = (provider: string, instance: ContainerInstance) => boolean;

/** Task placement on EC2: what is possible, what is allowed, what is liked best (Developer Guide, task-placement). */
export class Placer {
  private readonly world: EcsWorld;
  private readonly isOfProvider: ProviderInstances;

  constructor(world: EcsWorld, isOfProvider: ProviderInstances) {
    this.world = world;
    this.isOfProvider = isOfProvider;
  }

  place(task: EcsTask, placing: Placing): Placement {
    const refusals = new Map<string, number>();
    let closest = '';
    const candidates: ContainerInstance[] = [];
    for (const instance of this.world.instances.values()) {
      if (instance.isFargate || instance.status === 'INACTIVE' || instance.status === 'REGISTERING') continue;
      const why = this.refusal(task, instance, placing);
      if (why === undefined) candidates.push(instance);
      else {
        refusals.set(why, (refusals.get(why) ?? 0) + 1);
        closest = `The closest matching (container-instance ${instance.name}) ${why}.`;
      }
    }
    if (candidates.length === 0) {
      const none = 'No Container Instances were found in your cluster.';
      const reason = refusals.size === 0 ? `Reason: ${none}` : closest;
      return {
        refusal: `was unable to place a task because no container instance met all of its requirements. ${reason}`,
      };
    }
    const { chooser } = this.world.plane;
    if (chooser !== undefined) {
      const machine = chooser.choose(
        candidates.map((one) => one.machine),
        { name: task.name, resources: task.resources },
      );
      const instance = this.world.instances.get(machine);
      return instance === undefined
        ? { refusal: `was unable to place a task: ${chooser.name} takes no instance` }
        : { instance };
    }
    const strategies = placing.strategies ?? (task.service >= 0 ? SERVICE_DEFAULT : RUN_TASK_DEFAULT);
    const chosen = chosenInstance(
      candidates.map((one) => candidateOf(one, task.group)),
      strategies,
      (field) => this.groupCounts(task.group, field),
      this.world.random.placement,
    );
    return { instance: this.world.instances.get(chosen!.id)! };
  }

  /** Whether an instance may ever take the task, room or not: for daemons, and to know what zones there are. */
  isAllowed(task: Pick<EcsTask, 'group' | 'definition'>, instance: ContainerInstance, placing: Placing): boolean {
    return [...task.definition.constraints, ...placing.constraints].every(
      (one) => one.type === 'distinctInstance' || satisfies(one.query, instance),
    );
  }

  private refusal(task: EcsTask, instance: ContainerInstance, placing: Placing): string | undefined {
    if (instance.status === 'DRAINING') return 'is DRAINING';
    if (!instance.agentConnected || instance.isPaused) return "has the agent connected as 'false'";
    if (!this.isOfProvider(task.provider, instance)) return `is not in the capacity provider ${task.provider}`;
    if (task.zone !== '' && instance.spec.zone !== task.zone) return `is not in ${task.zone}`;
    return (
      instance.lacks(task) ??
      constraintRefusal(task.definition.constraints, task, instance) ??
      constraintRefusal(placing.constraints, task, instance)
    );
  }

  private groupCounts(group: string, field: string): ReadonlyMap<string, number> {
    const counts = new Map<string, number>();
    for (const instance of this.world.instances.values()) {
      const tasks = instance.groupTasks.get(group) ?? 0;
      if (tasks > 0) counts.set(instance.fieldValue(field), (counts.get(instance.fieldValue(field)) ?? 0) + tasks);
    }
    return counts;
  }
}

function constraintRefusal(
  constraints: readonly PlacementConstraint[],
  task: EcsTask,
  instance: ContainerInstance,
): string | undefined {
  for (const constraint of constraints) {
    if (constraint.type === 'distinctInstance') {
      if (instance.hasTaskOf(task.group))
        return 'encountered error "DistinctInstance placement constraint unsatisfied."';
    } else if (!satisfies(constraint.query, instance))
      return `encountered error "MemberOf placement constraint unsatisfied." (${constraint.expression})`;
  }
  return undefined;
}

export function candidateOf(instance: ContainerInstance, group: string): Candidate {
  return {
    id: instance.machine,
    cpuFreeUnits: instance.free.cpuUnits,
    memFreeMib: instance.free.memMib,
    groupTasks: instance.groupTasks.get(group) ?? 0,
    fieldValue: (field) => instance.fieldValue(field),
  };
}
