import type { NodeSpec } from '../../sim/node-spec.ts';

/** Where a price comes from and how far it can be trusted. */
export interface PriceOrigin {
  readonly region: string;
  /** The day the provider's list was read by the source, YYYY-MM-DD. */
  readonly date: string;
  readonly source: string;
  /** `published`: found in the source. `unverified`: from memory or a rule of thumb; check it before you rely on it. */
  readonly onDemand: 'published' | 'unverified' | 'own';
  /** `typical`: on-demand price times a discount seen on samples; spot prices move all the time. */
  readonly spot: 'published' | 'typical' | 'unverified' | 'own';
}

/** A machine that can be rented, Linux, per hour. */
export interface InstanceType {
  /** As the provider calls it; unique in a catalogue. */
  readonly name: string;
  readonly cloud: string;
  readonly family: string;
  readonly kind: 'general' | 'burstable' | 'compute' | 'memory' | 'gpu' | 'own';
  readonly arch: 'x86' | 'arm';
  /** A vCPU counts as 1000. */
  readonly cpuMilli: number;
  readonly memBytes: number;
  readonly gpuCount: number;
  readonly gpuModel: string;
  readonly usdPerHour: number;
  readonly spotUsdPerHour: number;
  /** Pods a managed Kubernetes lets it run by default; 0: not known. */
  readonly podLimit: number;
  /** With the building's overheads; both 0: not known. */
  readonly idleWatts: number;
  readonly busyWatts: number;
  readonly price: PriceOrigin;
}

/** The machine as a node's template, with the labels by which pods usually choose; nothing is kept back for the system. */
export function nodeSpecOf(type: InstanceType): NodeSpec {
  return {
    name: type.name,
    cpuMilli: type.cpuMilli,
    memBytes: type.memBytes,
    ...(type.gpuCount > 0 ? { gpuCount: type.gpuCount, gpuModel: type.gpuModel } : {}),
    ...(type.podLimit > 0 ? { podLimit: type.podLimit } : {}),
    labels: {
      'node.kubernetes.io/instance-type': type.name,
      'kubernetes.io/arch': type.arch === 'arm' ? 'arm64' : 'amd64',
    },
  };
}
