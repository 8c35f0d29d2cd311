import { stream } from '../../../sim/random.ts';
import type { Node } from '../objects/node.ts';
import type { Pod } from '../objects/pod.ts';
import type { PodDisruptionBudget } from '../objects/policy.ts';
import { preempt } from '../scheduler/preemption/preempt.ts';
import { VictimMemo } from '../scheduler/preemption/victim-memo.ts';
import type { SchedulingCore } from '../scheduler/scheduling-core.ts';
import type { ChurnSpec, WorkloadStep } from './scheduler-workload.ts';
import { perfNode, podOf } from './workload-objects.ts';

/** What a core did with a workload. */
export interface WorkloadRun {
  readonly nodes: number;
  /** Pods placed before the measured ones came. */
  readonly initialPods: number;
  /** Pods whose scheduling is measured, what went on beside them not counted. */
  readonly pods: number;
  readonly placed: number;
  /** Decisions in the measured part: pods, churn and those that were tried again. */
  readonly decisions: number;
  /** Nodes that they looked at, and pods that they drove away. */
  readonly examined: number;
  readonly victims: number;
  /** Milliseconds of the clock for the measured part: decisions, and taking pods in. */
  readonly ms: number;
  /** Hash of every decision of the run in its order: node, nodes found and looked at, and a refusal's message. */
  readonly checksum: string;
}

/**
 * Lets a core schedule a workload, one pod after the other as fast as it can. `clockMs` tells the time that is measured
 * (a CPU clock, where there is one); it changes nothing about the decisions.
 */
export function runWorkload(
  steps: readonly WorkloadStep[],
  core: SchedulingCore,
  clockMs: () => number,
  preempts = false,
): WorkloadRun {
  return new WorkloadRunner(core, clockMs, preempts).run(steps);
}

const NO_BUDGETS: readonly PodDisruptionBudget[] = [];

class WorkloadRunner {
  private readonly core: SchedulingCore;
  private readonly clockMs: () => number;
  private readonly preempts: boolean;
  private readonly memo = new VictimMemo();
  private readonly random = stream(1, 'scheduler/preemption-offset');
  private lastId = 0;
  private nodes = 0;
  private initialPods = 0;
  private pods = 0;
  private placed = 0;
  private measured = 0;
  private examinedInMeasure = 0;
  private victims = 0;
  private measuredVictims = 0;
  private ms = 0;
  private churn: { readonly everyPods: number; readonly turn: () => void } | undefined;
  /** Every decision, for the checksum: node (empty: refused), nodes found and examined, message. */
  private readonly decided: string[] = [];
  private readonly found: number[] = [];
  private readonly examined: number[] = [];

  constructor(core: SchedulingCore, clockMs: () => number, preempts: boolean) {
    this.core = core;
    this.clockMs = clockMs;
    this.preempts = preempts;
  }

  run(steps: readonly WorkloadStep[]): WorkloadRun {
    for (const step of steps) this.take(step);
    return {
      nodes: this.nodes,
      initialPods: this.initialPods,
      pods: this.pods,
      placed: this.placed,
      decisions: this.measured,
      examined: this.examinedInMeasure,
      victims: this.measuredVictims,
      ms: this.ms,
      checksum: this.checksum(),
    };
  }

  private take(step: WorkloadStep): void {
    switch (step.step) {
      case 'nodes':
        for (let k = 0; k < step.count; k++) this.core.addNode(this.node(step, k));
        break;
      case 'objects':
        for (const node of step.nodes) this.core.addNode(node);
        this.nodes += step.nodes.length;
        this.measure(step.pods);
        break;
      case 'namespaces':
        for (const name of step.names) this.core.setNamespace(name, step.labels);
        break;
      case 'selector':
        this.core.setSelector(step.source);
        break;
      case 'churn':
        this.churn = { everyPods: step.everyPods, turn: this.churnOf(step.churn) };
        break;
      case 'pods': {
        const pods = Array.from({ length: step.count }, () => podOf(step.template, ++this.lastId, step.namespace));
        if (step.measured) this.measure(pods);
        else for (const pod of pods) if (this.schedule(pod)) this.initialPods++;
      }
    }
  }

  private node(step: WorkloadStep & { readonly step: 'nodes' }, k: number): Node {
    const { zones, name } = step;
    this.nodes++;
    const labels = zones === undefined ? {} : { 'topology.kubernetes.io/zone': zones[k % zones.length] };
    return perfNode(++this.lastId, name ?? `scheduler-perf-${this.nodes}`, step.amounts, labels, step.taints);
  }

  private measure(pods: readonly Pod[]): void {
    const [before, examined, victims] = [this.decided.length, sum(this.examined), this.victims];
    const began = this.clockMs();
    pods.forEach((pod, k) => {
      if (this.churn !== undefined && k % this.churn.everyPods === 0) this.churn.turn();
      if (this.schedule(pod)) this.placed++;
    });
    this.ms += this.clockMs() - began;
    this.pods += pods.length;
    this.measured += this.decided.length - before;
    this.examinedInMeasure += sum(this.examined) - examined;
    this.measuredVictims += this.victims - victims;
  }

  /** Decides about a pod, with preemption where it is asked for; whether the pod has a node now. */
  private schedule(pod: Pod): boolean {
    const { core } = this;
    const { nodeName, refusal, feasible, examined } = core.decide(pod);
    this.found.push(feasible);
    this.examined.push(examined);
    if (nodeName !== undefined) {
      this.decided.push(nodeName);
      core.addPod(pod, nodeName);
      if ((pod.spec.podAntiAffinity?.required ?? []).length > 0) this.memo.antiAffinePods++;
      this.memo.forget(nodeName);
      return true;
    }
    if (refusal === undefined) throw new Error(`${pod.metadata.name} was neither placed nor refused`);
    const preemption = this.preempts
      ? preempt(core, pod, refusal, NO_BUDGETS, this.random, { memo: this.memo })
      : undefined;
    this.decided.push(`-${(preemption ?? refusal).message()}`);
    const plan = preemption?.plan;
    if (plan === undefined) return false;
    // Its victims are gone by the time the pod is tried again; until then their room is kept for it.
    core.nominate(pod, plan.nodeName);
    for (const victim of plan.victims) core.removePod(victim);
    this.memo.forget(plan.nodeName);
    this.victims += plan.victims.length;
    const again = this.schedule({ ...pod, status: { ...pod.status, nominatedNodeName: plan.nodeName } });
    core.nominate(pod, undefined);
    this.memo.forget(plan.nodeName);
    return again;
  }

  private churnOf(spec: ChurnSpec): () => void {
    if (spec.kind === 'create-pods') {
      const waiting: Pod[] = [];
      return () => {
        waiting.push(podOf(spec.template, ++this.lastId, spec.namespace));
        const pod = waiting.shift();
        if (pod !== undefined && !this.schedule(pod)) waiting.push(pod);
      };
    }
    let name: string | undefined;
    return () => {
      if (name !== undefined) {
        this.core.removeNode(name);
        this.memo.forget(name);
      }
      name = name === undefined ? `churn-${++this.lastId}` : undefined;
      if (name === undefined) return;
      this.core.addNode(perfNode(++this.lastId, name, spec.amounts));
      this.schedule(podOf(spec.template, ++this.lastId, 'churn'));
    };
  }

  private checksum(): string {
    let hash = 0x811c9dc5;
    this.decided.forEach((text, k) => {
      for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
      hash = Math.imul(hash ^ this.found[k], 0x01000193);
      hash = Math.imul(hash ^ this.examined[k], 0x01000193);
    });
    return (hash >>> 0).toString(16).padStart(8, '0');
  }
}

function sum(numbers: readonly number[]): number {
  let total = 0;
  for (const number of numbers) total += number;
  return total;
}
