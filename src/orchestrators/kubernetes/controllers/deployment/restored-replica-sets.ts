import { controllerOf, ownerReference, type ApiServer, type NewObject } from '../../api/api-server.ts';
import type { Component } from '../../api/control-plane.ts';
import { matchesSelector } from '../../objects/label-selector.ts';
import type { OwnerReference } from '../../objects/meta.ts';
import { NEW_REPLICA_SET_STATUS } from '../../objects/new-statuses.ts';
import { hasEnded } from '../../objects/pod-state.ts';
import type { Pod, PodTemplate } from '../../objects/pod.ts';
import type { Deployment, ReplicaSet } from '../../objects/workloads.ts';
import { POD_TEMPLATE_HASH } from '../shared/template-revision.ts';
import { REVISION, selectorWithHash, sizeAnnotations, withHash } from './revisions.ts';

/**
 * Puts back the ReplicaSets that a dump of pods and Deployments leaves out (`kubectl get pods,deployments`): pods name
 * them as their owners, and without them every pod would be an orphan and be created a second time.
 */
export class RestoredReplicaSets implements Component {
  private readonly api: ApiServer;

  constructor(api: ApiServer) {
    this.api = api;
  }

  begin(): void {
    const missing = new Map<string, { owner: OwnerReference; pods: Pod[] }>();
    for (const pod of this.api.pods.all()) {
      const owner = controllerOf(pod);
      if (owner?.kind !== 'ReplicaSet' || hasEnded(pod)) continue;
      if (this.api.store('ReplicaSet').named(pod.metadata.namespace, owner.name) !== undefined) continue;
      const found = missing.get(owner.uid);
      if (found === undefined) missing.set(owner.uid, { owner, pods: [pod] });
      else found.pods.push(pod);
    }
    const byDeployment = new Map<Deployment, { owner: OwnerReference; pods: Pod[] }[]>();
    for (const one of missing.values()) {
      const deployment = this.deploymentOf(one.owner, one.pods[0]);
      if (deployment === undefined) continue;
      const sets = byDeployment.get(deployment);
      if (sets === undefined) byDeployment.set(deployment, [one]);
      else sets.push(one);
    }
    for (const [deployment, sets] of byDeployment) {
      // The set whose pods are as the template says is the new one; of several, the one with the newest pod.
      const latest = (pods: readonly Pod[]): number => Math.max(...pods.map(({ metadata }) => metadata.creationUs));
      sets.sort(
        (left, right) =>
          Number(isMadeOf(left.pods[0], deployment.spec.template)) -
            Number(isMadeOf(right.pods[0], deployment.spec.template)) || latest(left.pods) - latest(right.pods),
      );
      sets.forEach(({ owner, pods }, index) => {
        const isNew = index === sets.length - 1;
        this.api.create('ReplicaSet', restored(deployment, owner, pods, sets.length === 1, isNew, index + 1));
      });
    }
  }

  /** The Deployment whose name begins the set's name and whose selector picks the pod. */
  private deploymentOf(owner: OwnerReference, pod: Pod): Deployment | undefined {
    const name = owner.name.slice(0, Math.max(0, owner.name.lastIndexOf('-')));
    const deployment = this.api.store('Deployment').named(pod.metadata.namespace, name);
    return deployment !== undefined && matchesSelector(deployment.spec.selector, pod.metadata.labels)
      ? deployment
      : undefined;
  }
}

function isMadeOf(pod: Pod, template: PodTemplate): boolean {
  const images = (spec: PodTemplate['spec']): string =>
    spec.containers.map(({ name, image }) => `${name}=${image}`).join();
  return images(pod.spec) === images(template.spec);
}

function restored(
  deployment: Deployment,
  owner: OwnerReference,
  pods: readonly Pod[],
  alone: boolean,
  isNew: boolean,
  revision: number,
): NewObject<ReplicaSet> {
  const { spec } = deployment;
  const hash = pods[0].metadata.labels[POD_TEMPLATE_HASH] ?? owner.name.slice(owner.name.lastIndexOf('-') + 1);
  const labelled = pods[0].metadata.labels[POD_TEMPLATE_HASH] !== undefined;
  const { nodeName: _, ...podSpec } = pods[0].spec;
  const template = isNew
    ? spec.template
    : { metadata: { labels: pods[0].metadata.labels, annotations: {} }, spec: podSpec };
  return {
    kind: 'ReplicaSet',
    metadata: {
      name: owner.name,
      namespace: deployment.metadata.namespace,
      uid: owner.uid,
      labels: pods[0].metadata.labels,
      annotations: { ...sizeAnnotations(deployment), [REVISION]: String(revision) },
      ownerReferences: [ownerReference(deployment, 'apps/v1')],
      creationUs: Math.min(...pods.map(({ metadata }) => metadata.creationUs)),
    },
    spec: {
      // Alone it has them all, and what is missing is created; in the middle of a rollout each has the pods it has.
      replicas: alone ? spec.replicas : pods.filter(({ metadata }) => metadata.deletionUs === undefined).length,
      selector: labelled ? selectorWithHash(spec.selector, hash) : spec.selector,
      template: labelled ? withHash(template, hash) : template,
      minReadySeconds: spec.minReadySeconds,
    },
    status: NEW_REPLICA_SET_STATUS,
  };
}
