import type { AppConstraint, AppService } from '../app-model.ts';
import type { ServiceLosses } from '../loss-book.ts';
import { machineKey, machineValue } from '../machine-keys.ts';
import { constraintText, spreadText } from '../plain-losses.ts';
import { attribute, block, HclCode, type HclItem } from './hcl-text.ts';

interface Condition {
  readonly operator?: string;
  readonly value?: string;
}

/** Constraints, affinities and spreads of the group. */
export function nomadPlacement(service: AppService, losses: ServiceLosses): HclItem[] {
  const { placement, kind } = service;
  for (const { service: other, key, isApart } of placement.neighbours)
    losses.none(
      'placement.neighbours',
      `${isApart ? 'apart from' : 'with'} ${other} by ${key}`,
      'Nomad does not look at other jobs',
    );
  const isSystem = kind === 'daemon';
  for (const one of isSystem ? placement.affinity : [])
    losses.none('placement.affinity', constraintText(one), 'system jobs run on every node');
  for (const one of isSystem ? placement.spread : [])
    losses.none('placement.spread', spreadText(one), 'system jobs run on every node');
  return [
    ...placement.constraints.flatMap((one) =>
      conditions(one, 'placement.constraints', losses).map((condition) =>
        conditionBlock('constraint', one.key, condition),
      ),
    ),
    ...most(service),
    ...(isSystem ? [] : placement.affinity.flatMap((one) => affinity(one, losses))),
    ...(isSystem ? [] : placement.spread.flatMap((one) => spread(one, losses))),
  ];
}

function most({ placement, kind }: AppService): HclItem[] {
  const count = placement.maxPerMachine;
  if (count === undefined || kind === 'daemon') return [];
  if (count === 1)
    return [block('constraint', undefined, [attribute('operator', 'distinct_hosts'), attribute('value', 'true')])];
  return [
    block('constraint', undefined, [
      attribute('operator', 'distinct_property'),
      attribute('attribute', new HclCode('${attr.unique.hostname}')),
      attribute('value', String(count)),
    ]),
  ];
}

function conditionBlock(type: string, key: string, { operator, value }: Condition, weight?: number): HclItem {
  return block(type, undefined, [
    attribute('attribute', new HclCode(machineKey('nomad', key) ?? '')),
    attribute('operator', operator),
    attribute('value', value),
    attribute('weight', weight),
  ]);
}

/** Several only where all of them have to hold. */
function conditions(one: AppConstraint, field: string, losses: ServiceLosses): Condition[] {
  const values = one.values.map((value) => machineValue('nomad', one.key, value));
  if (machineKey('nomad', one.key) === undefined) {
    losses.none(field, constraintText(one), `nodes of Nomad have no ${one.key}; it is left out`);
    return [];
  }
  switch (one.operator) {
    case 'in':
      return [values.length === 1 ? { value: values[0] } : { operator: 'set_contains_any', value: values.join(',') }];
    case 'not-in':
      return values.map((value) => ({ operator: '!=', value }));
    case 'exists':
      return [{ operator: 'is_set' }];
    case 'not-exists':
      return [{ operator: 'is_not_set' }];
    case 'greater':
    case 'less':
      return [{ operator: one.operator === 'greater' ? '>' : '<', value: values[0] }];
    case 'matches':
      // Whole values are meant; Nomad looks for the pattern anywhere.
      return [{ operator: 'regexp', value: `^(${values[0]})$` }];
    default:
      losses.none(field, constraintText(one), 'patterns cannot be denied; it is left out');
      return [];
  }
}

function affinity(one: AppConstraint & { readonly weight: number }, losses: ServiceLosses): HclItem[] {
  if (one.weight === 0) return [];
  const found = conditions(one, 'placement.affinity', losses);
  if (found.length > 1) losses.near('placement.affinity', constraintText(one), 'a wish for each value');
  return found.map((condition) => conditionBlock('affinity', one.key, condition, one.weight));
}

function spread(one: AppService['placement']['spread'][number], losses: ServiceLosses): HclItem[] {
  const name = machineKey('nomad', one.key);
  if (name === undefined) {
    losses.none('placement.spread', spreadText(one), `nodes of Nomad have no ${one.key}`);
    return [];
  }
  if (one.isHard)
    losses.near(
      'placement.spread.isHard',
      spreadText(one),
      'a wish only; allocations go elsewhere when there is no room',
    );
  if (one.maxSkew !== undefined)
    losses.none('placement.spread.maxSkew', `${one.key} ${one.maxSkew}`, 'as even as may be');
  const targets = one.targets ?? [];
  return [
    block('spread', undefined, [
      attribute('attribute', new HclCode(name)),
      attribute('weight', one.weight),
      ...targets.map(({ value, share }) =>
        block('target', value, [attribute('percent', Math.floor(share * 100 + 1e-6))]),
      ),
    ]),
  ];
}
