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
  /** By the number of the pod; only those that run are kept. */
  private usedOfPod = new Map<number, number[]>();

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
    const { pods } = world.simulation;
    const before = this.usedOfPod;
    this.usedOfPod = new Map();
    for (let node = 0; node < world.nodes.count; node++) {
      if (world.nodes.bought[node] === 0 || world.nodes.coming[node] === 1) continue;
      let total = 0;
      const use = (slot: number, usedMilli: number): void => {
        const history = before.get(pods.number[slot]) ?? [];
        keep(history, usedMilli);
        this.usedOfPod.set(pods.number[slot], history);
        total += usedMilli;
      };
      for (const { slot, readings } of world.onNode[node]) {
        const reading = readings.newest;
        // What has never run is not known to be idle.
        if (reading !== undefined) use(slot, reading.timeUs === world.nowUs ? reading.cpuUsageMilli : 0);
      }
      for (const slot of this.jobs.onNode[node]) use(slot, this.jobs.usesMilli(slot));
      keep(this.usedOfNode[node], total);
    }
  }

  /** The machine is given back; the next one of its number offers what it has, and has no past. */
  forget(node: number): void {
    const { world } = this;
    if (world.spec.overcommit === undefined) return;
    this.usedOfNode[node].length = 0;
    world.simulation.setCpu(node, world.nodes.specs[node].cpuMilli);
  }

  decide(): void {
    const { world } = this;
    const policy = world.spec.overcommit;
    if (policy === undefined) return;
    this.plan(policy.periodUs);
    if (world.controlPlaneDown) return;
    const { cluster, pods } = world.simulation;
    const usedMilli = (slot: number): readonly number[] => this.usedOfPod.get(pods.number[slot]) ?? IDLE;
    for (let node = 0; node < world.nodes.count; node++) {
      if (world.nodes.bought[node] === 0) continue;
      const realMilli = world.nodes.specs[node].cpuMilli;
      const requestedMilli = cluster.cpuMilli[node] - cluster.cpuFreeMilli[node];
      const peakMilli = policy.predictPeakMilli({
        cpuMilli: realMilli,
        requestedCpuMilli: requestedMilli,
        usedCpuMilli: this.usedOfNode[node],
        pods: [
          ...world.onNode[node].map(({ slot, request }) => ({
            requestMilli: request.cpuMilli,
            usedMilli: usedMilli(slot),
          })),
          ...this.jobs.onNode[node].map((slot) => ({
            requestMilli: world.simulation.shapes.cpuMilli[pods.shape[slot]],
            usedMilli: usedMilli(slot),
          })),
        ],
      });
      // What is left beside the expected peak can be requested on top of what is requested already.
      const offeredMilli = Math.max(requestedMilli, Math.floor(requestedMilli + realMilli - peakMilli));
      if (offeredMilli !== cluster.cpuMilli[node]) world.simulation.setCpu(node, offeredMilli);
    }
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
