import type { HorizontalDecision, HorizontalPolicy, ServiceObservation } from '../../sim/scaling/horizontal-policy.ts';
import { hours, seconds } from '../../sim/time.ts';
import { numberOf, textOf } from '../option-values.ts';
import type { PolicyFamily } from '../policy-family.ts';
import { HoltWinters } from './holt-winters.ts';
import { ceilNearly, inSeconds, percent, short } from './numbers-in-words.ts';
import { RateSlots } from './rate-slots.ts';
import { recentMean } from './recent-mean.ts';
import { replicaRate } from './replica-rate.ts';
import { SeasonalNaive } from './seasonal-naive.ts';
import { Stabilisation } from './stabilisation.ts';
import { withinBounds } from './within-bounds.ts';

/**
 * Replicas for the requests that are forecast until a replica ordered now would be ready, and never fewer than those of
 * now need. Right where load repeats itself; a surprise is met no faster than without a forecast, and until a whole
 * season has been seen there is none.
 */
export const predictive: PolicyFamily<HorizontalPolicy> = {
  name: 'predictive',
  summary: 'replicas for the load that is forecast over the time a replica takes to start',
  source: 'Holt-Winters: Winters, Management Science 1960; seasonal-naive: Hyndman and Athanasopoulos',
  options: [
    {
      name: 'method',
      kind: 'choice',
      default: 'holt-winters',
      choices: ['holt-winters', 'seasonal-naive'],
      meaning: 'How to forecast: smoothed level, trend and additive season, or what was one season ago.',
    },
    {
      name: 'season',
      kind: 'duration',
      default: hours(24),
      minimum: 1,
      meaning: 'After so long the load repeats itself.',
    },
    {
      name: 'slot',
      kind: 'duration',
      default: seconds(300),
      minimum: 1,
      meaning: 'The load is a mean over slots of this length.',
    },
    {
      name: 'lead',
      kind: 'duration',
      default: seconds(300),
      minimum: 0,
      meaning: 'Forecasts this far: the time from a decision to a replica that is ready, with its machine.',
    },
    { name: 'margin', kind: 'share', default: 0.1, minimum: 0, maximum: 10, meaning: 'Added to the forecast.' },
    {
      name: 'utilisation',
      kind: 'share',
      default: 0.6,
      minimum: 0.01,
      maximum: 1,
      meaning: 'Share of the places of a replica that should be busy.',
    },
    {
      name: 'rate',
      kind: 'number',
      default: 0,
      minimum: 0,
      meaning: 'Requests per second that one replica can serve at most; 0 reckons it from its work and its places.',
    },
    {
      name: 'level',
      kind: 'share',
      default: 0.2,
      minimum: 0,
      maximum: 1,
      meaning: 'Holt-Winters: weight of the newest slot in the level.',
    },
    {
      name: 'trend',
      kind: 'share',
      default: 0.01,
      minimum: 0,
      maximum: 1,
      meaning: 'Holt-Winters: weight of the newest change in the trend.',
    },
    {
      name: 'weight',
      kind: 'share',
      default: 0.3,
      minimum: 0,
      maximum: 1,
      meaning: 'Holt-Winters: weight of the newest slot in its place of the season.',
    },
    {
      name: 'window',
      kind: 'duration',
      default: seconds(60),
      minimum: 0,
      meaning: 'The load of now is a mean over this long.',
    },
    { name: 'period', kind: 'duration', default: seconds(60), minimum: 1, meaning: 'Time between two decisions.' },
    {
      name: 'stabilisation',
      kind: 'duration',
      default: seconds(300),
      minimum: 0,
      meaning: 'Shrinks to the largest recommendation of this long.',
    },
  ],
  make(options, name) {
    const value = (option: string) => numberOf(options, option);
    const method = textOf(options, 'method');
    const slotUs = value('slot');
    const slots = Math.max(1, Math.round(value('season') / slotUs));
    const smoothing = { level: value('level'), trend: value('trend'), season: value('weight') };
    const settings: Settings = {
      forecaster: () => (method === 'seasonal-naive' ? new SeasonalNaive(slots) : new HoltWinters(slots, smoothing)),
      method,
      slotUs,
      leadUs: value('lead'),
      margin: value('margin'),
      utilisation: value('utilisation'),
      rate: value('rate'),
      windowUs: value('window'),
      stabilisationUs: value('stabilisation'),
    };
    const { summary, source } = predictive;
    return { name, summary, source, periodUs: value('period'), make: () => scaler(settings) };
  },
};

interface Settings {
  readonly forecaster: () => HoltWinters | SeasonalNaive;
  readonly method: string;
  readonly slotUs: number;
  readonly leadUs: number;
  readonly margin: number;
  readonly utilisation: number;
  readonly rate: number;
  readonly windowUs: number;
  readonly stabilisationUs: number;
}

function scaler(settings: Settings): { decide(seen: ServiceObservation): HorizontalDecision } {
  const forecaster = settings.forecaster();
  const slots = new RateSlots(settings.slotUs, (mean) => forecaster.observe(mean));
  const stabilisation = new Stabilisation();
  return {
    decide(seen) {
      const { current, nowUs } = seen;
      slots.take(seen.points);
      stabilisation.begin(nowUs, current);
      const now = recentMean(seen.points, settings.windowUs, (point) => point.requestsPerSecond);
      const full = settings.rate > 0 ? settings.rate : replicaRate(seen);
      if (!Number.isFinite(now) || full <= 0)
        return withinBounds(seen, current, `no requests per second or no rate of a replica known yet, keep ${current}`);
      let load = now;
      let said = `${short(now)} requests/s now`;
      if (forecaster.ready) {
        const forecast = largestForecast(nowUs, slots.open, forecaster, settings) * (1 + settings.margin);
        said += `, ${settings.method} forecasts at most ${short(forecast)} in ${inSeconds(settings.leadUs)} with ${percent(settings.margin)} margin`;
        load = Math.max(now, forecast);
      } else said += ', no whole season seen yet';
      const each = full * settings.utilisation;
      const wanted = ceilNearly(load / each);
      const why = `${said}: ceil(${short(load)}/(${short(full)} x ${percent(settings.utilisation)})) = ${wanted}`;
      const steady = stabilisation.largest(nowUs, wanted, settings.stabilisationUs);
      const held = steady === wanted ? [] : [`stabilised over ${inSeconds(settings.stabilisationUs)} at ${steady}`];
      return withinBounds(seen, steady, why, held);
    },
  };
}

/** The largest forecast of the slots from now to the end of the lead; not below 0. */
function largestForecast(
  nowUs: number,
  open: number,
  forecaster: HoltWinters | SeasonalNaive,
  { slotUs, leadUs }: Settings,
): number {
  const last = Math.floor((nowUs + leadUs) / slotUs);
  let largest = 0;
  for (let slot = Math.max(open, Math.floor(nowUs / slotUs)); slot <= last; slot++)
    largest = Math.max(largest, forecaster.forecast(slot - open + 1));
  return largest;
}
