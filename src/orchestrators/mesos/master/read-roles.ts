import type { Bounds, ScalarName } from '../allocator/quantities.ts';
import { SCALARS } from '../allocator/quantities.ts';
import type { Quota } from '../allocator/role-quota.ts';
import { megabytes, milliCpus } from '../text/amount-fields.ts';
import { knownFields, type JsonField } from '../text/json-field.ts';

export interface RoleWeight {
  readonly role: string;
  readonly weight: number;
}

export interface RoleQuotaSpec extends Quota {
  readonly role: string;
}

const WEIGHT = knownFields('role weight');
const V0_QUOTA = knownFields('role guarantee', 'force principal');
const V1_QUOTA = knownFields('role guarantees limits');
const RESOURCE = knownFields('name scalar', 'type role');
const SCALAR = knownFields('value');
const INFOS = knownFields('infos configs');

/** The body of `PUT /weights`, or the call UPDATE_WEIGHTS (apache/mesos docs/weights.md). */
export function readWeights(field: JsonField): readonly RoleWeight[] {
  const list = field.isList ? field : field.child('update_weights').object().child('weight_infos');
  return list.items().map((one) => {
    one.object(WEIGHT);
    const weight = one.child('weight').number(1, 0, 1e9);
    if (weight === 0) one.child('weight').fault('0 is no weight; write a number above 0');
    return { role: one.child('role').requiredText(), weight };
  });
}

/**
 * Quota as the master takes or tells it: `{role, guarantee}` of `POST /quota`, `{infos, configs}` of `GET /quota`, or the
 * call UPDATE_QUOTA with its `quota_configs` (apache/mesos docs/quota.md). A v0 guarantee is a limit as well.
 */
export function readQuotas(field: JsonField): readonly RoleQuotaSpec[] {
  if (field.has('update_quota'))
    return field
      .child('update_quota')
      .object(knownFields('quota_configs', 'force'))
      .child('quota_configs')
      .items()
      .map(readV1);
  if (!field.has('infos') && !field.has('configs')) return [readV0(field)];
  field.object(INFOS);
  // Newer masters tell the same twice; the newer form says more.
  const configs = field.child('configs').items().map(readV1);
  const known = new Set(configs.map(({ role }) => role));
  const infos = field.child('infos').items().map(readV0);
  return [...configs, ...infos.filter(({ role }) => !known.has(role))];
}

function readV0(field: JsonField): RoleQuotaSpec {
  field.object(V0_QUOTA);
  const guarantees: Partial<Record<ScalarName, number>> = {};
  for (const one of field.child('guarantee').items()) {
    one.object(RESOURCE);
    const name = one.child('name').oneOf(SCALARS, 'cpus');
    guarantees[name] = amountOf(name, one.child('scalar').object(SCALAR).child('value'));
  }
  return { role: roleOf(field), guarantees, limits: guarantees };
}

function readV1(field: JsonField): RoleQuotaSpec {
  field.object(V1_QUOTA);
  const guarantees = readAmounts(field.child('guarantees'));
  const limits = readAmounts(field.child('limits'));
  for (const name of SCALARS)
    if ((guarantees[name] ?? 0) > (limits[name] ?? Infinity))
      field.child('limits').fault(`the limit of ${name} is below its guarantee; write the same or more`);
  return { role: roleOf(field), guarantees, limits };
}

function readAmounts(field: JsonField): Bounds {
  const amounts: Partial<Record<ScalarName, number>> = {};
  field.object(knownFields(SCALARS.join(' ')));
  for (const [name, amount] of field.entries())
    amounts[name as ScalarName] = amountOf(
      name as ScalarName,
      amount.isObject ? amount.object(SCALAR).child('value') : amount,
    );
  return amounts;
}

function amountOf(name: ScalarName, field: JsonField): number {
  const value = field.number(0, 0, 1e9);
  if (name === 'cpus') return milliCpus(value);
  return name === 'gpus' ? value : megabytes(value);
}

function roleOf(field: JsonField): string {
  const role = field.child('role').requiredText();
  if (role.includes('/')) field.child('role').fault(`quota is on top-level roles only; write "${role.split('/')[0]}"`);
  if (role === '*') field.child('role').fault('the role * has no quota; write another role');
  return role;
}
