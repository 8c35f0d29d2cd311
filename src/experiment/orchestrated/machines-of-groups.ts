import type { MachineSpec } from '../../orchestrators/data-plane/machine-spec.ts';
import type { NodeGroup } from '../../sim/fleet/node-group.ts';
import { NodeStates } from '../../sim/fleet/node-states.ts';
import type { NodePlace } from '../../sim/weather/weather-event.ts';

/** Disk of a machine that does not say, as cloud images have it. */
const DISK_BYTES = 100 * 2 ** 30;

/** The machines that a scenario's groups have at the start, and where they stand, in the order of the living cluster. */
export function machinesOfGroups(
  groups: readonly NodeGroup[],
  zones: readonly string[],
): { readonly machines: readonly MachineSpec[]; readonly places: readonly NodePlace[] } {
  const states = new NodeStates(groups, zones);
  const machines: MachineSpec[] = [];
  const places: NodePlace[] = [];
  for (let node = 0; node < states.count; node++) {
    const group = groups[states.group[node]];
    if (node - states.firstOfGroup[states.group[node]] >= group.initial) continue;
    const spec = states.specs[node];
    const place = states.places[node];
    const labels = spec.labels ?? {};
    places.push(place);
    machines.push({
      name: spec.name,
      cpuMilli: spec.cpuMilli,
      memBytes: spec.memBytes,
      diskBytes: spec.storageBytes ?? DISK_BYTES,
      gpuCount: spec.gpuCount ?? 0,
      zone: spec.zone ?? '',
      rack: place.rack,
      power: place.power,
      labels,
      instanceType: group.instanceType,
      architecture: labels['kubernetes.io/arch'] === 'arm64' ? 'arm64' : 'amd64',
      group: group.name,
      spot: group.spot,
      usdPerHour: group.usdPerHour,
      pullBytesPerSecond: group.pullBytesPerSecond,
      idleWatts: group.idleWatts,
      busyWatts: group.busyWatts,
    });
  }
  return { machines, places };
}
