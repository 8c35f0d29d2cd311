import { powerOfChoices } from '../src/policies/balancing/power-of-choices.ts';
import { leastConnections } from '../src/policies/balancing/least-connections.ts';
import { randomBalancing } from '../src/policies/balancing/random.ts';
import { roundRobin } from '../src/policies/balancing/round-robin.ts';
import type { DurationSpec } from '../src/sim/duration-spec.ts';
import { cos } from '../src/sim/exact-math.ts';
import { stream } from '../src/sim/random.ts';
import type { BalancingPolicy } from '../src/sim/requests/balancing-policy.ts';
import { LatencyHistogram } from '../src/sim/requests/latency-histogram.ts';
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
  /** Service times of one swing of the load between 40 % and all of `load`; 0: it stays. */
  readonly swing: number;
  /** How it swings: as a cosine in steps, or up and down at once. */
  readonly form: 'cosine' | 'step';
}

/** A cell's name, the same in tables, in `fluid-reference.json` and in tests. */
export function cellName({ balancer, replicas, places, squaredCv, load, swing, form }: FluidCell): string {
  const swings = swing > 0 ? `, ${form} in ${swing}` : '';
  return `${balancer}, replicas ${replicas}, places ${places}, C² ${squaredCv}, load ${load}${swings}`;
}

/** Mean service time. */
export const SERVICE_US = 10_000;
/** Steps of a swing. */
const STEPS = 64;

/** Service times that are left out at the start: places of one replica share its queue, so it settles sooner. */
export function warmUp({ load, swing, places }: FluidCell): number {
  const settles = Math.max(20, 10 / ((1 - load) * (1 - load)) / places);
  return swing > 0 ? Math.ceil(settles / swing) * swing : settles;
}

/** Requests per service time, on average over a swing. */
export function perServiceTime({ load, replicas, places, swing }: FluidCell): number {
  return load * replicas * places * (swing > 0 ? 0.7 : 1);
}

/** What one model says of one stretch of time, in service times, and its mean load per place. */
export interface CellFigures {
  readonly mean: number;
  readonly p99: number;
  readonly busy: number;
}

/** Runs one model over a cell: as many stretches of so many service times after the warm-up. */
export function figures(
  cell: FluidCell,
  make: (options: RequestModelOptions) => RequestModel,
  duration: number,
  seed: number,
  stretches = 1,
): { readonly all: CellFigures; readonly each: readonly CellFigures[] } {
  const model = make(optionsOf(cell, seed));
  for (let replica = 0; replica < cell.replicas; replica++)
    model.addEndpoint({ service: 0, name: `replica-${replica}`, zone: 0, speed: 1, weight: 1 });
  const places = cell.replicas * cell.places;
  const busyUs = (): number => {
    let sum = 0;
    for (let replica = 0; replica < cell.replicas; replica++) sum += model.busyUs(replica);
    return sum;
  };
  const told = (histogram: LatencyHistogram, busy: number, stretch: number): CellFigures => ({
    mean: histogram.meanUs / SERVICE_US,
    p99: histogram.quantileUs(0.99) / SERVICE_US,
    busy: busy / (places * stretch * SERVICE_US),
  });
  const from = warmUp(cell) * SERVICE_US;
  model.advance(from);
  model.takeServiceLatency(0);
  const first = busyUs();
  let before = first;
  const all = new LatencyHistogram();
  const each: CellFigures[] = [];
  for (let stretch = 1; stretch <= stretches; stretch++) {
    model.advance(Math.floor(from + stretch * duration * SERVICE_US + 0.5));
    const histogram = model.takeServiceLatency(0);
    const now = busyUs();
    each.push(told(histogram, now - before, duration));
    all.merge(histogram);
    before = now;
  }
  return { all: told(all, before - first, duration * stretches), each };
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
        source: { kind: 'open', curve: curve(perSecond, cell), spacing: 'poisson' },
        fromZone: -1,
        client: PATIENT,
      },
    ],
    zones: ['a'],
    startUs: 0,
    streams: (name) => stream(seed, name),
  };
}

/** Constant, a cosine in steps, or half of the time at either end. */
function curve(perSecond: number, { swing, form }: FluidCell): LevelCurve {
  if (swing === 0) return { at: () => perSecond, untilUs: () => Infinity };
  const steps = form === 'step' ? 2 : STEPS;
  const stepUs = (swing * SERVICE_US) / steps;
  const levels = Array.from({ length: steps }, (_, k) =>
    form === 'step' ? perSecond * [1, 0.4][k] : perSecond * (0.7 - 0.3 * cos((2 * Math.PI * (k + 0.5)) / STEPS)),
  );
  return {
    at: (us) => levels[Math.floor(us / stepUs + 1e-9) % steps],
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
