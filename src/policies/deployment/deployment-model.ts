import type { DeploymentView, VersionCounts } from '../../sim/services/deployment-policy.ts';
import { seconds } from '../../sim/time.ts';

/** How replicas of the model behave; each is asked once a replica. */
export interface ReplicaBehaviour {
  /** Seconds until a new replica is ready; Infinity: never. */
  readonly readyAfterS: () => number;
  /** Seconds from the order to stop to the end. */
  readonly stopsAfterS: () => number;
}

/** How the versions answer, per second. */
export interface TrafficBehaviour {
  readonly requestsPerSecond: number;
  readonly oldBadShare: number;
  readonly newBadShare: number;
  readonly oldMeanUs: number;
  readonly newMeanUs: number;
}

const NO_TRAFFIC: TrafficBehaviour = {
  requestsPerSecond: 0,
  oldBadShare: 0,
  newBadShare: 0,
  oldMeanUs: 0,
  newMeanUs: 0,
};

/** A service during a deployment, as small as can be: replicas that become ready or never do, and that take time to stop. */
export class DeploymentModel {
  readonly #desired: number;
  readonly #behaviour: ReplicaBehaviour;
  readonly #traffic: TrafficBehaviour;
  /** When each replica of a version is ready, and when each that stops is gone. */
  readonly #old: Version;
  readonly #new: Version = new Version();
  #nowUs = 0;
  #share: number | undefined;

  /** Begins with as many old replicas as are asked for, all ready. */
  constructor(desired: number, behaviour: ReplicaBehaviour, traffic: TrafficBehaviour = NO_TRAFFIC) {
    this.#desired = desired;
    this.#behaviour = behaviour;
    this.#traffic = traffic;
    this.#old = new Version(desired);
  }

  view(): DeploymentView {
    return {
      nowUs: this.#nowUs,
      beganUs: 0,
      desired: this.#desired,
      old: this.#old.counts(this.#nowUs, this.#traffic.oldMeanUs),
      new: this.#new.counts(this.#nowUs, this.#traffic.newMeanUs),
      trafficShare: this.#share,
    };
  }

  /** Does what a step says. */
  apply(step: { readonly start: number; readonly stop: number; readonly trafficShare?: number }): void {
    for (let k = 0; k < step.start; k++) this.#new.readyUs.push(this.#nowUs + seconds(this.#behaviour.readyAfterS()));
    this.#old.stop(step.stop, this.#nowUs, () => seconds(this.#behaviour.stopsAfterS()));
    this.#share = step.trafficShare;
  }

  /** Lets time pass, and requests be answered in whole seconds. */
  advanceTo(nowUs: number): void {
    const { requestsPerSecond, oldBadShare, newBadShare } = this.#traffic;
    const passed = (nowUs - this.#nowUs) / seconds(1);
    const before = this.view();
    const ready = before.old.ready + before.new.ready;
    const share = this.#share ?? (ready > 0 ? before.new.ready / ready : 0);
    this.#new.answer(requestsPerSecond * passed * share, newBadShare);
    this.#old.answer(requestsPerSecond * passed * (1 - share), oldBadShare);
    this.#nowUs = nowUs;
    this.#old.forget(nowUs);
    this.#new.forget(nowUs);
  }
}

class Version {
  readonly readyUs: number[];
  #goneUs: number[] = [];
  #served = 0;
  #bad = 0;

  constructor(ready = 0) {
    this.readyUs = new Array<number>(ready).fill(0);
  }

  counts(nowUs: number, meanUs: number): VersionCounts {
    return {
      total: this.readyUs.length,
      ready: this.readyUs.filter((readyUs) => readyUs <= nowUs).length,
      stopping: this.#goneUs.length,
      served: this.#served,
      bad: this.#bad,
      meanUs: this.#served > 0 ? meanUs : 0,
    };
  }

  /** Those that will be ready last are stopped first: none that is ready before one that is not. */
  stop(count: number, nowUs: number, stopsAfterUs: () => number): void {
    this.readyUs.sort((a, b) => a - b);
    for (let k = 0; k < count; k++) {
      this.readyUs.pop();
      this.#goneUs.push(nowUs + stopsAfterUs());
    }
  }

  answer(requests: number, badShare: number): void {
    this.#served += requests * (1 - badShare);
    this.#bad += requests * badShare;
  }

  forget(nowUs: number): void {
    this.#goneUs = this.#goneUs.filter((goneUs) => goneUs > nowUs);
  }
}
