import FastPriorityQueue from 'fastpriorityqueue';

/** Pods as work on one machine: parallel arrays, by arrival; times in seconds. */
export interface FluidJobs {
  readonly arrivesS: Float64Array;
  readonly runsS: Float64Array;
  /** Seconds the job would keep the whole cluster busy: ask × run time / total capacity. */
  readonly workS: Float64Array;
}

/**
 * Lower bounds on the sum of flow times (arrival to finish) of pods that hold their ask for their whole run, without a
 * break, on a cluster whose asks never pass its capacity. The cluster is relaxed to one machine that may divide itself
 * freely among pods:
 * - `srpt`: shortest remaining work first minimises the sum of completions on such a machine (Schrage 1968);
 * - `meanBusy`: a pod that runs evenly for p ends p/2 after the mean time of its work; the sum of mean busy times is at
 *   least that of the pre-emptive schedule by smallest total work (Goemans et al. 2002, SIAM J. Discrete Math. 15).
 */
export function flowBounds(jobs: FluidJobs): { srpt: number; meanBusy: number } {
  let halves = 0;
  for (const runs of jobs.runsS) halves += runs / 2;
  return { srpt: schedule(jobs, 'remaining').flow, meanBusy: schedule(jobs, 'total').meanBusy + halves };
}

/** Pre-emptive schedule of one machine, sums over jobs of (completion - arrival) and (mean busy time - arrival). */
function schedule({ arrivesS, workS }: FluidJobs, rule: 'remaining' | 'total'): { flow: number; meanBusy: number } {
  const left = Float64Array.from(workS);
  const rank = rule === 'remaining' ? left : workS;
  const queue = new FastPriorityQueue<number>((a, b) => rank[a] < rank[b] || (rank[a] === rank[b] && a < b));
  let flow = 0;
  let meanBusy = 0;
  let now = 0;
  let next = 0;
  while (next < arrivesS.length || !queue.isEmpty()) {
    if (queue.isEmpty()) now = Math.max(now, arrivesS[next]);
    while (next < arrivesS.length && arrivesS[next] <= now) queue.add(next++);
    // Taken out while it runs: its key changes only outside the queue.
    const job = queue.poll()!;
    const until = next < arrivesS.length ? arrivesS[next] : Infinity;
    const runs = Math.min(left[job], until - now);
    if (workS[job] > 0) meanBusy += (runs / workS[job]) * (now + runs / 2 - arrivesS[job]);
    now += runs;
    if (runs === left[job]) flow += now - arrivesS[job];
    else {
      left[job] -= runs;
      queue.add(job);
    }
  }
  return { flow, meanBusy };
}
