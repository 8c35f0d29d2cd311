import type { NewObject } from '../../api/api-server.ts';
import type { PersistentVolume, PersistentVolumeClaim, StorageClass } from '../../objects/storage.ts';
import type { Field } from '../fields/field.ts';
import { fieldNames } from '../fields/field-names.ts';
import { readNodeSelector } from './affinity.ts';
import type { NewMeta } from './metadata.ts';
import { requireSpec } from './workloads.ts';

const CLAIM = fieldNames(
  'storageClassName volumeName accessModes resources',
  'selector volumeMode dataSource dataSourceRef volumeAttributesClassName',
);
const CLAIM_RESOURCES = fieldNames('requests', 'limits');
const VOLUME = fieldNames(
  'storageClassName claimRef nodeAffinity capacity',
  `accessModes persistentVolumeReclaimPolicy volumeMode mountOptions volumeAttributesClassName csi hostPath local nfs iscsi fc
   awsElasticBlockStore gcePersistentDisk azureDisk azureFile cinder cephfs rbd glusterfs vsphereVolume`,
);
const NODE_AFFINITY = fieldNames('required');

export function readClaim(field: Field, metadata: NewMeta): NewObject<PersistentVolumeClaim> {
  const spec = requireSpec(field, CLAIM);
  const storageClassName = spec.child('storageClassName').optionalText();
  const volumeName = spec.child('volumeName').text();
  const resources = spec.child('resources');
  resources.isMap(CLAIM_RESOURCES);
  return {
    kind: 'PersistentVolumeClaim',
    metadata,
    spec: {
      ...(storageClassName !== undefined && { storageClassName }),
      ...(volumeName !== '' && { volumeName }),
      accessModes: spec.child('accessModes').texts(),
      requests: resources.child('requests').resources(),
    },
  };
}

export function readVolume(field: Field, metadata: NewMeta): NewObject<PersistentVolume> {
  const spec = requireSpec(field, VOLUME);
  const storageClassName = spec.child('storageClassName').text();
  const claim = spec.child('claimRef');
  const affinity = spec.child('nodeAffinity');
  const nodeAffinity = affinity.isMap(NODE_AFFINITY) ? readNodeSelector(affinity.child('required')) : undefined;
  return {
    kind: 'PersistentVolume',
    metadata,
    spec: {
      ...(storageClassName !== '' && { storageClassName }),
      ...(claim.isMap() && {
        claim: { namespace: claim.child('namespace').text('default'), name: claim.child('name').requiredText() },
      }),
      ...(nodeAffinity !== undefined && { nodeAffinity }),
      capacity: spec.child('capacity').resources(),
    },
  };
}

export function readStorageClass(field: Field, metadata: NewMeta): NewObject<StorageClass> {
  return {
    kind: 'StorageClass',
    metadata,
    volumeBindingMode: field.child('volumeBindingMode').oneOf(['Immediate', 'WaitForFirstConsumer'], 'Immediate'),
  };
}
