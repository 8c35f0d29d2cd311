import type { Cluster } from '../../sim/cluster.ts';
import type { ShapeTable } from '../../sim/shapes.ts';
import type { TypicalPod } from '../../sim/typical-pod.ts';
import { addFragments, FRAGMENT_CATEGORIES, fragmentsOf } from './fragmentation.ts';

/** When more GPU states than this have been met, all is forgotten and learnt again: results stay, memory is bounded. */
const MOST_STATES = 1 << 15;
const ASKS = 32 * 1001;

/**
 * Fragmentation of nodes, remembered. F depends on a node's CPU only through which typical pods it has enough for (a
 * *level*), and on its devices only through what is left on them in whatever order (a *state*, with the model), so
 * there are few different values; and a pod moves a state to one of few next states.
 */
export class FragmentationMemo {
  private readonly cluster: Readonly<Cluster>;
  private readonly typical: readonly TypicalPod[];
  /** Distinct CPU requests of the typical pods, ascending; a level is how many of them fit. */
  private readonly cpuSteps: Float64Array;
  private readonly levels: number;
  /** Per model, a number equal for models that the same typical pods accept. */
  private readonly modelClass: readonly number[];
  /** The model whose turn it was to stand for its class. */
  private readonly classModel: readonly string[];

  private readonly stateByKey = new Map<string, number>();
  private readonly devices: Int32Array[] = [];
  private readonly stateModel: number[] = [];
  /** F by state and level; NaN until asked for. */
  private fragments: Float64Array;
  /** Per state and ask: pairs of what is left on a device the pod could take, and the state it would leave. */
  private readonly next: Int32Array[][] = [];
  /** Asks met so far, numbered: by gpuCount and gpuMilli. */
  private readonly askNumbers = new Int32Array(ASKS).fill(-1);
  private asks = 0;
  private readonly nodeState: Int32Array;
  /** The devices as they were when `nodeState` was found: a node is known again by comparing them. */
  private readonly seen: Int32Array;
  private readonly categories = new Float64Array(FRAGMENT_CATEGORIES.length);

  constructor(cluster: Readonly<Cluster>, typical: readonly TypicalPod[]) {
    this.cluster = cluster;
    this.typical = typical;
    this.cpuSteps = Float64Array.from(new Set(typical.map((pod) => pod.cpuMilli))).sort();
    this.levels = this.cpuSteps.length + 1;
    const classes: string[] = [];
    const classModel: string[] = [];
    this.modelClass = cluster.gpuModels.map((model) => {
      const accepting = typical
        .map((pod) => (pod.gpuModels.length === 0 || pod.gpuModels.includes(model) ? '1' : '0'))
        .join('');
      if (!classes.includes(accepting)) {
        classes.push(accepting);
        classModel.push(model);
      }
      return classes.indexOf(accepting);
    });
    this.classModel = classModel;
    this.fragments = new Float64Array(64 * this.levels).fill(NaN);
    this.nodeState = new Int32Array(cluster.count + 1).fill(-1);
    this.seen = new Int32Array(cluster.deviceFreeMilli.length);
  }

  /** F of the node as it is, in milli-GPU. */
  ofNode(node: number): number {
    this.forgetIfFull();
    return this.value(this.stateOf(node), this.levelOf(this.cluster.cpuFreeMilli[node]));
  }

  /**
   * How much F would fall if the node took a pod of this shape; for a pod that shares a device, on the device where it
   * falls most. Negative when it would rise. Assumes that the pod fits.
   */
  fall(shape: number, node: number, shapes: ShapeTable): number {
    this.forgetIfFull();
    const state = this.stateOf(node);
    const cpuFree = this.cluster.cpuFreeMilli[node];
    const before = this.value(state, this.levelOf(cpuFree));
    const levelAfter = this.levelOf(cpuFree - shapes.cpuMilli[shape]);
    if (shapes.gpuCount[shape] === 0) return before - this.value(state, levelAfter);
    const steps = this.stepsFrom(state, shapes.gpuCount[shape], shapes.gpuMilli[shape]);
    let best = -Infinity;
    for (let k = 1; k < steps.length; k += 2) {
      const fall = before - this.value(steps[k], levelAfter);
      if (fall > best) best = fall;
    }
    return best;
  }

  /** As `fall`, if a pod that shares a device took one that has this much left. */
  fallOnDevice(shape: number, node: number, deviceLeftMilli: number, shapes: ShapeTable): number {
    this.forgetIfFull();
    const state = this.stateOf(node);
    const cpuFree = this.cluster.cpuFreeMilli[node];
    const steps = this.stepsFrom(state, 1, shapes.gpuMilli[shape]);
    for (let k = 0; k < steps.length; k += 2) {
      if (steps[k] !== deviceLeftMilli) continue;
      const after = this.value(steps[k + 1], this.levelOf(cpuFree - shapes.cpuMilli[shape]));
      return this.value(state, this.levelOf(cpuFree)) - after;
    }
    return -Infinity;
  }

  private value(state: number, level: number): number {
    const at = state * this.levels + level;
    const known = this.fragments[at];
    if (known === known) return known;
    // Any CPU of this level will do: what the largest pod that fits asks for, or less than any does.
    const cpuMilli = level === 0 ? -1 : this.cpuSteps[level - 1];
    this.categories.fill(0);
    const model = this.classModel[this.stateModel[state]];
    addFragments(this.typical, cpuMilli, this.devices[state], model, this.categories);
    return (this.fragments[at] = fragmentsOf(this.categories));
  }

  private levelOf(cpuMilli: number): number {
    const { cpuSteps } = this;
    let low = 0;
    let high = cpuSteps.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (cpuSteps[middle] <= cpuMilli) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  private stateOf(node: number): number {
    const { deviceFirst, deviceFreeMilli, gpuCount } = this.cluster;
    const { seen } = this;
    const known = this.nodeState[node];
    const first = deviceFirst[node];
    const end = first + gpuCount[node];
    let changed = known < 0;
    for (let device = first; device < end && !changed; device++) changed = seen[device] !== deviceFreeMilli[device];
    if (!changed) return known;
    for (let device = first; device < end; device++) seen[device] = deviceFreeMilli[device]!;
    const state = this.intern(deviceFreeMilli.slice(first, end).sort(), this.modelClass[this.cluster.gpuModel[node]]);
    this.nodeState[node] = state;
    return state;
  }

  private stepsFrom(state: number, gpuCount: number, gpuMilli: number): Int32Array {
    const key = gpuCount * 1001 + gpuMilli;
    let ask = this.askNumbers[key];
    if (ask < 0) ask = this.askNumbers[key] = this.asks++;
    return (this.next[state][ask] ??= this.findSteps(state, gpuCount, gpuMilli));
  }

  private findSteps(state: number, gpuCount: number, gpuMilli: number): Int32Array {
    const before = this.devices[state];
    const model = this.stateModel[state];
    const take = (devices: readonly number[]): number => {
      const after = before.slice();
      for (const device of devices) after[device] -= gpuMilli;
      return this.intern(after.sort(), model);
    };
    const fitting = [...before.keys()].filter((device) => before[device] >= gpuMilli);
    if (gpuCount > 1 || gpuMilli === 1000) {
      const chosen = fitting.slice(0, gpuCount);
      return Int32Array.from([before[chosen[0]], take(chosen)]);
    }
    const different = fitting.filter((device) => before[device] !== before[device - 1]);
    return Int32Array.from(different.flatMap((device) => [before[device], take([device])]));
  }

  private intern(sorted: Int32Array, model: number): number {
    const key = `${model}:${sorted.join(' ')}`;
    let state = this.stateByKey.get(key);
    if (state !== undefined) return state;
    state = this.devices.length;
    this.stateByKey.set(key, state);
    this.devices.push(sorted);
    this.stateModel.push(model);
    this.next.push([]);
    if ((state + 1) * this.levels > this.fragments.length) {
      const wider = new Float64Array(this.fragments.length * 2).fill(NaN);
      wider.set(this.fragments);
      this.fragments = wider;
    }
    return state;
  }

  private forgetIfFull(): void {
    if (this.devices.length < MOST_STATES) return;
    this.stateByKey.clear();
    this.devices.length = 0;
    this.stateModel.length = 0;
    this.next.length = 0;
    this.fragments.fill(NaN);
    this.nodeState.fill(-1);
  }
}
