import { exp, pow } from '../../sim/exact-math.ts';
import { stream } from '../../sim/random.ts';
import { unitNormal } from '../../sim/ziggurat.ts';
import type { WeightedRequest } from './shape-mix.ts';

/** Lognormal CPU and memory that go together, as a catalogue of few requests that come again and again. */
export interface ShapeGrid {
  readonly shapes: number;
  readonly medianCpuMilli: number;
  readonly medianMemBytes: number;
  readonly sigma: number;
  /** Correlation of the two logarithms. */
  readonly correlation: number;
  readonly leastCpuMilli: number;
  readonly mostCpuMilli: number;
  readonly mostMemBytes: number;
}

const MIB = 1024 * 1024;

/**
 * The catalogue: the same for every seed, since it belongs to the site and not to the weather. CPU in steps of 25m,
 * memory in steps of 32 MiB; the k-th has weight 1 / sqrt(k), so that a few are common and most are rare.
 */
export function shapeGrid(grid: ShapeGrid): WeightedRequest[] {
  const catalogue = stream('catalogue', 'shapes');
  const across = Math.sqrt(1 - grid.correlation * grid.correlation);
  return Array.from({ length: grid.shapes }, (_, k) => {
    const first = unitNormal(catalogue);
    const second = grid.correlation * first + across * unitNormal(catalogue);
    const cpu = grid.medianCpuMilli * exp(grid.sigma * first);
    const mem = grid.medianMemBytes * exp(grid.sigma * second);
    return {
      weight: pow(k + 1, -0.5),
      request: {
        cpuMilli: Math.min(grid.mostCpuMilli, Math.max(grid.leastCpuMilli, 25 * Math.round(cpu / 25))),
        memBytes: Math.min(grid.mostMemBytes, 32 * MIB * Math.max(1, Math.round(mem / (32 * MIB)))),
      },
    };
  });
}
