import { InputError } from '../../sim/input-error.ts';
import { seconds } from '../../sim/time.ts';
import { durationText } from './duration-text.ts';

/** How fast a service may grow (or shrink): the `behavior` of Kubernetes. */
export interface ScalingRules {
  /** Which of the policies counts: the one that allows most, the one that allows least, or none at all. */
  readonly select: 'max' | 'min' | 'disabled';
  readonly policies: readonly ScalingRule[];
}

/** At most so many replicas, or so many percent of those at the period's beginning, in each period. */
export interface ScalingRule {
  readonly kind: 'pods' | 'percent';
  readonly value: number;
  readonly periodUs: number;
}

/** What Kubernetes fills in when only the other direction is given (pkg/apis/autoscaling/v2/defaults.go, v1.36.2). */
export const DEFAULT_UP: ScalingRules = {
  select: 'max',
  policies: [
    { kind: 'pods', value: 4, periodUs: seconds(15) },
    { kind: 'percent', value: 100, periodUs: seconds(15) },
  ],
};
export const DEFAULT_DOWN: ScalingRules = {
  select: 'max',
  policies: [{ kind: 'percent', value: 100, periodUs: seconds(15) }],
};

/** Reads "4/15s 100%/1m", "min 2/60s 10%/60s" or "disabled"; "" is what Kubernetes fills in. Throws an InputError. */
export function scalingRules(text: string, filledIn: ScalingRules): ScalingRules {
  const words = text.split(/[\s;]+/).filter((word) => word !== '');
  if (words.length === 0) return filledIn;
  const first = words[0].toLowerCase();
  if (first === 'disabled') return { select: 'disabled', policies: [] };
  const select = first === 'min' ? 'min' : 'max';
  const rules = first === 'min' || first === 'max' ? words.slice(1) : words;
  if (rules.length === 0) throw mistake(text);
  return { select, policies: rules.map((rule) => scalingRule(rule, text)) };
}

function scalingRule(rule: string, text: string): ScalingRule {
  const match = /^(\d+)(%?)\/(.+)$/.exec(rule);
  const periodUs = match ? durationText(match[3]) : undefined;
  if (!match || periodUs === undefined || periodUs === 0 || Number(match[1]) === 0) throw mistake(text);
  return { kind: match[2] === '%' ? 'percent' : 'pods', value: Number(match[1]), periodUs };
}

function mistake(text: string): InputError {
  return new InputError(
    `cannot read "${text}" as scaling rules; write them like "4/15s 100%/15s", "min 2/60s 10%/60s" or "disabled"`,
  );
}
