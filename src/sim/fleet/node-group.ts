import type { DurationSpec } from '../duration-spec.ts';
import type { NodeSpec } from '../node-spec.ts';

/** Machines of one kind. Its nodes are numbered through; those not bought are columns that are not ready. */
export interface NodeGroup {
  readonly name: string;
  /** One machine; `name` and `zone` are replaced for each node. */
  readonly template: NodeSpec;
  /** Nodes are dealt to these in turn; empty: no zones. */
  readonly zones: readonly string[];
  /** Racks in each zone to which nodes are dealt in turn; 0: racks are not modelled. */
  readonly racksPerZone: number;
  readonly initial: number;
  readonly min: number;
  readonly max: number;
  /** As in the catalogue (`m5.xlarge`), or ''. */
  readonly instanceType: string;
  readonly usdPerHour: number;
  readonly spot: boolean;
  /** From the order to the node being ready. */
  readonly boot: DurationSpec;
  /** Bytes per second for image pulls, shared by the pulls of one node. */
  readonly pullBytesPerSecond: number;
  /** Power in watts when idle and when all CPUs are busy; both 0: unknown. */
  readonly idleWatts: number;
  readonly busyWatts: number;
}
