import type { ApiServer } from '../api/api-server.ts';
import type { ScaleTargetRef } from '../objects/autoscaling.ts';
import type { Kind } from '../objects/kinds.ts';
import type { LabelSelector } from '../objects/meta.ts';
import type { Deployment, ReplicaSet, StatefulSet } from '../objects/workloads.ts';

/** The scale subresource of an object, as it is now. */
export interface ObjectScale {
  /** What its spec asks for. */
  readonly replicas: number;
  /** What its controller has counted. */
  readonly statusReplicas: number;
  readonly selector: LabelSelector;
  /** Asks for another number; whole numbers from 0. */
  setReplicas(replicas: number): void;
}

const SCALABLE = ['Deployment', 'ReplicaSet', 'StatefulSet'] as const satisfies readonly Kind[];
type ScalableKind = (typeof SCALABLE)[number];

/** The scale of a Deployment, ReplicaSet or StatefulSet; undefined: there is none of that name, or the kind has no scale. */
export function scaleOf(api: ApiServer, namespace: string, { kind, name }: ScaleTargetRef): ObjectScale | undefined {
  if (!isScalable(kind)) return undefined;
  const object: Deployment | ReplicaSet | StatefulSet | undefined = api.store(kind).named(namespace, name);
  if (object === undefined) return undefined;
  return {
    replicas: object.spec.replicas,
    statusReplicas: object.status.replicas,
    selector: object.spec.selector,
    setReplicas: (replicas) => setReplicas(api, kind, object.id, replicas),
  };
}

function setReplicas(api: ApiServer, kind: ScalableKind, id: number, replicas: number): void {
  const current = api.store(kind).get(id) as Deployment | undefined;
  if (current === undefined || current.spec.replicas === replicas) return;
  const metadata = { ...current.metadata, generation: current.metadata.generation + 1 };
  api.update(kind as 'Deployment', id, { metadata, spec: { ...current.spec, replicas } });
}

function isScalable(kind: string): kind is ScalableKind {
  return (SCALABLE as readonly string[]).includes(kind);
}
