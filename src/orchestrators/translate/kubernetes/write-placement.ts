import type { AppConstraint, AppService } from '../app-model.ts';
import type { ServiceLosses } from '../loss-book.ts';
import { machineKey, machineValue } from '../machine-keys.ts';
import { constraintText, spreadText } from '../plain-losses.ts';
import { compact, compactOrNothing } from '../yaml-text.ts';
import { labelKey, NAME_LABEL, objectName } from './object-names.ts';
import { secondsOf } from './write-amounts.ts';

const HOSTNAME = 'kubernetes.io/hostname';
const CONTROL_PLANE = 'node-role.kubernetes.io/control-plane';
const OPERATORS = {
  in: 'In',
  'not-in': 'NotIn',
  exists: 'Exists',
  'not-exists': 'DoesNotExist',
  greater: 'Gt',
  less: 'Lt',
};
const OPPOSITE = { In: 'NotIn', NotIn: 'In', Exists: 'DoesNotExist', DoesNotExist: 'Exists' } as const;

interface Expression {
  readonly key: string;
  readonly operator: string;
  readonly values?: readonly string[];
}

/** What of a pod says where it goes. */
export function kubernetesPlacement(service: AppService, losses: ServiceLosses): object {
  const { placement } = service;
  const required = placement.constraints.flatMap((one) => expression(one, 'placement.constraints', losses) ?? []);
  const isSelector = required.every((one) => one.operator === 'In' && one.values?.length === 1);
  const isUnique = new Set(required.map(({ key }) => key)).size === required.length;
  const asSelector = isSelector && isUnique;
  const preferred = placement.affinity.flatMap((one) => preference(one, losses));
  const nodeAffinity = compactOrNothing({
    requiredDuringSchedulingIgnoredDuringExecution:
      asSelector || required.length === 0 ? undefined : { nodeSelectorTerms: [{ matchExpressions: required }] },
    preferredDuringSchedulingIgnoredDuringExecution: preferred,
  });
  return compact({
    nodeSelector: asSelector ? Object.fromEntries(required.map(({ key, values }) => [key, values?.[0]])) : undefined,
    affinity: compactOrNothing({
      nodeAffinity,
      podAffinity: neighbours(service, false),
      podAntiAffinity: neighbours(service, true),
    }),
    tolerations: tolerations(service, losses),
    topologySpreadConstraints: spread(service, losses),
  });
}

function expression(one: AppConstraint, field: string, losses: ServiceLosses): Expression | undefined {
  const { key, operator, values } = one;
  if (key === 'role' && (operator === 'in' || operator === 'not-in') && values.length === 1) {
    const isManager = (values[0] === 'manager') === (operator === 'in');
    return { key: CONTROL_PLANE, operator: isManager ? 'Exists' : 'DoesNotExist' };
  }
  let name = machineKey('kubernetes', key);
  if (key === 'id') {
    losses.near(field, constraintText(one), 'nodes have no ids; their host name is meant');
    name = HOSTNAME;
  }
  const known = OPERATORS[operator as keyof typeof OPERATORS] as string | undefined;
  if (name === undefined || known === undefined) {
    losses.none(
      field,
      constraintText(one),
      known === undefined
        ? 'Kubernetes has no patterns; it is left out'
        : `nodes of Kubernetes have no ${key}; it is left out`,
    );
    return undefined;
  }
  const legal = labelKey(name);
  if (legal !== name)
    losses.near(field, constraintText(one), `no name of a label; ${legal} has to be set on the nodes`);
  return {
    key: legal,
    operator: known,
    ...(values.length > 0 && { values: values.map((value) => machineValue('kubernetes', key, value)) }),
  };
}

function preference(one: AppConstraint & { readonly weight: number }, losses: ServiceLosses): object[] {
  const wish = expression(one, 'placement.affinity', losses);
  if (wish === undefined || one.weight === 0) return [];
  if (one.weight > 0) return [{ weight: one.weight, preference: { matchExpressions: [wish] } }];
  const opposite = OPPOSITE[wish.operator as keyof typeof OPPOSITE] as string | undefined;
  const instead = opposite === undefined ? 'Kubernetes knows no aversion; it is left out' : 'a wish for the opposite';
  losses.near('placement.affinity', `${constraintText(one)} (${one.weight})`, instead);
  return opposite === undefined
    ? []
    : [{ weight: -one.weight, preference: { matchExpressions: [{ ...wish, operator: opposite }] } }];
}

function neighbours(service: AppService, isApart: boolean): object | undefined {
  const { placement, name } = service;
  const term = (other: string, key: string): object => ({
    labelSelector: { matchLabels: { [NAME_LABEL]: objectName(other) } },
    topologyKey: labelKey(machineKey('kubernetes', key) ?? HOSTNAME),
  });
  const wished = placement.neighbours.filter((one) => one.isApart === isApart);
  const required = wished.filter(({ isHard }) => isHard).map((one) => term(one.service, one.key));
  if (isApart && placement.maxPerMachine === 1) required.unshift(term(name, 'hostname'));
  const preferred = wished
    .filter(({ isHard }) => !isHard)
    .map((one) => ({ weight: 100, podAffinityTerm: term(one.service, one.key) }));
  return compactOrNothing({
    requiredDuringSchedulingIgnoredDuringExecution: required,
    preferredDuringSchedulingIgnoredDuringExecution: preferred,
  });
}

function spread(service: AppService, losses: ServiceLosses): object[] {
  const { placement, name } = service;
  const labelSelector = { matchLabels: { [NAME_LABEL]: objectName(name) } };
  const rules = placement.spread.flatMap((one) => {
    losses.none(
      'placement.spread.targets',
      one.targets?.map(({ value, share }) => `${value} ${share * 100}%`).join(', '),
      'all values get the same',
    );
    losses.none(
      'placement.spread.weight',
      one.weight === undefined ? undefined : `${one.key} ${one.weight}`,
      'all spreads count the same',
    );
    const key = one.key === 'id' ? HOSTNAME : machineKey('kubernetes', one.key);
    if (key === undefined) {
      losses.none('placement.spread', spreadText(one), `nodes of Kubernetes have no ${one.key}`);
      return [];
    }
    if (one.maxSkew === undefined && one.isHard)
      losses.near('placement.spread.maxSkew', 'none', 'Kubernetes needs one; 1');
    const whenUnsatisfiable = one.isHard ? 'DoNotSchedule' : 'ScheduleAnyway';
    return [{ maxSkew: one.maxSkew ?? 1, topologyKey: labelKey(key), whenUnsatisfiable, labelSelector }];
  });
  const most = placement.maxPerMachine;
  if (most === undefined || most === 1) return rules;
  losses.near('placement.maxPerMachine', String(most), `at most ${most} more than on the emptiest node`);
  return [...rules, { maxSkew: most, topologyKey: HOSTNAME, whenUnsatisfiable: 'DoNotSchedule', labelSelector }];
}

/** Marks in the notation of `kubectl taint`: `key`, `key=value`, `key:NoSchedule`. */
function tolerations({ placement, replaceAfterUs }: AppService, losses: ServiceLosses): object[] {
  const marks = placement.tolerates.map((mark) => {
    const [, key, , value, , effect] = /^([^=:]*)(=([^:]*))?(:(.*))?$/.exec(mark) ?? [];
    return compact({
      key: key || undefined,
      operator: value === undefined ? 'Exists' : undefined,
      value,
      effect: effect || undefined,
    });
  });
  const seconds = secondsOf(replaceAfterUs, 'replaceAfterUs', losses);
  const away = seconds === undefined ? [] : ['not-ready', 'unreachable'];
  return [
    ...marks,
    ...away.map((what) => ({
      key: `node.kubernetes.io/${what}`,
      operator: 'Exists',
      effect: 'NoExecute',
      tolerationSeconds: seconds,
    })),
  ];
}
