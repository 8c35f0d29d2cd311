import type { LivingSnapshot } from '../../../sim/monitoring/living-snapshot.ts';
import type { KeptRecords } from '../../kept-records.ts';
import type { WorkloadReading } from '../../recording/cluster-lines.ts';
import type { MachineBills } from '../../recording/machine-bills.ts';
import { snapshotServices } from '../../recording/snapshot-services.ts';
import type { Workload } from '../../recording/workload-counts.ts';
import { isHeard } from '../../machine-heard.ts';
import type { Machines, MachineState } from '../data-plane.ts';
import type { MachineSpec } from '../machine-spec.ts';
import type { TaskBooks } from './task-books.ts';

const SHOWN_RECORDS = 50;

/** What a snapshot is taken of. */
export interface SnapshotParts {
  readonly nowUs: number;
  readonly endUs: number;
  readonly machines: Pick<Machines, 'specs' | 'state'> | undefined;
  readonly usage: { machineMilli(machine: number): number } | undefined;
  readonly tasks: TaskBooks;
  readonly bills: MachineBills;
  readonly records: KeptRecords;
  readonly readings: readonly (WorkloadReading | undefined)[];
  readonly workloads: readonly Workload[];
}

/** How everything stands now, for a dashboard. */
export function dataPlaneSnapshot(parts: SnapshotParts): LivingSnapshot {
  const { machines, bills, records } = parts;
  const tasksOn: number[] = [];
  for (const { machine } of parts.tasks.tasks.values())
    if (machine >= 0) tasksOn[machine] = (tasksOn[machine] ?? 0) + 1;
  return {
    nowUs: parts.nowUs,
    endUs: parts.endUs,
    nodes: (machines?.specs ?? []).flatMap((spec, machine) => {
      const state = machines!.state(machine);
      return state.gone ? [] : [nodeOf(spec, machine, state)];
    }),
    services: snapshotServices(parts.workloads, parts.readings),
    usdPerHour: bills.usdPerHour,
    usdSoFar: bills.usdSoFar,
    decisions: records.decisions.slice(-SHOWN_RECORDS),
    happenings: records.happenings.slice(-SHOWN_RECORDS),
  };

  function nodeOf(spec: MachineSpec, machine: number, state: MachineState): LivingSnapshot['nodes'][number] {
    const held = parts.tasks.held(machine);
    const of = (part: number, whole: number): number => (whole > 0 ? part / whole : 0);
    return {
      name: spec.name,
      zone: spec.zone,
      group: spec.group,
      state: state.coming ? 'coming' : !state.works ? 'down' : isHeard(state) ? 'ready' : 'unready',
      cpuRequestedShare: of(held.cpuMilli, spec.cpuMilli),
      cpuUsedShare: of(parts.usage?.machineMilli(machine) ?? 0, spec.cpuMilli),
      memRequestedShare: of(held.memBytes, spec.memBytes),
      pods: tasksOn[machine] ?? 0,
    };
  }
}
