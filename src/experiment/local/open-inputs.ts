import { InputError } from '../../sim/input-error.ts';
import type { NodeSpec } from '../../sim/node-spec.ts';
import type { PodRequest } from '../../sim/pod-request.ts';
import { blankRow, type PodRow, type PodSource } from '../../sim/pod-source.ts';
import type { TypicalPod } from '../../sim/typical-pod.ts';
import { typicalPods } from '../../policies/placement/typical-pods.ts';
import { DropReport } from '../../workloads/drop-report.ts';
import { generatorPreset } from '../../workloads/generators/generator-registry.ts';
import type { GeneratorOptions } from '../../workloads/generators/preset.ts';
import { PodTable } from '../../workloads/pod-table.ts';
import { clusterText } from '../../workloads/readers/cluster-text.ts';
import { openPods, readNodes } from '../../workloads/readers/reader-registry.ts';
import { applyTransforms, parseTransforms } from '../../workloads/transforms/parse-transform.ts';
import type { ClusterPlan, OptionValue, WorkloadPlan } from '../run-plan.ts';
import { canonicalText } from '../run-id.ts';
import { fileSource } from './file-source.ts';

/** Pods kept in memory at most, so that a worker reads a trace once for all its seeds. */
const PODS_KEPT = 1_000_000;
/** Rows between two signs of progress. */
const ROWS_PER_BEAT = 4096;

/** The machines of a plan. `seed` matters to no cluster. */
export function openCluster(plan: ClusterPlan, onRead: () => void): NodeSpec[] {
  if (plan.file !== undefined)
    return readNodes(fileSource(plan.file, 'a machine list', onRead), new DropReport(), plan.format);
  if (plan.generate !== undefined) return generatorPreset(plan.generate).nodes(numbersOf(plan.options ?? {}));
  return clusterText(plan.nodes!);
}

/** Whether the pods of this workload depend on the seed. */
export function dependsOnSeed(plan: WorkloadPlan): boolean {
  return plan.generate !== undefined || parseTransforms(plan.transforms).some((one) => one.isRandom);
}

/** Opens workloads again and again, reading a file only once while it is small enough to keep. */
export class WorkloadCache {
  private readonly onRead: () => void;
  private readonly keeps: boolean;
  private key = '';
  private table: PodTable | undefined;
  private report = new DropReport();
  private typicalKey = '';
  private typical: TypicalPod[] = [];

  /** `onRead` hears of every piece of work, for whoever watches; `keeps`: whether rows are kept for the next time. */
  constructor(onRead: () => void, keeps = true) {
    this.onRead = onRead;
    this.keeps = keeps;
  }

  /** The pods of a plan under a seed, and what was dropped on the way (complete when the source is at its end). */
  open(plan: WorkloadPlan, nodes: readonly NodeSpec[], seed: number): { source: PodSource; report: DropReport } {
    const { source, report } = this.openBase(plan, seed);
    const steps = parseTransforms(plan.transforms);
    return { source: applyTransforms(source, steps, { nodes, seed, report }), report };
  }

  /** What the workload's pods typically ask for; reads it to its end once. */
  typicalPods(plan: WorkloadPlan, nodes: readonly NodeSpec[], seed: number): TypicalPod[] {
    const key = canonicalText([plan, dependsOnSeed(plan) ? seed : 0]);
    if (key !== this.typicalKey) {
      this.typical = typicalPods(requestsOf(this.open(plan, nodes, seed).source));
      this.typicalKey = key;
    }
    return this.typical;
  }

  private openBase(plan: WorkloadPlan, seed: number): { source: PodSource; report: DropReport } {
    const key = canonicalText([
      plan.file,
      plan.format,
      plan.generate,
      plan.options,
      plan.generate === undefined ? 0 : seed,
    ]);
    if (this.table && this.key === key) return { source: this.table.source(asRead(this.table)), report: this.report };
    this.key = key;
    this.table = undefined;
    const report = new DropReport();
    const beating = this.watched(
      plan.generate === undefined
        ? openPods(fileSource(plan.file!, 'a trace', this.onRead), report, {
            ...(plan.format !== undefined && { format: plan.format }),
            options: Object.fromEntries(Object.entries(plan.options).map(([name, value]) => [name, String(value)])),
            order: parseTransforms(plan.transforms).some((one) => one.sorts) ? 'any' : 'by-arrival',
          })
        : generatorPreset(plan.generate).pods(numbersOf(plan.options), seed),
    );
    return { source: this.keeps ? this.remembered(beating, key, report) : beating, report };
  }

  private watched(source: PodSource): PodSource {
    let rows = 0;
    return {
      next: (row) => {
        if (++rows % ROWS_PER_BEAT === 0) this.onRead();
        return source.next(row);
      },
    };
  }

  /** Copies the rows on their way; a complete and small copy serves the next seeds. */
  private remembered(source: PodSource, key: string, report: DropReport): PodSource {
    let table: PodTable | undefined = new PodTable();
    return {
      next: (row) => {
        const more = source.next(row);
        if (!table) return more;
        if (more) {
          table.add(row);
          if (table.length > PODS_KEPT) table = undefined;
        } else {
          if (this.key === key) [this.table, this.report] = [table, report];
          table = undefined;
        }
        return more;
      },
    };
  }
}

/** Rows in the order in which they were read; whether they must be sorted is for the plan's steps to say. */
function asRead(table: PodTable): Int32Array {
  return Int32Array.from({ length: table.length }, (_, k) => k);
}

function* requestsOf(source: PodSource): Generator<PodRequest> {
  const row: PodRow = blankRow();
  while (source.next(row)) yield row.request;
}

/** Options of a generator are all numbers. */
function numbersOf(options: Readonly<Record<string, OptionValue>>): Partial<GeneratorOptions> {
  return Object.fromEntries(
    Object.entries(options).map(([name, value]) => {
      const number = value === '' ? NaN : Number(value);
      if (Number.isNaN(number))
        throw new InputError(`option ${name}: cannot read "${value}" as a number; write it like ${name}=1000`);
      return [name, number];
    }),
  );
}
