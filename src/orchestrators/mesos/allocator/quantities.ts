import { NO_RESOURCES, type Resources } from '../../data-plane/machine-spec.ts';

/** Scalars of Mesos by the names that its API gives them. */
export const SCALARS = ['cpus', 'mem', 'disk', 'gpus'] as const;
export type ScalarName = (typeof SCALARS)[number];

/** Which field holds a scalar: thousandths of a CPU, bytes, bytes, whole GPUs. */
export const FIELD: Readonly<Record<ScalarName, keyof Resources>> = {
  cpus: 'cpuMilli',
  mem: 'memBytes',
  disk: 'diskBytes',
  gpus: 'gpuCount',
};

/** Some scalars with bounds; those that are absent have none. */
export type Bounds = Readonly<Partial<Record<ScalarName, number>>>;

function combine(of: (field: keyof Resources) => number): Resources {
  return {
    cpuMilli: of('cpuMilli'),
    memBytes: of('memBytes'),
    diskBytes: of('diskBytes'),
    gpuCount: of('gpuCount'),
  };
}

export const plus = (a: Resources, b: Resources): Resources => combine((field) => a[field] + b[field]);
export const minus = (a: Resources, b: Resources): Resources => combine((field) => a[field] - b[field]);
export const least = (a: Resources, b: Resources): Resources => combine((field) => Math.min(a[field], b[field]));
/** What is below zero becomes zero. */
export const notNegative = (a: Resources): Resources => combine((field) => Math.max(0, a[field]));
export const times = (a: Resources, share: number): Resources => combine((field) => Math.floor(a[field] * share));

/** Whether `a` has at least what `b` has, of everything. */
export function contains(a: Resources, b: Resources): boolean {
  return a.cpuMilli >= b.cpuMilli && a.memBytes >= b.memBytes && a.diskBytes >= b.diskBytes && a.gpuCount >= b.gpuCount;
}

export function isNothing(a: Resources): boolean {
  return contains(NO_RESOURCES, a);
}

/** The same with every bounded scalar cut down to its bound, which may be negative. */
export function shrunk(amount: Resources, bounds: Bounds): Resources {
  return combine((field) => {
    const name = SCALARS.find((scalar) => FIELD[scalar] === field)!;
    return Math.max(0, Math.min(amount[field], bounds[name] ?? Infinity));
  });
}
