import type { GeneratorOptions } from '../src/workloads/generators/preset.ts';

/** Pods of the whole month. */
export const MONTH_PODS = 10_000_000;
const MONTH_DAYS = 30;

/**
 * The first so many pods of the synthetic month: 10,000 nodes, 300 shapes, 80 % load unless said otherwise. Fewer pods take fewer days at the
 * same rate, so that equally many run at a time. Tiny: a cluster that a few pods fill.
 */
export function monthOptions(pods: number, tiny: boolean, load = 0.8): Partial<GeneratorOptions> {
  const cluster = tiny ? { nodes: 100, shapes: 20 } : { nodes: 10_000, shapes: 300 };
  return { pods, days: (MONTH_DAYS * pods) / MONTH_PODS, load, ...cluster };
}
