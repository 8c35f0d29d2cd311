import type { PodSource } from '../../sim/pod-source.ts';
import type { RandomStream } from '../../sim/random.ts';
import { collect, type PodTable } from '../pod-table.ts';
import { podUnits } from './pod-units.ts';
import { later } from './sort.ts';

/**
 * The same arrival times and the same pods, but which pod arrives when is a uniformly random permutation
 * (Fisher-Yates). A gang moves as one. Holds the whole workload in memory.
 */
export function shuffle(source: PodSource, random: RandomStream): PodSource {
  return later(() => shuffled(collect(source), random));
}

function shuffled(table: PodTable, random: RandomStream): PodSource {
  const { order, starts } = podUnits(table);
  const units = Int32Array.from({ length: starts.length - 1 }, (_, k) => k);
  for (let k = units.length - 1; k > 0; k--) {
    const other = random.below(k + 1);
    [units[k], units[other]] = [units[other], units[k]];
  }
  let slot = 0;
  let member = 0;
  return {
    next(row) {
      if (slot === units.length) return false;
      const unit = units[slot];
      table.fill(row, order[starts[unit] + member]);
      row.arrivesUs = table.arrivesUs[order[starts[slot]]];
      member++;
      if (starts[unit] + member === starts[unit + 1]) {
        slot++;
        member = 0;
      }
      return true;
    },
  };
}
