import type { NomadGroup, NomadJob } from '../jobs/nomad-jobs.ts';

/**
 * Whether a change of a group needs new allocations (scheduler/util.go, `tasksUpdated`): images, configuration,
 * environment, resources, networks, volumes and disks do; counts, constraints, policies, services and checks do not.
 */
export function needsNewAllocation(before: NomadJob, after: NomadJob, group: string): boolean {
  const [a, b] = [before, after].map((job) => job.groups.find(({ name }) => name === group));
  if (a === undefined || b === undefined) return true;
  return shapeOf(before, a) !== shapeOf(after, b);
}

const shapes = new WeakMap<NomadGroup, string>();

function shapeOf(job: NomadJob, group: NomadGroup): string {
  let shape = shapes.get(group);
  if (shape === undefined) {
    const tasks = group.tasks.map((task) => [task.name, task.fingerprint, task.hook, task.sidecar, task.leader]);
    shape = JSON.stringify([tasks, group.networkMode, group.ports, group.diskMb, group.sticky, group.meta, job.meta]);
    shapes.set(group, shape);
  }
  return shape;
}
