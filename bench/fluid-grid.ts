import type { FluidCell } from './fluid-cell.ts';

export const BALANCERS = ['random', 'round-robin', 'choices', 'least'] as const;
export const LOADS = [0.3, 0.5, 0.7, 0.8, 0.9, 0.95] as const;
export const PLACES = [1, 4] as const;
export const SQUARED_CVS = [0.1, 1, 4] as const;
/** Loads at the top of a swing. */
export const SWING_LOADS = [0.5, 0.8, 0.9] as const;
/** Service times of a swing. */
export const SWINGS = [20, 100, 1000] as const;

/** Replicas compared. Queues behind `random` know nothing of each other, so ten stand for any number; one is any balancer's. */
export const REPLICAS: Readonly<Record<FluidCell['balancer'], readonly number[]>> = {
  random: [1, 10],
  'round-robin': [2, 5, 10, 100, 1000],
  choices: [2, 5, 10, 100, 1000],
  least: [2, 5, 10, 100, 1000],
};

/** Replicas compared while the load swings. */
export const SWING_REPLICAS: Readonly<Record<FluidCell['balancer'], readonly number[]>> = {
  random: [1],
  'round-robin': [2, 10, 100],
  choices: [10, 100],
  least: [10, 100],
};

/** All cells at which the fluid model is compared with the discrete one: steady load first. */
export function gridCells(): FluidCell[] {
  const cells: FluidCell[] = [];
  for (const balancer of BALANCERS)
    for (const replicas of REPLICAS[balancer])
      for (const places of PLACES)
        for (const squaredCv of SQUARED_CVS)
          for (const load of LOADS)
            cells.push({ balancer, replicas, places, squaredCv, load, swing: 0, form: 'cosine' });
  for (const balancer of BALANCERS)
    for (const replicas of SWING_REPLICAS[balancer])
      for (const squaredCv of SQUARED_CVS)
        for (const swing of SWINGS)
          for (const form of ['cosine', 'step'] as const)
            for (const load of SWING_LOADS) cells.push({ balancer, replicas, places: 1, squaredCv, load, swing, form });
  return cells;
}
