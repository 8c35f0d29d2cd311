import FastPriorityQueue from 'fastpriorityqueue';
import type { Workload } from '../../recording/workload-counts.ts';
import type { ControlPlane } from '../api/control-plane.ts';
import { servingProcess } from '../behaviour/serving-process.ts';
import type { WorkloadBehaviour } from '../behaviour/workload-behaviour.ts';
import type { Machines } from '../nodes/machines.ts';
import { fullName } from '../objects/full-name.ts';
import type { Pod } from '../objects/pod.ts';
import type { Workloads } from './workloads.ts';

export interface AnsweringPodsParts {
  readonly plane: Pick<ControlPlane, 'api' | 'clock'>;
  readonly machines: Pick<Machines, 'state' | 'watch'>;
  readonly behaviour: Pick<WorkloadBehaviour, 'bootUs'>;
  readonly workloads: Workloads;
  /** Told of every pod that begins to answer or answers no more, in order of time but perhaps late. */
  readonly told: (pod: AnsweringPod, answers: boolean, atUs: number) => void;
}

/** A pod that may answer. */
export interface AnsweringPod {
  readonly id: number;
  /** As timers speak of it: `shop/web-1`. */
  readonly name: string;
  readonly workload: Workload | undefined;
  readonly nodeName: string | undefined;
}

interface Watched extends AnsweringPod {
  nodeName: string | undefined;
  answers: boolean;
  /** When that changes by time alone; NaN: it does not. */
  dueUs: number;
}

/**
 * Which pods really answer: the process that serves has booted and was not told to stop, and its machine works, does not
 * stand still and can be reached. It is reckoned when somebody asks, without events of its own.
 */
class AnsweringPods {
  private readonly parts: AnsweringPodsParts;
  private readonly pods = new Map<number, Watched>();
  private readonly onNode = new Map<string, Set<number>>();
  private readonly due = new FastPriorityQueue<{ readonly atUs: number; readonly podId: number }>(
    (a, b) => a.atUs < b.atUs || (a.atUs === b.atUs && a.podId < b.podId),
  );

  constructor(parts: AnsweringPodsParts) {
    this.parts = parts;
    const { plane, machines, workloads } = parts;
    workloads.knowAnswering();
    for (const pod of plane.api.pods.all()) this.note(pod);
    plane.api.pods.watch((pod, before) => {
      if (pod === undefined) this.drop(before!.id);
      else if (before === undefined || hasChanged(pod, before)) this.note(pod);
    });
    machines.watch((nodeName) => this.noteNode(nodeName));
    plane.api.nodes.watch((node, before) => {
      if (node === undefined) this.noteNode(before!.metadata.name);
    });
    workloads.catchUp = () => this.catchUp();
  }

  /** What time alone has changed up to now. */
  catchUp(): void {
    const { nowUs } = this.parts.plane.clock;
    for (let next = this.due.peek(); next !== undefined && next.atUs <= nowUs; next = this.due.peek()) {
      this.due.poll();
      if (this.pods.get(next.podId)?.dueUs !== next.atUs) continue;
      const pod = this.parts.plane.api.pods.get(next.podId);
      if (pod !== undefined) this.reckon(pod, next.atUs);
    }
  }

  private noteNode(nodeName: string): void {
    for (const podId of this.onNode.get(nodeName) ?? []) {
      const pod = this.parts.plane.api.pods.get(podId);
      if (pod !== undefined) this.note(pod);
    }
  }

  private note(pod: Pod): void {
    this.catchUp();
    let watched = this.pods.get(pod.id);
    if (watched === undefined) {
      const workload = this.parts.workloads.of(pod);
      watched = { id: pod.id, name: fullName(pod), workload, nodeName: undefined, answers: false, dueUs: Number.NaN };
      this.pods.set(pod.id, watched);
    }
    const { nodeName } = pod.spec;
    if (nodeName !== undefined && watched.nodeName === undefined) {
      watched.nodeName = nodeName;
      const there = this.onNode.get(nodeName);
      if (there === undefined) this.onNode.set(nodeName, new Set([pod.id]));
      else there.add(pod.id);
    }
    this.reckon(pod, this.parts.plane.clock.nowUs);
  }

  private reckon(pod: Pod, atUs: number): void {
    const watched = this.pods.get(pod.id)!;
    const { nodeName } = watched;
    watched.dueUs = Number.NaN;
    if (nodeName === undefined) return;
    const { works, cutOff, speed } = this.parts.machines.state(nodeName);
    const found = servingProcess(pod, speed, this.parts.behaviour);
    if (found !== undefined) {
      const dueUs = found.fromUs > atUs ? found.fromUs : found.untilUs > atUs ? found.untilUs : Infinity;
      if (dueUs < Infinity) {
        watched.dueUs = dueUs;
        this.due.add({ atUs: dueUs, podId: pod.id });
      }
    }
    const takes = found !== undefined && found.fromUs <= atUs && atUs < found.untilUs;
    this.set(watched, takes && works && !cutOff && speed > 0, atUs);
  }

  private drop(podId: number): void {
    this.catchUp();
    const watched = this.pods.get(podId);
    if (watched === undefined) return;
    this.set(watched, false, this.parts.plane.clock.nowUs);
    this.pods.delete(podId);
    const there = watched.nodeName === undefined ? undefined : this.onNode.get(watched.nodeName);
    there?.delete(podId);
    if (there?.size === 0) this.onNode.delete(watched.nodeName!);
  }

  private set(watched: Watched, answers: boolean, atUs: number): void {
    if (answers === watched.answers) return;
    watched.answers = answers;
    if (watched.workload !== undefined) this.parts.workloads.changeAnswering(watched.workload, answers ? 1 : -1, atUs);
    this.parts.told(watched, answers, atUs);
  }
}

/** Keeps the workloads' numbers of pods that answer, and tells of each pod. */
export function watchAnswering(parts: AnsweringPodsParts): AnsweringPods {
  return new AnsweringPods(parts);
}

/** Whether anything has changed that it depends on. */
function hasChanged(pod: Pod, before: Pod): boolean {
  return (
    pod.status.containers !== before.status.containers ||
    pod.metadata.deletionUs !== before.metadata.deletionUs ||
    pod.metadata.deletionGracePeriodSeconds !== before.metadata.deletionGracePeriodSeconds ||
    pod.spec.nodeName !== before.spec.nodeName
  );
}
