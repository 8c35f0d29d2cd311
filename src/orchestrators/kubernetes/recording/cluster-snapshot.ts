import type { LivingSnapshot } from '../../../sim/monitoring/living-snapshot.ts';
import type { ControlPlane } from '../api/control-plane.ts';
import type { CpuUse } from '../behaviour/cpu-use.ts';
import type { KubernetesSpec } from '../kubernetes-spec.ts';
import { NODE_GROUP_LABEL, NODE_POOL_LABEL, ZONE_LABEL } from '../objects/node-labels.ts';
import type { Node } from '../objects/node.ts';
import type { WorkloadReading } from '../../recording/cluster-lines.ts';
import { snapshotServices } from '../../recording/snapshot-services.ts';
import type { KeptRecords } from '../../kept-records.ts';
import type { NodeBills } from './node-bills.ts';
import type { PodLedger } from './pod-ledger.ts';
import type { Workloads } from './workloads.ts';

const SHOWN_RECORDS = 50;

/** What a snapshot is taken of. */
export interface SnapshotParts {
  readonly plane: Pick<ControlPlane, 'api' | 'clock'>;
  readonly spec: KubernetesSpec;
  readonly ledger: PodLedger;
  readonly bills: NodeBills;
  readonly workloads: Workloads;
  readonly records: KeptRecords;
  /** By workload: as of the last scrape. */
  readonly readings: readonly (WorkloadReading | undefined)[];
  readonly cpu?: CpuUse;
}

/** How everything stands now, for a dashboard. */
export function clusterSnapshot(parts: SnapshotParts): LivingSnapshot {
  const { plane, ledger, bills, records } = parts;
  return {
    nowUs: plane.clock.nowUs,
    endUs: parts.spec.durationUs,
    nodes: Array.from(plane.api.nodes.all(), (node) => nodeOf(node, parts)),
    services: snapshotServices(parts.workloads.all, parts.readings),
    usdPerHour: bills.usdPerHour,
    usdSoFar: bills.usdSoFar,
    decisions: records.decisions.slice(-SHOWN_RECORDS),
    happenings: records.happenings.slice(-SHOWN_RECORDS),
  };

  function nodeOf(node: Node, { cpu }: SnapshotParts): LivingSnapshot['nodes'][number] {
    const { name, labels } = node.metadata;
    const book = ledger.books.get(name);
    const of = (part: number, whole: number | undefined): number =>
      whole !== undefined && whole > 0 ? part / whole : 0;
    return {
      name,
      zone: labels[ZONE_LABEL] ?? '',
      group: labels[NODE_GROUP_LABEL] ?? labels[NODE_POOL_LABEL] ?? '',
      state: stateOf(node),
      cpuRequestedShare: of(book?.cpuMilli ?? 0, book?.capacity.cpuMilli),
      cpuUsedShare: of(cpu?.nodeMilli(name) ?? 0, book?.machineCpuMilli),
      memRequestedShare: of(book?.memBytes ?? 0, book?.capacity.memBytes),
      pods: book?.pods.size ?? 0,
    };
  }
}

function stateOf({ metadata, spec, status }: Node): LivingSnapshot['nodes'][number]['state'] {
  const ready = status.conditions.find(({ type }) => type === 'Ready');
  if (ready?.status === 'Unknown') return 'down';
  if (ready?.status !== 'True') return ready === undefined ? 'coming' : 'unready';
  return spec.unschedulable || metadata.deletionUs !== undefined ? 'leaving' : 'ready';
}
