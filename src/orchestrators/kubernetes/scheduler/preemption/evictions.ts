import type { ControlPlane } from '../../api/control-plane.ts';
import { aboutOf } from '../../api/about-of.ts';
import type { Pod } from '../../objects/pod.ts';
import type { ClientBucket } from '../loop/client-bucket.ts';
import type { PreemptionCandidate } from './pick-candidate.ts';

/** What evictions ask of the scheduler. */
export interface EvictionHooks {
  /** Sends a pod that waits for its gang back to the queue; false: it does not wait. */
  rejectWaiting(podId: number): boolean;
  /** Takes the kept node away from pods of lower priority than this one. */
  clearNominations(preemptor: Pod, nodeName: string): void;
  /** Lets a pod be tried again: nothing that is still to come would wake it. */
  activate(podId: number): void;
}

interface Running {
  readonly preemptor: Pod;
  readonly nodeName: string;
  readonly victims: readonly number[];
  /** Whether all but the last have been told. */
  last: boolean;
}

/**
 * Tells victims to go while the scheduler does other things (asynchronous preemption, KEP-4832; executor.go of
 * pkg/scheduler/framework/preemption): all but the last at once, then the last. Until then the preemptor is held back,
 * since the end of the others alone would not let it in. Each victim takes two calls (its status, its deletion), and a
 * round of calls as long as a binding.
 */
export class Evictions {
  private readonly plane: ControlPlane;
  private readonly bucket: ClientBucket;
  private readonly callUs: number;
  private readonly hooks: EvictionHooks;
  private readonly kind: number;
  private readonly running = new Map<number, Running>();

  constructor(plane: ControlPlane, bucket: ClientBucket, callUs: number, hooks: EvictionHooks) {
    this.plane = plane;
    this.bucket = bucket;
    this.callUs = callUs;
    this.hooks = hooks;
    this.kind = plane.clock.apiKind((id) => this.round(id));
  }

  /** Pods whose victims have not all been told. */
  get size(): number {
    return this.running.size;
  }

  /** Begins; victims that are going already are not told again. */
  start(preemptor: Pod, plan: PreemptionCandidate): void {
    const { api } = this.plane;
    const victims = plan.victims
      .map(({ id }) => id)
      .filter((id) => {
        const victim = api.pods.get(id);
        return victim !== undefined && victim.metadata.deletionUs === undefined;
      });
    if (victims.length === 0) return;
    this.running.set(preemptor.id, { preemptor, nodeName: plan.nodeName, victims, last: victims.length === 1 });
    this.ask(preemptor.id, victims.length === 1 ? 1 : victims.length - 1);
  }

  /** Whether the pod's victims have not all been told yet. Its last one may be known to go before the call returns. */
  isRunning(podId: number): boolean {
    const running = this.running.get(podId);
    if (running === undefined) return false;
    if (!running.last) return true;
    const last = this.plane.api.pods.get(running.victims[running.victims.length - 1]);
    return last !== undefined && last.metadata.deletionUs === undefined;
  }

  private round(id: number): void {
    const running = this.running.get(id);
    if (running === undefined) return;
    const { preemptor, nodeName, victims } = running;
    if (!running.last || victims.length === 1) this.hooks.clearNominations(preemptor, nodeName);
    if (running.last) {
      const wasThere = this.evict(running, victims[victims.length - 1]);
      this.running.delete(id);
      if (!wasThere) this.hooks.activate(id);
      return;
    }
    for (let k = 0; k < victims.length - 1; k++) this.evict(running, victims[k]);
    running.last = true;
    this.ask(id, 1);
  }

  private ask(id: number, victims: number): void {
    const { clock } = this.plane;
    clock.at(this.bucket.take(clock.nowUs, 2 * victims) + this.callUs, this.kind, id);
  }

  /** False: it is gone already. */
  private evict({ preemptor, nodeName }: Running, id: number): boolean {
    const { api, chronicle } = this.plane;
    const victim = api.pods.get(id);
    if (victim === undefined) return false;
    if (!this.hooks.rejectWaiting(id)) api.deletePod(id, { disruptionTarget: 'PreemptionByScheduler' });
    const message = `Preempted by pod ${preemptor.metadata.uid} on node ${nodeName}`;
    chronicle.event(preemptor.spec.schedulerName, 'Normal', 'Preempted', aboutOf(victim), message);
    return true;
  }
}
