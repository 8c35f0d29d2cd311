import { Cluster } from '../src/sim/cluster.ts';
import { makeChooser } from '../src/sim/choice/choose-index.ts';
import { byNodeId, type Chooser, type ChoiceProblem, type WorkCounters } from '../src/sim/choice/chooser.ts';
import type { NodeSpec } from '../src/sim/node-spec.ts';
import type { PlacementPolicy } from '../src/sim/policy.ts';
import { stream } from '../src/sim/random.ts';
import { ShapeTable } from '../src/sim/shapes.ts';

const GIB = 2 ** 30;
const MIB = 2 ** 20;

/** How one cell of the table is measured. */
export interface KernelSetup {
  readonly policy: PlacementPolicy;
  readonly nodes: number;
  readonly shapes: number;
  /** Different node sizes; 1 makes all nodes equal. */
  readonly classes: number;
  /** Share of the CPU that is allocated. */
  readonly load: number;
}

/** A chooser's way of finding the node, and what it cost. */
export interface KernelRun {
  readonly kind: string;
  readonly decisions: number;
  readonly cpuUsPerDecision: number;
  /** Hash of the choices so far after each of the asked numbers of decisions. */
  readonly checksums: ReadonlyMap<number, string>;
  readonly counters: WorkCounters;
}

/** Pods that run: shape and node of each, in no order. */
interface Running {
  readonly shape: number[];
  readonly node: number[];
}

/** A cluster under a steady load, from which runs with different choosers start alike. */
export class PlacementKernel {
  private readonly setup: KernelSetup;
  private readonly specs: NodeSpec[];
  private start: Running = { shape: [], node: [] };

  constructor(setup: KernelSetup) {
    this.setup = setup;
    this.specs = Array.from({ length: setup.nodes }, (_, k) => {
      const size = setup.classes === 1 ? 32 : 16 * (1 + ((k * 7) % setup.classes));
      return { name: `node-${k}`, cpuMilli: size * 1000, memBytes: size * 4 * GIB };
    });
  }

  /** Fills the cluster to its load and replaces every pod once, so that the state is one the policy has made. */
  settle(kind: Parameters<typeof makeChooser>[1]): void {
    const world = this.world();
    const chooser = makeChooser(world.problem, kind);
    const random = stream(1, 'bench/settle');
    const target = world.problem.cluster.totalCpuMilli * this.setup.load;
    const running: Running = { shape: [], node: [] };
    let allocated = 0;
    let rounds = 0;
    for (let replaced = 0; replaced < running.node.length || allocated < target; rounds++) {
      if (rounds > this.setup.nodes * 200) throw new Error(`cannot load the cluster to ${this.setup.load}`);
      if (allocated >= target) {
        allocated -= world.shapes.cpuMilli[finish(world, chooser, running, random.below(running.node.length))]!;
        replaced++;
      }
      const shape = world.shapeIds[random.below(this.setup.shapes)]!;
      if (place(world, chooser, running, shape) >= 0) allocated += world.shapes.cpuMilli[shape]!;
    }
    this.start = running;
  }

  /** One completion and one placement a decision. Notes the checksum after each of the numbers in `marks`. */
  run(kind: Parameters<typeof makeChooser>[1], warmUp: number, decisions: number, marks: readonly number[]): KernelRun {
    const world = this.world();
    const running: Running = { shape: [...this.start.shape], node: [...this.start.node] };
    for (let k = 0; k < running.node.length; k++)
      world.problem.cluster.bind(running.node[k]!, running.shape[k]!, 0, world.shapes);
    const chooser = makeChooser(world.problem, kind);
    const random = stream(2, 'bench/run');
    const checksums = new Map<number, string>();
    let hash = 0;
    let began = process.cpuUsage();
    for (let k = 0; k < warmUp + decisions; k++) {
      if (k === warmUp) {
        world.problem.counters.nodeEvaluations = 0;
        world.problem.counters.scoreCalls = 0;
        began = process.cpuUsage();
      }
      finish(world, chooser, running, random.below(running.node.length));
      const node = place(world, chooser, running, world.shapeIds[random.below(this.setup.shapes)]!);
      hash = (Math.imul(hash, 31) + node + 1) | 0;
      if (marks.includes(k + 1)) checksums.set(k + 1, (hash >>> 0).toString(16).padStart(8, '0'));
    }
    const used = process.cpuUsage(began);
    const counters = { ...world.problem.counters };
    return { kind, decisions, cpuUsPerDecision: (used.user + used.system) / decisions, checksums, counters };
  }

  private world(): World {
    const cluster = new Cluster(this.specs);
    const shapes = new ShapeTable(cluster);
    const random = stream(0, 'bench/shapes');
    const shapeIds = Array.from({ length: this.setup.shapes }, (_, k) => {
      // Coarse steps as users write them; a few bytes keep the shapes apart.
      const cpuMilli = 100 * (1 + random.below(40));
      return shapes.acquire({ cpuMilli, memBytes: 128 * MIB * (1 + random.below(128)) + k });
    });
    const { policy } = this.setup;
    const score = policy.columns!(cluster, shapes);
    const counters = { nodeEvaluations: 0, scoreCalls: 0 };
    const order = byNodeId(cluster.count);
    const problem = { cluster, shapes, score, filter: undefined, prefers: policy.prefers, order, counters };
    return { problem, shapes, shapeIds };
  }
}

interface World {
  readonly problem: ChoiceProblem;
  readonly shapes: ShapeTable;
  readonly shapeIds: readonly number[];
}

/** Ends the k-th running pod and says its shape. */
function finish(world: World, chooser: Chooser, running: Running, k: number): number {
  const node = running.node[k]!;
  const shape = running.shape[k]!;
  running.node[k] = running.node.at(-1)!;
  running.shape[k] = running.shape.at(-1)!;
  running.node.pop();
  running.shape.pop();
  world.problem.cluster.release(node, shape, 0, world.shapes);
  chooser.changed(node);
  return shape;
}

function place(world: World, chooser: Chooser, running: Running, shape: number): number {
  const node = chooser.choose(shape);
  if (node < 0) return node;
  world.problem.cluster.bind(node, shape, 0, world.shapes);
  chooser.changed(node);
  running.node.push(node);
  running.shape.push(shape);
  return node;
}
