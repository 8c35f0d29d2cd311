import { NodeStates } from '../fleet/node-states.ts';
import type { LivingSpec, Streams } from '../living-spec.ts';
import type { DecisionRecord, HappeningRecord } from '../monitoring/living-result.ts';
import type { RequestModel } from '../requests/request-model.ts';
import type { Replica } from '../services/replica.ts';
import type { Simulation } from '../simulation.ts';

/** No run keeps more records of one kind than this; those that come later are counted only. */
const MOST_RECORDS = 20_000;

/**
 * The state that the controllers of a living cluster share: machines, replicas, requests, what has happened and what
 * was decided. The controllers act on it; it only answers.
 */
export class World {
  readonly spec: LivingSpec;
  readonly streams: Streams;
  readonly nodes: NodeStates;
  /** Set once, when the engine and the request model have been made. */
  simulation!: Simulation;
  requests!: RequestModel;

  /** Every replica there is or was, by its number. */
  readonly replicas: Replica[] = [];
  /** Those of each service that are not gone, oldest first. */
  readonly ofService: Replica[][];
  /** Replicas of each service that are ready. */
  readonly ready: number[];
  /** Replicas of each service whose machines have stopped unnoticed. */
  readonly dead: number[];
  /** Those on each node, and those that its stopped processes left behind. */
  readonly onNode: Replica[][];
  readonly bySlot = new Map<number, Replica>();
  /** Replicas asked for, by service. */
  readonly desired: number[];
  /** The version that new replicas get, by service; versions begin at 0. */
  readonly version: number[];
  /** How much slower than the first version each version works, how many of its answers are errors, and its memory over the first's. */
  readonly versions: { workFactor: number; errorShare: number; memFactor: number }[][];
  /** What a new replica requests; vertical scaling changes it. */
  readonly requestNow: { cpuMilli: number; memBytes: number }[];

  registryDown = false;
  controlPlaneDown = false;
  /** How soon after their start replicas of the service die; Infinity: not at all. */
  readonly crashAfterUs: number[];

  readonly decisions: DecisionRecord[] = [];
  readonly happenings: HappeningRecord[] = [];
  readonly counts = {
    evictions: 0,
    restarts: 0,
    oomKills: 0,
    scalingActions: 0,
    nodesBought: 0,
    recordsDropped: 0,
  };
  readonly evictionsOf: number[];
  readonly restartsOf: number[];

  constructor(spec: LivingSpec, streams: Streams) {
    this.spec = spec;
    this.streams = streams;
    this.nodes = new NodeStates(spec.groups, spec.zones);
    this.ofService = spec.services.map(() => []);
    this.ready = spec.services.map(() => 0);
    this.dead = spec.services.map(() => 0);
    this.onNode = Array.from({ length: this.nodes.count }, () => []);
    this.desired = spec.services.map((service) => service.replicas);
    this.version = spec.services.map(() => 0);
    this.versions = spec.services.map(() => [{ workFactor: 1, errorShare: 0, memFactor: 1 }]);
    this.requestNow = spec.services.map(({ request }) => ({ cpuMilli: request.cpuMilli, memBytes: request.memBytes }));
    this.crashAfterUs = spec.services.map(() => Infinity);
    this.evictionsOf = spec.services.map(() => 0);
    this.restartsOf = spec.services.map(() => 0);
  }

  get nowUs(): number {
    return this.simulation.nowUs;
  }

  /** Index of the node's zone in the spec; -1: none. */
  zoneOf(node: number): number {
    return this.nodes.places[node].zone;
  }

  /** Whether the control plane takes the replica for ready: it is, or it was when its machine stopped unnoticed. */
  seemsReady(replica: Replica): boolean {
    if (replica.state === 'ready') return true;
    return replica.state === 'dead' && replica.wasReady && this.nodes.lost[replica.node] === 0;
  }

  /** Replicas that the control plane takes for ready. */
  seeminglyReady(service: number): number {
    if (this.dead[service] === 0) return this.ready[service];
    let ready = 0;
    for (const replica of this.ofService[service]) if (this.seemsReady(replica)) ready++;
    return ready;
  }

  /**
   * Whether one ready replica of the service may be stopped on purpose, by its disruption budget. Without a budget
   * everything may (Kubernetes' rule).
   */
  mayDisrupt(service: number): boolean {
    const { minAvailable } = this.spec.services[service];
    if (minAvailable === undefined) return true;
    const least = Math.max(
      minAvailable.replicas ?? 0,
      Math.ceil((minAvailable.share ?? 0) * this.desired[service] - 1e-9),
    );
    return this.seeminglyReady(service) - 1 >= least;
  }

  happened(kind: string, about: string, what: string): void {
    if (this.happenings.length < MOST_RECORDS) this.happenings.push({ timeUs: this.nowUs, kind, about, what });
    else this.counts.recordsDropped++;
  }

  decided(record: Omit<DecisionRecord, 'timeUs'>): void {
    if (this.decisions.length < MOST_RECORDS) this.decisions.push({ timeUs: this.nowUs, ...record });
    else this.counts.recordsDropped++;
  }
}
