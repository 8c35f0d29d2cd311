import type { ApiServer, NewObject } from './api/api-server.ts';
import type { KubernetesSpec } from './kubernetes-spec.ts';
import { KINDS, type AnyObject, type Kind } from './objects/kinds.ts';
import type { Node } from './objects/node.ts';
import type { Pod } from './objects/pod.ts';

/** What begins with the run and not before: work that ends, and those who change the number of pods. */
const LATER: ReadonlySet<Kind> = new Set<Kind>([
  'Job',
  'CronJob',
  'HorizontalPodAutoscaler',
  'VerticalPodAutoscaler',
  'ScaledObject',
]);
/** A cluster that has not come to rest by then begins as it is. */
const LONGEST_US = 1_800_000_000;
const OFTEN_US = 5_000_000;

/** The run in which a cluster comes to rest before the real one begins: its services start, nothing is asked of them, and nothing happens. */
export function settlingSpec(spec: KubernetesSpec): KubernetesSpec {
  const { clusterAutoscaler: _, ...rest } = spec;
  return {
    ...rest,
    durationUs: LONGEST_US,
    untilQuiet: true,
    coldStart: true,
    scrapeUs: OFTEN_US,
    objects: spec.objects.filter(({ kind }) => !LATER.has(kind)).map((object) => atLeast(object, spec)),
    changes: [],
    services: [],
    traffic: () => [],
    objectives: [],
    weather: () => ({ nextUs: Infinity, take: () => neverCalled() }),
  };
}

/** A workload with as many replicas as its autoscaler would give it at once. */
function atLeast(object: NewObject<AnyObject>, { objects }: KubernetesSpec): NewObject<AnyObject> {
  if (object.kind !== 'Deployment' && object.kind !== 'StatefulSet') return object;
  // What is scaled to 0 is switched off, also for its autoscaler.
  if (object.spec.replicas === 0) return object;
  const { namespace, name } = object.metadata;
  const scaler = objects.find(
    (one) =>
      one.kind === 'HorizontalPodAutoscaler' &&
      one.metadata.namespace === namespace &&
      one.spec.scaleTargetRef.kind === object.kind &&
      one.spec.scaleTargetRef.name === name,
  );
  if (scaler?.kind !== 'HorizontalPodAutoscaler' || scaler.spec.minReplicas <= object.spec.replicas) return object;
  const replicas = scaler.spec.minReplicas;
  return object.kind === 'Deployment'
    ? { ...object, spec: { ...object.spec, replicas } }
    : { ...object, spec: { ...object.spec, replicas } };
}

/** The objects of a cluster that has come to rest, as a run may begin with them, and those that it left out. */
export function settledObjects(api: ApiServer, { objects }: KubernetesSpec): NewObject<AnyObject>[] {
  const byNowUs = api.nowUs;
  const settled = new Map<Kind, NewObject<AnyObject>[]>();
  const given = new Set(objects.map(({ metadata }) => metadata.uid));
  const uid = (was: string): string => (given.has(was) ? was : settledUid(was));
  for (const kind of KINDS) {
    // Endpoints name pods by numbers of that run, and are found anew at once.
    if (kind === 'EndpointSlice') continue;
    const there = LATER.has(kind)
      ? objects.filter((one) => one.kind === kind)
      : Array.from(api.store(kind).all() as Iterable<AnyObject>, (one) => rebased(one, byNowUs, uid));
    settled.set(kind, there);
  }
  return KINDS.flatMap((kind) => settled.get(kind) ?? []);
}

/**
 * A uid that the other run gave, as no API server gives it: objects are numbered from 1 again, and two of one uid would
 * own each other's pods. Made uids have an `a` at the beginning of their fourth part.
 */
function settledUid(uid: string): string {
  return uid.replace(/^(.{8}-.{4}-.{4}-)a/, '$1b');
}

/** The object with its times counted from a new zero, and uids of its own. */
function rebased({ id: _, ...object }: AnyObject, byUs: number, uid: (was: string) => string): NewObject<AnyObject> {
  const metadata = {
    ...object.metadata,
    uid: uid(object.metadata.uid),
    ownerReferences: object.metadata.ownerReferences.map((owner) => ({ ...owner, uid: uid(owner.uid) })),
    creationUs: object.metadata.creationUs - byUs,
  };
  if (object.kind === 'Pod') return { ...object, metadata, status: podStatus(object.status, byUs) };
  if (object.kind === 'Node') return { ...object, metadata, status: nodeStatus(object.status, byUs) };
  if (object.kind === 'Deployment')
    return { ...object, metadata, status: { ...object.status, progressedUs: object.status.progressedUs - byUs } };
  return { ...object, metadata };
}

function podStatus(status: Pod['status'], byUs: number): Pod['status'] {
  const { startUs, scheduledUs, unschedulable } = status;
  return {
    ...status,
    readyChangedUs: status.readyChangedUs - byUs,
    ...(startUs !== undefined && { startUs: startUs - byUs }),
    ...(scheduledUs !== undefined && { scheduledUs: scheduledUs - byUs }),
    ...(unschedulable !== undefined && {
      unschedulable: { ...unschedulable, sinceUs: unschedulable.sinceUs - byUs },
    }),
    containers: status.containers.map((one) => ({ ...one, sinceUs: one.sinceUs - byUs })),
  };
}

function nodeStatus(status: Node['status'], byUs: number): Node['status'] {
  return {
    ...status,
    conditions: status.conditions.map((one) => ({ ...one, changedUs: one.changedUs - byUs })),
  };
}

function neverCalled(): never {
  throw new RangeError('there is no weather while a cluster comes to rest');
}
