import type { NewObject } from '../../orchestrators/kubernetes/api/api-server.ts';
import type { AnyObject } from '../../orchestrators/kubernetes/objects/kinds.ts';
import { HOSTNAME_LABEL, ZONE_LABEL } from '../../orchestrators/kubernetes/objects/node-labels.ts';
import type { PodSpec } from '../../orchestrators/kubernetes/objects/pod.ts';
import { podResources } from '../../orchestrators/kubernetes/objects/pod-resources.ts';
import type { NodeGroup } from '../../sim/fleet/node-group.ts';
import { instanceOf } from '../scenario/instances.ts';

/** How full the machines are meant to be of what pods request. */
const FILL = 0.6;
const SIZES = ['m5.xlarge', 'm5.2xlarge', 'm5.4xlarge', 'm5.8xlarge', 'm5.16xlarge'];
const ZONES = ['a', 'b', 'c'];
/** A pod should leave room for another of its size and for daemons. */
const PODS_PER_NODE = 2;
const GPUS_PER_NODE = 8;

/** Pods of one form, and how many of them are to run at once. */
interface Wanted {
  readonly spec: PodSpec;
  readonly count: number;
  readonly isDaemon: boolean;
}

/**
 * Machines for manifests that bring none: general purpose ones of one size, in three zones, large enough for the
 * largest pod and so many that all pods fill about 60 % of them; labels that pods ask for, and machines with the
 * extended resources that they ask for. Undefined when there are no pods either.
 */
export function nodesForPods(objects: readonly NewObject<AnyObject>[]): NodeGroup[] {
  const wanted = objects.flatMap(wantedOf);
  const labels = Object.assign({}, ...wanted.map(({ spec }) => spec.nodeSelector)) as Record<string, string>;
  delete labels[HOSTNAME_LABEL];
  delete labels[ZONE_LABEL];
  const groups = [plainGroup(wanted, labels)];
  const scalars = new Map<string, { most: number; total: number }>();
  for (const { spec, count } of wanted)
    for (const { name, amount } of podResources(spec).scalars) {
      const before = scalars.get(name) ?? { most: 0, total: 0 };
      scalars.set(name, { most: Math.max(before.most, amount), total: before.total + amount * count });
    }
  for (const [name, { most, total }] of [...scalars].sort(([a], [b]) => (a < b ? -1 : 1)))
    groups.push(specialGroup(name, Math.max(most, Math.min(GPUS_PER_NODE, total)), total, labels));
  return groups;
}

function plainGroup(wanted: readonly Wanted[], labels: Readonly<Record<string, string>>): NodeGroup {
  const largest = { cpuMilli: 0, memBytes: 0 };
  const total = { cpuMilli: 0, memBytes: 0, pods: 0 };
  const daemons = { cpuMilli: 0, memBytes: 0 };
  const types = SIZES.map((name) => instanceOf(name));
  const biggest = types.at(-1)!;
  for (const { spec, count, isDaemon } of wanted) {
    const { cpuMilli, memBytes } = podResources(spec);
    // What no machine could hold must not buy more of them.
    if (cpuMilli > biggest.cpuMilli || memBytes > biggest.memBytes) continue;
    if (isDaemon) {
      daemons.cpuMilli += cpuMilli;
      daemons.memBytes += memBytes;
      continue;
    }
    largest.cpuMilli = Math.max(largest.cpuMilli, cpuMilli);
    largest.memBytes = Math.max(largest.memBytes, memBytes);
    total.cpuMilli += cpuMilli * count;
    total.memBytes += memBytes * count;
    total.pods += count;
  }
  const type =
    types.find(
      ({ cpuMilli, memBytes }) =>
        cpuMilli - daemons.cpuMilli >= PODS_PER_NODE * largest.cpuMilli &&
        memBytes - daemons.memBytes >= PODS_PER_NODE * largest.memBytes,
    ) ?? biggest;
  const count = Math.max(
    ZONES.length,
    Math.ceil(total.cpuMilli / (FILL * Math.max(1, type.cpuMilli - daemons.cpuMilli))),
    Math.ceil(total.memBytes / (FILL * Math.max(1, type.memBytes - daemons.memBytes))),
    Math.ceil(total.pods / (FILL * 110)),
  );
  return group('node', count, type.name, labels, type.usdPerHour, {
    cpuMilli: type.cpuMilli,
    memBytes: type.memBytes,
  });
}

/** Machines with an extended resource: 8 CPU and 61 GiB for each device, as p3 instances of EC2 have. */
function specialGroup(
  resource: string,
  perNode: number,
  total: number,
  labels: Readonly<Record<string, string>>,
): NodeGroup {
  const isGpu = resource === 'nvidia.com/gpu';
  const devices = Math.max(1, Math.ceil(Math.min(perNode, 64)));
  const { usdPerHour } = instanceOf('p3.2xlarge');
  const name = resource
    .split('/')
    .at(-1)!
    .replaceAll(/[^a-zA-Z0-9-]/g, '-');
  return group(`node-${name}`, Math.max(1, Math.ceil(total / perNode)), '', labels, isGpu ? usdPerHour * devices : 0, {
    cpuMilli: 8000 * devices,
    memBytes: 61 * 2 ** 30 * devices,
    extended: { [resource]: perNode },
    // Others go elsewhere while they can.
    taints: [`${resource}:PreferNoSchedule`],
  });
}

function group(
  name: string,
  count: number,
  instanceType: string,
  labels: Readonly<Record<string, string>>,
  usdPerHour: number,
  size: Pick<NodeGroup['template'], 'cpuMilli' | 'memBytes' | 'extended' | 'taints'>,
): NodeGroup {
  return {
    name,
    template: { name, ...size, labels },
    zones: count >= ZONES.length ? ZONES : [],
    racksPerZone: 0,
    initial: count,
    min: count,
    max: count,
    instanceType,
    usdPerHour,
    spot: false,
    boot: { kind: 'constant', meanUs: 60e6 },
    pullBytesPerSecond: 125e6,
    idleWatts: 0,
    busyWatts: 0,
  };
}

function wantedOf(object: NewObject<AnyObject>): Wanted[] {
  switch (object.kind) {
    case 'Deployment':
    case 'ReplicaSet':
    case 'StatefulSet':
      return [{ spec: object.spec.template.spec, count: object.spec.replicas, isDaemon: false }];
    case 'DaemonSet':
      return [{ spec: object.spec.template.spec, count: 1, isDaemon: true }];
    case 'Job':
      return [{ spec: object.spec.template.spec, count: object.spec.parallelism, isDaemon: false }];
    case 'CronJob':
      return [
        {
          spec: object.spec.jobTemplate.spec.template.spec,
          count: object.spec.jobTemplate.spec.parallelism,
          isDaemon: false,
        },
      ];
    case 'Pod':
      return [{ spec: object.spec, count: 1, isDaemon: false }];
    default:
      return [];
  }
}
