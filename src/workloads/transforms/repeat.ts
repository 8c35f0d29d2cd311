import { InputError } from '../../sim/input-error.ts';
import type { PodSource } from '../../sim/pod-source.ts';
import { collect, type PodTable } from '../pod-table.ts';
import { later } from './sort.ts';

/**
 * The workload `times` times, one after the other. A repetition begins `periodUs` after the one before; by default
 * after the time from the first to the last arrival and one mean gap more. From the second on, names and gangs get
 * `-repeat-2` and so on. Holds one repetition in memory. Throws InputError for a period shorter than the arrivals span.
 */
export function repeat(source: PodSource, times: number, periodUs?: number): PodSource {
  return later(() => repeated(collect(source), times, periodUs));
}

function repeated(table: PodTable, times: number, wantedUs: number | undefined): PodSource {
  const order = table.byArrival();
  const firstUs = order.length > 0 ? table.arrivesUs[order[0]] : 0;
  const lastUs = order.length > 0 ? table.arrivesUs[order[order.length - 1]] : 0;
  const spanUs = lastUs - firstUs;
  const periodUs = wantedUs ?? spanUs + Math.floor(spanUs / Math.max(1, order.length - 1) + 0.5);
  if (periodUs < spanUs)
    throw new InputError(
      `repeat: the arrivals span ${spanUs / 1e6}s, more than the period of ${periodUs / 1e6}s; write a longer period`,
    );
  if (lastUs + periodUs * (times - 1) > Number.MAX_SAFE_INTEGER)
    throw new InputError(`repeat: the last of ${times} repetitions is beyond 2^53 microseconds; repeat less often`);
  let turn = 0;
  let position = 0;
  return {
    next(row) {
      if (position === order.length) {
        turn++;
        position = 0;
      }
      if (turn >= times || order.length === 0) return false;
      table.fill(row, order[position++]);
      row.arrivesUs += turn * periodUs;
      if (turn > 0 && row.name !== undefined) row.name = `${row.name}-repeat-${turn + 1}`;
      if (turn > 0 && row.gang !== undefined) row.gang = `${row.gang}-repeat-${turn + 1}`;
      return true;
    },
  };
}
