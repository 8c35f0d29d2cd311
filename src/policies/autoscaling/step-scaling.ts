import type { HorizontalDecision, HorizontalPolicy, ServiceObservation } from '../../sim/scaling/horizontal-policy.ts';
import { seconds } from '../../sim/time.ts';
import { numberOf, textOf } from '../option-values.ts';
import type { PolicyFamily } from '../policy-family.ts';
import { alarm } from './alarm.ts';
import { Cooldowns } from './cooldowns.ts';
import { METRICS, metricPoints, type Metric } from './metric-points.ts';
import { inSeconds, short } from './numbers-in-words.ts';
import { runningReplicas } from './running-replicas.ts';
import { ADJUSTMENTS, adjusted, stepFor, steps, type Adjustment, type Step } from './step-adjustment.ts';
import { withinBounds } from './within-bounds.ts';

/**
 * Step scaling of Amazon ECS: the further a metric is beyond its threshold, the larger the change. The steps are the
 * operator's; wrong ones creep or overshoot, since nothing relates them to the load.
 */
export const stepScaling: PolicyFamily<HorizontalPolicy> = {
  name: 'step-scaling',
  summary: 'the further a metric is beyond its threshold, the larger the step',
  source: 'AWS Application Auto Scaling, step scaling policies',
  options: [
    {
      name: 'metric',
      kind: 'choice',
      default: 'cpu',
      choices: METRICS,
      meaning:
        'What is watched: cpu and memory in percent of the requests, requests per minute or in flight for each ready replica.',
    },
    { name: 'high', kind: 'number', default: 70, minimum: 0, meaning: 'Scales out at or above this.' },
    { name: 'low', kind: 'number', default: 30, minimum: 0, meaning: 'Scales in at or below this; 0 never does.' },
    {
      name: 'type',
      kind: 'choice',
      default: 'percent',
      choices: ADJUSTMENTS,
      meaning: 'Whether steps are replicas more or fewer, percent more or fewer, or the count itself.',
    },
    {
      name: 'out',
      kind: 'text',
      default: '0:10 15:30',
      meaning: 'Steps out, each "distance above `high`:adjustment".',
    },
    {
      name: 'in',
      kind: 'text',
      default: '0:-10 -15:-30',
      meaning: 'Steps in, each "distance below `low`, negative:adjustment".',
    },
    {
      name: 'minimum',
      kind: 'count',
      default: 1,
      minimum: 1,
      meaning: 'A percentage changes at least so many replicas.',
    },
    {
      name: 'cooldown',
      kind: 'duration',
      default: seconds(300),
      minimum: 0,
      meaning:
        'So long after scaling out only a larger count is applied, and after scaling in nothing more is taken away.',
    },
    {
      name: 'point',
      kind: 'duration',
      default: seconds(60),
      minimum: 1,
      meaning: 'Length of one point of the metric, and time between two decisions.',
    },
    {
      name: 'highPoints',
      kind: 'count',
      default: 3,
      minimum: 1,
      meaning: 'Scales out after so many points at or above `high`.',
    },
    {
      name: 'lowPoints',
      kind: 'count',
      default: 15,
      minimum: 1,
      meaning: 'Scales in after so many points at or below `low`.',
    },
  ],
  make(options, name) {
    const value = (option: string) => numberOf(options, option);
    const settings: Settings = {
      metric: textOf(options, 'metric') as Metric,
      high: value('high'),
      low: value('low'),
      type: textOf(options, 'type') as Adjustment,
      out: steps(textOf(options, 'out'), 1),
      in: steps(textOf(options, 'in'), -1),
      minimum: value('minimum'),
      cooldownUs: value('cooldown'),
      pointUs: value('point'),
      highPoints: value('highPoints'),
      lowPoints: value('lowPoints'),
    };
    const { summary, source } = stepScaling;
    return { name, summary, source, periodUs: settings.pointUs, make: () => scaler(settings) };
  },
};

interface Settings {
  readonly metric: Metric;
  readonly high: number;
  readonly low: number;
  readonly type: Adjustment;
  readonly out: readonly Step[];
  readonly in: readonly Step[];
  readonly minimum: number;
  readonly cooldownUs: number;
  readonly pointUs: number;
  readonly highPoints: number;
  readonly lowPoints: number;
}

function scaler(settings: Settings): { decide(seen: ServiceObservation): HorizontalDecision } {
  const { metric, high, low, type, minimum } = settings;
  const cooldowns = new Cooldowns(settings.cooldownUs, settings.cooldownUs);
  return {
    decide(seen) {
      const { current, nowUs } = seen;
      const keep = (why: string, ...limits: string[]) => withinBounds(seen, current, `${why}, keep ${current}`, limits);
      const lengthUs = Math.max(settings.pointUs, seen.scrapeUs);
      const count = Math.max(settings.highPoints, settings.lowPoints);
      const points = metricPoints(seen.points, metric, lengthUs, count);
      const newest = points[points.length - 1];
      const running = runningReplicas(seen);
      if (alarm(points, settings.highPoints, (value) => value >= high)) {
        const observed = `${metric} ${short(newest)} is ${short(newest - high)} above ${short(high)}`;
        const step = stepFor(settings.out, newest - high, 1);
        if (!step) return keep(`${observed}: no step`);
        const cools = cooldowns.coolsAfterOut(nowUs);
        // What the scaling out that still cools down has added is a part of this step.
        const from = cools ? cooldowns.base : running;
        const wanted = adjusted(from, step.by, type, minimum);
        const why = `${observed}: ${inWords(from, step.by, type, wanted)}`;
        if (wanted <= current) return keep(why, ...(cools ? ['cooldown after scaling out'] : []));
        cooldowns.scaledOut(nowUs, from);
        return withinBounds(seen, wanted, why);
      }
      if (low > 0 && alarm(points, settings.lowPoints, (value) => value <= low)) {
        const observed = `${metric} ${short(newest)} is ${short(low - newest)} below ${short(low)}`;
        const step = stepFor(settings.in, newest - low, -1);
        if (!step) return keep(`${observed}: no step`);
        const wanted = adjusted(running, step.by, type, minimum);
        const why = `${observed}: ${inWords(running, step.by, type, wanted)}`;
        if (wanted >= current) return keep(why);
        if (cooldowns.coolsAfterIn(nowUs))
          return keep(why, `cooldown of ${inSeconds(settings.cooldownUs)} after scaling in`);
        if (current > seen.minReplicas) cooldowns.scaledIn(nowUs);
        return withinBounds(seen, wanted, why);
      }
      const value = Number.isFinite(newest) ? short(newest) : 'unknown';
      return keep(`${metric} ${value}: no alarm (high ${short(high)}, low ${short(low)})`);
    },
  };
}

function inWords(from: number, by: number, type: Adjustment, wanted: number): string {
  if (type === 'exact') return `set to ${wanted}`;
  return `${from} ${by < 0 ? '-' : '+'} ${short(Math.abs(by))}${type === 'percent' ? ' %' : ''} = ${wanted}`;
}
