import type { Placing, TaskDefinition } from '../files/ecs-files.ts';
import type { ProcessBehaviour } from '../../data-plane/process-behaviour.ts';
import { mainContainer } from '../files/main-container.ts';
import { isFargateProvider } from '../files/read-placing.ts';
import type { ContainerInstance } from '../agent/container-instance.ts';
import type { CapacityProviders } from '../capacity/capacity-providers.ts';
import type { Fargate } from '../capacity/fargate.ts';
import type { Placer } from '../placement/placer.ts';
import type { EcsTask } from '../tasks/ecs-task.ts';
import type { TaskControl } from '../tasks/task-control.ts';
import { bytesOfMib, milliOfUnits } from '../units.ts';
import type { EcsWorld } from '../world.ts';

/** What is to be made. */
export interface TaskWish {
  readonly name: string;
  readonly service: number;
  readonly run: number;
  readonly deployment: number;
  readonly group: string;
  readonly definition: TaskDefinition;
  readonly behaviour: ProcessBehaviour;
  readonly balancedContainer: string;
  readonly workload: number;
  readonly provider: string;
  readonly placing: Placing;
  readonly zone: string;
}

/** Makes tasks and finds them a place: an instance, a machine of Fargate, or a wait in PROVISIONING. */
export class TaskMaker {
  /** Those without a machine, in the order in which they were made. */
  readonly waiting = new Set<EcsTask>();
  private readonly world: EcsWorld;
  private readonly placer: Placer;
  private readonly control: TaskControl;
  private readonly fargate: Fargate;
  private readonly providers: CapacityProviders;
  /** Zones that Fargate may use. */
  private readonly zones: () => readonly string[];
  /** Why tasks of a group were refused last, so that it is said once. */
  private readonly refused = new Map<string, string>();

  constructor(
    world: EcsWorld,
    parts: {
      placer: Placer;
      control: TaskControl;
      fargate: Fargate;
      providers: CapacityProviders;
      zones: () => readonly string[];
    },
  ) {
    this.world = world;
    ({
      placer: this.placer,
      control: this.control,
      fargate: this.fargate,
      providers: this.providers,
      zones: this.zones,
    } = parts);
  }

  /** `instance`: it goes there, as a daemon does. */
  make(wish: TaskWish, instance?: ContainerInstance): EcsTask {
    const { plane, tasks } = this.world;
    const { definition } = wish;
    const resources = {
      cpuMilli: milliOfUnits(definition.cpuUnits),
      memBytes: bytesOfMib(definition.memMib),
      diskBytes: 0,
      gpuCount: definition.gpuCount,
    };
    const task: EcsTask = {
      id: tasks.nextId(),
      name: wish.name,
      service: wish.service,
      run: wish.run,
      deployment: wish.deployment,
      group: wish.group,
      definition,
      behaviour: wish.behaviour,
      main: mainContainer(definition, wish.balancedContainer).name,
      resources,
      bookTask: plane.books.addTask(wish.workload, wish.name, resources),
      provider: wish.provider,
      isFargate: isFargateProvider(wish.provider) || wish.placing.launchType === 'FARGATE',
      createdUs: plane.clock.nowUs,
      zone: wish.zone,
      machine: -1,
      isUnplaced: true,
      lastStatus: 'PROVISIONING',
      desiredStatus: 'RUNNING',
      health: 'UNKNOWN',
      target: undefined,
      runningUs: NaN,
      isReady: false,
      hasFailedCheck: false,
      stoppedReason: '',
      endsAs: 'stopped',
      exitCode: 0,
      stoppedBySelf: false,
    };
    tasks.add(task);
    if (instance === undefined) this.place(task, wish.placing);
    else this.control.assign(task, instance);
    return task;
  }

  /** Tries to give it a place; false: it waits on. */
  place(task: EcsTask, placing: Placing): boolean {
    const { books, chronicle } = this.world.plane;
    if (task.isFargate) {
      this.control.assign(task, this.fargate.instanceFor(task, this.zones()));
      return true;
    }
    const placement = this.placer.place(task, placing);
    if ('instance' in placement) {
      this.refused.delete(task.group);
      this.waiting.delete(task);
      books.waits(task.bookTask, '');
      this.control.assign(task, placement.instance);
      return true;
    }
    this.waiting.add(task);
    task.isUnplaced = !(this.providers.waitsFor(task.provider) && this.mayWait(task));
    books.waits(task.bookTask, placement.refusal);
    // Instances differ from try to try; the reason is what counts.
    const why = placement.refusal.replace(/\(container-instance [^)]*\) /, '');
    if (this.refused.get(task.group) !== why) {
      this.refused.set(task.group, why);
      const about = task.group.replace(/^service:/, '');
      chronicle.event(
        'ecs',
        'Warning',
        'SERVICE_TASK_PLACEMENT_FAILURE',
        about,
        `(${task.service >= 0 ? 'service' : 'task'} ${about}) ${placement.refusal}`,
      );
    }
    return false;
  }

  private mayWait(task: EcsTask): boolean {
    if (!task.isUnplaced) return true;
    let waiting = 0;
    for (const { isUnplaced } of this.waiting) if (!isUnplaced) waiting++;
    return waiting < this.world.values.provisioningLimit;
  }
}
