import type { PodRequest } from '../pod-request.ts';
import type { ReplicaSample } from '../scaling/horizontal-policy.ts';
import type { FleetPod } from '../scaling/node-policy.ts';
import { ReplicaReadings } from './replica-readings.ts';

/**
 * Where a replica is on its way: `pending` (no node has room), `pulling` its image, `booting` (until its first good
 * readiness probe), `ready`, `unready` (alive but not sent requests), `waiting` (crashed, to be started again),
 * `dead` (its machine has stopped and nobody knows), `terminating`, `gone`.
 */
export type ReplicaState =
  'pending' | 'pulling' | 'booting' | 'ready' | 'unready' | 'waiting' | 'dead' | 'terminating' | 'gone';

/** One replica of a service. The controllers of `src/sim/living/` move it from state to state. */
export class Replica {
  readonly id: number;
  readonly service: number;
  readonly version: number;
  readonly name: string;
  request: PodRequest;
  state: ReplicaState = 'pending';
  /** Its pod's slot in the simulation; -1 when the pod is gone. */
  slot = -1;
  node = -1;
  /** Its number in the request model; -1 when it is sent nothing. */
  endpoint = -1;
  readonly submittedUs: number;
  placedUs = -1;
  /** When its process started last. */
  startedUs = -1;
  /** Of its last start, what the machinery takes beyond image and boot (`StartUpSpec.overhead`). */
  overheadUs = 0;
  /** When it became ready or stopped being it last; -1: it never was. */
  changedUs = -1;
  /** When the next thing happens to it; an event at another time is out of date. */
  dueUs = Number.NaN;
  warmUntilUs = -1;
  /** The kill comes at the latest then. */
  killAtUs = Infinity;
  /** It has nothing left to do and is gone then; NaN: not so far. */
  endsUs = Number.NaN;
  /** Restarts without a long quiet time between them; the wait before the next grows with it. */
  crashes = 0;
  pullTries = 0;
  /** By what CPU contention and its limit slow it down, 1: not at all. */
  cpuFactor = 1;
  /** The speed that the request model was told last. */
  speed = 1;
  /** Its share of traffic relative to the others, as a deployment wants it. */
  weight = 1;
  /** Whether it was ready when its machine stopped: it is taken for ready until someone notices. */
  wasReady = false;
  /** Since when its readiness probe would fail, and its liveness probe; NaN: it would succeed. */
  unreadySinceUs = Number.NaN;
  hungSinceUs = Number.NaN;
  busyUsAtTick = 0;
  busyUsAtScrape = 0;
  /** Cores it would use at full speed, in millicores, mean over the last tick. */
  wantsMilli = 0;
  /** Nothing was at it, nothing on its way to it, and it was well, when it was looked at last; false after any change of its state. */
  isEmpty = false;
  memBytes = 0;
  readonly readings = new ReplicaReadings();
  /** What horizontal policies see of it, filled anew for each decision. */
  readonly sample: { -readonly [Field in keyof ReplicaSample]: ReplicaSample[Field] } = {
    state: 'pending',
    startedUs: -1,
    changedUs: -1,
    sampledUs: -1,
    cpuUsageMilli: 0,
    cpuRequestMilli: 0,
    memUsageBytes: 0,
    memRequestBytes: 0,
  };
  /** What node policies see of its pod; made anew when that changes. */
  fleetPod: FleetPod | undefined;

  constructor(id: number, service: number, version: number, name: string, request: PodRequest, submittedUs: number) {
    this.id = id;
    this.service = service;
    this.version = version;
    this.name = name;
    this.request = request;
    this.submittedUs = submittedUs;
  }

  /** Whether it counts towards the replicas that are asked for. */
  get counts(): boolean {
    return this.state !== 'terminating' && this.state !== 'gone';
  }

  /** Whether its process has been started and not ended. */
  get runs(): boolean {
    return this.state === 'ready' || this.state === 'unready' || this.state === 'terminating';
  }
}
