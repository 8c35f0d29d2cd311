/** Written by bench/update-fluid-table.ts. */

/** Squared coefficients of variation of the service times compared, in the order of `loads`. */
export const SQUARED_CVS: readonly number[] = [0.1, 1, 4];

/** Highest loads per place up to which the fluid model is within 5 % of the discrete one; 0: at none. */
export type ValidatedLoads = Readonly<
  Record<
    'random' | 'round-robin' | 'choices' | 'least',
    readonly { readonly replicas: number; readonly places: number; readonly loads: readonly number[] }[]
  >
>;

/** While the load stays. */
export const STEADY_LOADS: ValidatedLoads = {
  random: [
    { replicas: 1, places: 1, loads: [0.95, 0.95, 0.9] },
    { replicas: 1, places: 4, loads: [0.95, 0.95, 0.95] },
    { replicas: 10, places: 1, loads: [0.95, 0.95, 0.9] },
    { replicas: 10, places: 4, loads: [0.95, 0.95, 0.95] },
  ],
  'round-robin': [
    { replicas: 2, places: 1, loads: [0.95, 0.95, 0.95] },
    { replicas: 2, places: 4, loads: [0.95, 0.95, 0.95] },
    { replicas: 5, places: 1, loads: [0.95, 0.95, 0.95] },
    { replicas: 5, places: 4, loads: [0.95, 0.95, 0.95] },
    { replicas: 10, places: 1, loads: [0.95, 0.9, 0.5] },
    { replicas: 10, places: 4, loads: [0.95, 0.9, 0.95] },
    { replicas: 100, places: 1, loads: [0.5, 0.95, 0.95] },
    { replicas: 100, places: 4, loads: [0.9, 0.95, 0.95] },
    { replicas: 1000, places: 1, loads: [0.5, 0.95, 0.95] },
    { replicas: 1000, places: 4, loads: [0.9, 0.95, 0.95] },
  ],
  choices: [
    { replicas: 2, places: 1, loads: [0, 0.3, 0] },
    { replicas: 2, places: 4, loads: [0.5, 0.7, 0.5] },
    { replicas: 5, places: 1, loads: [0.8, 0.8, 0.9] },
    { replicas: 5, places: 4, loads: [0.8, 0.9, 0.9] },
    { replicas: 10, places: 1, loads: [0.9, 0.9, 0.9] },
    { replicas: 10, places: 4, loads: [0.8, 0.95, 0.95] },
    { replicas: 100, places: 1, loads: [0.95, 0.95, 0.95] },
    { replicas: 100, places: 4, loads: [0.95, 0.95, 0.95] },
    { replicas: 1000, places: 1, loads: [0.95, 0.95, 0.95] },
    { replicas: 1000, places: 4, loads: [0.95, 0.95, 0.95] },
  ],
  least: [
    { replicas: 2, places: 1, loads: [0, 0, 0] },
    { replicas: 2, places: 4, loads: [0.95, 0.95, 0.95] },
    { replicas: 5, places: 1, loads: [0.3, 0.3, 0] },
    { replicas: 5, places: 4, loads: [0.8, 0.95, 0.95] },
    { replicas: 10, places: 1, loads: [0.5, 0.5, 0.3] },
    { replicas: 10, places: 4, loads: [0.9, 0.95, 0.95] },
    { replicas: 100, places: 1, loads: [0.8, 0.8, 0.8] },
    { replicas: 100, places: 4, loads: [0.95, 0.95, 0.95] },
    { replicas: 1000, places: 1, loads: [0.95, 0.9, 0.8] },
    { replicas: 1000, places: 4, loads: [0, 0, 0] },
  ],
};

/** At the top of swings of 20 to 1000 service times between 40 % and all of the load. */
export const SWING_LOADS: ValidatedLoads = {
  random: [{ replicas: 1, places: 1, loads: [0.9, 0.9, 0.9] }],
  'round-robin': [
    { replicas: 2, places: 1, loads: [0.9, 0.9, 0.9] },
    { replicas: 10, places: 1, loads: [0.8, 0.9, 0.9] },
    { replicas: 100, places: 1, loads: [0.5, 0.9, 0.9] },
  ],
  choices: [
    { replicas: 10, places: 1, loads: [0.9, 0.9, 0.9] },
    { replicas: 100, places: 1, loads: [0.9, 0.9, 0.9] },
  ],
  least: [
    { replicas: 10, places: 1, loads: [0.5, 0.5, 0.5] },
    { replicas: 100, places: 1, loads: [0.8, 0.9, 0.8] },
  ],
};
