import type { PodRequest } from '../../src/sim/pod-request.ts';
import { clearRow, type PodSource } from '../../src/sim/pod-source.ts';
import { stream } from '../../src/sim/random.ts';
import { seconds } from '../../src/sim/time.ts';
import { unitExponential, unitNormal } from '../../src/sim/ziggurat.ts';
import { exp } from '../../src/sim/exact-math.ts';

const GIB = 2 ** 30;

/** Few shapes, so that nodes stay alike. */
const REQUESTS: readonly PodRequest[] = [
  { cpuMilli: 1000, memBytes: 2 * GIB },
  { cpuMilli: 2000, memBytes: 2 * GIB },
  { cpuMilli: 500, memBytes: 4 * GIB },
  { cpuMilli: 4000, memBytes: 8 * GIB },
  { cpuMilli: 1000, memBytes: 2 * GIB, gpuCount: 1, gpuMilli: 500 },
  { cpuMilli: 2000, memBytes: 4 * GIB, gpuCount: 1, gpuMilli: 1000, gpuModels: ['T4'] },
  { cpuMilli: 2000, memBytes: 4 * GIB, gpuCount: 2 },
];

/** The shapes above, for policies that want to know what is typical. */
export const TYPICAL_REQUESTS = REQUESTS;

/**
 * A workload dense in ties: everything happens on whole seconds, several pods arrive at once and end when others
 * arrive, and some come in gangs. With real-valued times a missing tie-break would go unnoticed.
 */
export function tiedPods(count: number, seed: number): PodSource {
  const random = stream(seed, 'tied pods');
  let made = 0;
  let nowS = 0;
  let gangLeft = 0;
  let gang: { name: string; size: number; request: PodRequest; runsS: number } | undefined;
  return {
    next(row) {
      if (made === count && gangLeft === 0) return false;
      clearRow(row);
      if (gangLeft === 0) {
        nowS += random.below(3) === 0 ? 1 + random.below(4) : 0;
        const size = random.below(20) === 0 ? 2 + random.below(3) : 1;
        const runsS = 10 * (1 + random.below(12));
        gang = { name: `gang-${made}`, size: Math.min(size, count - made), request: REQUESTS[random.below(7)], runsS };
        gangLeft = gang.size;
      }
      const { name, size, request, runsS } = gang!;
      gangLeft--;
      made++;
      row.arrivesUs = seconds(nowS);
      row.runsUs = seconds(runsS);
      row.estimateUs = seconds(runsS * (1 + random.below(3)));
      row.priority = random.below(3);
      row.user = `user-${random.below(4)}`;
      if (size > 1) [row.gang, row.gangSize] = [name, size];
      row.request = request;
      return true;
    },
  };
}

/** The opposite: times drawn by our samplers and rounded to microseconds, so that a run leans on every one of them. */
export function sampledPods(count: number, seed: number): PodSource {
  const random = stream(seed, 'sampled pods');
  let made = 0;
  let nowUs = 0;
  return {
    next(row) {
      if (made === count) return false;
      made++;
      clearRow(row);
      nowUs += seconds(2 * unitExponential(random));
      row.arrivesUs = nowUs;
      row.runsUs = seconds(exp(3 + unitNormal(random)));
      row.request = REQUESTS[random.below(7)]!;
      return true;
    },
  };
}
