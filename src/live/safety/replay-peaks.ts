import type { ReplayScript, ScriptStep } from '../script/replay-script.ts';

/** What a script asks of the engines of a replay, or of one of them, at most at once. */
export interface ReplayPeaks {
  /** Containers that are ever made. */
  readonly containersInAll: number;
  /** That exist at once, whatever their state. */
  readonly containersAtOnce: number;
  /** Requested by those that run at once, before scaling. */
  readonly cpuMilli: number;
  readonly memBytes: number;
  /** The same after scaling. */
  readonly scaledCpuMilli: number;
  readonly scaledMemBytes: number;
  /** Published ports at once. */
  readonly ports: number;
  /** Within the busiest second of real time. */
  readonly callsPerSecond: number;
  readonly startsPerSecond: number;
  /** How late the starts come at most, in real milliseconds, if so many a second can be done and the clock is not held. */
  readonly startsLateMs: number;
}

export interface PeakOptions {
  readonly speed: number;
  /** What a container of these requests is given. */
  readonly scaled: (cpuMilli: number, memBytes: number) => { readonly cpuMilli: number; readonly memBytes: number };
  /** Which nodes are looked at. */
  readonly isOnNode: (node: number) => boolean;
  readonly startsPerSecond: number;
  readonly publishes: boolean;
}

/**
 * Plays the script's steps through without an engine. A container counts from `start` to `gone`; its CPU and memory count
 * while its process lives, which a told one is taken to do to the end of its grace.
 */
export function replayPeaks(script: ReplayScript, options: PeakOptions): ReplayPeaks {
  const { speed, isOnNode, scaled } = options;
  const pods = new Map<number, PodThere>();
  const made = new Set<number>();
  const now = { cpuMilli: 0, memBytes: 0, scaledCpuMilli: 0, scaledMemBytes: 0, ports: 0 };
  const most = { ...now, containersAtOnce: 0 };
  const calls: number[] = [];
  const starts: number[] = [];
  const count = (pod: PodThere, sign: 1 | -1): void => {
    const small = scaled(pod.cpuMilli, pod.memBytes);
    now.cpuMilli += sign * pod.cpuMilli;
    now.memBytes += sign * pod.memBytes;
    now.scaledCpuMilli += sign * small.cpuMilli;
    now.scaledMemBytes += sign * small.memBytes;
    now.ports += sign * pod.ports;
    if (sign < 0) return;
    for (const key of ['cpuMilli', 'memBytes', 'scaledCpuMilli', 'scaledMemBytes', 'ports'] as const)
      most[key] = Math.max(most[key], now[key]);
  };
  const alive = (pod: PodThere | undefined, lives: boolean): void => {
    if (pod === undefined || pod.lives === lives) return;
    pod.lives = lives;
    count(pod, lives ? 1 : -1);
  };
  for (const step of script.steps) {
    const atMs = step.atUs / 1000 / speed;
    if ('pod' in step && step.do !== 'start' && !pods.has(step.pod)) continue;
    if (step.do === 'start') {
      if (!isOnNode(step.node)) continue;
      const { cpuMilli, memBytes, service } = script.pods[step.pod];
      const ports = options.publishes && service !== undefined ? 1 : 0;
      const pod: PodThere = { node: step.node, cpuMilli, memBytes, ports, lives: false };
      pods.set(step.pod, pod);
      made.add(step.pod);
      most.containersAtOnce = Math.max(most.containersAtOnce, pods.size);
      alive(pod, true);
      starts.push(atMs);
    } else if (step.do === 'restart') {
      alive(pods.get(step.pod), true);
      starts.push(atMs);
    } else if (step.do === 'kill' || step.do === 'finish') alive(pods.get(step.pod), false);
    else if (step.do === 'gone') {
      alive(pods.get(step.pod), false);
      pods.delete(step.pod);
    } else if (step.do === 'resize') {
      const pod = pods.get(step.pod)!;
      const { lives } = pod;
      alive(pod, false);
      pod.cpuMilli = step.cpuMilli;
      pod.memBytes = step.memBytes;
      alive(pod, lives);
    }
    for (let left = callsOf(step, pods, isOnNode); left > 0; left--) calls.push(atMs);
  }
  return {
    containersInAll: made.size,
    ...most,
    callsPerSecond: mostWithinASecond(calls),
    startsPerSecond: mostWithinASecond(starts),
    startsLateMs: latest(starts, options.startsPerSecond),
  };
}

interface PodThere {
  readonly node: number;
  readonly ports: number;
  cpuMilli: number;
  memBytes: number;
  lives: boolean;
}

/** Calls of the engine that a step takes: making is create, start and a look at it. */
function callsOf(step: ScriptStep, pods: ReadonlyMap<number, PodThere>, isOnNode: (node: number) => boolean): number {
  const onNode = (node: number): number => [...pods.values()].filter((pod) => pod.node === node).length;
  switch (step.do) {
    case 'start':
      return 3;
    case 'stop':
    case 'kill':
    case 'restart':
    case 'pause':
    case 'resume':
    case 'resize':
    case 'gone':
      return 1;
    case 'node-cut-off':
    case 'node-back':
    case 'node-speed':
      return isOnNode(step.node) ? onNode(step.node) : 0;
    default:
      return 0;
  }
}

function mostWithinASecond(timesMs: readonly number[]): number {
  let most = 0;
  for (let last = 0, first = 0; last < timesMs.length; last++) {
    while (timesMs[last] - timesMs[first] >= 1000) first++;
    most = Math.max(most, last - first + 1);
  }
  return most;
}

/** One after the other, each taking its share of a second. */
function latest(dueMs: readonly number[], perSecond: number): number {
  let freeMs = 0;
  let late = 0;
  for (const due of dueMs) {
    freeMs = Math.max(freeMs, due) + 1000 / perSecond;
    late = Math.max(late, freeMs - due);
  }
  return dueMs.length === 0 ? 0 : late;
}
