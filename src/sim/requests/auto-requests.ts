import { durationMeanUs } from '../duration-spec.ts';
import { US_PER_SECOND } from '../time.ts';
import { connectedServices } from './connected-services.ts';
import { DiscreteRequests } from './discrete-requests.ts';
import { FluidRequests } from './fluid/fluid-requests.ts';
import { meanLevelBetween } from './fluid/traffic-rate.ts';
import { outsideValidated } from './fluid/validated-region.ts';
import type { RequestModel, RequestModelOptions } from './request-model.ts';
import { SplitRequests } from './split-requests.ts';

export type RequestModelChoice = 'discrete' | 'fluid' | 'auto';

/** What `auto` may know of a run beforehand. */
export interface AutoOptions extends RequestModelOptions {
  /** When the run ends; without it a day is taken. */
  readonly endUs?: number;
  /** Replicas of each service at the start, where they are known. */
  readonly replicas?: readonly number[];
}

/** Requests in a run up to which each of them is simulated: half a minute at some million a second. */
export const FEW_REQUESTS = 50_000_000;
/** Requests from outside above which no run simulates each of them, wherever the fluid model was validated: it would take hours. */
export const MOST_REQUESTS = 1_000_000_000;
const DAY_US = 86_400 * US_PER_SECOND;
/** Parts of the run at which closed loops and curves are looked at. */
const LOOKS = 200;

/**
 * The request model for a run. `auto` simulates each request where they are few or where the fluid model was not
 * validated for one of the services that call each other, and takes the fluid model elsewhere; services that share
 * nothing may differ. The model's `notes` say which and why.
 */
export function requestModelFor(options: AutoOptions, choice: RequestModelChoice): RequestModel {
  if (choice === 'discrete') return new DiscreteRequests(options);
  if (choice === 'fluid') return new FluidRequests(options);
  const rates = expectedRates(options);
  const outside = outsideRates(options);
  const parts = connectedServices(options).map((services) => {
    const requests = services.reduce((sum, service) => sum + rates[service].mean, 0);
    const lasts = ((options.endUs ?? options.startUs + DAY_US) - options.startUs) / US_PER_SECOND;
    const reason = reasonForDiscrete(options, services, rates, requests * lasts);
    const numbers = `${count(requests)} requests a second, ${count(requests * lasts)} in the run`;
    const tooMany = services.reduce((sum, service) => sum + outside[service].mean, 0) * lasts > MOST_REQUESTS;
    return {
      services,
      fluid: reason === undefined || tooMany,
      notes: services.map((service) =>
        tooMany && reason !== undefined
          ? `service "${options.services[service].name}" ran on the fluid model: there are too many requests for the discrete one (${numbers}), though ${reason}`
          : note(options, service, numbers, reason),
      ),
    };
  });
  return new SplitRequests(options, parts);
}

function note(options: RequestModelOptions, service: number, numbers: string, reason: string | undefined): string {
  const { name } = options.services[service];
  return reason === undefined
    ? `service "${name}" ran on the fluid model: it and those it is connected with get ${numbers}, and all are within what the fluid model was validated for`
    : `service "${name}" ran on the discrete model: ${reason} (${numbers})`;
}

function reasonForDiscrete(
  options: AutoOptions,
  services: readonly number[],
  rates: readonly { mean: number; peak: number }[],
  requests: number,
): string | undefined {
  if (requests <= FEW_REQUESTS) return `there are at most ${count(FEW_REQUESTS)} requests`;
  for (const index of services) {
    const service = options.services[index];
    const replicas = options.replicas?.[index];
    const busy = (rates[index].peak * durationMeanUs(service.work)) / US_PER_SECOND;
    const load = replicas === undefined || replicas === 0 ? undefined : busy / (replicas * service.concurrency);
    const outside = outsideValidated(options, index, replicas, load);
    if (outside !== undefined) return services.length > 1 ? `of service "${service.name}", ${outside}` : outside;
  }
  return undefined;
}

/** Requests per second from outside to each service: their mean and their peak over the run. */
function outsideRates(options: AutoOptions): { mean: number; peak: number }[] {
  const endUs = options.endUs ?? options.startUs + DAY_US;
  const rates = options.services.map(() => ({ mean: 0, peak: 0 }));
  for (const { service, source } of options.traffic) {
    if (source.kind === 'times') continue;
    const curve = source.kind === 'closed' ? source.users : source.curve;
    const batch = source.kind === 'open' ? (source.batch?.mean ?? 1) : 1;
    const slowest =
      source.kind === 'closed'
        ? durationMeanUs(source.think) + durationMeanUs(options.services[service].work)
        : US_PER_SECOND;
    const factor = (batch * US_PER_SECOND) / Math.max(1, slowest);
    let sum = 0;
    let peak = 0;
    for (let look = 0; look < LOOKS; look++) {
      const from = options.startUs + ((endUs - options.startUs) * look) / LOOKS;
      const level = meanLevelBetween(curve, from, Math.min(endUs, from + US_PER_SECOND));
      sum += level;
      peak = Math.max(peak, level);
    }
    rates[service].mean += (sum / LOOKS) * factor;
    rates[service].peak += peak * factor;
  }
  return rates;
}

/** Requests per second to each service, calls included: their mean and their peak over the run. */
export function expectedRates(options: AutoOptions): { mean: number; peak: number }[] {
  const outside = outsideRates(options);
  const rates = outside.map((rate) => ({ ...rate }));
  // Calls, from callers to called: as many rounds as a chain of calls can be long.
  for (let round = 0; round < Math.min(64, options.services.length); round++) {
    const next = outside.map((rate) => ({ ...rate }));
    options.services.forEach((caller, index) => {
      for (const { service, chance, fanOut } of caller.calls.flat()) {
        next[service].mean += rates[index].mean * chance * fanOut;
        next[service].peak += rates[index].peak * chance * fanOut;
      }
    });
    next.forEach((rate, index) => (rates[index] = rate));
  }
  return rates;
}

function count(value: number): string {
  if (value >= 1e9) return `${tenths(value / 1e9)} billion`;
  if (value >= 1e6) return `${tenths(value / 1e6)} million`;
  return value >= 10 ? String(Math.round(value)) : String(tenths(value));
}

function tenths(value: number): number {
  return Math.round(value * 10) / 10;
}
