import { isRefusal, ownerReference, type ApiServer, type NewObject } from '../../api/api-server.ts';
import type { LabelSelector } from '../../objects/meta.ts';
import { NEW_REPLICA_SET_STATUS } from '../../objects/new-statuses.ts';
import type { PodTemplate } from '../../objects/pod.ts';
import type { Deployment, ReplicaSet } from '../../objects/workloads.ts';
import { POD_TEMPLATE_HASH, revisionHash, templateKey } from '../shared/template-revision.ts';
import { DESIRED_REPLICAS, MAX_REPLICAS } from './proportional-scaling.ts';
import { rolloutBounds } from './rolling-update.ts';

/** Which rollout a ReplicaSet belongs to: 1, 2, 3, … */
export const REVISION = 'deployment.kubernetes.io/revision';

/** A Deployment's ReplicaSets: the one of its present template, if it is there, and the others, oldest first. */
export interface Revisions {
  readonly newSet: ReplicaSet | undefined;
  readonly old: readonly ReplicaSet[];
  /** With the new one last. */
  readonly all: readonly ReplicaSet[];
}

/**
 * Tells the ReplicaSet of the present template from the others. Fields that Baton does not read are not compared, so
 * several may match where upstream finds one (`FindNewReplicaSet`): then the one of the latest revision is it.
 */
export function revisionsOf(deployment: Deployment, sets: readonly ReplicaSet[]): Revisions {
  const key = templateKey(deployment.spec.template);
  let newSet: ReplicaSet | undefined;
  for (const set of sets) {
    if (templateKey(set.spec.template) === key && (newSet === undefined || revisionOf(set) > revisionOf(newSet)))
      newSet = set;
  }
  const old = sets
    .filter((set) => set !== newSet)
    .sort((left, right) => left.metadata.creationUs - right.metadata.creationUs || left.id - right.id);
  return { newSet, old, all: newSet === undefined ? old : [...old, newSet] };
}

/** 0: none is written. */
export function revisionOf(set: ReplicaSet): number {
  return Number(set.metadata.annotations[REVISION] ?? 0) || 0;
}

/** What a Deployment writes on the ReplicaSets it sizes. */
export function sizeAnnotations({ spec }: Deployment): Record<string, string> {
  return {
    [DESIRED_REPLICAS]: String(spec.replicas),
    [MAX_REPLICAS]: String(spec.replicas + rolloutBounds(spec).surge),
  };
}

/** Creates the ReplicaSet of the present template; the reason if it was refused. */
export function createSet(
  api: ApiServer,
  deployment: Deployment,
  replicas: number,
  revision: number,
): ReplicaSet | string {
  const key = templateKey(deployment.spec.template);
  for (let collisions = 0; ; collisions++) {
    const hash = revisionHash(key, collisions);
    const name = `${deployment.metadata.name}-${hash}`;
    const taken = api.store('ReplicaSet').named(deployment.metadata.namespace, name);
    // Another template with the same hash; upstream counts collisions in the status and goes on from there.
    if (taken !== undefined && collisions < 100) continue;
    const made = api.create('ReplicaSet', setOf(deployment, name, hash, replicas, revision));
    return isRefusal(made) ? made.refused : made;
  }
}

function setOf(
  deployment: Deployment,
  name: string,
  hash: string,
  replicas: number,
  revision: number,
): NewObject<ReplicaSet> {
  const { spec, metadata } = deployment;
  const template = withHash(spec.template, hash);
  return {
    kind: 'ReplicaSet',
    metadata: {
      name,
      namespace: metadata.namespace,
      labels: template.metadata.labels,
      annotations: { ...sizeAnnotations(deployment), [REVISION]: String(revision) },
      ownerReferences: [ownerReference(deployment, 'apps/v1')],
    },
    spec: {
      replicas,
      selector: selectorWithHash(spec.selector, hash),
      template,
      minReadySeconds: spec.minReadySeconds,
    },
    status: NEW_REPLICA_SET_STATUS,
  };
}

/** The template whose pods carry the hash. */
export function withHash(template: PodTemplate, hash: string): PodTemplate {
  const { metadata } = template;
  return { ...template, metadata: { ...metadata, labels: { ...metadata.labels, [POD_TEMPLATE_HASH]: hash } } };
}

/** The selector that picks those pods only. */
export function selectorWithHash(selector: LabelSelector, hash: string): LabelSelector {
  return { ...selector, matchLabels: { ...selector.matchLabels, [POD_TEMPLATE_HASH]: hash } };
}
