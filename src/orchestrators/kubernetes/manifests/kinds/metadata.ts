import { stream } from '../../../../sim/random.ts';
import { generatedName } from '../../controllers/shared/generated-names.ts';
import type {
  LabelSelector,
  LabelSelectorRequirement,
  Labels,
  ObjectMeta,
  OwnerReference,
} from '../../objects/meta.ts';
import type { NewObject } from '../../api/api-server.ts';
import type { KubernetesObject } from '../../objects/meta.ts';
import type { Field } from '../fields/field.ts';
import { fieldNames } from '../fields/field-names.ts';

export type NewMeta = NewObject<KubernetesObject>['metadata'];

const META = fieldNames(
  'name namespace uid labels annotations ownerReferences creationTimestamp deletionTimestamp deletionGracePeriodSeconds finalizers generation',
  'managedFields resourceVersion selfLink generateName clusterName',
);
const OWNER = fieldNames('apiVersion kind name uid controller', 'blockOwnerDeletion');
const SELECTOR = fieldNames('matchLabels matchExpressions');
const REQUIREMENT = fieldNames('key operator values');

/** What applies to the names of a kind of object. */
export interface NameRule {
  readonly namespaced: boolean;
  /** `label`: no dots, at most 63 characters. */
  readonly name?: 'label' | 'subdomain';
}

/** Metadata of an object; the uid and the times are there when a dump says them. */
export function readMetadata(field: Field, rule: NameRule, defaultNamespace: string): NewMeta {
  if (!field.isMap(META) && !field.present) field.fault('it is missing; write at least a name');
  const prefix = field.child('generateName').text();
  const isGenerated = prefix !== '' && !field.child('name').present;
  const name = isGenerated
    ? generatedName(prefix, stream(placeOf(field), 'generateName'))
    : readName(field.child('name'), rule.name ?? 'subdomain');
  const uid = field.child('uid').text();
  const creationUs = field.child('creationTimestamp').timeUs();
  const deletedUs = field.child('deletionTimestamp').timeUs(false);
  const graceSeconds = field.child('deletionGracePeriodSeconds').optionalWhole();
  const finalizers = field.child('finalizers').texts();
  const generation = field.child('generation').optionalWhole(0, Number.MAX_SAFE_INTEGER);
  const namespace = field.child('namespace');
  return {
    name,
    namespace: rule.namespaced ? readNamespace(namespace, defaultNamespace) : '',
    labels: readLabels(field.child('labels')),
    annotations: field.child('annotations').strings(),
    ownerReferences: field.child('ownerReferences').items().map(readOwner),
    ...(uid !== '' && { uid }),
    ...(creationUs !== undefined && { creationUs }),
    // The API server writes when the grace will be over.
    ...(deletedUs !== undefined && {
      deletionUs: deletedUs - (graceSeconds ?? 0) * 1_000_000,
      deletionGracePeriodSeconds: graceSeconds ?? 0,
    }),
    ...(finalizers.length > 0 && { finalizers }),
    ...(generation !== undefined && generation > 0 && { generation }),
  };
}

/** Labels, annotations and nothing else of what a template says about its pods. */
export function readTemplateMetadata(field: Field): Pick<ObjectMeta, 'labels' | 'annotations'> {
  field.isMap(TEMPLATE_META);
  return { labels: readLabels(field.child('labels')), annotations: field.child('annotations').strings() };
}

const TEMPLATE_META = fieldNames('labels annotations', 'name namespace creationTimestamp generateName finalizers');

export function readLabels(field: Field): Labels {
  const labels = field.strings();
  for (const [key, value] of Object.entries(labels)) requireLabel(field.child(key), key, value);
  return labels;
}

/** A label selector; undefined when there is none. */
export function readSelector(field: Field): LabelSelector | undefined {
  if (!field.present || !field.isMap(SELECTOR)) return undefined;
  const matchLabels = readLabels(field.child('matchLabels'));
  const matchExpressions = field.child('matchExpressions').items().map(readRequirement);
  return {
    ...(Object.keys(matchLabels).length > 0 && { matchLabels }),
    ...(matchExpressions.length > 0 && { matchExpressions }),
  };
}

/** Notes what is wrong with a label's key or value (`apimachinery/pkg/util/validation`). */
export function requireLabel(field: Field, key: string, value: string): void {
  requireLabelKey(field, key);
  if (value.length > 63 || !LABEL_VALUE.test(value))
    field.fault(
      `"${value}" cannot be a label's value; write at most 63 letters, digits, "-", "_" and ".", with a letter or digit at both ends`,
    );
}

export function requireLabelKey(field: Field, key: string): void {
  const slash = key.indexOf('/');
  const [prefix, name] = slash < 0 ? [undefined, key] : [key.slice(0, slash), key.slice(slash + 1)];
  const prefixFits = prefix === undefined || (prefix.length <= 253 && SUBDOMAIN.test(prefix));
  if (!prefixFits || name.length > 63 || !LABEL_NAME.test(name))
    field.fault(`"${key}" cannot be a label's key; write it like "app" or "example.com/app"`);
}

const LABEL_NAME = /^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/;
const LABEL_VALUE = /^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?$/;
const DNS_LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const OPERATORS = ['In', 'NotIn', 'Exists', 'DoesNotExist'] as const;

/** A name as DNS has them, which objects and containers must have. */
export function readName(field: Field, rule: 'label' | 'subdomain'): string {
  const name = field.requiredText();
  if (name === '') return name;
  const fits =
    rule === 'label' ? name.length <= 63 && DNS_LABEL.test(name) : name.length <= 253 && SUBDOMAIN.test(name);
  if (!fits)
    field.fault(
      `"${name}" cannot be a name; write at most ${rule === 'label' ? 63 : 253} small letters, digits${rule === 'label' ? '' : ', "."'} and "-"`,
    );
  return name;
}

function readNamespace(field: Field, fallback: string): string {
  const namespace = field.text();
  return namespace === '' ? fallback : readName(field, 'label');
}

function readOwner(field: Field): OwnerReference {
  field.isMap(OWNER);
  return {
    apiVersion: field.child('apiVersion').text(),
    kind: field.child('kind').requiredText(),
    name: field.child('name').requiredText(),
    uid: field.child('uid').requiredText(),
    controller: field.child('controller').boolean(),
  };
}

/** Where the object stands, but for the folder of its file: a run is the same wherever it lies. */
function placeOf(field: Field): string {
  return field.where().split(/[/\\]/).at(-1)!;
}

function readRequirement(field: Field): LabelSelectorRequirement {
  field.isMap(REQUIREMENT);
  const key = field.child('key').requiredText();
  if (key !== '') requireLabelKey(field.child('key'), key);
  const operator = requiredOperator(field.child('operator'), OPERATORS);
  const values = field.child('values').texts();
  requireValues(field, operator, values);
  return { key, operator, values };
}

/** An operator that must be there. */
export function requiredOperator<T extends string>(field: Field, known: readonly T[]): T {
  if (field.present) return field.oneOf(known, known[0]);
  field.fault(`it is missing; write "${known.join('", "')}"`);
  return known[0];
}

/** Notes values that an operator cannot have. */
export function requireValues(field: Field, operator: string, values: readonly string[]): void {
  const lists = operator === 'In' || operator === 'NotIn';
  if (lists && values.length === 0) field.child('values').fault(`"${operator}" needs values; write at least one`);
  if ((operator === 'Exists' || operator === 'DoesNotExist') && values.length > 0)
    field.child('values').fault(`"${operator}" takes no values; delete them`);
  if ((operator === 'Gt' || operator === 'Lt') && (values.length !== 1 || !/^[+-]?[0-9]+$/.test(values[0])))
    field.child('values').fault(`"${operator}" compares with one whole number; write it like ["4"]`);
}
