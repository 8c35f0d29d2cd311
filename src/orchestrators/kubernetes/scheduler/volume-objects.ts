import type { ApiServer } from '../api/api-server.ts';
import type { PersistentVolume, PersistentVolumeClaim } from '../objects/storage.ts';

/**
 * Claims and volumes as the volume plugins look them up: the cluster's own, at that moment. What is not there is taken
 * to be provisioned where its pod goes, since manifests seldom say how: no plugin rejects a node for it.
 */
export interface VolumeObjects {
  claim(namespace: string, name: string): PersistentVolumeClaim | undefined;
  volume(name: string): PersistentVolume | undefined;
}

/** A cluster in which no claim is described. */
export const NO_VOLUMES: VolumeObjects = { claim: () => undefined, volume: () => undefined };

/** Those of a cluster's API server. */
export function volumesOf(api: ApiServer): VolumeObjects {
  return {
    claim: (namespace, name) => api.store('PersistentVolumeClaim').named(namespace, name),
    volume: (name) => api.store('PersistentVolume').named('', name),
  };
}
