import type { NodeUsage, OvercommitPolicy } from '../../sim/scaling/overcommit-policy.ts';
import { seconds } from '../../sim/time.ts';
import { numberOf } from '../option-values.ts';
import type { PolicyFamily, PolicyOption, PolicyOptions } from '../policy-family.ts';
import { nSigmaPeakMilli, percentilePeakMilli, type PredictorMemory } from './predictors.ts';

const PAPER = 'Bashir et al., EuroSys 2021; googleinterns/cluster-resource-forecast';

const period: PolicyOption = {
  name: 'period',
  kind: 'duration',
  default: seconds(300),
  minimum: 1,
  meaning: 'Time between two predictions.',
};
const history: readonly PolicyOption[] = [
  { name: 'history', kind: 'count', default: 120, minimum: 2, meaning: 'The newest so many scrapes count.' },
  {
    name: 'warm',
    kind: 'count',
    default: 24,
    minimum: 1,
    meaning: 'A pod with fewer scrapes counts with all it requests.',
  },
  period,
];
const sigmas: PolicyOption = {
  name: 'n',
  kind: 'number',
  default: 5,
  minimum: 0,
  maximum: 100,
  meaning: 'Deviations above the mean.',
};
const percentile: PolicyOption = {
  name: 'percentile',
  kind: 'share',
  default: 0.95,
  minimum: 0,
  maximum: 1,
  meaning: 'The percentile of its own usage that each pod counts with.',
};

/** No overcommitment: pods are believed to need what they ask for. Safe, and as wasteful as the users are careful. */
export const requests = family({
  name: 'requests',
  summary: 'no overcommitment: what pods request is what they are expected to use',
  source: 'the usual baseline',
  options: [period],
  predictor: () => (usage) => usage.requestedCpuMilli,
});

/** A fixed share of all requests: Borg's default in the paper. Simple, and blind to what is used. */
export const borgDefault = family({
  name: 'borg-default',
  summary: 'a fixed share of what is requested',
  source: PAPER,
  options: [
    {
      name: 'share',
      kind: 'share',
      default: 0.9,
      minimum: 0,
      maximum: 1,
      meaning: 'Share of the requests that is expected to be used.',
    },
    period,
  ],
  predictor(options) {
    const share = numberOf(options, 'share');
    return (usage) => share * usage.requestedCpuMilli;
  },
});

/** The mean plus n deviations of what the node's pods used together: pods that do not peak at the same time make room. */
export const nSigma = family({
  name: 'n-sigma',
  summary: 'mean plus n deviations of what the pods of a node used together',
  source: PAPER,
  options: [sigmas, ...history],
  predictor(options) {
    const n = numberOf(options, 'n');
    const memory = memoryOf(options);
    return (usage) => nSigmaPeakMilli(usage, n, memory);
  },
});

/** A percentile of each pod's own usage, added up: careful where pods peak together, wasteful where they do not. */
export const percentilePods = family({
  name: 'percentile',
  summary: 'the sum of a percentile of what each pod used',
  source: `${PAPER} ("Resource-Central-like")`,
  options: [percentile, ...history],
  predictor(options) {
    const share = numberOf(options, 'percentile');
    const memory = memoryOf(options);
    return (usage) => percentilePeakMilli(usage, share, memory);
  },
});

/** The larger of n-sigma and percentile: what the paper chose, since each is too low at other times. */
export const maxPredictor = family({
  name: 'max-predictor',
  summary: 'the larger of n-sigma and percentile',
  source: PAPER,
  options: [sigmas, percentile, ...history],
  predictor(options) {
    const n = numberOf(options, 'n');
    const share = numberOf(options, 'percentile');
    const memory = memoryOf(options);
    return (usage) => Math.max(nSigmaPeakMilli(usage, n, memory), percentilePeakMilli(usage, share, memory));
  },
});

interface Definition {
  readonly name: string;
  readonly summary: string;
  readonly source: string;
  readonly options: readonly PolicyOption[];
  readonly predictor: (options: PolicyOptions) => (usage: NodeUsage) => number;
}

function family({
  name: familyName,
  summary,
  source,
  options: known,
  predictor,
}: Definition): PolicyFamily<OvercommitPolicy> {
  return {
    name: familyName,
    summary,
    source,
    options: known,
    make: (options, name) => ({
      name,
      summary,
      source,
      periodUs: numberOf(options, 'period'),
      predictPeakMilli: predictor(options),
    }),
  };
}

function memoryOf(options: PolicyOptions): PredictorMemory {
  return { history: numberOf(options, 'history'), warm: numberOf(options, 'warm') };
}
