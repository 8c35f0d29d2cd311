import type { NewObject } from '../api/api-server.ts';
import type { AnyObject } from '../objects/kinds.ts';
import { annotationFaults } from '../behaviour/annotations.ts';
import { isMap, type Field } from './fields/field.ts';
import { nearName } from './fields/near-name.ts';
import { readMetadata } from './kinds/metadata.ts';
import { KIND_READERS, OTHER_KINDS } from './known-kinds.ts';

/**
 * Reads one object of whatever kind. Undefined: it has faults, or is of a kind that is not modelled, which is reported.
 */
export function readManifestObject(
  root: Field,
  options: { readonly namespace: string; readonly listKind?: string | undefined },
): NewObject<AnyObject> | 'scheduler-configuration' | undefined {
  if (!root.isMap()) return undefined;
  const { listKind } = options;
  // Items of a PodList need not say that they are Pods.
  const typed = listKind !== undefined && listKind !== 'List' ? listKind.slice(0, -4) : '';
  const kind = root.child('kind').present ? root.child('kind').requiredText() : typed;
  if (kind === '') {
    root.child('kind').fault('it is missing, so this is no Kubernetes object; write kind, such as "Deployment"');
    return undefined;
  }
  const apiVersion = root.child('apiVersion').text();
  if (kind === 'KubeSchedulerConfiguration') return 'scheduler-configuration';
  const reader = Object.hasOwn(KIND_READERS, kind) ? KIND_READERS[kind] : undefined;
  const group = groupOf(apiVersion);
  const known = reader?.apiVersions.some((one) => groupOf(one) === group) ?? false;
  if (reader === undefined || (!known && isForeign(group))) {
    reportKind(root, kind, group);
    return undefined;
  }
  if (apiVersion === '' && typed === '') {
    root.child('apiVersion').fault(`it is missing; write ${reader.apiVersions[0]}`);
  } else if (apiVersion !== '' && !reader.apiVersions.includes(apiVersion)) {
    const served = reader.apiVersions[0];
    root.child('apiVersion').fault(`Kubernetes 1.36 serves no ${kind} as "${apiVersion}"; write ${served}`);
    return undefined;
  }
  root.isMap(reader.fields);
  const metadata = readMetadata(root.child('metadata'), reader, options.namespace);
  const object = reader.read(root, metadata);
  checkAnnotations(root, kind);
  return root.reading.faults === 0 ? object : undefined;
}

/** Notes what is wrong with the `baton.dev/` annotations of an object, and of what it makes pods of. */
function checkAnnotations(root: Field, kind: string): void {
  noteFaults(root.child('metadata'), kind);
  const owner = kind === 'CronJob' ? root.child('spec').child('jobTemplate') : root;
  noteFaults(owner.child('spec').child('template').child('metadata'), 'Pod');
}

function noteFaults(metadata: Field, kind: string): void {
  const annotations = metadata.child('annotations');
  if (!isMap(annotations.value)) return;
  const texts = Object.entries(annotations.value).filter((one): one is [string, string] => typeof one[1] === 'string');
  for (const { annotation, sentence } of annotationFaults(kind, Object.fromEntries(texts)))
    annotations.child(annotation).fault(sentence);
}

/** `apps` of `apps/v1`; empty for `v1`. */
function groupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf('/');
  return slash < 0 ? '' : apiVersion.slice(0, slash);
}

/** A group of someone's own resources: those have a dot, and are none of Kubernetes itself. */
function isForeign(group: string): boolean {
  return group.includes('.') && !OWN_GROUPS.has(group);
}

const OWN_GROUPS = new Set(
  `admissionregistration apiextensions apiregistration authentication authorization certificates coordination discovery events
   flowcontrol.apiserver internal.apiserver networking node rbac.authorization resource scheduling storage storagemigration`
    .split(/\s+/)
    .map((name) => `${name}.k8s.io`),
);

function reportKind(root: Field, kind: string, group: string): void {
  const { reading } = root;
  const where = (): string => root.child('kind').where();
  const { reports } = reading.state;
  if (OTHER_KINDS.has(kind) && !isForeign(group)) reports.add('kind', kind, 'not modelled', reading, where);
  else if (isForeign(group))
    reports.add('kind', `${kind} (${group})`, 'a resource of its own that is not modelled', reading, where);
  else {
    const near = nearName(kind, [...Object.keys(KIND_READERS), ...OTHER_KINDS]);
    const hint = near === undefined ? '' : `; did you mean "${near}"?`;
    reports.add('unknown', kind, `Kubernetes knows no such kind${hint}`, reading, where);
  }
}
