import type { RequestModel } from '../../../sim/requests/request-model.ts';

/** What is known of a replica (a pod, a container) when its endpoint is put right. */
export interface BackendFacts {
  /** Whether balancers send requests to it, and how many relative to others; absent: 1. */
  readonly listed: boolean;
  readonly weight?: number;
  /** Which process runs there, by the number of its restarts; -1: none. */
  readonly process: number;
  /** Whether that process takes requests: it has booted and was not told to stop. */
  readonly accepts: boolean;
  /** Whether anything reaches its machine. */
  readonly reachable: boolean;
  readonly speed: number;
  readonly errorShare: number;
  readonly zone: number;
}

/**
 * One replica behind one service, in the request model. The process that serves is an endpoint; where balancers still
 * send requests to a replica whose process does not take them, a second endpoint turns them away at once, as a machine
 * does with connections to a port where nobody listens.
 */
export class Backend {
  readonly service: number;
  private readonly name: string;
  private readonly model: RequestModel;
  private readonly refusingSpeed: number;
  private process = -1;
  private live = -1;
  private refusing = -1;
  private weight = 1;
  private reachable = true;
  private refusalsReachable = true;
  private refusalsWeight = 1;
  private speed = 1;
  private errorShare = 0;
  private pastBusyUs = 0;
  private pastStarted = 0;

  /** `refusingSpeed`: how fast requests are turned away that reach a machine where nobody listens, 1 being the speed of work. */
  constructor(model: RequestModel, service: number, name: string, refusingSpeed: number) {
    this.model = model;
    this.refusingSpeed = refusingSpeed;
    this.service = service;
    this.name = name;
  }

  /** Brings the model in line with the facts. The model must have flowed up to now. */
  apply(facts: BackendFacts): void {
    const { model } = this;
    if (this.live >= 0 && facts.process !== this.process) this.dropLive();
    const takes = facts.listed && facts.accepts;
    if (this.live < 0 && takes) {
      this.process = facts.process;
      this.live = this.add(facts.zone, facts.speed);
      this.weight = 1;
      this.reachable = true;
      this.speed = facts.speed;
      this.errorShare = 0;
    }
    if (this.live >= 0) {
      const weight = takes ? (facts.weight ?? 1) : 0;
      if (weight !== this.weight) model.setWeight(this.live, (this.weight = weight));
      if (facts.speed !== this.speed) model.setSpeed(this.live, (this.speed = facts.speed));
      if (facts.errorShare !== this.errorShare) model.setErrorShare(this.live, (this.errorShare = facts.errorShare));
      if (facts.reachable !== this.reachable) model.setReachable(this.live, (this.reachable = facts.reachable));
    }
    this.refuse(facts.listed && !facts.accepts, facts);
  }

  /** Neither a process nor anyone who sends to it. */
  drop(): void {
    this.dropLive();
    if (this.refusing >= 0) this.model.remove(this.refusing);
    this.refusing = -1;
  }

  get isServing(): boolean {
    return this.live >= 0;
  }

  /** Time that places of its processes were busy, in all. */
  get busyUs(): number {
    return this.pastBusyUs + (this.live < 0 ? 0 : this.model.busyUs(this.live));
  }

  /** Requests that its processes have begun to serve. */
  get started(): number {
    return this.pastStarted + (this.live < 0 ? 0 : this.model.started(this.live));
  }

  get inFlight(): number {
    return this.live < 0 ? 0 : this.model.inFlight(this.live);
  }

  private refuse(refuses: boolean, { zone, reachable, weight = 1 }: BackendFacts): void {
    const { model } = this;
    if (!refuses) {
      if (this.refusing >= 0) model.remove(this.refusing);
      this.refusing = -1;
      return;
    }
    if (this.refusing < 0) {
      this.refusing = this.add(zone, this.refusingSpeed);
      model.setErrorShare(this.refusing, 1);
      this.refusalsReachable = true;
      this.refusalsWeight = 1;
    }
    if (weight !== this.refusalsWeight) model.setWeight(this.refusing, (this.refusalsWeight = weight));
    if (reachable !== this.refusalsReachable) model.setReachable(this.refusing, (this.refusalsReachable = reachable));
  }

  private add(zone: number, speed: number): number {
    return this.model.addEndpoint({ service: this.service, name: this.name, zone, speed, weight: 1 });
  }

  private dropLive(): void {
    if (this.live < 0) return;
    const { live, model } = this;
    this.pastBusyUs += model.busyUs(live);
    this.pastStarted += model.started(live);
    model.remove(live);
    this.live = -1;
  }
}
