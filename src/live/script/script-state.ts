import type { ReplayScript, ScriptStep } from './replay-script.ts';

/** What a pod's container should be doing. `absent`: not made yet, or removed. */
export type ExpectedState = 'absent' | 'running' | 'paused' | 'exited';

/** One container as it should be at some moment. */
export interface ExpectedPod {
  state: ExpectedState;
  /** Place of its node; -1: it has never been started. */
  node: number;
  isReady: boolean;
  isInRotation: boolean;
  /** Told to stop and not gone. */
  isStopping: boolean;
  /** Processes it has had. */
  starts: number;
  cpuMilli: number;
  memBytes: number;
  cpuLimitMilli?: number;
  memLimitBytes?: number;
}

/** One machine as it should be at some moment. */
export interface ExpectedNode {
  isThere: boolean;
  isDown: boolean;
  isCutOff: boolean;
  speed: number;
}

/** The containers and machines that there should be once some steps of a script have been done. */
export class ScriptState {
  readonly pods: readonly ExpectedPod[];
  readonly nodes: readonly ExpectedNode[];
  /** Pods whose containers exist, in the order of their starts. */
  readonly there = new Set<number>();
  /** Steps done so far. */
  done = 0;
  private readonly script: ReplayScript;

  constructor(script: ReplayScript) {
    this.script = script;
    this.pods = script.pods.map(({ cpuMilli, memBytes, cpuLimitMilli, memLimitBytes }) => ({
      state: 'absent',
      node: -1,
      isReady: false,
      isInRotation: false,
      isStopping: false,
      starts: 0,
      cpuMilli,
      memBytes,
      ...(cpuLimitMilli !== undefined && { cpuLimitMilli }),
      ...(memLimitBytes !== undefined && { memLimitBytes }),
    }));
    this.nodes = script.nodes.map(({ isThereAtStart }) => ({
      isThere: isThereAtStart,
      isDown: false,
      isCutOff: false,
      speed: 1,
    }));
  }

  /** Does the steps up to this simulated time, those of the time itself included. */
  advanceTo(atUs: number): void {
    const { steps } = this.script;
    while (this.done < steps.length && steps[this.done].atUs <= atUs) this.advance(steps[this.done]);
  }

  /** Does one step. What is impossible is done as far as it can be; `checkScript` finds it. */
  advance(step: ScriptStep): void {
    this.done++;
    if ('node' in step && step.do !== 'start') {
      this.nodeStep(step);
      return;
    }
    const pod = this.pods[step.pod];
    switch (step.do) {
      case 'start':
        Object.assign(pod, { state: 'running', node: step.node, starts: 1 });
        this.there.add(step.pod);
        return;
      case 'ready':
        pod.isReady = true;
        return;
      case 'unready':
        pod.isReady = false;
        return;
      case 'rotate-in':
        pod.isInRotation = true;
        return;
      case 'rotate-out':
        pod.isInRotation = false;
        return;
      case 'stop':
        pod.isStopping = true;
        return;
      case 'finish':
      case 'kill':
        pod.state = 'exited';
        pod.isReady = false;
        return;
      case 'restart':
        pod.state = 'running';
        pod.starts++;
        return;
      case 'pause':
        pod.state = 'paused';
        return;
      case 'resume':
        pod.state = 'running';
        return;
      case 'resize': {
        const { cpuMilli, memBytes, cpuLimitMilli, memLimitBytes } = step;
        delete pod.cpuLimitMilli;
        delete pod.memLimitBytes;
        Object.assign(pod, {
          cpuMilli,
          memBytes,
          ...(cpuLimitMilli !== undefined && { cpuLimitMilli }),
          ...(memLimitBytes !== undefined && { memLimitBytes }),
        });
        return;
      }
      case 'gone':
        Object.assign(pod, { state: 'absent', isReady: false, isInRotation: false, isStopping: false });
        this.there.delete(step.pod);
    }
  }

  /** Containers that exist, in whatever state, by node. */
  countsByNode(): number[] {
    const counts = this.nodes.map(() => 0);
    for (const pod of this.there) counts[this.pods[pod].node]++;
    return counts;
  }

  private nodeStep(step: Extract<ScriptStep, { node: number }>): void {
    const node = this.nodes[step.node];
    switch (step.do) {
      case 'node-added':
        Object.assign(node, { isThere: true, isDown: false, isCutOff: false, speed: 1 });
        return;
      case 'node-removed':
        node.isThere = false;
        return;
      case 'node-down':
        node.isDown = true;
        return;
      case 'node-up':
        node.isDown = false;
        return;
      case 'node-cut-off':
        node.isCutOff = true;
        return;
      case 'node-back':
        node.isCutOff = false;
        return;
      case 'node-speed':
        node.speed = step.speed;
        return;
      case 'start':
    }
  }
}
