import type { AppConstraint, AppPlacement, AppSpread } from '../app-model.ts';
import { modelKey, modelValue } from '../machine-keys.ts';
import type { RawPart } from '../raw-part.ts';
import { said } from '../yaml-text.ts';

const OPERATORS: Readonly<Record<string, AppConstraint['operator']>> = {
  '=': 'in',
  '==': 'in',
  is: 'in',
  '!=': 'not-in',
  not: 'not-in',
  '>': 'greater',
  '<': 'less',
  regexp: 'matches',
  set_contains_any: 'in',
  is_set: 'exists',
  is_not_set: 'not-exists',
};

/** Constraints, affinities and spreads of a job, its group and its main task. */
export function nomadPlacementOf(parts: readonly RawPart[]): AppPlacement {
  const constraints: AppConstraint[] = [];
  let most: number | undefined;
  for (const one of parts.flatMap((part) => part.child('constraint').items())) {
    const limit = perMachine(one);
    if (limit !== undefined) {
      most = limit;
      one.take();
      continue;
    }
    const found = conditionOf(one);
    if (found !== undefined) constraints.push(found);
  }
  const affinity = parts
    .flatMap((part) => part.child('affinity').items())
    .flatMap((one) => {
      const found = conditionOf(one);
      return found === undefined ? [] : [{ ...found, weight: one.child('weight').number() ?? 50 }];
    });
  const spread = parts.flatMap((part) => part.child('spread').items()).map(spreadOf);
  return {
    constraints: merged(constraints),
    spread,
    ...(most !== undefined && { maxPerMachine: most }),
    affinity,
    neighbours: [],
    tolerates: [],
  };
}

/** `distinct_hosts`, or `distinct_property` of the host name. */
function perMachine(part: RawPart): number | undefined {
  const operator = part.child('operator').value;
  if (
    part.child('distinct_hosts').value === true ||
    (operator === 'distinct_hosts' && part.child('value').value !== 'false')
  )
    return 1;
  const property =
    part.child('distinct_property').value ??
    (operator === 'distinct_property' ? part.child('attribute').value : undefined);
  if (typeof property !== 'string' || modelKey('nomad', property) !== 'hostname') return undefined;
  return Number(part.child('value').value ?? 1) || 1;
}

/** Undefined: what the model has no words for; then it stays unread and is told. */
function conditionOf(part: RawPart): AppConstraint | undefined {
  const name = part.child('attribute').value;
  const short = ['regexp', 'is_set', 'is_not_set', 'set_contains_any'].find((one) => part.child(one).isPresent);
  const operator = short ?? part.child('operator').peek ?? '=';
  const key = typeof name === 'string' ? (modelKey('nomad', name) ?? plainKey(name)) : undefined;
  const known = Object.hasOwn(OPERATORS, operator) ? OPERATORS[operator] : undefined;
  if (key === undefined || known === undefined) return undefined;
  part.take('attribute', 'operator');
  const text = (short === undefined ? part.child('value') : part.child(short)).text() ?? '';
  if (known === 'exists' || known === 'not-exists') return { key, operator: known, values: [] };
  if (operator === 'regexp') return { key, operator: known, values: [text.replace(/^\^\((.*)\)\$$/, '$1')] };
  const values = operator === 'set_contains_any' ? text.split(',').map((one) => one.trim()) : [text];
  return { key, operator: known, values: values.map((value) => modelValue(key, value)) };
}

/** `${node.class}` and other attributes that have no name of their own in the model. */
const plainKey = (name: string): string | undefined => {
  const [, inner] = /^\$\{(.+)\}$/.exec(name) ?? [];
  return inner === undefined ? undefined : `label:${inner}`;
};

/** Several denials of one key are one. */
function merged(constraints: readonly AppConstraint[]): AppConstraint[] {
  const result: AppConstraint[] = [];
  for (const one of constraints) {
    const last = result.findIndex(
      (other) => other.key === one.key && other.operator === 'not-in' && one.operator === 'not-in',
    );
    if (last < 0) result.push(one);
    else result[last] = { ...one, values: [...result[last].values, ...one.values] };
  }
  return result;
}

function spreadOf(part: RawPart): AppSpread {
  const name = part.child('attribute').text() ?? '';
  const targets = part
    .child('target')
    .items()
    .map((one) => ({
      value: one.child('_label').text() ?? '',
      share: (one.child('percent').number() ?? 0) / 100,
    }));
  return {
    key: modelKey('nomad', name) ?? plainKey(name) ?? `label:${name}`,
    isHard: false,
    ...(targets.length > 0 && { targets }),
    ...said({ weight: part.child('weight').number() }),
  };
}
