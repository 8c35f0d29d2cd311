import { byNodeId } from '../../sim/choice/chooser.ts';
import { Cluster, MAX_DEVICES_PER_NODE } from '../../sim/cluster.ts';
import { InputError } from '../../sim/input-error.ts';
import type { NodeSpec } from '../../sim/node-spec.ts';
import { OwnerCounts } from '../../sim/owner-counts.ts';
import { Placer } from '../../sim/placer.ts';
import type { PodRequest } from '../../sim/pod-request.ts';
import { blankRow } from '../../sim/pod-source.ts';
import { Pods } from '../../sim/pods.ts';
import type { PlacementFactory } from '../../sim/policy.ts';
import { ShapeTable } from '../../sim/shapes.ts';
import type { TypicalPod } from '../../sim/typical-pod.ts';
import type { DataPlane, MachineChooser } from './data-plane.ts';
import type { Holdings, LedgerTask } from './holdings.ts';
import type { MachineSpec, Resources } from './machine-spec.ts';

/**
 * A placement policy in the place of an orchestrator's own scoring, for `OrchestratedSpec.chooser`. `typicalPods`: what the
 * workload's tasks ask for, for policies that must know. What such a policy lacks it says itself, when the run is made.
 */
export function policyChooser(
  factory: PlacementFactory,
  typicalPods?: readonly TypicalPod[],
): (plane: DataPlane, holdings: Holdings) => MachineChooser {
  return (plane, holdings) => new PolicyChooser(factory, plane, holdings, typicalPods);
}

/** What a chooser needs of the world around. */
export interface ChooserPlane extends Pick<DataPlane, 'streams'> {
  readonly machines: { readonly specs: readonly MachineSpec[] };
  readonly clock: { readonly nowUs: number };
}

/** What the policy sees of a cluster of so many machines, and what it has made of it. */
interface World {
  readonly cluster: Cluster;
  readonly shapes: ShapeTable;
  readonly pods: Pods;
  readonly owners: OwnerCounts;
  readonly placer: Placer;
}

/** A task that holds resources, as the policy's world has it. */
interface Held {
  readonly slot: number;
  readonly devices: number;
}

/**
 * Shows a policy the machines as nodes, with what is free of them by the books, and the task as a pod of the user that is
 * called like its workload. Of the candidates that have room the highest score wins, ties by the lowest number; where none
 * has room by the books although the orchestrator allows it, the one that is left with the most does.
 */
export class PolicyChooser implements MachineChooser {
  readonly name: string;
  private readonly plane: ChooserPlane;
  private readonly holdings: Holdings;
  private readonly makePlacer: (cluster: Cluster, shapes: ShapeTable, pods: Pods, owners: OwnerCounts) => Placer;
  private readonly held = new Map<number, Held>();
  private readonly requests = new WeakMap<Resources, PodRequest>();
  private readonly row = blankRow();
  /** Choices of this instant that the books do not know yet, by the tasks' names. */
  private readonly chosen = new Map<string, Held & { readonly machine: number }>();
  private chosenUs = NaN;
  private isCandidate = new Uint8Array(0);
  private world: World;

  constructor(factory: PlacementFactory, plane: ChooserPlane, holdings: Holdings, typicalPods?: readonly TypicalPod[]) {
    this.plane = plane;
    this.holdings = holdings;
    const random = plane.streams('placement');
    const deviceStream = plane.streams('devices');
    const counters = { nodeEvaluations: 0, scoreCalls: 0 };
    this.makePlacer = (cluster, shapes, pods, owners) =>
      new Placer({
        policy: factory({ random, owners: () => owners.keep(), ...(typicalPods && { typicalPods }) }),
        cluster,
        shapes,
        pods,
        order: byNodeId(cluster.count),
        index: 'scan',
        deviceStream,
        counters,
      });
    this.world = this.build();
    this.name = this.world.placer.policy.name;
    holdings.watch({ placed: (task) => this.take(task), released: (task) => this.release(task) });
  }

  /** Orchestrators that place a group at once ask for each of it first, so each sees those before it. */
  choose(candidates: readonly number[], task: { readonly name: string; readonly resources: Resources }): number {
    if (this.plane.clock.nowUs !== this.chosenUs) this.forgetAll();
    this.forget(task.name);
    const machine = this.choiceFor(candidates, task);
    if (machine >= 0) {
      this.chosenUs = this.plane.clock.nowUs;
      const known = this.holdings.named(task.name);
      const held = this.occupy(machine, known?.number ?? 0, task.name, known?.workload, task.resources, undefined);
      this.chosen.set(task.name, { ...held, machine });
    }
    return machine;
  }

  private choiceFor(
    candidates: readonly number[],
    task: { readonly name: string; readonly resources: Resources },
  ): number {
    const { shapes, pods, placer } = this.worldNow();
    const { isCandidate } = this;
    const known = this.holdings.named(task.name);
    const shape = shapes.acquire(this.requestOf(task.resources));
    const slot = this.add(known?.number ?? 0, task.name, known?.workload, shape);
    for (const machine of candidates) isCandidate[machine] = 1;
    const machine = placer.chooseAmong(shape, slot, (node) => isCandidate[node] === 1);
    for (const one of candidates) isCandidate[one] = 0;
    const hasRoom = machine >= 0 || candidates.some((one) => this.world.cluster.fits(one, shape, shapes));
    pods.remove(slot);
    shapes.release(shape);
    return hasRoom ? machine : this.leastFull(candidates, task.resources);
  }

  /** The world with all machines that there are by now. */
  private worldNow(): World {
    if (this.world.cluster.count < this.plane.machines.specs.length) this.world = this.build();
    return this.world;
  }

  /** A policy that remembers what it did begins anew when machines have been bought. */
  private build(): World {
    const { specs } = this.plane.machines;
    const cluster = new Cluster(specs.map(nodeOf));
    const shapes = new ShapeTable(cluster);
    const pods = new Pods();
    const owners = new OwnerCounts(cluster, pods);
    const world = { cluster, shapes, pods, owners, placer: this.makePlacer(cluster, shapes, pods, owners) };
    this.world = world;
    this.isCandidate = new Uint8Array(specs.length);
    const before = new Map(this.held);
    this.held.clear();
    this.chosen.clear();
    specs.forEach((_, machine) => {
      for (const task of this.holdings.held(machine)) this.bind(task, before.get(task.number)?.devices);
    });
    return world;
  }

  private take(task: LedgerTask): void {
    // A world that is built anew has it already.
    this.worldNow();
    const choice = this.chosen.get(task.name);
    this.forget(task.name);
    const devices = choice?.machine === task.machine ? choice.devices : undefined;
    if (!this.held.has(task.number)) this.bind(task, devices);
  }

  private bind(task: LedgerTask, devicesBefore: number | undefined): void {
    const { machine, number, name, workload, resources } = task;
    this.held.set(number, this.occupy(machine, number, name, workload, resources, devicesBefore));
  }

  private release({ number, machine }: LedgerTask): void {
    const held = this.held.get(number);
    if (held === undefined) return;
    this.held.delete(number);
    this.vacate(machine, held);
  }

  private forget(name: string): void {
    const choice = this.chosen.get(name);
    if (choice === undefined) return;
    this.chosen.delete(name);
    this.vacate(choice.machine, choice);
  }

  private forgetAll(): void {
    for (const name of this.chosen.keys()) this.forget(name);
  }

  private occupy(
    machine: number,
    number: number,
    name: string,
    workload: string | undefined,
    resources: Resources,
    devicesBefore: number | undefined,
  ): Held {
    const { cluster, shapes, owners, placer } = this.world;
    const shape = shapes.acquire(this.requestOf(resources));
    const slot = this.add(number, name, workload, shape);
    const gpus = shapes.gpuCount[shape];
    const fits = gpus > 0 && cluster.gpusFit(machine, gpus, shapes.gpuMilli[shape]);
    const devices = devicesBefore ?? (fits ? placer.devices(shape, machine) : 0);
    cluster.bind(machine, shape, devices, shapes);
    owners.change(slot, machine, 1);
    placer.changed(machine);
    return { slot, devices };
  }

  private vacate(machine: number, held: Held): void {
    const { cluster, shapes, pods, owners, placer } = this.world;
    const shape = pods.shape[held.slot];
    cluster.release(machine, shape, held.devices, shapes);
    owners.change(held.slot, machine, -1);
    placer.changed(machine);
    pods.remove(held.slot);
    shapes.release(shape);
  }

  private add(number: number, name: string, workload: string | undefined, shape: number): number {
    const { row } = this;
    row.name = name;
    row.user = workload;
    row.arrivesUs = this.plane.clock.nowUs;
    return this.world.pods.add(row, number, shape);
  }

  private leastFull(candidates: readonly number[], { cpuMilli, memBytes }: Resources): number {
    const { cpuFreeMilli, cpuMilli: cpus, memFreeBytes, memBytes: mems } = this.world.cluster;
    let best = -1;
    let most = -Infinity;
    for (const machine of candidates) {
      const cpuShare = (cpuFreeMilli[machine] - cpuMilli) / Math.max(1, cpus[machine]);
      const memShare = (memFreeBytes[machine] - memBytes) / Math.max(1, mems[machine]);
      const share = Math.min(cpuShare, memShare);
      if (share > most || (share === most && machine < best)) [best, most] = [machine, share];
    }
    return best;
  }

  private requestOf(resources: Resources): PodRequest {
    let request = this.requests.get(resources);
    if (request === undefined) {
      const { cpuMilli, memBytes, diskBytes, gpuCount } = resources;
      request = {
        cpuMilli,
        memBytes,
        ...(diskBytes > 0 && { storageBytes: diskBytes }),
        ...(gpuCount > 0 && { gpuCount }),
      };
      this.requests.set(resources, request);
    }
    return request;
  }
}

function nodeOf({ name, cpuMilli, memBytes, diskBytes, gpuCount, zone, labels }: MachineSpec): NodeSpec {
  if (gpuCount > MAX_DEVICES_PER_NODE)
    throw new InputError(
      `machine "${name}" has ${gpuCount} GPUs; placement policies see at most ${MAX_DEVICES_PER_NODE} of a machine, so leave the choice to the orchestrator`,
    );
  return { name, cpuMilli, memBytes, storageBytes: diskBytes, gpuCount, labels, ...(zone !== '' && { zone }) };
}
