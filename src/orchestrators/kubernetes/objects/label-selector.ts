import { InputError } from '../../../sim/input-error.ts';
import type { Labels, LabelSelector, LabelSelectorRequirement } from './meta.ts';

/**
 * Whether a selector picks an object with these labels: everything it asks for must hold. No selector picks nothing, an
 * empty one everything. `NotIn` and `DoesNotExist` pick objects without the key too
 * (`apimachinery/pkg/labels/selector.go`). Selectors are remembered by identity.
 */
export function matchesSelector(selector: LabelSelector | undefined, labels: Labels): boolean {
  if (selector === undefined) return false;
  let rules = compiled.get(selector);
  if (rules === undefined) compiled.set(selector, (rules = compile(selector)));
  for (const rule of rules) {
    const value = labels[rule.key];
    // What objects inherit (`constructor`) is not a label.
    const has = typeof value === 'string';
    if (rule.values === undefined ? has !== rule.wanted : (has && rule.values.has(value)) !== rule.wanted) return false;
  }
  return true;
}

/** Whether a plain map of labels (a Service's selector, a nodeSelector) picks an object: every one must be there. */
export function matchesLabels(wanted: Labels, labels: Labels): boolean {
  for (const key of Object.keys(wanted)) if (labels[key] !== wanted[key]) return false;
  return true;
}

/** Whether a selector is there but asks for nothing, and so picks everything. */
export function isEmptySelector(selector: LabelSelector): boolean {
  return Object.keys(selector.matchLabels ?? {}).length === 0 && (selector.matchExpressions ?? []).length === 0;
}

/** Reads `a=b,c!=d,e in (x,y),f notin (z),g,!h`. */
export function parseSelectorText(text: string): LabelSelector {
  const matchExpressions: LabelSelectorRequirement[] = [];
  if (text.trim() === '') return { matchExpressions };
  // Commas inside of brackets do not end a requirement.
  for (const part of text.split(/,(?![^(]*\))/)) matchExpressions.push(parseRequirement(part, text));
  return { matchExpressions };
}

/** The same the other way round, as kubectl prints it: labels first, by name. */
export function selectorText(selector: LabelSelector): string {
  const labels = Object.entries(selector.matchLabels ?? {}).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  const parts = labels.map(([key, value]) => `${key}=${value}`);
  for (const { key, operator, values } of selector.matchExpressions ?? []) {
    if (operator === 'Exists') parts.push(key);
    else if (operator === 'DoesNotExist') parts.push(`!${key}`);
    else parts.push(`${key} ${operator === 'In' ? 'in' : 'notin'} (${values.join(',')})`);
  }
  return parts.join(',');
}

/** One thing a selector asks for: with values, that the value is (or is not) among them; without, that the key is there (or not). */
interface Rule {
  readonly key: string;
  readonly values: ReadonlySet<string> | undefined;
  readonly wanted: boolean;
}

const compiled = new WeakMap<LabelSelector, readonly Rule[]>();

function compile(selector: LabelSelector): Rule[] {
  const rules: Rule[] = [];
  for (const [key, value] of Object.entries(selector.matchLabels ?? {}))
    rules.push({ key, values: new Set([value]), wanted: true });
  for (const { key, operator, values } of selector.matchExpressions ?? []) {
    const wanted = operator === 'In' || operator === 'Exists';
    rules.push({ key, values: operator === 'In' || operator === 'NotIn' ? new Set(values) : undefined, wanted });
  }
  return rules;
}

function parseRequirement(part: string, whole: string): LabelSelectorRequirement {
  const text = part.trim();
  const set = /^([^\s=!(),]+)\s+(in|notin)\s*\(([^()]*)\)$/.exec(text);
  if (set !== null) {
    const values = set[3].split(',').map((value) => value.trim());
    return { key: set[1], operator: set[2] === 'in' ? 'In' : 'NotIn', values };
  }
  const equal = /^([^\s=!(),]+)\s*(==|=|!=)\s*([^\s=!(),]*)$/.exec(text);
  if (equal !== null) return { key: equal[1], operator: equal[2] === '!=' ? 'NotIn' : 'In', values: [equal[3]] };
  const exists = /^(!?)\s*([^\s=!(),]+)$/.exec(text);
  if (exists !== null) return { key: exists[2], operator: exists[1] === '!' ? 'DoesNotExist' : 'Exists', values: [] };
  throw new InputError(
    `cannot read "${text}" in the selector "${whole}"; write it like "app=web,tier!=cache,zone in (a,b),gpu,!spot"`,
  );
}
