import type { ApiServer, NewObject } from '../../api/api-server.ts';
import { ownerReference } from '../../api/api-server.ts';
import { newPodStatus } from '../../objects/new-statuses.ts';
import type { Pod, PodSpec, PodTemplate } from '../../objects/pod.ts';
import type { StatefulSet } from '../../objects/workloads.ts';
import { REVISION_HASH } from '../shared/template-revision.ts';

const POD_NAME = 'statefulset.kubernetes.io/pod-name';
const POD_INDEX = 'apps.kubernetes.io/pod-index';

/** The ordinal at the end of a pod's name; -1: it is none of the set's. */
export function ordinalOf(set: StatefulSet, pod: Pod): number {
  const prefix = `${set.metadata.name}-`;
  const { name } = pod.metadata;
  const ordinal = name.slice(prefix.length);
  return name.startsWith(prefix) && /^[0-9]{1,9}$/.test(ordinal) ? Number(ordinal) : -1;
}

/** The pod of an ordinal in some revision (`newStatefulSetPod` in `pkg/controller/statefulset/stateful_set_utils.go`). */
export function statefulPod(
  set: StatefulSet,
  template: PodTemplate,
  revision: string,
  ordinal: number,
  nowUs: number,
): NewObject<Pod> {
  const name = `${set.metadata.name}-${ordinal}`;
  const { labels, annotations } = template.metadata;
  return {
    kind: 'Pod',
    metadata: {
      name,
      namespace: set.metadata.namespace,
      labels: { ...labels, [POD_NAME]: name, [POD_INDEX]: String(ordinal), [REVISION_HASH]: revision },
      annotations,
      ownerReferences: [ownerReference(set, 'apps/v1')],
    },
    spec: withClaims(set, template.spec, name),
    status: newPodStatus(nowUs),
  };
}

/** The spec whose volumes are the pod's own claims (`updateStorage`). */
function withClaims(set: StatefulSet, spec: PodSpec, podName: string): PodSpec {
  const { volumeClaimTemplates } = set.spec;
  if (volumeClaimTemplates.length === 0) return spec;
  const others = spec.volumes.filter(({ name }) => !volumeClaimTemplates.includes(name));
  const own = volumeClaimTemplates.map((name) => ({ name, persistentVolumeClaim: `${name}-${podName}` }));
  return { ...spec, volumes: [...own, ...others] };
}

/**
 * Creates the claims of a pod that are not there yet. They outlive the pod, so that it finds its disks again. A disk is
 * there at once and can be reached from every node. [model]
 */
export function createClaims(api: ApiServer, set: StatefulSet, podName: string): void {
  const { namespace } = set.metadata;
  for (const template of set.spec.volumeClaimTemplates) {
    const name = `${template}-${podName}`;
    if (api.store('PersistentVolumeClaim').named(namespace, name) !== undefined) continue;
    const volumeName = `pvc-${namespace}-${name}`;
    const labels = set.spec.selector.matchLabels ?? {};
    if (api.store('PersistentVolume').named('', volumeName) === undefined)
      api.create('PersistentVolume', {
        kind: 'PersistentVolume',
        metadata: { name: volumeName, namespace: '' },
        spec: { claim: { namespace, name }, capacity: {} },
      });
    api.create('PersistentVolumeClaim', {
      kind: 'PersistentVolumeClaim',
      metadata: { name, namespace, labels },
      spec: { volumeName, accessModes: ['ReadWriteOnce'], requests: {} },
    });
  }
}
