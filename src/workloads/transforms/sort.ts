import type { PodSource } from '../../sim/pod-source.ts';
import { collect } from '../pod-table.ts';

/** The pods by arrival; those of one instant keep their order. Holds the whole workload in memory. */
export function sort(source: PodSource): PodSource {
  return later(() => collect(source).source());
}

/** A source that is made when its first pod is asked for, so that building a chain of transforms reads nothing. */
export function later(make: () => PodSource): PodSource {
  let made: PodSource | undefined;
  return { next: (row) => (made ??= make()).next(row) };
}
