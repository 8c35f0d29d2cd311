import type { ControlPlane } from '../api/control-plane.ts';
import type { Pod } from '../objects/pod.ts';
import { endProcess, planProbes, SIGKILL_CODE } from './container-life.ts';
import type { MachineState } from './machines.ts';
import type { NodeRuntime } from './node-runtime.ts';
import { LEAST_SPEED, type PodRuns } from './pod-runs.ts';

/** Pods whose processes die so long after their start. */
export interface CrashLoop {
  readonly matches: (pod: Pod) => boolean;
  readonly afterUs: number;
}

/** What befalls processes from outside: they crash, are killed for their memory, or run slower. */
export class ProcessTroubles {
  private readonly plane: ControlPlane;
  private readonly runs: () => PodRuns;
  private readonly loops = new Map<number, CrashLoop>();

  constructor(plane: ControlPlane, runs: () => PodRuns) {
    this.plane = plane;
    this.runs = runs;
  }

  /** When a process of the pod dies by a crash loop, from its start; Infinity: there is none. */
  crashAfterUs(pod: Pod): number {
    let afterUs = Infinity;
    for (const loop of this.loops.values()) if (loop.afterUs < afterUs && loop.matches(pod)) ({ afterUs } = loop);
    return afterUs;
  }

  /** Begins a crash loop, or ends it (undefined); `key` names it. */
  setLoop(key: number, loop: CrashLoop | undefined): void {
    if (loop === undefined) {
      this.loops.delete(key);
      return;
    }
    this.loops.set(key, loop);
    const { api, clock } = this.plane;
    for (const run of this.runs().all()) {
      const pod = api.pods.get(run.id);
      if (pod === undefined || !loop.matches(pod)) continue;
      for (const one of run.containers) {
        const endUs = Math.max(clock.nowUs, one.startedUs + loop.afterUs);
        if (one.lives && one.role !== 'init' && endUs < one.endUs) endProcess(one, endUs, 1);
      }
      this.runs().wake(run, clock.nowUs);
    }
  }

  /** Kills the process of a container; without a name that of the pod's first container. */
  kill(podId: number, container: string | undefined, code: number, reason = ''): void {
    const { api, clock } = this.plane;
    const run = this.runs().get(podId);
    const pod = api.pods.get(podId);
    if (run === undefined || pod === undefined) return;
    const hit = run.containers.find((one) =>
      container === undefined ? one.role === 'main' : one.specOf(pod).name === container,
    );
    if (hit === undefined || !hit.lives || hit.endUs <= clock.nowUs) return;
    endProcess(hit, clock.nowUs, code, reason);
    this.runs().wake(run, clock.nowUs);
  }

  /** What is left to do takes longer or less long from now on; SIGKILL comes when it was to come. */
  speedChanged(runtime: NodeRuntime, state: MachineState, before: MachineState): void {
    const { api, clock } = this.plane;
    const { nowUs } = clock;
    const factor = Math.max(LEAST_SPEED, before.speed) / Math.max(LEAST_SPEED, state.speed);
    const later = (us: number): number => (us > nowUs && us < Infinity ? nowUs + Math.ceil((us - nowUs) * factor) : us);
    for (const run of runtime.pods.values()) {
      const pod = api.pods.get(run.id);
      if (pod === undefined) continue;
      for (const one of run.containers) {
        one.upUs = later(one.upUs);
        one.endUs = later(one.endUs);
        if (one.endUs > one.killUs) endProcess(one, one.killUs, SIGKILL_CODE);
        planProbes(this.runs().life, pod, run, one);
      }
      this.runs().wake(run, nowUs);
    }
  }
}
