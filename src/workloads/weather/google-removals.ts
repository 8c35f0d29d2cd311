import { durationSampler, type DurationSpec } from '../../sim/duration-spec.ts';
import type { RandomStream } from '../../sim/random.ts';
import { wholeUs } from '../../sim/weather/renewal.ts';
import type { FailureRecord } from '../../sim/weather/describe-failures.ts';
import type { ByteSource } from '../byte-source.ts';
import { CsvTable } from '../csv-table.ts';
import { quoted } from '../../sim/quantity.ts';

/** A machine of Google's cell of May 2011 that left. */
export interface Removal {
  readonly node: string;
  readonly atUs: number;
}

/**
 * The removals of machines in ClusterData2011_2 as counted by korkmazkadir/google-cluster-trace-analysis
 * (machine_remove_events.csv: t_us, machine_id, ...), in order of time. Planned maintenance is among them.
 */
export function readGoogleRemovals(source: ByteSource): Removal[] {
  const table = new CsvTable(source, {
    required: ['t_us', 'machine_id'],
    example: 't_us,machine_id,cpu,memory,platform_id',
  });
  const time = table.column('t_us');
  const machine = table.column('machine_id');
  const removals: Removal[] = [];
  while (table.next()) {
    const atUs = table.rows.wholeNumber(time);
    if (atUs < 0) table.fail(time, `${quoted(table.rows.text(time))} is not a time; write whole microseconds`);
    if (table.rows.isEmpty(machine)) table.fail(machine, 'is empty; write the machine that left');
    removals.push({ node: table.rows.text(machine), atUs });
  }
  return removals.sort((a, b) => a.atUs - b.atUs);
}

/**
 * Failures made of removals: when a machine came back is not in the data, so it is drawn, from a stream for each
 * machine, but before the machine leaves again.
 */
export function failuresOfRemovals(
  removals: readonly Removal[],
  down: DurationSpec,
  streams: (name: string) => RandomStream,
): FailureRecord[] {
  const last = new Map<string, { draw: () => number; at: number }>();
  const failures: { node: string; downUs: number; upUs: number }[] = [];
  for (const { node, atUs } of removals) {
    let machine = last.get(node);
    if (machine === undefined) {
      machine = { draw: durationSampler(down, streams(`weather/repair/${node}`)), at: -1 };
      last.set(node, machine);
    } else {
      const before = failures[machine.at];
      // It is removed again, so it was back by then.
      if (before.upUs >= atUs) before.upUs = Math.max(before.downUs, atUs - 1);
    }
    machine.at = failures.length;
    failures.push({ node, downUs: atUs, upUs: atUs + wholeUs(machine.draw()) });
  }
  return failures;
}
