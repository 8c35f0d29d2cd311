import { OVERCOMMIT_EVENT, RANK } from './event-kinds.ts';
import type { JobControl } from './job-control.ts';
import type { World } from './world.ts';

/** Past scrapes that overcommit policies may look at. */
const KEPT = 240;
const IDLE: readonly number[] = [];

/** Lets nodes offer more CPU than they have where the policy expects that their pods will not use it. */
export class OvercommitControl {
  private readonly world: World;
  private readonly jobs: JobControl;
  private readonly usedOfNode: number[][];
  private readonly usedOfReplica = new Map<number, number[]>();

  constructor(world: World, jobs: JobControl) {
    this.world = world;
    this.jobs = jobs;
    this.usedOfNode = Array.from({ length: world.nodes.count }, () => []);
  }

  begin(): void {
    if (this.world.spec.overcommit !== undefined) this.plan(this.world.spec.overcommit.periodUs);
  }

  /** Notes what was used over the last scrape interval. */
  observe(): void {
    const { world } = this;
    if (world.spec.overcommit === undefined) return;
    for (let node = 0; node < world.nodes.count; node++) {
      let total = this.jobs.cpuUse(node).usesMilli;
      for (const replica of world.onNode[node]) {
        const usedMilli = replica.readings.at(-1)?.cpuUsageMilli ?? 0;
        total += usedMilli;
        keep(this.historyOf(replica.id), usedMilli);
      }
      keep(this.usedOfNode[node], total);
    }
  }

  decide(): void {
    const { world } = this;
    const policy = world.spec.overcommit;
    if (policy === undefined) return;
    this.plan(policy.periodUs);
    if (world.controlPlaneDown) return;
    const { cluster } = world.simulation;
    for (let node = 0; node < world.nodes.count; node++) {
      if (world.nodes.bought[node] === 0) continue;
      const realMilli = world.nodes.specs[node].cpuMilli;
      const requestedMilli = cluster.cpuMilli[node] - cluster.cpuFreeMilli[node];
      const peakMilli = policy.predictPeakMilli({
        cpuMilli: realMilli,
        requestedCpuMilli: requestedMilli,
        usedCpuMilli: this.usedOfNode[node],
        pods: world.onNode[node].map((replica) => ({
          requestMilli: replica.request.cpuMilli,
          usedMilli: this.usedOfReplica.get(replica.id) ?? IDLE,
        })),
      });
      // What is left beside the expected peak can be requested on top of what is requested already.
      const offeredMilli = Math.max(requestedMilli, Math.floor(requestedMilli + realMilli - peakMilli));
      if (offeredMilli !== cluster.cpuMilli[node]) world.simulation.setCpu(node, offeredMilli);
    }
  }

  private historyOf(replica: number): number[] {
    let history = this.usedOfReplica.get(replica);
    if (history === undefined) this.usedOfReplica.set(replica, (history = []));
    return history;
  }

  private plan(periodUs: number): void {
    const { simulation } = this.world;
    simulation.schedule(simulation.nowUs + periodUs, RANK.decision, OVERCOMMIT_EVENT, 0);
  }
}

function keep(history: number[], value: number): void {
  history.push(value);
  if (history.length > KEPT) history.shift();
}
