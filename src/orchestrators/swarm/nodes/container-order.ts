import type { ContainerOrder } from '../../data-plane/data-plane.ts';
import type { Task } from '../store/objects.ts';

/** What a task's engine is told to create: reservations weigh CPU, limits are hard. */
export function containerOrderOf({ name, book, of: { spec, behaviour } }: Task, machine: number): ContainerOrder {
  return {
    name,
    task: book,
    machine,
    image: spec.image,
    prefersLocalImage: spec.prefersLocalImage,
    cpuWeightMilli: spec.reservations.cpuMilli,
    cpuLimitMilli: spec.limits.cpuMilli,
    memLimitBytes: spec.limits.memBytes,
    behaviour,
  };
}
