import type { DeploymentView } from '../../sim/services/deployment-policy.ts';
import { numberOf } from '../option-values.ts';
import type { PolicyOption, PolicyOptions } from '../policy-family.ts';

/** When a new version counts as worse than the old one. */
export interface AnalysisRules {
  /** The new version's share of bad answers may exceed the old one's by so much: a fault that hits both blames neither. */
  readonly errors: number;
  /** Its mean time of good answers may be so many times the old one's. */
  readonly meanRatio: number;
  /** Nothing is judged before it has got so many requests. */
  readonly minimumRequests: number;
}

/** What speaks against the new version, in words; undefined: nothing, or too few requests to tell. */
export function faultOf(view: DeploymentView, rules: AnalysisRules): string | undefined {
  const { old, new: fresh } = view;
  const requests = fresh.served + fresh.bad;
  if (requests < Math.max(1, rules.minimumRequests)) return undefined;
  const share = fresh.bad / requests;
  const oldShare = old.served + old.bad > 0 ? old.bad / (old.served + old.bad) : 0;
  if (share > oldShare + rules.errors)
    return `${percent(share)} of ${requests} requests are bad, against ${percent(oldShare)} of the old version and ${percent(rules.errors)} allowed on top`;
  if (old.meanUs > 0 && fresh.meanUs > old.meanUs * rules.meanRatio)
    return `a good answer takes ${milliseconds(fresh.meanUs)}, more than ${rules.meanRatio} x ${milliseconds(old.meanUs)} of the old version`;
  return undefined;
}

export function analysisRules(options: PolicyOptions): AnalysisRules {
  return {
    errors: numberOf(options, 'errors'),
    meanRatio: numberOf(options, 'meanRatio'),
    minimumRequests: numberOf(options, 'minimumRequests'),
  };
}

/** The options of an analysis. */
export const analysisOptions: readonly PolicyOption[] = [
  {
    name: 'errors',
    kind: 'share',
    default: 0.01,
    minimum: 0,
    maximum: 1,
    meaning: 'The share of bad answers of the new version may exceed that of the old one by this much.',
  },
  {
    name: 'meanRatio',
    kind: 'number',
    default: 1.5,
    minimum: 0,
    meaning: "The mean time of its good answers may be this many times that of the old one's.",
  },
  {
    name: 'minimumRequests',
    kind: 'count',
    default: 100,
    minimum: 0,
    meaning: 'It is judged only once it has got so many requests.',
  },
];

function percent(share: number): string {
  return `${Math.round(share * 1000) / 10} %`;
}

function milliseconds(us: number): string {
  return `${Math.round(us / 100) / 10} ms`;
}
