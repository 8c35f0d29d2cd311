import type { NodeSpec } from '../sim/node-spec.ts';
import type { PodRequest } from '../sim/pod-request.ts';
import type { PodRow } from '../sim/pod-source.ts';
import { hours, minutes, US_PER_SECOND } from '../sim/time.ts';
import { ArrivalCounter } from './arrival-counter.ts';
import { RequestTally } from './request-tally.ts';
import { TailHistogram } from './tail-histogram.ts';
import type { WorkloadStatistics } from './workload-statistics.ts';

/** Statistics gathered pod by pod, for whoever reads a workload for another reason anyhow. */
export class WorkloadTally {
  private pods = 0;
  private firstUs = 0;
  private lastUs = 0;
  private atThisInstant = 0;
  private workAtThisInstant = 0;
  private gpusAtThisInstant = 0;
  private readonly gaps = new TailHistogram();
  private readonly batches = new TailHistogram();
  private readonly runs = new TailHistogram();
  private readonly work = new TailHistogram();
  private readonly accuracy = new TailHistogram();
  private readonly windows = [minutes(1), minutes(5), hours(1)].map((width) => new ArrivalCounter(width));
  private readonly podWindow = new ArrivalCounter(minutes(5));
  private readonly byHour = new Array<number>(24).fill(0);
  private readonly requests = new RequestTally();
  private readonly users = new Map<string, number>();
  private readonly priorities = new Map<number, number>();
  private endless = 0;
  private gangs = 0;
  private gangPods = 0;
  private largestGang = 0;
  private singles = 0;
  private gpuPods = 0;
  private multiGpuWork = 0;
  private gpuWork = 0;
  private readonly asked = { cpu: 0, mem: 0, gpu: 0 };

  add(row: PodRow): void {
    const { arrivesUs, runsUs, request } = row;
    if (this.pods === 0) this.firstUs = this.lastUs = arrivesUs;
    else if (arrivesUs > this.lastUs) {
      this.closeInstant();
      this.gaps.add((arrivesUs - this.lastUs) / US_PER_SECOND);
      this.lastUs = arrivesUs;
    }
    this.pods++;
    this.atThisInstant++;
    this.podWindow.add(arrivesUs - this.firstUs, 1);
    this.addWork(request, runsUs);
    if (row.estimateUs < Infinity && row.estimateUs > 0 && runsUs < Infinity)
      this.accuracy.add(runsUs / row.estimateUs);
    this.requests.add(request);
    count(this.users, row.user ?? '');
    count(this.priorities, row.priority);
    if (row.gang !== undefined) {
      this.gangPods++;
      // Every member carries the size, so each is that part of one gang.
      this.gangs += 1 / row.gangSize;
      if (row.gangSize > this.largestGang) this.largestGang = row.gangSize;
    }
  }

  private addWork(request: PodRequest, runsUs: number): void {
    const gpu = ((request.gpuCount ?? 0) * (request.gpuMilli ?? 1000)) / 1000;
    if (gpu > 0) this.gpuPods++;
    this.gpusAtThisInstant += gpu;
    if (runsUs === Infinity) {
      this.endless++;
      return;
    }
    const seconds = runsUs / US_PER_SECOND;
    this.runs.add(seconds);
    this.asked.cpu += request.cpuMilli * seconds;
    this.asked.mem += request.memBytes * seconds;
    this.asked.gpu += gpu * seconds;
    this.workAtThisInstant += (gpu > 0 ? gpu : request.cpuMilli / 1e6) * seconds;
    if (gpu > 0) this.gpuWork += gpu * seconds;
  }

  /** The pods of one instant are one arrival. */
  private closeInstant(): void {
    const since = this.lastUs - this.firstUs;
    for (const window of this.windows) window.add(since, 1);
    this.byHour[Math.floor(this.lastUs / hours(1)) % 24]++;
    this.batches.add(this.atThisInstant);
    if (this.atThisInstant === 1) this.singles++;
    this.work.add(this.workAtThisInstant);
    if (this.gpusAtThisInstant > 1) this.multiGpuWork += this.workAtThisInstant;
    this.atThisInstant = 0;
    this.workAtThisInstant = 0;
    this.gpusAtThisInstant = 0;
  }

  /** What has been gathered; ends the gathering. */
  statistics(nodes?: readonly NodeSpec[]): WorkloadStatistics {
    if (this.atThisInstant > 0) this.closeInstant();
    const { runs, batches, pods } = this;
    const spanHours = (this.lastUs - this.firstUs) / hours(1);
    const spread = this.gaps.squaredVariation;
    const mean = batches.count / 24;
    const hourOfDay = spanHours >= 48 ? this.byHour.map((arrivals) => arrivals / mean) : undefined;
    const trough = hourOfDay ? Math.min(...hourOfDay) : 0;
    const share = (part: number): number | undefined => (pods > 0 ? part / pods : undefined);
    const topShapes = this.requests.top(10);
    const topUser = Math.max(0, ...this.users.values());
    return {
      pods,
      arrivals: batches.count,
      spanHours,
      arrivalsPerHour: spanHours > 0 ? (batches.count - 1) / spanHours : undefined,
      gapCv: spread === undefined ? undefined : Math.sqrt(spread),
      dispersion1Minute: this.windows[0].dispersion,
      dispersion5Minutes: this.windows[1].dispersion,
      dispersion1Hour: this.windows[2].dispersion,
      podDispersion5Minutes: this.podWindow.dispersion,
      dayPeakToTrough: hourOfDay && trough > 0 ? Math.max(...hourOfDay) / trough : undefined,
      hourOfDay,
      podsPerArrivalMean: batches.mean,
      podsPerArrivalP90: batches.quantile(0.9),
      podsPerArrivalP99: batches.quantile(0.99),
      singleShare: batches.count > 0 ? this.singles / batches.count : undefined,
      runSecondsMean: runs.mean,
      runSecondsP10: runs.quantile(0.1),
      runSecondsP50: runs.quantile(0.5),
      runSecondsP90: runs.quantile(0.9),
      runSecondsP99: runs.quantile(0.99),
      runSecondsMax: runs.count > 0 ? runs.max : undefined,
      runCvSquared: runs.squaredVariation,
      runHillAlpha: runs.hillAlpha(0.01),
      endlessPods: this.endless,
      topResourceTimeShare: this.work.sumOfTop(0.01),
      multiGpuTimeShare: this.gpuWork > 0 ? this.multiGpuWork / this.gpuWork : undefined,
      distinctShapes: this.requests.distinct,
      topShapes,
      topShapeShare: topShapes[0]?.share,
      gpuPodShare: share(this.gpuPods),
      users: this.users.size,
      topUserShare: share(topUser),
      priorities: [...this.priorities]
        .map(([priority, atIt]) => ({ priority, pods: atIt }))
        .sort((a, b) => b.priority - a.priority),
      gangs: Math.round(this.gangs),
      gangPods: this.gangPods,
      largestGang: this.largestGang,
      runOverEstimateP50: this.accuracy.quantile(0.5),
      ...this.load(nodes, spanHours),
    };
  }

  private load(
    nodes: readonly NodeSpec[] | undefined,
    spanHours: number,
  ): Pick<WorkloadStatistics, 'loadCpu' | 'loadMemory' | 'loadGpu'> {
    const over = (asked: number, has: (node: NodeSpec) => number): number | undefined => {
      const capacity = (nodes ?? []).reduce((sum, node) => sum + has(node), 0);
      return capacity > 0 && spanHours > 0 ? asked / (capacity * spanHours * 3600) : undefined;
    };
    return {
      loadCpu: over(this.asked.cpu, (node) => node.cpuMilli),
      loadMemory: over(this.asked.mem, (node) => node.memBytes),
      loadGpu: over(this.asked.gpu, (node) => node.gpuCount ?? 0),
    };
  }
}

/** Distinct names counted at most; a trace with more than this many users has them lumped together. */
const NAMES_KEPT = 100_000;

function count<Key>(counts: Map<Key, number>, key: Key): void {
  const before = counts.get(key);
  if (before !== undefined || counts.size < NAMES_KEPT) counts.set(key, (before ?? 0) + 1);
}
