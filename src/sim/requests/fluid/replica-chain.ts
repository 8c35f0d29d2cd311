import type { PhaseFit } from './phase-fit.ts';

/** What becomes of an arrival at a state. */
export const CLOCK = 0;
export const JOINS = 1;
export const LOST = 2;

/** Up to so many places hyperexponential service is exact; beyond, it is pooled as Erlang service is. */
export const EXACT_PLACES = 6;

/**
 * A Markov chain of one replica (or of a pool of replicas seen as one), in units of the mean service time. A state is a
 * level (requests there), a mode (phases of what is being served) and a tick of the arrival clock; the states of a
 * level stand together, ordered by mode and then tick, so that a longer chain only appends states.
 *
 * One place: the phases are exact. Several places: exact for exponential service and, up to six, hyperexponential service;
 * for Erlang service exponential while a place is free, and one Erlang of the pooled speed while none is (Tijms, van Hoorn and
 * Federgruen, Approximations for the steady-state probabilities in the M/G/c queue, 1981).
 */
export interface ReplicaChain {
  readonly places: number;
  /** Ticks of the arrival clock from one arrival to the next: Erlang gaps; 1: Poisson. */
  readonly ticks: number;
  /** The highest level. */
  readonly top: number;
  readonly states: number;
  /** Where each level's states begin; one more entry than levels. */
  readonly firstOf: Int32Array;
  readonly levelOf: Int32Array;
  /** Of each state: its mode's position within the level, whatever the tick. */
  readonly modeOf: Int32Array;
  readonly busyOf: Float64Array;
  /** Steps of service: from, to, rate at full speed. */
  readonly from: Int32Array;
  readonly to: Int32Array;
  readonly rate: Float64Array;
  /** Steps of arrivals: from, to, factor on the level's arrival rate, what becomes of it. */
  readonly arrivalFrom: Int32Array;
  readonly arrivalTo: Int32Array;
  readonly arrivalFactor: Float64Array;
  readonly arrivalKind: Uint8Array;
}

/** Builds the chain with levels 0 to `top`; a request that arrives at the top is lost. */
export function replicaChain(places: number, fit: PhaseFit, ticks: number, top: number): ReplicaChain {
  const modesAt = modeCounter(places, fit);
  const firstOf = new Int32Array(top + 2);
  for (let level = 0; level <= top; level++) firstOf[level + 1] = firstOf[level] + modesAt(level) * ticks;
  const states = firstOf[top + 1];
  const levelOf = new Int32Array(states);
  const modeOf = new Int32Array(states);
  const busyOf = new Float64Array(states);
  const service = new StepList();
  const arrival = new StepList();
  const kinds: number[] = [];
  const at = (level: number, mode: number, tick: number): number => firstOf[level] + mode * ticks + tick;
  for (let level = 0; level <= top; level++)
    for (let mode = 0; mode < modesAt(level); mode++) {
      const served = serviceSteps(places, fit, level, mode);
      const joined = level < top ? arrivalModes(places, fit, level, mode) : [];
      for (let tick = 0; tick < ticks; tick++) {
        const state = at(level, mode, tick);
        levelOf[state] = level;
        modeOf[state] = mode;
        busyOf[state] = Math.min(level, places);
        for (const [toLevel, toMode, rate] of served) service.add(state, at(toLevel, toMode, tick), rate);
        if (tick < ticks - 1) {
          arrival.add(state, at(level, mode, tick + 1), ticks);
          kinds.push(CLOCK);
        } else if (level === top) {
          arrival.add(state, at(level, mode, 0), ticks);
          kinds.push(LOST);
        } else
          for (const [toMode, share] of joined) {
            arrival.add(state, at(level + 1, toMode, 0), ticks * share);
            kinds.push(JOINS);
          }
      }
    }
  return {
    places,
    ticks,
    top,
    states,
    firstOf,
    levelOf,
    modeOf,
    busyOf,
    ...service.columns(),
    arrivalFrom: Int32Array.from(arrival.from),
    arrivalTo: Int32Array.from(arrival.to),
    arrivalFactor: Float64Array.from(arrival.rate),
    arrivalKind: Uint8Array.from(kinds),
  };
}

/** Modes a level can be in. */
function modeCounter(places: number, fit: PhaseFit): (level: number) => number {
  switch (fit.kind) {
    case 'exponential':
      return () => 1;
    case 'erlang':
      return (level) => (level < places ? 1 : fit.phases);
    case 'hyper':
      if (places > EXACT_PLACES) return (level) => (level < places ? 1 : 2);
      return (level) => Math.min(level, places) + 1;
    default:
      return fit satisfies never;
  }
}

/** Where service leads from a level and mode: level, mode, rate. */
function serviceSteps(places: number, fit: PhaseFit, level: number, mode: number): [number, number, number][] {
  const busy = Math.min(level, places);
  if (busy === 0) return [];
  switch (fit.kind) {
    case 'exponential':
      return [[level - 1, 0, busy]];
    case 'erlang': {
      if (level < places) return [[level - 1, 0, busy]];
      const rate = fit.rate * places;
      if (mode < fit.phases - 1) return [[level, mode + 1, rate]];
      if (level === places) return [[level - 1, 0, rate]];
      return fit.skip > 0
        ? [
            [level - 1, 0, rate * (1 - fit.skip)],
            [level - 1, 1, rate * fit.skip],
          ]
        : [[level - 1, 0, rate]];
    }
    case 'hyper': {
      if (places > EXACT_PLACES) return pooledSteps(places, fit, level, mode);
      const first = mode * fit.firstRate;
      const second = (busy - mode) * fit.secondRate;
      const steps: [number, number, number][] = [];
      if (level <= places) {
        if (first > 0) steps.push([level - 1, mode - 1, first]);
        if (second > 0) steps.push([level - 1, mode, second]);
        return steps;
      }
      // One that waited takes the place: of either kind.
      if (first > 0) steps.push([level - 1, mode, first * fit.chance], [level - 1, mode - 1, first * (1 - fit.chance)]);
      if (second > 0)
        steps.push([level - 1, mode + 1, second * fit.chance], [level - 1, mode, second * (1 - fit.chance)]);
      return steps;
    }
    default:
      return fit satisfies never;
  }
}

/** As for Erlang service: one hyperexponential of the pooled speed while no place is free. */
function pooledSteps(
  places: number,
  fit: Extract<PhaseFit, { kind: 'hyper' }>,
  level: number,
  mode: number,
): [number, number, number][] {
  if (level < places) return [[level - 1, 0, level]];
  const rate = places * (mode === 0 ? fit.firstRate : fit.secondRate);
  if (level === places) return [[level - 1, 0, rate]];
  return [
    [level - 1, 0, rate * fit.chance],
    [level - 1, 1, rate * (1 - fit.chance)],
  ];
}

/** The modes an arrival may lead to one level up, with their chances. */
function arrivalModes(places: number, fit: PhaseFit, level: number, mode: number): [number, number][] {
  if (level >= places) return [[mode, 1]];
  switch (fit.kind) {
    case 'exponential':
      return [[0, 1]];
    case 'erlang':
      if (level < places - 1) return [[0, 1]];
      return fit.skip > 0
        ? [
            [0, 1 - fit.skip],
            [1, fit.skip],
          ]
        : [[0, 1]];
    case 'hyper':
      if (places > EXACT_PLACES)
        return level < places - 1
          ? [[0, 1]]
          : [
              [0, fit.chance],
              [1, 1 - fit.chance],
            ];
      return [
        [mode + 1, fit.chance],
        [mode, 1 - fit.chance],
      ];
    default:
      return fit satisfies never;
  }
}

class StepList {
  readonly from: number[] = [];
  readonly to: number[] = [];
  readonly rate: number[] = [];

  add(from: number, to: number, rate: number): void {
    this.from.push(from);
    this.to.push(to);
    this.rate.push(rate);
  }

  columns(): { from: Int32Array; to: Int32Array; rate: Float64Array } {
    return {
      from: Int32Array.from(this.from),
      to: Int32Array.from(this.to),
      rate: Float64Array.from(this.rate),
    };
  }
}
