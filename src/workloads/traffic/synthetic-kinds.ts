import { days, hours, minutes } from '../../sim/time.ts';
import { constantCurve, rampCurve, stepsCurve } from './basic-curves.ts';
import { growthCurve } from './growth-curve.ts';
import { fitBursts, mmppCurve } from './mmpp-curve.ts';
import { diurnalCurve, profileCurve, weeklyCurve, WIKIPEDIA_WEEK } from './periodic-curves.ts';
import { spikesCurve, type Spike, type SpikeDecay } from './spike-curve.ts';
import { curveKind, type TrafficField, type TrafficKind, type TrafficOptions } from './traffic-kind.ts';

const step: TrafficField = {
  name: 'step',
  kind: 'duration',
  minimum: 1,
  meaning: 'Width of the steps that a slope is made of; absent: a hundredth of it.',
};

const SPIKE_FIELDS: readonly TrafficField[] = [
  { name: 'at', kind: 'duration', required: true, meaning: 'When it begins to rise.' },
  {
    name: 'rise',
    kind: 'duration',
    default: minutes(1),
    meaning: 'How long it rises, in a straight line; 0: at once.',
  },
  { name: 'plateau', kind: 'duration', default: 0, meaning: 'How long it stays at its peak.' },
  {
    name: 'decay',
    kind: 'choice',
    choices: ['exponential', 'power', 'linear'],
    default: 'exponential',
    meaning: 'How it dies away: halving again and again, fast and then slowly, or straight down.',
  },
  {
    name: 'fall',
    kind: 'duration',
    minimum: 1,
    default: minutes(10),
    meaning: 'The half-life of an exponential decay, the time scale of a power law, the length of a linear one.',
  },
  {
    name: 'exponent',
    kind: 'number',
    minimum: 0.2,
    default: 1.4,
    meaning: 'Of a power law, (1 + t / fall)^-exponent.',
  },
];

/** Curves made of formulas. */
export const SYNTHETIC_KINDS: readonly TrafficKind[] = [
  curveKind({
    name: 'constant',
    summary: 'the same rate all the time',
    source: 'a control, and what queueing theory speaks of',
    makes: 'rate',
    fields: [{ name: 'rate', kind: 'rate', required: true, meaning: 'The rate.' }],
    curve: (options) => () => constantCurve(number(options, 'rate')),
  }),
  curveKind({
    name: 'steps',
    summary: 'rates at given times, as stairs or joined by straight lines',
    source: 'load tests; any other source with few points',
    makes: 'rate',
    fields: [
      {
        name: 'points',
        kind: 'points',
        required: true,
        meaning: 'Pairs of a time and the rate from there on, in order.',
      },
      {
        name: 'between',
        kind: 'choice',
        choices: ['stairs', 'linear'],
        default: 'stairs',
        meaning: 'Whether a rate holds until the next point or goes there in a straight line.',
      },
      step,
    ],
    curve: (options) => () =>
      stepsCurve({
        points: options['points'] as readonly (readonly [number, number])[],
        shape: options['between'] as 'stairs' | 'linear',
        stepUs: optional(options, 'step'),
      }),
  }),
  curveKind({
    name: 'ramp',
    summary: 'from one rate to another in a straight line',
    source: 'load tests',
    makes: 'rate',
    fields: [
      { name: 'from', kind: 'rate', required: true, meaning: 'The rate before.' },
      { name: 'to', kind: 'rate', required: true, meaning: 'The rate after.' },
      { name: 'at', kind: 'duration', default: 0, meaning: 'When it begins.' },
      { name: 'lasts', kind: 'duration', required: true, minimum: 1, meaning: 'How long it takes.' },
      step,
    ],
    curve: (options) => () =>
      rampCurve({
        from: number(options, 'from'),
        to: number(options, 'to'),
        startUs: number(options, 'at'),
        lastsUs: number(options, 'lasts'),
        stepUs: optional(options, 'step'),
      }),
  }),
  curveKind({
    name: 'diurnal',
    summary: 'a smooth day: a cosine with a given mean and highest over lowest rate',
    source: 'highest over lowest of Wikipedia 1.6, Azure V1 2.3, Huawei 3.5, WorldCup98 4.0',
    makes: 'rate',
    fields: [
      { name: 'mean', kind: 'rate', required: true, meaning: 'The mean rate of the day.' },
      { name: 'peakToTrough', kind: 'number', minimum: 1, default: 3, meaning: 'The highest over the lowest rate.' },
      { name: 'peakAt', kind: 'duration', default: hours(14), meaning: 'When in the day it is highest.' },
      { name: 'period', kind: 'duration', minimum: 1, default: days(1), meaning: 'The length of the day.' },
      { name: 'step', kind: 'duration', minimum: 1, default: minutes(5), meaning: 'Width of the steps it is made of.' },
    ],
    curve: (options) => () =>
      diurnalCurve({
        meanPerSecond: number(options, 'mean'),
        peakToTrough: number(options, 'peakToTrough'),
        peakAtUs: number(options, 'peakAt'),
        periodUs: number(options, 'period'),
        stepUs: number(options, 'step'),
      }),
  }),
  curveKind({
    name: 'spike',
    summary: 'a flash crowd: nothing, a rise, a plateau, a decay; add several, and a base',
    source:
      'WorldCup98: matches bring 5 to 20 times as much within an hour; pages in the news decay over days; power-law relaxation: Crane and Sornette, PNAS 105, 2008',
    makes: 'rate',
    fields: [{ name: 'peak', kind: 'rate', required: true, meaning: 'What it adds at its height.' }, ...SPIKE_FIELDS],
    curve: (options) => () => spikesCurve({ spikes: [spikeOf(options, number(options, 'peak'))] }),
  }),
  curveKind({
    name: 'surge',
    summary: 'a spike as a factor: so many times the usual rate at its height',
    source: 'as spike',
    makes: 'factor',
    fields: [
      {
        name: 'times',
        kind: 'number',
        minimum: 1,
        required: true,
        meaning: 'How many times the usual rate comes at its height.',
      },
      ...SPIKE_FIELDS,
    ],
    curve: (options) => () => spikesCurve({ base: 1, spikes: [spikeOf(options, number(options, 'times') - 1)] }),
  }),
  curveKind({
    name: 'bursty',
    summary: 'quiet times and bursts that come at random, with a given mean and index of dispersion',
    source: 'two-state MMPP: Fischer and Meier-Hellstern 1993; Azure LLM code has a dispersion of 160 at a minute',
    makes: 'rate',
    fields: [
      { name: 'mean', kind: 'rate', required: true, meaning: 'The mean rate.' },
      {
        name: 'dispersion',
        kind: 'number',
        minimum: 1,
        required: true,
        meaning: 'Variance over mean of the number of requests in a window; 1 is Poisson.',
      },
      { name: 'window', kind: 'duration', minimum: 1, default: minutes(1), meaning: 'The window of the dispersion.' },
      { name: 'burst', kind: 'duration', minimum: 1, default: 30e6, meaning: 'Mean length of a burst.' },
      {
        name: 'burstShare',
        kind: 'share',
        minimum: 0,
        maximum: 1,
        meaning: 'Share of time in bursts; absent: 10 %, or less where the dispersion needs it.',
      },
    ],
    curve(options, { streamName }) {
      const states = fitBursts({
        meanPerSecond: number(options, 'mean'),
        dispersion: number(options, 'dispersion'),
        windowUs: number(options, 'window'),
        burstUs: number(options, 'burst'),
        burstShare: optional(options, 'burstShare'),
      });
      return (streams) => mmppCurve(states, streams(streamName));
    },
  }),
  curveKind({
    name: 'states',
    summary: 'a rate that jumps at random between given states',
    source: 'MMPP of any number of states: Fischer and Meier-Hellstern 1993',
    makes: 'rate',
    fields: [
      { name: 'states', kind: 'points', required: true, meaning: 'Pairs of the mean time in a state and its rate.' },
    ],
    curve(options, { streamName }) {
      const points = options['states'] as readonly (readonly [number, number])[];
      const states = points.map(([meanUs, level]) => ({ meanUs, level }));
      return (streams) => mmppCurve(states, streams(streamName));
    },
  }),
  curveKind({
    name: 'weekly',
    summary: 'a factor for each day of the week',
    source: 'English Wikipedia, October 2008 to December 2009: Monday 1.066 to Saturday 0.883',
    makes: 'factor',
    fields: [
      {
        name: 'factors',
        kind: 'numbers',
        minimum: 0,
        default: WIKIPEDIA_WEEK,
        meaning: 'Monday to Sunday, brought to mean 1.',
      },
      {
        name: 'startsOn',
        kind: 'count',
        minimum: 0,
        maximum: 6,
        default: 0,
        meaning: 'The weekday of time 0: 0 Monday to 6 Sunday.',
      },
    ],
    curve: (options) => () =>
      weeklyCurve({ factors: options['factors'] as readonly number[], startsOn: number(options, 'startsOn') }),
  }),
  curveKind({
    name: 'profile',
    summary: 'a factor for each part of a period that repeats, such as 24 for the hours of a day',
    source: 'any measured profile',
    makes: 'factor',
    fields: [
      {
        name: 'factors',
        kind: 'numbers',
        minimum: 0,
        required: true,
        meaning: 'One factor a part, brought to mean 1.',
      },
      { name: 'period', kind: 'duration', minimum: 1, default: days(1), meaning: 'The period.' },
    ],
    curve: (options) => () =>
      profileCurve({ factors: options['factors'] as readonly number[], periodUs: number(options, 'period') }),
  }),
  curveKind({
    name: 'growth',
    summary: 'a trend, as a factor that is 1 at the beginning',
    source: 'Azure V1: arrivals doubled within 30 days',
    makes: 'factor',
    fields: [
      {
        name: 'times',
        kind: 'number',
        minimum: 1e-6,
        default: 2,
        meaning: 'The factor reached after `every`; below 1 it shrinks.',
      },
      { name: 'every', kind: 'duration', minimum: 1, default: days(30), meaning: 'How long that takes.' },
      {
        name: 'shape',
        kind: 'choice',
        choices: ['exponential', 'linear'],
        default: 'exponential',
        meaning: 'By the same factor, or the same amount, again and again.',
      },
      { name: 'limit', kind: 'number', minimum: 0, meaning: 'The factor at which it stops; absent: none.' },
      { name: 'step', kind: 'duration', minimum: 1, default: hours(1), meaning: 'Width of the steps it is made of.' },
    ],
    curve: (options) => () => {
      const limit = optional(options, 'limit');
      return growthCurve({
        factor: number(options, 'times'),
        everyUs: number(options, 'every'),
        shape: options['shape'] as 'exponential' | 'linear',
        stepUs: number(options, 'step'),
        ...(limit === undefined ? {} : { limit }),
      });
    },
  }),
];

function spikeOf(options: TrafficOptions, peak: number): Spike {
  const fallUs = number(options, 'fall');
  const kind = options['decay'] as SpikeDecay['kind'];
  const decay: SpikeDecay =
    kind === 'exponential'
      ? { kind, halfLifeUs: fallUs }
      : kind === 'power'
        ? { kind, scaleUs: fallUs, exponent: number(options, 'exponent') }
        : { kind, lastsUs: fallUs };
  return {
    atUs: number(options, 'at'),
    riseUs: number(options, 'rise'),
    peak,
    plateauUs: number(options, 'plateau'),
    decay,
  };
}

function number(options: TrafficOptions, name: string): number {
  return options[name] as number;
}

function optional(options: TrafficOptions, name: string): number | undefined {
  return options[name] as number | undefined;
}
