import { OLD_REGION_LABEL, OLD_ZONE_LABEL, REGION_LABEL, ZONE_LABEL } from '../../../objects/node-labels.ts';
import { matchesNodeTerms } from '../../../objects/node-selector.ts';
import type { PersistentVolume, PersistentVolumeClaim } from '../../../objects/storage.ts';
import type { VolumeObjects } from '../../volume-objects.ts';
import { type FilterPlugin, resolvable, unresolvable } from '../plugin.ts';
import type { PlacedPod } from '../reference-node.ts';

/** A claim ReadWriteOncePod that another pod uses keeps the pod from every node (upstream plugins/volumerestrictions). */
export const volumeRestrictions: FilterPlugin = {
  name: 'VolumeRestrictions',
  prepare(pod, { nodes, volumes }) {
    const exclusive = new Set(
      claims(pod, volumes)
        .filter((claim) => claim.spec.accessModes.includes('ReadWriteOncePod'))
        .map((claim) => claim.metadata.name),
    );
    if (exclusive.size === 0) return 'skip';
    const shared = (other: PlacedPod): number =>
      other.info.namespace === pod.info.namespace ? claimNames(other).filter((name) => exclusive.has(name)).length : 0;
    let conflicts = 0;
    for (const node of nodes) for (const other of node.pods) conflicts += shared(other);
    return {
      judge: () =>
        conflicts > 0
          ? resolvable(
              'VolumeRestrictions',
              'node has pod using PersistentVolumeClaim with the same name and ReadWriteOncePod access mode',
            )
          : undefined,
      count: (other, _node, by) => void (conflicts += by * shared(other)),
    };
  },
};

/** Volumes that are bound must be reachable from the node: their node affinity (upstream plugins/volumebinding). */
export const volumeBinding: FilterPlugin = {
  name: 'VolumeBinding',
  prepare(pod, { volumes }) {
    const bound = boundVolumes(pod, volumes);
    if (bound.length === 0) return 'skip';
    return {
      judge: ({ labels, name }) =>
        bound.every((volume) => matchesNodeTerms(volume.spec.nodeAffinity, labels, name))
          ? undefined
          : unresolvable('VolumeBinding', "node(s) didn't match PersistentVolume's node affinity"),
    };
  },
};

/** Volumes that are labelled with a zone or region can only be used there (upstream plugins/volumezone). */
export const volumeZone: FilterPlugin = {
  name: 'VolumeZone',
  prepare(pod, { volumes }) {
    const places: { readonly key: string; readonly values: readonly string[] }[] = [];
    for (const volume of boundVolumes(pod, volumes)) {
      for (const key of PLACE_LABELS) {
        const value = volume.metadata.labels[key];
        // A volume that is replicated over zones names them all: "a__b".
        if (value !== undefined) places.push({ key, values: value.split('__') });
      }
    }
    if (places.length === 0) return 'skip';
    return {
      judge({ labels }) {
        if (!PLACE_LABELS.some((key) => labels[key] !== undefined)) return undefined;
        const fits = places.every(({ key, values }) =>
          values.includes(labels[key] ?? labels[NEW_NAMES[key] ?? key] ?? ''),
        );
        return fits ? undefined : unresolvable('VolumeZone', 'node(s) had no available volume zone');
      },
    };
  },
};

/** Attachment limits come from CSINode objects, which manifests do not hold: it rejects nothing (upstream plugins/nodevolumelimits). */
export const nodeVolumeLimits: FilterPlugin = { name: 'NodeVolumeLimits', prepare: () => 'skip' };

const PLACE_LABELS = [OLD_ZONE_LABEL, OLD_REGION_LABEL, ZONE_LABEL, REGION_LABEL];

const NEW_NAMES: Readonly<Record<string, string | undefined>> = {
  [OLD_ZONE_LABEL]: ZONE_LABEL,
  [OLD_REGION_LABEL]: REGION_LABEL,
};

function claimNames({ info }: PlacedPod): string[] {
  return info.spec.volumes.flatMap(({ persistentVolumeClaim: name }) => (name === undefined ? [] : [name]));
}

function claims(pod: PlacedPod, volumes: VolumeObjects): PersistentVolumeClaim[] {
  return claimNames(pod).flatMap((name) => volumes.claim(pod.info.namespace, name) ?? []);
}

function boundVolumes(pod: PlacedPod, volumes: VolumeObjects): PersistentVolume[] {
  return claims(pod, volumes).flatMap(({ spec }) =>
    spec.volumeName === undefined || spec.volumeName === '' ? [] : (volumes.volume(spec.volumeName) ?? []),
  );
}
