import { quantityValue } from '../kubernetes/objects/quantity.ts';
import type { NativeFile } from '../native-file.ts';
import { fullServiceName, type AppService, type Loss, type ReadModel } from './app-model.ts';
import { rawObjects, type RawObject } from './kubernetes/raw-objects.ts';
import { amount } from './kubernetes/read-container.ts';
import { readAutoscaler, readBudget, readPorts, type ClusterParts } from './kubernetes/read-beside.ts';
import { readWorkload, templateOf, WORKLOADS } from './kubernetes/read-workload.ts';
import { unreadLosses } from './read-losses.ts';

/** Kinds that say nothing of a service by themselves, or that are written anew for whoever needs them. */
const SILENT = new Set([
  'Namespace',
  'List',
  'PriorityClass',
  'PersistentVolumeClaim',
  'Service',
  'HorizontalPodAutoscaler',
  'ScaledObject',
  'PodDisruptionBudget',
]);

/** Manifests as a model: each workload with the Services, autoscalers, budgets, claims and classes that are its own. */
export function fromKubernetes(files: readonly NativeFile[]): ReadModel {
  const { objects, losses } = rawObjects(files);
  const cluster: ClusterParts = { objects, losses, priorities: prioritiesOf(objects), claims: claimsOf(objects) };
  const services: AppService[] = [];
  for (const object of objects) {
    if (!WORKLOADS.has(object.kind) || object.part.at('metadata.ownerReferences').isPresent) continue;
    const service = readWorkload(object, cluster);
    const whole = {
      ...service,
      ...readPorts(service, object, cluster),
      ...readAutoscaler(service, object, cluster),
      ...readBudget(service, object, cluster),
    };
    services.push(whole);
    // What only an API server writes, or what says the same again.
    object.part
      .child('metadata')
      .take('name', 'namespace', 'creationTimestamp', 'resourceVersion', 'uid', 'generation', 'managedFields');
    templateOf(object).child('metadata').take('creationTimestamp', 'namespace', 'name');
    losses.push(...unreadLosses(fullServiceName(service), object.part));
  }
  losses.push(...untranslatedKinds(objects));
  return { model: { services, notes: [] }, losses };
}

function untranslatedKinds(objects: readonly RawObject[]): Loss[] {
  const counts = new Map<string, string[]>();
  for (const { kind, name } of objects)
    if (!WORKLOADS.has(kind) && !SILENT.has(kind)) counts.set(kind, [...(counts.get(kind) ?? []), name]);
  return [...counts].map(([kind, names]) => ({
    kind: 'not-translated',
    service: '',
    field: kind,
    value: names.slice(0, 3).join(', ') + (names.length > 3 ? `, and ${names.length - 3} more` : ''),
    instead:
      kind === 'Secret' || kind === 'ConfigMap'
        ? 'only its name is carried over, where it is used'
        : 'it is not carried over',
  }));
}

function prioritiesOf(objects: readonly RawObject[]): Map<string, number> {
  const classes = new Map([
    ['system-cluster-critical', 2_000_000_000],
    ['system-node-critical', 2_000_001_000],
  ]);
  for (const { kind, name, part } of objects)
    if (kind === 'PriorityClass') classes.set(name, part.child('value').number() ?? 0);
  return classes;
}

/** Sizes of claims, by namespace and name. */
function claimsOf(objects: readonly RawObject[]): Map<string, number | undefined> {
  return new Map(
    objects
      .filter(({ kind }) => kind === 'PersistentVolumeClaim')
      .map(({ namespace, name, part }) => [
        `${namespace}/${name}`,
        amount(part.at('spec.resources.requests.storage'), quantityValue),
      ]),
  );
}
