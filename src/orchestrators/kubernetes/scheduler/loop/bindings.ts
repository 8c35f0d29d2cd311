import type { ApiServer } from '../../api/api-server.ts';
import { aboutOf } from '../../api/about-of.ts';
import type { ControlPlane } from '../../api/control-plane.ts';
import { fullName } from '../../objects/full-name.ts';
import { hasEnded } from '../../objects/pod-state.ts';
import type { ClientBucket } from './client-bucket.ts';
import type { Trial } from './scheduling-cycle.ts';

/** Pods that are being bound beside the cycles, as fast as the client may call the API. */
export class Bindings {
  private readonly plane: ControlPlane;
  private readonly bucket: ClientBucket;
  private readonly callUs: number;
  private readonly onBound: (trial: Trial) => void;
  private readonly kind: number;
  private readonly trials = new Map<number, Trial>();

  /** `onBound` is told right before the API is. */
  constructor(plane: ControlPlane, bucket: ClientBucket, callUs: number, onBound: (trial: Trial) => void) {
    this.plane = plane;
    this.bucket = bucket;
    this.callUs = callUs;
    this.onBound = onBound;
    this.kind = plane.clock.apiKind((id) => this.bind(id));
  }

  get size(): number {
    return this.trials.size;
  }

  start(trial: Trial): void {
    const { clock } = this.plane;
    const { id } = trial.entry.pod;
    this.trials.set(id, trial);
    const timeUs = this.bucket.take(clock.nowUs) + this.callUs;
    if (timeUs === clock.nowUs) this.bind(id);
    else clock.at(timeUs, this.kind, id);
  }

  forget(id: number): void {
    this.trials.delete(id);
  }

  private bind(id: number): void {
    const trial = this.trials.get(id);
    this.trials.delete(id);
    const { api, chronicle } = this.plane;
    const pod = api.pods.get(id);
    // A pod that was deleted meanwhile has been taken out of the cache already.
    if (trial?.nodeName === undefined || pod === undefined || isSettled(api, id)) return;
    this.onBound(trial);
    const message = `Successfully assigned ${fullName(pod)} to ${trial.nodeName}`;
    chronicle.event(pod.spec.schedulerName, 'Normal', 'Scheduled', aboutOf(pod), message);
    api.bind(id, trial.nodeName);
  }
}

/** Whether nothing is left to do for a pod: it is gone, has ended, or has a node. */
export function isSettled(api: ApiServer, id: number): boolean {
  const pod = api.pods.get(id);
  return pod === undefined || hasEnded(pod) || pod.spec.nodeName !== undefined;
}
