import type { NewObject } from '../api/api-server.ts';
import { nameKey } from '../api/object-store.ts';
import { KINDS, type AnyObject } from '../objects/kinds.ts';
import type { OwnerReference } from '../objects/meta.ts';
import { hasEnded } from '../objects/pod-state.ts';
import type { Pod } from '../objects/pod.ts';
import type { PersistentVolumeClaim } from '../objects/storage.ts';
import type { ReadingState } from './fields/field.ts';
import { namespaceObject } from './kinds/policy.ts';
import { rebaseTimes } from './kinds/times.ts';

/** An object and where it stands: `file:line:column`. */
export interface PlacedObject {
  readonly object: NewObject<AnyObject>;
  readonly where: string;
}

/**
 * Makes one cluster of what all files say: names are unique, owners are there, times count from the start of the run,
 * namespaces and priority classes that are only named exist. Objects come in the order in which they are created.
 */
export function assembleObjects(placed: readonly PlacedObject[], state: ReadingState): NewObject<AnyObject>[] {
  requireUnique(placed, state);
  const startUs = state.newestUs === -Infinity ? 0 : state.newestUs;
  const kept = placed
    .filter((one) => canExist(one, state))
    .map(({ object, where }) => ({ object: rebaseTimes(object, startUs), where }));
  const owned = tieOwners(kept, state);
  reportMissingNodes(owned, state);
  const all = [...missingNamespaces(owned, state), ...missingClasses(owned, state), ...withStorageClass(owned)];
  const order = new Map<string, number>(KINDS.map((kind, index) => [kind, index]));
  return all
    .map(({ object }, index) => ({ object, kind: order.get(object.kind)!, index }))
    .sort((left, right) => left.kind - right.kind || left.index - right.index)
    .map(({ object }) => object);
}

function requireUnique(placed: readonly PlacedObject[], state: ReadingState): void {
  const seen = new Map<string, string>();
  const uids = new Map<string, string>();
  for (const { object, where } of placed) {
    const { namespace, name, uid } = object.metadata;
    const key = `${object.kind} ${nameKey(namespace, name)}`;
    const first = seen.get(key);
    const what = `${object.kind} ${namespace === '' ? name : nameKey(namespace, name)}`;
    if (first !== undefined)
      state.faults.add(`${where}: metadata.name: there is a ${what} already, at ${first}; rename one or delete it`);
    else {
      seen.set(key, where);
      if (uid === undefined) continue;
      const other = uids.get(uid);
      if (other !== undefined)
        state.faults.add(`${where}: metadata.uid: ${other} has this uid too; delete one of the lines`);
      uids.set(uid, what);
    }
  }
}

/** Pods that ended before they had a node are history. */
function canExist({ object, where }: PlacedObject, state: ReadingState): boolean {
  if (!isPod(object) || object.spec.nodeName !== undefined) return true;
  if (!hasEnded(object)) return true;
  state.reports.add('note', 'Pod', 'ended without a node, left out', object, () => where);
  return false;
}

/**
 * Looks up every owner. One that is not among the files is forgotten, so that the garbage collector does not take what
 * it owned; but ReplicaSets of Deployments that are there stay named, since their controller puts them back.
 */
function tieOwners(placed: readonly PlacedObject[], state: ReadingState): PlacedObject[] {
  const byUid = new Map<string, PlacedObject>();
  const unnamed = new Map<string, number>();
  const deployments = new Set<string>();
  const result = [...placed];
  for (const [index, { object }] of placed.entries()) {
    const { uid, namespace, name } = object.metadata;
    if (uid !== undefined) byUid.set(uid, placed[index]);
    else unnamed.set(`${object.kind} ${nameKey(namespace, name)}`, index);
    if (object.kind === 'Deployment') deployments.add(nameKey(namespace, name));
  }
  for (const [index, { object, where }] of placed.entries()) {
    const { ownerReferences = [], namespace } = object.metadata;
    if (ownerReferences.length === 0) continue;
    const kept = ownerReferences.filter((owner) => {
      if (byUid.has(owner.uid)) return true;
      // A manifest says no uid; what a dump's objects call it is its uid then.
      for (const place of [namespace, '']) {
        const key = `${owner.kind} ${nameKey(place, owner.name)}`;
        const at = unnamed.get(key);
        if (at === undefined) continue;
        const { object: found, where: there } = result[at];
        result[at] = { object: withMetadata(found, { uid: owner.uid }), where: there };
        byUid.set(owner.uid, result[at]);
        unnamed.delete(key);
        return true;
      }
      const deployment =
        owner.kind === 'ReplicaSet' ? owner.name.slice(0, Math.max(0, owner.name.lastIndexOf('-'))) : '';
      if (deployment !== '' && deployments.has(nameKey(namespace, deployment))) return true;
      const says = `their ${owner.kind} is not among the files, kept without it`;
      state.reports.add('note', object.kind, says, object, () => where);
      return false;
    });
    if (kept.length < ownerReferences.length)
      result[index] = { object: withMetadata(result[index].object, { ownerReferences: kept }), where };
  }
  requireNoCycle(result, byUid, state);
  return result;
}

function requireNoCycle(
  placed: readonly PlacedObject[],
  byUid: ReadonlyMap<string, PlacedObject>,
  state: ReadingState,
): void {
  const done = new Set<string>();
  for (const { object, where } of placed) {
    const chain: string[] = [];
    let next: OwnerReference | undefined = { uid: object.metadata.uid ?? '' } as OwnerReference;
    while (next !== undefined && next.uid !== '' && !done.has(next.uid)) {
      const { uid } = next;
      const found = byUid.get(uid);
      if (chain.includes(uid)) {
        const names = chain.slice(chain.indexOf(uid)).map((one) => byUid.get(one)!.object.metadata.name);
        const circle = [...names, names[0]].join(' -> ');
        state.faults.add(`${where}: metadata.ownerReferences: owners own each other (${circle}); delete one of them`);
        break;
      }
      chain.push(uid);
      const owners: readonly OwnerReference[] = found?.object.metadata.ownerReferences ?? [];
      next = owners.find((one) => one.controller) ?? owners[0];
    }
    for (const uid of chain) done.add(uid);
  }
}

function reportMissingNodes(placed: readonly PlacedObject[], state: ReadingState): void {
  const nodes = new Set(
    placed.filter(({ object }) => object.kind === 'Node').map(({ object }) => object.metadata.name),
  );
  for (const { object, where } of placed)
    if (isPod(object) && object.spec.nodeName !== undefined && !nodes.has(object.spec.nodeName))
      state.reports.add('note', 'Pod spec.nodeName', 'their node is not among the files', object, () => where);
}

function missingNamespaces(placed: readonly PlacedObject[], state: ReadingState): PlacedObject[] {
  const known = new Set(['']);
  for (const { object } of placed) if (object.kind === 'Namespace') known.add(object.metadata.name);
  const missing: PlacedObject[] = [];
  for (const { object, where } of placed) {
    const { namespace } = object.metadata;
    if (known.has(namespace)) continue;
    known.add(namespace);
    const made = namespaceObject({ name: namespace, namespace: '' });
    missing.push({ object: made, where });
    if (namespace !== 'default' && namespace !== 'kube-system')
      state.reports.add('note', `Namespace ${namespace}`, 'named but not defined, so it is created', made, () => where);
  }
  return missing;
}

/** Classes of a dump's pods that are not in the dump have the value that their pods got. */
function missingClasses(placed: readonly PlacedObject[], state: ReadingState): PlacedObject[] {
  const known = new Set(['system-node-critical', 'system-cluster-critical']);
  for (const { object } of placed) if (object.kind === 'PriorityClass') known.add(object.metadata.name);
  const missing: PlacedObject[] = [];
  for (const { object, where } of placed) {
    if (!isPod(object) || object.metadata.uid === undefined) continue;
    const { priorityClassName: name, priority, preemptionPolicy } = object.spec;
    if (name === undefined || known.has(name)) continue;
    known.add(name);
    const metadata = { name, namespace: '' };
    const made = { kind: 'PriorityClass', metadata, value: priority, globalDefault: false, preemptionPolicy } as const;
    missing.push({ object: made, where });
    const says = `not among the files; its pods say that its value is ${priority}`;
    state.reports.add('note', `PriorityClass ${name}`, says, made, () => where);
  }
  return missing;
}

/** Claims that name no storage class get the default one (admission plugin DefaultStorageClass): of several the newest. */
function withStorageClass(placed: readonly PlacedObject[]): readonly PlacedObject[] {
  let best: NewObject<AnyObject> | undefined;
  for (const { object } of placed) {
    if (object.kind !== 'StorageClass' || object.metadata.annotations?.[DEFAULT_CLASS] !== 'true') continue;
    const newer = (object.metadata.creationUs ?? 0) - (best?.metadata.creationUs ?? 0);
    if (best === undefined || newer > 0 || (newer === 0 && object.metadata.name < best.metadata.name)) best = object;
  }
  if (best === undefined) return placed;
  const storageClassName = best.metadata.name;
  return placed.map((one) => {
    if (!isClaim(one.object) || one.object.spec.storageClassName !== undefined) return one;
    return { ...one, object: { ...one.object, spec: { ...one.object.spec, storageClassName } } };
  });
}

const DEFAULT_CLASS = 'storageclass.kubernetes.io/is-default-class';

function isClaim(object: NewObject<AnyObject>): object is NewObject<PersistentVolumeClaim> {
  return object.kind === 'PersistentVolumeClaim';
}

function isPod(object: NewObject<AnyObject>): object is NewObject<Pod> {
  return object.kind === 'Pod';
}

function withMetadata(
  object: NewObject<AnyObject>,
  fields: Partial<NewObject<AnyObject>['metadata']>,
): NewObject<AnyObject> {
  return { ...object, metadata: { ...object.metadata, ...fields } };
}
