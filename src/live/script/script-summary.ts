import type { ReplayScript, StepKind } from './replay-script.ts';
import { ScriptState } from './script-state.ts';

/** The most of something at once, and when it was first reached. */
export interface Peak {
  readonly most: number;
  readonly atUs: number;
}

/** What a script asks for, before anything is started. CPU and memory are those requested by containers that exist. */
export interface ScriptSummary {
  readonly durationUs: number;
  readonly pods: number;
  /** Processes: starts and restarts. */
  readonly starts: number;
  readonly containers: Peak;
  readonly cpuMilli: Peak;
  readonly memBytes: Peak;
  /** In the order of the script's nodes. */
  readonly byNode: readonly { readonly node: string; readonly containers: Peak; readonly pods: number }[];
  /** Images that the scenario names, by name, with the pods that have them; pods without one are not counted. */
  readonly images: Readonly<Record<string, number>>;
  /** Only kinds that occur. */
  readonly steps: Readonly<Partial<Record<StepKind, number>>>;
}

/** Plays a script through and adds up. */
export function scriptSummary(script: ReplayScript): ScriptSummary {
  const state = new ScriptState(script);
  const containers = new PeakMeter();
  const cpu = new PeakMeter();
  const mem = new PeakMeter();
  const nodes = script.nodes.map(({ name }) => ({ name, containers: new PeakMeter(), pods: 0 }));
  const steps: Partial<Record<StepKind, number>> = {};
  let starts = 0;
  for (const step of script.steps) {
    steps[step.do] = (steps[step.do] ?? 0) + 1;
    const pod = 'pod' in step ? state.pods[step.pod] : undefined;
    const isThere = (): boolean => pod !== undefined && pod.state !== 'absent';
    const before = isThere() ? { cpuMilli: pod!.cpuMilli, memBytes: pod!.memBytes } : undefined;
    state.advance(step);
    if (step.do === 'start' || step.do === 'restart') starts++;
    const after = isThere() ? pod : undefined;
    const by = (after === undefined ? 0 : 1) - (before === undefined ? 0 : 1);
    containers.add(by, step.atUs);
    cpu.add((after?.cpuMilli ?? 0) - (before?.cpuMilli ?? 0), step.atUs);
    mem.add((after?.memBytes ?? 0) - (before?.memBytes ?? 0), step.atUs);
    if (pod === undefined || by === 0) continue;
    nodes[pod.node].containers.add(by, step.atUs);
    if (by > 0) nodes[pod.node].pods++;
  }
  return {
    durationUs: script.durationUs,
    pods: script.pods.length,
    starts,
    containers: containers.peak,
    cpuMilli: cpu.peak,
    memBytes: mem.peak,
    byNode: nodes.map((node) => ({ node: node.name, containers: node.containers.peak, pods: node.pods })),
    images: imagesOf(script),
    steps,
  };
}

function imagesOf({ pods }: ReplayScript): Record<string, number> {
  const counts = new Map<string, number>();
  for (const { image } of pods) if (image !== undefined) counts.set(image, (counts.get(image) ?? 0) + 1);
  return Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** A level over time, and its highest. */
class PeakMeter {
  peak: Peak = { most: 0, atUs: 0 };
  private now = 0;

  add(by: number, atUs: number): void {
    this.now += by;
    if (this.now > this.peak.most) this.peak = { most: this.now, atUs };
  }
}
