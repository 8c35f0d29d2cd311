import type { PodRequest } from '../../sim/pod-request.ts';
import type { PodSource } from '../../sim/pod-source.ts';
import { clearRow } from '../../sim/pod-source.ts';
import type { GoRandom } from './go-random.ts';

/** A pod of the trace: its name and what it asks for. */
export interface TracePod {
  readonly name: string;
  readonly request: PodRequest;
}

const gpuMilliOf = ({ request }: TracePod): number =>
  request.gpuCount ? request.gpuCount * (request.gpuMilli ?? 1000) : 0;
const deviceMilliOf = ({ request }: TracePod): number => (request.gpuCount ? (request.gpuMilli ?? 1000) : 0);

/**
 * The arrival list of one run of the FGD experiment (Weng et al., ATC 2023): the pods by name, shuffled, then tuned
 * to ask for `ratio` times the cluster's GPUs, by clones drawn from the trace or by removals. Consumes the
 * generator's draws in upstream's order.
 */
export function fgdArrivals(
  byName: readonly TracePod[],
  totalGpuMilli: number,
  ratio: number,
  go: GoRandom,
): TracePod[] {
  const arrivals = byName.slice();
  go.shuffle(arrivals);
  const target = ratio * totalGpuMilli;
  let asked = arrivals.reduce((sum, pod) => sum + gpuMilliOf(pod), 0);
  if (asked < target) {
    for (;;) {
      const pod = byName[go.intn(byName.length)];
      // Upstream compares with the request per device here, and adds the whole request below.
      if (asked + deviceMilliOf(pod) > target) break;
      asked += gpuMilliOf(pod);
      arrivals.push(pod);
    }
  } else {
    while (asked > target) {
      const [removed] = arrivals.splice(go.intn(arrivals.length), 1);
      asked -= gpuMilliOf(removed);
    }
  }
  return arrivals;
}

/** Pods that arrive one after the other and never leave; without a clock, all at time zero. */
export function arrivalsOf(pods: readonly TracePod[]): PodSource {
  let at = 0;
  return {
    next(row) {
      if (at === pods.length) return false;
      clearRow(row);
      const pod = pods[at++];
      row.name = pod.name;
      row.request = pod.request;
      return true;
    },
  };
}
