import { Cluster } from '../src/sim/cluster.ts';
import { type ChooserKind, makeChooser } from '../src/sim/choice/choose-index.ts';
import { byNodeId, type Chooser, type ChoiceProblem, type WorkCounters } from '../src/sim/choice/chooser.ts';
import type { NodeSpec } from '../src/sim/node-spec.ts';
import type { PlacementFactory } from '../src/sim/policy.ts';
import type { PodRequest } from '../src/sim/pod-request.ts';
import { type RandomStream, stream } from '../src/sim/random.ts';
import { ShapeTable } from '../src/sim/shapes.ts';
import type { TypicalPod } from '../src/sim/typical-pod.ts';

const GIB = 2 ** 30;
const MIB = 2 ** 20;
/** Policies that want to know the pods beforehand are told of so many, as many as there are in published traces. */
const MOST_TYPICAL_PODS = 60;

/** How one cell of the table is measured. */
export interface KernelSetup {
  readonly policy: PlacementFactory;
  readonly nodes: number;
  readonly shapes: number;
  /** Different node sizes; 1 makes all nodes equal. */
  readonly classes: number;
  /** Half of the nodes with GPUs, a fifth of the shapes asking for some. */
  readonly gpus: boolean;
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

/** Pods that run, in no order. */
interface Running {
  readonly shape: number[];
  readonly node: number[];
  readonly devices: number[];
}

/** A cluster under a steady load, from which runs with different choosers start alike. */
export class PlacementKernel {
  private readonly setup: KernelSetup;
  private readonly specs: NodeSpec[];
  private start: Running = { shape: [], node: [], devices: [] };

  constructor(setup: KernelSetup) {
    this.setup = setup;
    this.specs = Array.from({ length: setup.nodes }, (_, k) => {
      const size = setup.classes === 1 ? 32 : 16 * (1 + ((k * 7) % setup.classes));
      const gpuCount = setup.gpus && k % 2 === 1 ? 8 : 0;
      return { name: `node-${k}`, cpuMilli: size * 1000, memBytes: size * 4 * GIB, gpuCount };
    });
  }

  /** What the policy promises. */
  get prefers(): ChoiceProblem['prefers'] {
    return this.world().problem.prefers;
  }

  /** Fills the cluster to its load and replaces its pods once (at most so many), so that the policy made the state. */
  settle(kind: ChooserKind, replacements: number): void {
    const world = this.world();
    const chooser = makeChooser(world.problem, kind);
    const random = stream(1, 'bench/settle');
    const target = world.problem.cluster.totalCpuMilli * this.setup.load;
    const running: Running = { shape: [], node: [], devices: [] };
    let allocated = 0;
    let rounds = 0;
    for (let replaced = 0; replaced < Math.min(running.node.length, replacements) || allocated < target; rounds++) {
      if (rounds > this.setup.nodes * 200) throw new Error(`cannot load the cluster to ${this.setup.load}`);
      if (allocated >= target) {
        allocated -= world.shapes.cpuMilli[finish(world, chooser, running, random.below(running.node.length))];
        replaced++;
      }
      const shape = world.shapeIds[random.below(this.setup.shapes)];
      if (place(world, chooser, running, shape) >= 0) allocated += world.shapes.cpuMilli[shape];
    }
    this.start = running;
  }

  /** One completion and one placement a decision. Notes the checksum after each of the numbers in `marks`. */
  run(kind: ChooserKind, warmUp: number, decisions: number, marks: readonly number[]): KernelRun {
    const world = this.world();
    const running: Running = structuredClone(this.start);
    for (let k = 0; k < running.node.length; k++)
      world.problem.cluster.bind(running.node[k], running.shape[k], running.devices[k], world.shapes);
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
      const node = place(world, chooser, running, world.shapeIds[random.below(this.setup.shapes)]);
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
    const requests = Array.from({ length: this.setup.shapes }, (_, k) => this.request(random, k));
    const shapeIds = requests.map((request) => shapes.acquire(request));
    const typicalPods = requests.slice(0, MOST_TYPICAL_PODS).map(typicalPod);
    const policy = this.setup.policy({ random, typicalPods: typicalPods });
    const score = policy.columns!(cluster, shapes);
    const counters = { nodeEvaluations: 0, scoreCalls: 0 };
    const order = byNodeId(cluster.count);
    const problem = { cluster, shapes, score, filter: undefined, prefers: policy.prefers, order, counters };
    return { problem, shapes, shapeIds };
  }

  /** Coarse steps as users write them; a few bytes keep the shapes apart. */
  private request(random: RandomStream, k: number): PodRequest {
    const cpuMilli = 100 * (1 + random.below(40));
    const memBytes = 128 * MIB * (1 + random.below(128)) + k;
    if (!this.setup.gpus || k % 5 > 0) return { cpuMilli, memBytes };
    return { cpuMilli, memBytes, gpuCount: 1, gpuMilli: 250 * (1 + random.below(4)) };
  }
}

interface World {
  readonly problem: ChoiceProblem;
  readonly shapes: ShapeTable;
  readonly shapeIds: readonly number[];
}

/** Ends the k-th running pod and says its shape. */
function finish(world: World, chooser: Chooser, running: Running, k: number): number {
  const node = running.node[k];
  const shape = running.shape[k];
  running.node[k] = running.node.at(-1)!;
  running.shape[k] = running.shape.at(-1)!;
  const devices = running.devices[k];
  running.devices[k] = running.devices.at(-1)!;
  running.node.pop();
  running.shape.pop();
  running.devices.pop();
  world.problem.cluster.release(node, shape, devices, world.shapes);
  chooser.changed(node);
  return shape;
}

function place(world: World, chooser: Chooser, running: Running, shape: number): number {
  const node = chooser.choose(shape);
  if (node < 0) return node;
  const { cluster } = world.problem;
  const devices = world.shapes.gpuCount[shape] === 0 ? 0 : cluster.bestFitDevices(node, shape, world.shapes);
  cluster.bind(node, shape, devices, world.shapes);
  chooser.changed(node);
  running.devices.push(devices);
  running.node.push(node);
  running.shape.push(shape);
  return node;
}

function typicalPod(request: PodRequest, _: number, all: readonly PodRequest[]): TypicalPod {
  const { cpuMilli, gpuCount = 0, gpuMilli = 0, gpuModels = [] } = request;
  return { cpuMilli, gpuCount, gpuMilli, gpuModels, share: 1 / all.length };
}
