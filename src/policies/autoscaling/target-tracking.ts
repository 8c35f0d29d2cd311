import type { HorizontalDecision, HorizontalPolicy, ServiceObservation } from '../../sim/scaling/horizontal-policy.ts';
import { seconds } from '../../sim/time.ts';
import { numberOf } from '../option-values.ts';
import type { PolicyFamily } from '../policy-family.ts';
import { alarm } from './alarm.ts';
import { Cooldowns } from './cooldowns.ts';
import { metricPoints, type Metric } from './metric-points.ts';
import { ceilNearly, inSeconds, short } from './numbers-in-words.ts';
import { runningReplicas } from './running-replicas.ts';
import { withinBounds } from './within-bounds.ts';

/**
 * Target tracking of Amazon ECS: an alarm above the target sounds after three minutes, one below nine tenths of it after
 * fifteen; then the running count is scaled in proportion. Slow to act and slower to give back, so it seldom flaps.
 */
export const targetTracking: PolicyFamily<HorizontalPolicy> = {
  name: 'target-tracking',
  summary: 'replicas in proportion to a metric over its target, after 3 minutes above or 15 well below',
  source: 'AWS Application Auto Scaling, target tracking scaling policies',
  options: [
    {
      name: 'cpu',
      kind: 'share',
      default: 0,
      minimum: 0,
      maximum: 100,
      meaning: 'CPU used over CPU requested to aim at; 0 leaves CPU out, or means 75% when no metric is given.',
    },
    {
      name: 'memory',
      kind: 'share',
      default: 0,
      minimum: 0,
      maximum: 100,
      meaning: 'Memory used over memory requested to aim at; 0 leaves memory out.',
    },
    {
      name: 'requestsPerMinute',
      kind: 'number',
      default: 0,
      minimum: 0,
      meaning: 'Requests per minute and replica to aim at; 0 leaves them out.',
    },
    {
      name: 'outCooldown',
      kind: 'duration',
      default: seconds(300),
      minimum: 0,
      meaning: 'So long after scaling out only a larger count is applied.',
    },
    {
      name: 'inCooldown',
      kind: 'duration',
      default: seconds(300),
      minimum: 0,
      meaning: 'So long after scaling in nothing more is taken away.',
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
      meaning: 'Scales out after so many points above the target.',
    },
    {
      name: 'lowPoints',
      kind: 'count',
      default: 15,
      minimum: 1,
      meaning: 'Scales in after so many points below `lowShare` of the target.',
    },
    {
      name: 'lowShare',
      kind: 'share',
      default: 0.9,
      minimum: 0,
      maximum: 1,
      meaning: 'Share of the target below which the metric counts as low.',
    },
  ],
  make(options, name) {
    const value = (option: string) => numberOf(options, option);
    const given: readonly Target[] = [
      { metric: 'cpu', target: value('cpu') * 100, unit: ' %' },
      { metric: 'memory', target: value('memory') * 100, unit: ' %' },
      { metric: 'requestsPerMinute', target: value('requestsPerMinute'), unit: '/min' },
    ];
    const used = given.filter(({ target }) => target > 0);
    const settings: Settings = {
      targets: used.length > 0 ? used : [{ metric: 'cpu', target: 75, unit: ' %' }],
      outCooldownUs: value('outCooldown'),
      inCooldownUs: value('inCooldown'),
      pointUs: value('point'),
      highPoints: value('highPoints'),
      lowPoints: value('lowPoints'),
      lowShare: value('lowShare'),
    };
    const { summary, source } = targetTracking;
    return { name, summary, source, periodUs: settings.pointUs, make: () => scaler(settings) };
  },
};

interface Target {
  readonly metric: Metric;
  readonly target: number;
  readonly unit: string;
}

interface Settings {
  readonly targets: readonly Target[];
  readonly outCooldownUs: number;
  readonly inCooldownUs: number;
  readonly pointUs: number;
  readonly highPoints: number;
  readonly lowPoints: number;
  readonly lowShare: number;
}

/** What one target says at one moment. */
interface Reading {
  readonly high: boolean;
  readonly low: boolean;
  /** The count in proportion: ceil(running x metric / target). */
  readonly wanted: number;
  readonly observed: string;
  readonly formula: string;
}

function scaler(settings: Settings): { decide(seen: ServiceObservation): HorizontalDecision } {
  const cooldowns = new Cooldowns(settings.outCooldownUs, settings.inCooldownUs);
  return {
    decide(seen) {
      const { current, nowUs } = seen;
      const keep = (why: string, ...limits: string[]) => withinBounds(seen, current, `${why}, keep ${current}`, limits);
      if (current === 0) return fromNothing(seen);
      const running = runningReplicas(seen);
      const readings = settings.targets.map((target) => read(seen, running, target, settings));
      const high = largest(readings.filter((reading) => reading.high));
      if (high) {
        const why = `${high.observed} for ${settings.highPoints} points: ${high.formula}`;
        if (high.wanted > current) {
          cooldowns.scaledOut(nowUs, current);
          return withinBounds(seen, high.wanted, why);
        }
        const cools = cooldowns.coolsAfterOut(nowUs) ? ['cooldown after scaling out'] : [];
        return keep(`${why}, not more than asked for`, ...cools);
      }
      const lowest = largest(readings);
      if (!lowest || !readings.every((reading) => reading.low))
        return keep(readings.map((reading) => reading.observed).join('; '));
      const why = `${lowest.observed} for ${settings.lowPoints} points: ${lowest.formula}`;
      if (lowest.wanted >= current) return keep(why);
      if (seen.deploying) return keep(why, 'no scaling in during a deployment');
      if (cooldowns.coolsAfterIn(nowUs))
        return keep(why, `cooldown of ${inSeconds(settings.inCooldownUs)} after scaling in`);
      if (current > seen.minReplicas) cooldowns.scaledIn(nowUs);
      return withinBounds(seen, lowest.wanted, why);
    },
  };
}

function read(seen: ServiceObservation, running: number, target: Target, settings: Settings): Reading {
  const { metric, unit } = target;
  const lengthUs = Math.max(settings.pointUs, seen.scrapeUs);
  const points = metricPoints(seen.points, metric, lengthUs, Math.max(settings.highPoints, settings.lowPoints));
  const newest = points[points.length - 1];
  const low = settings.lowShare * target.target;
  const wanted = Number.isFinite(newest) ? ceilNearly((running * newest) / target.target) : running;
  return {
    high: alarm(points, settings.highPoints, (value) => value > target.target),
    low: alarm(points, settings.lowPoints, (value) => value < low),
    wanted,
    observed: `${metric} ${Number.isFinite(newest) ? short(newest) : 'unknown'}${unit} of ${short(target.target)}${unit}`,
    formula: `ceil(${running} x ${short(newest)}/${short(target.target)}) = ${wanted}`,
  };
}

/** The reading that wants most; ties go to the target named first. */
function largest(readings: readonly Reading[]): Reading | undefined {
  let most: Reading | undefined;
  for (const reading of readings) if (!most || reading.wanted > most.wanted) most = reading;
  return most;
}

/** Without replicas there is nothing to scale in proportion: the first point with requests brings the minimum, or one. */
function fromNothing(seen: ServiceObservation): HorizontalDecision {
  const newest = seen.points.at(-1);
  const perSecond = newest && newest.requestsPerSecond > 0 ? newest.requestsPerSecond : 0;
  if (perSecond === 0) return withinBounds(seen, 0, 'no requests and no replicas');
  const first = Math.max(seen.minReplicas, 1);
  return withinBounds(seen, first, `${short(perSecond)} requests/s and no replicas: start with ${first}`);
}
