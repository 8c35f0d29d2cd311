import { placementPolicy } from '../src/policies/placement/index.ts';
import type { ChooserKind } from '../src/sim/choice/choose-index.ts';
import { type KernelRun, PlacementKernel } from './placement-kernel.ts';

/** One cell of the placement benchmark: a policy on a cluster, and how much of it to measure. */
export interface PlacementCell {
  readonly policy: string;
  readonly nodes: number;
  readonly shapes: number;
  readonly classes: number;
  readonly gpus: boolean;
  /** 1 for the published table; less for a trial. */
  readonly effort: number;
}

/** What the cell showed. The scan is last in `runs`. */
export interface PlacementResult extends PlacementCell {
  readonly runs: readonly Omit<KernelRun, 'checksums'>[];
  /** CPU time of a scan's decision over that of the automatic chooser. */
  readonly ratio: number;
  /** Hash of the choices all choosers made alike, and their number. */
  readonly checksum: string;
  readonly compared: number;
}

/**
 * Measures one cell; throws if any two choosers ever chose differently. Belongs in a process of its own: once several
 * policies have run in a process their calls cost more.
 */
export function measurePlacement(cell: PlacementCell): PlacementResult {
  const { policy: name, nodes, shapes, classes, gpus, effort } = cell;
  const policy = placementPolicy(name);
  const kernel = new PlacementKernel({ policy, nodes, shapes, classes, gpus, load: 0.8 });
  const monotone = kernel.prefers !== undefined;
  kernel.settle('auto', Math.ceil(200_000 * effort));

  const expectedUs: [ChooserKind, number][] = [
    ['auto', monotone && !gpus ? 8 : maximaUs(nodes, shapes)],
    ['block-maxima', maximaUs(nodes, shapes)],
    ...(monotone ? [['kd-tree', 8] as [ChooserKind, number]] : []),
    ['scan', 0.03 * nodes],
  ];
  const plans = expectedUs.map(([kind, us]) => {
    const decisions = Math.round(Math.min(200_000, Math.max(1000, 1e6 / us)) * effort);
    return { kind, decisions, warmUp: Math.round(Math.min(30_000, Math.max(500, 3e5 / us))) };
  });
  const totals = plans.map((plan) => plan.decisions + plan.warmUp);
  const runs = plans.map(({ kind, warmUp, decisions }) => kernel.run(kind, warmUp, decisions, totals));
  // Of any two runs, the longer noted its checksum where the shorter ended.
  runs.forEach((run, k) => {
    for (const [other, rival] of runs.entries()) {
      const at = Math.min(totals[k], totals[other]);
      if (run.checksums.get(at) !== rival.checksums.get(at))
        throw new Error(`${name}, ${nodes} nodes, ${shapes} shapes: ${run.kind} and ${rival.kind} chose differently`);
    }
  });
  const compared = Math.min(...totals);
  const ratio = runs.at(-1)!.cpuUsPerDecision / runs[0].cpuUsPerDecision;
  const checksum = runs[0].checksums.get(compared)!;
  return { ...cell, runs: runs.map(({ checksums: _, ...run }) => run), ratio, checksum, compared };
}

/** About what a decision by block maxima costs, to plan how many to measure. */
function maximaUs(nodes: number, shapes: number): number {
  return 1.5 + Math.min(0.035 * shapes, 0.015 * nodes);
}
