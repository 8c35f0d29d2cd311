import { blankRow, type PodRow, type PodSource } from '../pod-source.ts';
import type { World } from './world.ts';

interface JobKind {
  readonly row: PodRow;
  waits: boolean;
  readonly source: PodSource;
  readonly usageShare: number;
  readonly restarts: number;
}

/** What must be known of a job to start it again. */
interface Job {
  readonly usageShare: number;
  readonly runsUs: number;
  restartsLeft: number;
  /** Its machine has stopped: its process is gone. */
  isHalted: boolean;
}

/** CPU that jobs use, in millicores, and what they request. */
export interface JobUse {
  usesMilli: number;
  requestsMilli: number;
}

/** Pods that run to their end beside the services. One that is evicted begins again, as often as its spec allows. */
export class JobControl implements PodSource {
  /** Slots of the jobs on each node. */
  readonly onNode: number[][];
  /** What those that run use, by node. */
  readonly use: JobUse[];
  /** Jobs begun again, and jobs given up. */
  restarted = 0;
  lost = 0;
  private readonly world: World;
  private readonly kinds: JobKind[];
  private readonly byName = new Map<string, Job>();
  private arrivals = 0;

  constructor(world: World) {
    this.world = world;
    this.onNode = Array.from({ length: world.nodes.count }, () => []);
    this.use = this.onNode.map(() => ({ usesMilli: 0, requestsMilli: 0 }));
    this.kinds = world.spec.jobs.map((jobs) => {
      const source = jobs.pods(world.streams);
      const row = blankRow();
      return { row, waits: source.next(row), source, usageShare: jobs.cpuUsageShare, restarts: jobs.restarts };
    });
  }

  /** The next arrival over all kinds of jobs; ties go to the kind named first. */
  next(row: PodRow): boolean {
    let first: JobKind | undefined;
    for (const kind of this.kinds)
      if (kind.waits && (first === undefined || kind.row.arrivesUs < first.row.arrivesUs)) first = kind;
    if (first === undefined) return false;
    Object.assign(row, first.row);
    row.name = `job-${this.arrivals++}${row.name === undefined ? '' : `-${row.name}`}`;
    row.user ??= 'jobs';
    this.byName.set(row.name, {
      usageShare: first.usageShare,
      runsUs: row.runsUs,
      restartsLeft: first.restarts,
      isHalted: false,
    });
    first.waits = first.source.next(first.row);
    return true;
  }

  placed(slot: number, node: number): void {
    this.onNode[node].push(slot);
    this.addUp(node);
    if (this.world.nodes.down[node] === 1) this.halt(node);
  }

  finished(slot: number, node: number): void {
    this.leave(slot, node);
    this.byName.delete(this.world.simulation.pods.nameOf(slot));
  }

  refused(slot: number): void {
    this.byName.delete(this.world.simulation.pods.nameOf(slot));
  }

  /** CPU that the job uses where it runs, in millicores. */
  usesMilli(slot: number): number {
    const { pods, shapes } = this.world.simulation;
    const job = this.jobAt(slot);
    return job?.isHalted === true ? 0 : shapes.cpuMilli[pods.shape[slot]] * (job?.usageShare ?? 1);
  }

  /** Whether the job would be started again if it were evicted. */
  isMovable(slot: number): boolean {
    return (this.jobAt(slot)?.restartsLeft ?? 0) > 0;
  }

  /** Its machine has stopped: the jobs on it come to no end by themselves any more. */
  halt(node: number): void {
    for (const slot of this.onNode[node]) {
      this.world.simulation.hold(slot);
      const job = this.jobAt(slot);
      if (job !== undefined) job.isHalted = true;
    }
    this.addUp(node);
  }

  /** The machine is heard again: jobs that it had when it stopped begin anew. */
  evictHalted(node: number): void {
    for (const slot of this.onNode[node].slice()) if (this.jobAt(slot)?.isHalted === true) this.evict(slot);
  }

  /** Ends the jobs on a node; each begins again elsewhere, from its start. Gangs come back as single pods. */
  evictAll(node: number): void {
    for (const slot of this.onNode[node].slice()) this.evict(slot);
  }

  evict(slot: number): void {
    const { world } = this;
    const { pods, shapes } = world.simulation;
    const name = pods.nameOf(slot);
    const job = this.byName.get(name);
    const row: PodRow = {
      ...blankRow(),
      name,
      arrivesUs: world.nowUs,
      runsUs: job?.runsUs ?? Infinity,
      estimateUs: pods.estimateUs[slot],
      priority: pods.priority[slot],
      user: pods.userNames[pods.user[slot]],
      request: shapes.requests[pods.shape[slot]],
    };
    this.leave(slot, pods.node[slot]);
    world.counts.evictions++;
    world.simulation.take(slot, 'evict');
    if (job === undefined || job.restartsLeft <= 0) {
      this.lost++;
      this.byName.delete(name);
      return;
    }
    job.restartsLeft--;
    job.isHalted = false;
    this.restarted++;
    world.simulation.submit(row);
  }

  private jobAt(slot: number): Job | undefined {
    return this.byName.get(this.world.simulation.pods.nameOf(slot));
  }

  private leave(slot: number, node: number): void {
    const list = this.onNode[node];
    const at = list.indexOf(slot);
    if (at >= 0) list.splice(at, 1);
    this.addUp(node);
  }

  /** What the node's jobs use, added up anew after each change, so that no rounding stays. */
  private addUp(node: number): void {
    const { pods, shapes } = this.world.simulation;
    const use = this.use[node];
    use.usesMilli = 0;
    use.requestsMilli = 0;
    for (const slot of this.onNode[node]) {
      use.usesMilli += this.usesMilli(slot);
      use.requestsMilli += shapes.cpuMilli[pods.shape[slot]];
    }
  }
}
