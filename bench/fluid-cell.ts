import { powerOfChoices } from '../src/policies/balancing/power-of-choices.ts';
import { leastConnections } from '../src/policies/balancing/least-connections.ts';
import { randomBalancing } from '../src/policies/balancing/random.ts';
import { roundRobin } from '../src/policies/balancing/round-robin.ts';
import type { DurationSpec } from '../src/sim/duration-spec.ts';
import { cos } from '../src/sim/exact-math.ts';
import { stream } from '../src/sim/random.ts';
import type { BalancingPolicy } from '../src/sim/requests/balancing-policy.ts';
import type { RequestModel, RequestModelOptions } from '../src/sim/requests/request-model.ts';
import { type LevelCurve, PATIENT } from '../src/sim/requests/traffic.ts';

/** One point of the grid on which both request models are compared. */
export interface FluidCell {
  readonly load: number;
  readonly replicas: number;
  readonly balancer: 'random' | 'round-robin' | 'choices' | 'least';
  readonly places: number;
  /** Squared coefficient of variation of the service time. */
  readonly squaredCv: number;
  /** Service times of one swing of the load, by 30 % up to `load` and down; 0: it stays. */
  readonly swing: number;
}

/** Mean service time. */
export const SERVICE_US = 10_000;
/** Steps of a swing. */
const STEPS = 64;

/** Service times that are left out at the start. */
export function warmUp({ load, swing }: FluidCell): number {
  const settles = Math.max(20, 10 / ((1 - load) * (1 - load)));
  return swing > 0 ? Math.ceil(settles / swing) * swing : settles;
}

/** What one model says: mean and 99th percentile in service times. */
export interface CellFigures {
  readonly mean: number;
  readonly p99: number;
}

/** Runs one model over a cell for so many service times after the warm-up. */
export function figures(
  cell: FluidCell,
  make: (options: RequestModelOptions) => RequestModel,
  duration: number,
  seed: number,
): CellFigures {
  const model = make(optionsOf(cell, seed));
  for (let replica = 0; replica < cell.replicas; replica++)
    model.addEndpoint({ service: 0, name: `replica-${replica}`, zone: 0, speed: 1, weight: 1 });
  const from = warmUp(cell) * SERVICE_US;
  model.advance(from);
  model.takeServiceLatency(0);
  model.advance(from + duration * SERVICE_US);
  const histogram = model.takeServiceLatency(0);
  return { mean: histogram.meanUs / SERVICE_US, p99: histogram.quantileUs(0.99) / SERVICE_US };
}

function optionsOf(cell: FluidCell, seed: number): RequestModelOptions {
  const perSecond = (cell.load * cell.replicas * cell.places * 1e6) / SERVICE_US;
  return {
    services: [
      {
        name: 'shop',
        concurrency: cell.places,
        queueLimit: Infinity,
        work: serviceTime(cell.squaredCv),
        calls: [],
        holdsPlace: false,
        balancing: balancing(cell.balancer),
        staleUs: 0,
        balancers: 1,
        slowStartUs: 0,
      },
    ],
    traffic: [
      {
        name: 'users',
        service: 0,
        source: { kind: 'open', curve: curve(perSecond, cell.swing), spacing: 'poisson' },
        fromZone: -1,
        client: PATIENT,
      },
    ],
    zones: ['a'],
    startUs: 0,
    streams: (name) => stream(seed, name),
  };
}

/** Constant, or a cosine between 40 % and all of the rate, in steps. */
function curve(perSecond: number, swing: number): LevelCurve {
  if (swing === 0) return { at: () => perSecond, untilUs: () => Infinity };
  const stepUs = (swing * SERVICE_US) / STEPS;
  const levels = Array.from(
    { length: STEPS },
    (_, k) => perSecond * (0.7 - 0.3 * cos((2 * Math.PI * (k + 0.5)) / STEPS)),
  );
  return {
    at: (us) => levels[Math.floor(us / stepUs + 1e-9) % STEPS],
    untilUs: (us) => (Math.floor(us / stepUs + 1e-9) + 1) * stepUs,
  };
}

function serviceTime(squaredCv: number): DurationSpec {
  const meanUs = SERVICE_US;
  if (squaredCv === 0) return { kind: 'constant', meanUs };
  if (squaredCv < 1) return { kind: 'erlang', meanUs, phases: Math.round(1 / squaredCv) };
  return squaredCv === 1 ? { kind: 'exponential', meanUs } : { kind: 'hyperexponential', meanUs, squaredCv };
}

function balancing(name: FluidCell['balancer']): BalancingPolicy {
  switch (name) {
    case 'random':
      return randomBalancing.make({}, 'random');
    case 'round-robin':
      return roundRobin.make({}, 'round-robin');
    case 'choices':
      return powerOfChoices.make({ choices: 2 }, 'power-of-choices');
    default:
      return leastConnections.make({}, 'least-connections');
  }
}
