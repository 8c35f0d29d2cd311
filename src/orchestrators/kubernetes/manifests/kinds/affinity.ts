import type { LabelSelector } from '../../objects/meta.ts';
import type {
  NodeAffinity,
  NodeSelectorRequirement,
  NodeSelectorTerm,
  PodAffinity,
  PodAffinityTerm,
  PodSpec,
  Toleration,
  TopologySpreadConstraint,
} from '../../objects/pod.ts';
import type { Field } from '../fields/field.ts';
import { fieldNames } from '../fields/field-names.ts';
import { readSelector, requireLabelKey, requireValues, requiredOperator } from './metadata.ts';

const AFFINITY = fieldNames('nodeAffinity podAffinity podAntiAffinity');
const TERMS = fieldNames(
  'requiredDuringSchedulingIgnoredDuringExecution preferredDuringSchedulingIgnoredDuringExecution',
);
const NODE_SELECTOR = fieldNames('nodeSelectorTerms');
const NODE_TERM = fieldNames('matchExpressions matchFields');
const NODE_REQUIREMENT = fieldNames('key operator values');
const PREFERRED_NODE = fieldNames('weight preference');
const PREFERRED_POD = fieldNames('weight podAffinityTerm');
const POD_TERM = fieldNames('labelSelector topologyKey namespaces namespaceSelector matchLabelKeys mismatchLabelKeys');
const TOLERATION = fieldNames('key operator value effect tolerationSeconds');
const SPREAD = fieldNames(
  'maxSkew topologyKey whenUnsatisfiable labelSelector minDomains nodeAffinityPolicy nodeTaintsPolicy matchLabelKeys',
);
const NODE_OPERATORS = ['In', 'NotIn', 'Exists', 'DoesNotExist', 'Gt', 'Lt'] as const;
const REQUIRED = 'requiredDuringSchedulingIgnoredDuringExecution';
const PREFERRED = 'preferredDuringSchedulingIgnoredDuringExecution';
export const EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'] as const;

/** All three kinds of affinity of a pod. */
export function readAffinity(field: Field): Pick<PodSpec, 'nodeAffinity' | 'podAffinity' | 'podAntiAffinity'> {
  if (!field.isMap(AFFINITY)) return {};
  const nodeAffinity = readNodeAffinity(field.child('nodeAffinity'));
  const podAffinity = readPodAffinity(field.child('podAffinity'));
  const podAntiAffinity = readPodAffinity(field.child('podAntiAffinity'));
  return {
    ...(nodeAffinity !== undefined && { nodeAffinity }),
    ...(podAffinity !== undefined && { podAffinity }),
    ...(podAntiAffinity !== undefined && { podAntiAffinity }),
  };
}

/** Node selector terms of an affinity or a volume. */
export function readNodeSelector(field: Field): NodeSelectorTerm[] | undefined {
  if (!field.present || !field.isMap(NODE_SELECTOR)) return undefined;
  const terms = field.child('nodeSelectorTerms').items().map(readNodeTerm);
  if (terms.length === 0) field.child('nodeSelectorTerms').fault('it has no terms; write at least one');
  return terms;
}

export function readTolerations(field: Field): Toleration[] {
  return field.items().map((item) => {
    item.isMap(TOLERATION);
    const key = item.child('key').text();
    const operator = item.child('operator').oneOf(['Equal', 'Exists', 'Lt', 'Gt'], 'Equal');
    const value = item.child('value').text();
    const effect = item.child('effect').oneOf(['', ...EFFECTS], '');
    const tolerationSeconds = item.child('tolerationSeconds').optionalWhole(-2_147_483_648, Number.MAX_SAFE_INTEGER);
    if (key === '' && operator !== 'Exists')
      item.fault('a toleration without a key tolerates everything; write operator: Exists, or a key');
    if (operator === 'Exists' && value !== '')
      item.child('value').fault('"Exists" takes no value; delete it, or write operator: Equal');
    if (tolerationSeconds !== undefined && effect !== 'NoExecute')
      item.child('tolerationSeconds').fault('only NoExecute has seconds; write effect: NoExecute');
    return { key, operator, value, effect, ...(tolerationSeconds !== undefined && { tolerationSeconds }) };
  });
}

export function readSpread(field: Field): TopologySpreadConstraint[] {
  return field.items().map((item) => {
    item.isMap(SPREAD);
    const labelSelector = readSelector(item.child('labelSelector'));
    const minDomains = item.child('minDomains').optionalWhole(1);
    const whenUnsatisfiable = requiredOperator(item.child('whenUnsatisfiable'), ['DoNotSchedule', 'ScheduleAnyway']);
    if (minDomains !== undefined && whenUnsatisfiable !== 'DoNotSchedule')
      item.child('minDomains').fault('only DoNotSchedule has minDomains; delete it');
    const maxSkew = item.child('maxSkew');
    if (!maxSkew.present) maxSkew.fault('it is missing; write 1 or more');
    return {
      maxSkew: maxSkew.whole(1, 1),
      topologyKey: readTopologyKey(item.child('topologyKey')),
      whenUnsatisfiable,
      ...(labelSelector !== undefined && { labelSelector }),
      ...(minDomains !== undefined && { minDomains }),
      nodeAffinityPolicy: item.child('nodeAffinityPolicy').oneOf(['Honor', 'Ignore'], 'Honor'),
      nodeTaintsPolicy: item.child('nodeTaintsPolicy').oneOf(['Honor', 'Ignore'], 'Ignore'),
      matchLabelKeys: item.child('matchLabelKeys').texts(),
    };
  });
}

/** What a pod wants of its node, or a profile adds to that. */
export function readNodeAffinity(field: Field): NodeAffinity | undefined {
  if (!field.present || !field.isMap(TERMS)) return undefined;
  const required = readNodeSelector(field.child(REQUIRED));
  const preferred = field
    .child(PREFERRED)
    .items()
    .map((item) => {
      item.isMap(PREFERRED_NODE);
      return { weight: readWeight(item.child('weight')), preference: readNodeTerm(item.child('preference')) };
    });
  return { ...(required !== undefined && { required }), preferred };
}

function readNodeTerm(field: Field): NodeSelectorTerm {
  field.isMap(NODE_TERM);
  const matchFields = field
    .child('matchFields')
    .items()
    .map((item) => readNodeRequirement(item, ['In', 'NotIn']));
  const fields = field.child('matchFields').items();
  for (const [index, { key }] of matchFields.entries())
    if (key !== 'metadata.name') fields[index].child('key').fault(`"${key}" is no field of nodes; write metadata.name`);
  const matchExpressions = field
    .child('matchExpressions')
    .items()
    .map((item) => readNodeRequirement(item, NODE_OPERATORS));
  return { matchExpressions, matchFields };
}

function readNodeRequirement(
  field: Field,
  operators: readonly NodeSelectorRequirement['operator'][],
): NodeSelectorRequirement {
  field.isMap(NODE_REQUIREMENT);
  const key = field.child('key').requiredText();
  if (key !== '' && operators.length > 2) requireLabelKey(field.child('key'), key);
  const operator = requiredOperator(field.child('operator'), operators);
  const values = field.child('values').texts();
  requireValues(field, operator, values);
  return { key, operator, values };
}

function readPodAffinity(field: Field): PodAffinity | undefined {
  if (!field.present || !field.isMap(TERMS)) return undefined;
  return {
    required: field.child(REQUIRED).items().map(readPodTerm),
    preferred: field
      .child(PREFERRED)
      .items()
      .map((item) => {
        item.isMap(PREFERRED_POD);
        return { weight: readWeight(item.child('weight')), term: readPodTerm(item.child('podAffinityTerm')) };
      }),
  };
}

function readPodTerm(field: Field): PodAffinityTerm {
  field.isMap(POD_TERM);
  const labelSelector: LabelSelector | undefined = readSelector(field.child('labelSelector'));
  const namespaceSelector = readSelector(field.child('namespaceSelector'));
  const matchLabelKeys = field.child('matchLabelKeys').texts();
  const mismatchLabelKeys = field.child('mismatchLabelKeys').texts();
  for (const name of ['matchLabelKeys', 'mismatchLabelKeys'])
    if (labelSelector === undefined && field.child(name).items().length > 0)
      field.child(name).fault('it completes a labelSelector, and there is none; write one');
  return {
    ...(labelSelector !== undefined && { labelSelector }),
    topologyKey: readTopologyKey(field.child('topologyKey')),
    namespaces: field.child('namespaces').texts(),
    ...(namespaceSelector !== undefined && { namespaceSelector }),
    ...(matchLabelKeys.length > 0 && { matchLabelKeys }),
    ...(mismatchLabelKeys.length > 0 && { mismatchLabelKeys }),
  };
}

function readTopologyKey(field: Field): string {
  const key = field.requiredText();
  if (key !== '') requireLabelKey(field, key);
  return key;
}

/** From 1 to 100; what is not is a fault, but kept: a scheduler that no API server protects counts with it. */
function readWeight(field: Field): number {
  if (!field.present) {
    field.fault('it is missing; write 1 to 100');
    return 0;
  }
  const weight = field.whole(0, 1, 100);
  return Number.isInteger(field.value) ? (field.value as number) : weight;
}
