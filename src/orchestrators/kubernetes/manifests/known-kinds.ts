import type { NewObject } from '../api/api-server.ts';
import type { AnyObject } from '../objects/kinds.ts';
import { fieldNames, type FieldNames } from './fields/field-names.ts';
import type { Field } from './fields/field.ts';
import { readHorizontalAutoscaler, readScaledObject, readVerticalAutoscaler } from './kinds/autoscaling.ts';
import { readCronJob, readJob } from './kinds/jobs.ts';
import type { NameRule, NewMeta } from './kinds/metadata.ts';
import { readNode } from './kinds/node.ts';
import { readNodePool } from './kinds/node-pool.ts';
import { readPod } from './kinds/pod.ts';
import {
  readDisruptionBudget,
  readLimitRange,
  readNamespaceObject,
  readPodGroup,
  readPriorityClass,
  readResourceQuota,
  readService,
} from './kinds/policy.ts';
import { readClaim, readStorageClass, readVolume } from './kinds/storage.ts';
import {
  readDaemonSet,
  readDeployment,
  readReplicaSet,
  readReplicationController,
  readStatefulSet,
} from './kinds/workloads.ts';

/** How objects of a kind are read. */
export interface KindReader extends NameRule {
  /** API versions that v1.36 serves, the preferred one first. */
  readonly apiVersions: readonly string[];
  readonly fields: FieldNames;
  readonly read: (field: Field, metadata: NewMeta) => NewObject<AnyObject>;
}

const SPEC = fieldNames('apiVersion kind metadata spec', 'status');
const SPEC_AND_STATUS = fieldNames('apiVersion kind metadata spec status');

function reader(
  apiVersions: string,
  read: KindReader['read'],
  rule: NameRule = { namespaced: true },
  fields: FieldNames = SPEC,
): KindReader {
  return { apiVersions: apiVersions.split(' '), read, fields, ...rule };
}

const CLUSTER: NameRule = { namespaced: false };

/** Every kind that becomes an object of the cluster. */
export const KIND_READERS: Readonly<Record<string, KindReader>> = {
  Namespace: reader(
    'v1',
    readNamespaceObject,
    { namespaced: false, name: 'label' },
    fieldNames('apiVersion kind metadata', 'spec status'),
  ),
  PriorityClass: reader(
    'scheduling.k8s.io/v1',
    readPriorityClass,
    CLUSTER,
    fieldNames('apiVersion kind metadata value globalDefault preemptionPolicy description'),
  ),
  LimitRange: reader('v1', readLimitRange),
  ResourceQuota: reader('v1', readResourceQuota),
  StorageClass: reader(
    'storage.k8s.io/v1',
    readStorageClass,
    CLUSTER,
    fieldNames(
      'apiVersion kind metadata volumeBindingMode',
      'provisioner parameters reclaimPolicy mountOptions allowVolumeExpansion allowedTopologies',
    ),
  ),
  PersistentVolume: reader('v1', readVolume, CLUSTER),
  PersistentVolumeClaim: reader('v1', readClaim),
  Node: reader('v1', readNode, CLUSTER, SPEC_AND_STATUS),
  NodePool: reader('karpenter.sh/v1 karpenter.sh/v1beta1', readNodePool, CLUSTER),
  PodDisruptionBudget: reader('policy/v1', readDisruptionBudget, undefined, SPEC_AND_STATUS),
  PodGroup: reader('scheduling.k8s.io/v1alpha2 scheduling.k8s.io/v1alpha3 scheduling.k8s.io/v1beta1', readPodGroup),
  Service: reader('v1', readService, { namespaced: true, name: 'label' }),
  DaemonSet: reader('apps/v1', readDaemonSet),
  StatefulSet: reader('apps/v1', readStatefulSet),
  Deployment: reader('apps/v1', readDeployment),
  ReplicaSet: reader('apps/v1', readReplicaSet),
  ReplicationController: reader('v1', readReplicationController),
  Job: reader('batch/v1', readJob, undefined, SPEC_AND_STATUS),
  CronJob: reader('batch/v1', readCronJob, undefined, SPEC_AND_STATUS),
  Pod: reader('v1', readPod, undefined, SPEC_AND_STATUS),
  HorizontalPodAutoscaler: reader(
    'autoscaling/v2 autoscaling/v1',
    readHorizontalAutoscaler,
    undefined,
    SPEC_AND_STATUS,
  ),
  VerticalPodAutoscaler: reader('autoscaling.k8s.io/v1 autoscaling.k8s.io/v1beta2', readVerticalAutoscaler),
  ScaledObject: reader('keda.sh/v1alpha1', readScaledObject),
};

/** Kinds of Kubernetes that Baton does not model: what there is of them changes no decision. */
export const OTHER_KINDS: ReadonlySet<string> = new Set(
  `ConfigMap Secret ServiceAccount Role RoleBinding ClusterRole ClusterRoleBinding Ingress IngressClass NetworkPolicy Endpoints
   EndpointSlice Event Lease ControllerRevision PodTemplate CustomResourceDefinition APIService MutatingWebhookConfiguration
   ValidatingWebhookConfiguration ValidatingAdmissionPolicy ValidatingAdmissionPolicyBinding MutatingAdmissionPolicy
   MutatingAdmissionPolicyBinding CSIDriver CSINode CSIStorageCapacity VolumeAttachment VolumeAttributesClass RuntimeClass
   FlowSchema PriorityLevelConfiguration CertificateSigningRequest ClusterTrustBundle ComponentStatus Binding ResourceClaim
   ResourceClaimTemplate ResourceSlice DeviceClass ServiceCIDR IPAddress NodeMetrics PodMetrics Workload
   StorageVersionMigration TokenReview SubjectAccessReview`
    .split(/\s+/)
    .filter((kind) => kind !== ''),
);
