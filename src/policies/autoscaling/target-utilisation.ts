import type { HorizontalDecision, HorizontalPolicy, ServiceObservation } from '../../sim/scaling/horizontal-policy.ts';
import { seconds } from '../../sim/time.ts';
import { numberOf, textOf } from '../option-values.ts';
import type { PolicyFamily } from '../policy-family.ts';
import { measuredReplicas } from './measured-replicas.ts';
import { inSeconds } from './numbers-in-words.ts';
import { RateLimit } from './rate-limit.ts';
import { recentMean } from './recent-mean.ts';
import { proposeByTotal, proposeByUtilisation, type Proposal, type Tolerance } from './replica-calculator.ts';
import { DEFAULT_DOWN, DEFAULT_UP, scalingRules, type ScalingRules } from './scaling-rules.ts';
import { Stabilisation } from './stabilisation.ts';
import { withinBounds } from './within-bounds.ts';

/**
 * The horizontal pod autoscaler of Kubernetes: replicas in proportion to usage over target, the largest wish of several
 * metrics, held back by the recommendations of the last five minutes. It never scales from a guess: replicas that are
 * not ready or not measured are assumed idle before growing and busy before shrinking. It knows nothing of what comes.
 */
export const targetUtilisation: PolicyFamily<HorizontalPolicy> = {
  name: 'target-utilisation',
  summary: 'replicas in proportion to usage over target, as the Kubernetes HPA',
  source: 'kubernetes v1.36.2, pkg/controller/podautoscaler',
  options: [
    {
      name: 'cpu',
      kind: 'share',
      default: 0,
      minimum: 0,
      maximum: 100,
      meaning:
        'CPU used over CPU requested to aim at, in whole percent; 0 leaves CPU out, or means 80% when no metric is given.',
    },
    {
      name: 'memory',
      kind: 'share',
      default: 0,
      minimum: 0,
      maximum: 100,
      meaning: 'Memory used over memory requested to aim at, in whole percent; 0 leaves memory out.',
    },
    {
      name: 'requests',
      kind: 'number',
      default: 0,
      minimum: 0,
      meaning: 'Requests per second and replica to aim at; 0 leaves them out.',
    },
    {
      name: 'requestsWindow',
      kind: 'duration',
      default: seconds(60),
      minimum: 0,
      meaning: 'Requests per second are a mean over this long.',
    },
    {
      name: 'tolerance',
      kind: 'share',
      default: 0.1,
      minimum: 0,
      maximum: 1,
      meaning: 'No change while usage over target is this near to 1.',
    },
    {
      name: 'downTolerance',
      kind: 'share',
      default: 0,
      minimum: 0,
      maximum: 1,
      meaning: 'The tolerance of shrinking, if it is to differ; 0 means the same.',
    },
    { name: 'period', kind: 'duration', default: seconds(15), minimum: 1, meaning: 'Time between two decisions.' },
    {
      name: 'downStabilisation',
      kind: 'duration',
      default: seconds(300),
      minimum: 0,
      meaning: 'Shrinks to the largest recommendation of this long.',
    },
    {
      name: 'upStabilisation',
      kind: 'duration',
      default: seconds(0),
      minimum: 0,
      meaning: 'Grows to the smallest recommendation of this long.',
    },
    {
      name: 'up',
      kind: 'text',
      default: '',
      meaning:
        'How fast it may grow: "4/15s 100%/15s" allows the larger of 4 replicas and 100 % in 15 s, with "min" before it the smaller; "disabled" forbids it.',
    },
    {
      name: 'down',
      kind: 'text',
      default: '',
      meaning:
        'How fast it may shrink, written like `up`. With `up`, `down` and `upStabilisation` all unset, growth is limited to max(4, twice as many) a decision.',
    },
    {
      name: 'cpuInitialisation',
      kind: 'duration',
      default: seconds(300),
      minimum: 0,
      meaning: 'So long after its start the CPU of a replica counts only while it is ready.',
    },
    {
      name: 'initialReadiness',
      kind: 'duration',
      default: seconds(30),
      minimum: 0,
      meaning: 'One that became unready so soon after its start counts as never having been ready.',
    },
  ],
  make(options, name) {
    const settings = settingsOf((option) => numberOf(options, option), textOf(options, 'up'), textOf(options, 'down'));
    return {
      name,
      summary: targetUtilisation.summary,
      source: targetUtilisation.source,
      periodUs: numberOf(options, 'period'),
      make: () => scaler(settings),
    };
  },
};

interface Settings {
  readonly cpuPercent: number;
  readonly memoryPercent: number;
  readonly requests: number;
  readonly requestsWindowUs: number;
  readonly tolerance: Tolerance;
  readonly upStabilisationUs: number;
  readonly downStabilisationUs: number;
  /** Absent: no `behavior` was given. */
  readonly rules: { readonly up: ScalingRules; readonly down: ScalingRules } | undefined;
  readonly cpuInitialisationUs: number;
  readonly initialReadinessUs: number;
}

function settingsOf(value: (name: string) => number, up: string, down: string): Settings {
  const cpuPercent = Math.round(value('cpu') * 100);
  const memoryPercent = Math.round(value('memory') * 100);
  const requests = value('requests');
  const upStabilisationUs = value('upStabilisation');
  const hasRules = up.trim() !== '' || down.trim() !== '' || upStabilisationUs > 0;
  return {
    cpuPercent: cpuPercent + memoryPercent + requests > 0 ? cpuPercent : 80,
    memoryPercent,
    requests,
    requestsWindowUs: value('requestsWindow'),
    tolerance: { up: value('tolerance'), down: value('downTolerance') || value('tolerance') },
    upStabilisationUs,
    downStabilisationUs: value('downStabilisation'),
    rules: hasRules ? { up: scalingRules(up, DEFAULT_UP), down: scalingRules(down, DEFAULT_DOWN) } : undefined,
    cpuInitialisationUs: value('cpuInitialisation'),
    initialReadinessUs: value('initialReadiness'),
  };
}

function scaler(settings: Settings): { decide(seen: ServiceObservation): HorizontalDecision } {
  const stabilisation = new Stabilisation();
  const { rules } = settings;
  const periods = rules ? [...rules.up.policies, ...rules.down.policies].map((rule) => rule.periodUs) : [];
  const rateLimit = new RateLimit(Math.max(seconds(15), ...periods));
  return {
    decide(all) {
      // CPU and memory of nobody wake nobody, so only requests may take a service to zero (upstream refuses it too).
      const seen =
        settings.requests > 0 || all.minReplicas >= 1 ? all : { ...all, minReplicas: Math.max(1, all.minReplicas) };
      const { current, nowUs } = seen;
      stabilisation.begin(nowUs, current);
      if (current > seen.maxReplicas || current < seen.minReplicas)
        return withinBounds(seen, current, `${current} replicas are outside the bounds; metrics are not asked`);
      const proposal = combineProposals(proposals(seen, settings), current);
      if (proposal.replicas === undefined) return { replicas: current, why: proposal.why };
      const decision = rules
        ? limitWithRules(seen, proposal.replicas, proposal.why, stabilisation, rateLimit, settings, rules)
        : limitWithoutRules(seen, proposal.replicas, proposal.why, stabilisation, settings.downStabilisationUs);
      rateLimit.changed(nowUs, current, decision.replicas);
      return decision;
    },
  };
}

function proposals(seen: ServiceObservation, settings: Settings): Proposal[] {
  const { current, nowUs } = seen;
  const { tolerance } = settings;
  const { cpuInitialisationUs, initialReadinessUs } = settings;
  const readiness = { cpuInitialisationUs, initialReadinessUs, windowUs: seen.scrapeUs };
  const wishes: Proposal[] = [];
  if (settings.cpuPercent > 0) {
    const replicas = measuredReplicas(seen.replicas, 'cpu', nowUs, readiness);
    wishes.push(proposeByUtilisation('cpu', replicas, current, settings.cpuPercent, tolerance));
  }
  if (settings.memoryPercent > 0) {
    const replicas = measuredReplicas(seen.replicas, 'memory', nowUs, readiness);
    wishes.push(proposeByUtilisation('memory', replicas, current, settings.memoryPercent, tolerance));
  }
  if (settings.requests > 0) {
    const perSecond = recentMean(seen.points, settings.requestsWindowUs, (point) => point.requestsPerSecond);
    const existing = seen.replicas.filter((replica) => replica.state !== 'terminating').length;
    wishes.push(proposeByTotal('requests/s', perSecond, current, existing, settings.requests, tolerance));
  }
  return wishes;
}

/**
 * The largest wish. Where a metric cannot say, the others may still make the service grow, but not shrink; where none
 * can, nothing changes (`replicas` undefined).
 */
export function combineProposals(wishes: readonly Proposal[], current: number): Proposal {
  let largest: Proposal | undefined;
  for (const wish of wishes)
    if (wish.replicas !== undefined && (largest?.replicas === undefined || wish.replicas > largest.replicas))
      largest = wish;
  const silent = wishes.find((wish) => wish.replicas === undefined);
  if (!silent && largest) return largest;
  if (largest?.replicas === undefined) return { replicas: undefined, why: `no change: ${silent?.why ?? 'no metric'}` };
  if (largest.replicas < current)
    return { replicas: undefined, why: `no change: ${largest.why}, but ${silent?.why ?? 'a metric is silent'}` };
  return largest;
}

/** Without `behavior`: the largest recommendation of the window, then at most twice as many, or 4 if that is more. */
export function limitWithoutRules(
  seen: ServiceObservation,
  wanted: number,
  why: string,
  stabilisation: Stabilisation,
  windowUs: number,
): HorizontalDecision {
  const limits: string[] = [];
  const steady = stabilisation.largest(seen.nowUs, wanted, windowUs);
  if (steady !== wanted) limits.push(`stabilised over ${inSeconds(windowUs)} at ${steady}`);
  const most = Math.max(2 * seen.current, 4);
  if (steady > most && most < seen.maxReplicas) {
    limits.push(`at most max(2 x ${seen.current}, 4) = ${most} at once`);
    return withinBounds(seen, most, why, limits);
  }
  return withinBounds(seen, steady, why, limits);
}

function limitWithRules(
  seen: ServiceObservation,
  wanted: number,
  why: string,
  stabilisation: Stabilisation,
  rateLimit: RateLimit,
  settings: Settings,
  rules: { readonly up: ScalingRules; readonly down: ScalingRules },
): HorizontalDecision {
  const { current, nowUs } = seen;
  const limits: string[] = [];
  const { upStabilisationUs, downStabilisationUs } = settings;
  const steady = stabilisation.between(nowUs, current, wanted, upStabilisationUs, downStabilisationUs);
  if (steady !== wanted) {
    const windowUs = wanted > steady ? upStabilisationUs : downStabilisationUs;
    limits.push(`stabilised over ${inSeconds(windowUs)} at ${steady}`);
  }
  const most = rateLimit.most(nowUs, current, rules.up);
  const fewest = rateLimit.fewest(nowUs, current, rules.down);
  if (steady > most && most < seen.maxReplicas) {
    limits.push(`scaling rules allow at most ${most} now`);
    return withinBounds(seen, most, why, limits);
  }
  if (steady < fewest && fewest > seen.minReplicas) {
    limits.push(`scaling rules allow no fewer than ${fewest} now`);
    return withinBounds(seen, fewest, why, limits);
  }
  return withinBounds(seen, steady, why, limits);
}
