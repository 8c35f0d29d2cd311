import { controllerOf, type ApiServer } from '../api/api-server.ts';
import { aboutOf } from '../api/about-of.ts';
import type { Component, ControlPlane } from '../api/control-plane.ts';
import { hasEnded } from '../objects/pod-state.ts';
import type { Pod } from '../objects/pod.ts';
import { evict } from './eviction.ts';

const COMPONENT = 'kubectl-drain';
/** After a refusal kubectl tries again in so long (`k8s.io/kubectl/pkg/drain`). */
const RETRY_US = 5_000_000;

/** How a drain ended: `pods` are those that were still there. */
export interface DrainResult {
  readonly nodeName: string;
  readonly outcome: 'drained' | 'timed-out' | 'node-gone';
  readonly beganUs: number;
  readonly pods: readonly string[];
}

interface Drain {
  readonly nodeName: string;
  readonly beganUs: number;
  readonly onEnd: ((result: DrainResult) => void) | undefined;
  /** Not evicted yet: how often each was refused, and since when. */
  readonly waiting: Map<number, { refusals: number; sinceUs: number }>;
  /** Evicted, and not gone yet. */
  readonly going: Set<number>;
  /** Sets the drains of one node apart. */
  readonly number: number;
}

/**
 * `kubectl drain --ignore-daemonsets --delete-emptydir-data --force`: cordons the node and evicts all its pods but those of
 * DaemonSets through the eviction API. What a budget refuses is tried again every 5 s, until the timeout if there is one.
 */
export class Drainer implements Component {
  private readonly plane: ControlPlane;
  private readonly api: ApiServer;
  private readonly drains = new Map<number, Drain>();
  private readonly retry: number;
  private readonly timeout: number;
  private begun = 0;

  constructor(plane: ControlPlane) {
    this.plane = plane;
    this.api = plane.api;
    this.retry = plane.clock.apiKind((number) => this.tryAll(number));
    this.timeout = plane.clock.apiKind((number) => this.giveUp(number));
    plane.api.pods.watch((pod, before) => {
      if (pod !== undefined || this.drains.size === 0) return;
      for (const drain of this.drains.values()) {
        // Looked at outside of the change.
        const known = drain.going.delete(before!.id) || drain.waiting.delete(before!.id);
        if (known && drain.going.size + drain.waiting.size === 0) this.plane.clock.after(0, this.retry, drain.number);
      }
    });
  }

  begin(): void {}

  /** Begins to drain; tells `onEnd` when the last pod is gone, or time is up. Not before the present event is over. */
  drain(
    nodeName: string,
    options: { readonly timeoutSeconds?: number; readonly onEnd?: (result: DrainResult) => void } = {},
  ): void {
    const node = this.api.nodes.named('', nodeName);
    const { nowUs } = this.plane.clock;
    const number = this.begun++;
    const drain: Drain = {
      nodeName,
      beganUs: nowUs,
      onEnd: options.onEnd,
      waiting: new Map(),
      going: new Set(),
      number,
    };
    this.drains.set(number, drain);
    if (node !== undefined) {
      if (!node.spec.unschedulable) this.api.update('Node', node.id, { spec: { ...node.spec, unschedulable: true } });
      for (const pod of this.api.pods.all())
        if (pod.spec.nodeName === nodeName && isToGo(pod)) drain.waiting.set(pod.id, { refusals: 0, sinceUs: nowUs });
      const text = `node/${nodeName} cordoned, ${drain.waiting.size} pods to evict`;
      this.plane.chronicle.event(COMPONENT, 'Normal', 'DrainStarted', `Node ${nodeName}`, text);
    }
    this.plane.clock.after(0, this.retry, number);
    const { timeoutSeconds } = options;
    if (timeoutSeconds !== undefined && timeoutSeconds > 0)
      this.plane.clock.after(timeoutSeconds * 1_000_000, this.timeout, number);
  }

  private tryAll(number: number): void {
    const drain = this.drains.get(number);
    if (drain === undefined) return;
    if (this.api.nodes.named('', drain.nodeName) === undefined) {
      this.end(drain, 'node-gone');
      return;
    }
    let refused = 0;
    for (const id of drain.waiting.keys()) {
      const pod = this.api.pods.get(id);
      if (pod !== undefined && !this.tryOne(drain, pod)) refused++;
    }
    if (drain.waiting.size + drain.going.size === 0) this.end(drain, 'drained');
    else if (refused > 0) this.plane.clock.after(RETRY_US, this.retry, number);
  }

  /** Whether the pod was evicted. */
  private tryOne(drain: Drain, pod: Pod): boolean {
    const { chronicle, clock } = this.plane;
    const state = drain.waiting.get(pod.id)!;
    const about = aboutOf(pod);
    // First, since a pod that no kubelet has is gone at once.
    drain.going.add(pod.id);
    const answer = evict(this.api, pod);
    if (!answer.allowed) {
      drain.going.delete(pod.id);
      if (state.refusals++ === 0) {
        const text = `error when evicting pods/"${pod.metadata.name}" (will retry after 5s): ${answer.why}`;
        chronicle.event(COMPONENT, 'Warning', 'EvictionRefused', about, text);
        chronicle.decision({
          component: COMPONENT,
          about,
          what: 'wait',
          why: answer.why,
          limitedBy: 'PodDisruptionBudget',
        });
      } else this.noteWait(state.sinceUs, pod);
      return false;
    }
    drain.waiting.delete(pod.id);
    const after =
      state.refusals === 0 ? '' : ` after ${state.refusals} refusals in ${(clock.nowUs - state.sinceUs) / 1e6} s`;
    chronicle.event(COMPONENT, 'Normal', 'Evicted', about, `evicted from ${drain.nodeName}${after}`);
    if (state.refusals > 0) this.noteWait(state.sinceUs, pod);
    return true;
  }

  /** The pod has waited until now; noted again and again, since the run may end before the drain does. */
  private noteWait(fromUs: number, pod: Pod): void {
    const timer = 'drain waits for a PodDisruptionBudget';
    this.plane.chronicle.timer({ fromUs, toUs: this.plane.clock.nowUs, timer, about: aboutOf(pod) });
  }

  private giveUp(number: number): void {
    const drain = this.drains.get(number);
    if (drain === undefined) return;
    for (const [id, { refusals, sinceUs }] of drain.waiting) {
      const pod = this.api.pods.get(id);
      if (pod !== undefined && refusals > 0) this.noteWait(sinceUs, pod);
    }
    this.end(drain, 'timed-out');
  }

  private end(drain: Drain, outcome: DrainResult['outcome']): void {
    this.drains.delete(drain.number);
    const { chronicle, clock } = this.plane;
    const left = [...drain.waiting.keys(), ...drain.going].map((id) => this.api.pods.get(id));
    const pods = left.filter((pod) => pod !== undefined).map((pod) => pod.metadata.name);
    const about = `Node ${drain.nodeName}`;
    const lasted = (clock.nowUs - drain.beganUs) / 1e6;
    if (outcome === 'drained')
      chronicle.event(COMPONENT, 'Normal', 'Drained', about, `node/${drain.nodeName} drained in ${lasted} s`);
    else if (outcome === 'timed-out')
      chronicle.event(
        COMPONENT,
        'Warning',
        'DrainTimedOut',
        about,
        `drain did not complete within ${lasted} s; still there: ${pods.join(', ')}`,
      );
    else chronicle.event(COMPONENT, 'Normal', 'DrainEnded', about, `node/${drain.nodeName} is gone`);
    drain.onEnd?.({ nodeName: drain.nodeName, outcome, beganUs: drain.beganUs, pods });
  }
}

/** Pods of DaemonSets stay: they would be back at once. So do those that have ended; kubectl deletes these, which changes nothing here. */
function isToGo(pod: Pod): boolean {
  return controllerOf(pod)?.kind !== 'DaemonSet' && !hasEnded(pod);
}
