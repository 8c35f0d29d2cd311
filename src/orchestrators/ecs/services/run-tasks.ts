import type { ProcessBehaviour } from '../../data-plane/process-behaviour.ts';
import type { AutoScalingGroups } from '../capacity/auto-scaling-groups.ts';
import { providerSplit } from '../capacity/provider-split.ts';
import type { Placing, RunTask, TaskDefinition } from '../files/ecs-files.ts';
import type { EcsTask } from '../tasks/ecs-task.ts';
import type { TaskControl } from '../tasks/task-control.ts';
import type { EcsWorld } from '../world.ts';
import type { TaskMaker } from './task-maker.ts';

interface Run {
  readonly file: RunTask;
  readonly definition: TaskDefinition;
  readonly behaviour: ProcessBehaviour;
  readonly workload: number;
  readonly modelled: number;
}

interface JobBooks {
  readonly workload: number;
  readonly modelled: number;
  left: number;
  made: number;
}

/** Tasks that are run once (RunTask): nobody starts them again, and where there is no room they fail at once. */
export class RunTasks {
  private readonly world: EcsWorld;
  private readonly maker: TaskMaker;
  private readonly control: TaskControl;
  private readonly groups: AutoScalingGroups;
  private readonly runs: Run[] = [];
  /** Workloads of the books, by name. */
  private readonly jobs = new Map<string, JobBooks>();
  private readonly startKind: number;

  constructor(world: EcsWorld, parts: { maker: TaskMaker; control: TaskControl; groups: AutoScalingGroups }) {
    this.world = world;
    ({ maker: this.maker, control: this.control, groups: this.groups } = parts);
    this.startKind = world.plane.clock.apiKind((index) => this.start(index));
  }

  /** Run now; before the run begins: when it does. */
  add(file: RunTask, definition: TaskDefinition, behaviour: ProcessBehaviour): void {
    const { books, balancers, clock } = this.world.plane;
    let job = this.jobs.get(file.name);
    if (job === undefined) {
      const modelled = balancers.indexOf(file.name);
      job = { workload: books.addWorkload(file.name, 'job', modelled), modelled, left: 0, made: 0 };
      this.jobs.set(file.name, job);
    }
    job.left += file.count;
    books.setDesired(job.workload, job.left);
    const { workload, modelled } = job;
    const index = this.runs.push({ file, definition, behaviour, workload, modelled }) - 1;
    clock.at(Math.max(0, clock.nowUs), this.startKind, index);
  }

  has(name: string): boolean {
    return this.jobs.has(name);
  }

  modelledOf({ run }: EcsTask): number {
    return this.runs[run].modelled;
  }

  placingOf({ run }: EcsTask): Placing {
    return this.runs[run].file.placing;
  }

  stopped({ run }: EcsTask): void {
    const { file, workload } = this.runs[run];
    const job = this.jobs.get(file.name)!;
    job.left = Math.max(0, job.left - 1);
    this.world.plane.books.setDesired(workload, job.left);
  }

  /** `stop-task` for all of them. */
  remove(name: string): void {
    for (const task of this.world.tasks.all())
      if (task.run >= 0 && this.runs[task.run].file.name === name)
        this.control.stop(task, 'Task stopped by user', 'stopped');
  }

  private start(index: number): void {
    const { file, definition, behaviour, workload } = this.runs[index];
    const { placing } = file;
    const counts = placing.providers.length === 0 ? [file.count] : providerSplit(file.count, placing.providers);
    counts.forEach((count, k) => {
      for (let made = 0; made < count; made++) {
        const task = this.maker.make({
          name: `${file.name}/${++this.jobs.get(file.name)!.made}`,
          service: -1,
          run: index,
          deployment: -1,
          group: file.group,
          definition,
          behaviour,
          balancedContainer: '',
          workload,
          provider: placing.providers[k]?.provider ?? '',
          placing,
          zone: '',
        });
        if (task.isUnplaced && !this.groups.isWaiting()) {
          const why = 'RunTask has no queue: without room a task fails at once';
          this.world.plane.books.happened('run-task-failed', task.name, why);
          this.control.stop(task, `RESOURCE: ${why}`, 'failed');
        }
      }
    });
  }
}
