import { DECIDE } from '../journal.ts';
import type { DeploymentPolicy, DeploymentStep, VersionCounts } from '../services/deployment-policy.ts';
import type { Replica } from '../services/replica.ts';
import { seconds } from '../time.ts';
import { DEPLOY_EVENT, DEPLOY_STEP_EVENT, RANK } from './event-kinds.ts';
import type { ReplicaControl } from './replica-control.ts';
import { leastMissed } from './service-control.ts';
import type { World } from './world.ts';

/** A deployment is looked at after each change of its replicas, and at least so often. */
const LOOK_US = seconds(1);

interface Rollout {
  readonly policy: DeploymentPolicy;
  readonly machine: ReturnType<DeploymentPolicy['make']>;
  readonly beganUs: number;
  /** The last version that was brought out to its end, and the one it brings; the same where it restores that one. */
  readonly from: number;
  readonly to: number;
  trafficShare: number | undefined;
  lastWhy: string;
  /** Crashes of replicas of the new version. */
  failures: number;
  /** What each endpoint had answered when the deployment began. */
  readonly before: ReadonlyMap<number, Answers>;
  /** What endpoints that are gone answered in the deployment, of the old versions and of the new one. */
  readonly gone: { readonly old: Answers; readonly new: Answers };
}

interface Answers {
  served: number;
  bad: number;
  sumUs: number;
}

/** Carries services from one version to the next, in steps that the deployment's policy decides. */
export class DeploymentControl {
  private readonly world: World;
  private readonly replicas: ReplicaControl;
  private readonly rollouts: (Rollout | undefined)[];
  /** When each service's deployment is looked at next; an event at another time is out of date. */
  private readonly lookAtUs: number[];
  private stepping = false;
  /** Told when a service is back in the hands of its usual controller. */
  onEnd: (service: number) => void = () => {};

  constructor(world: World, replicas: ReplicaControl) {
    this.world = world;
    this.replicas = replicas;
    this.rollouts = world.spec.services.map(() => undefined);
    this.lookAtUs = world.spec.services.map(() => Number.NaN);
  }

  begin(): void {
    this.world.spec.deployments.forEach(({ atUs }, k) =>
      this.world.simulation.schedule(Math.max(atUs, this.world.nowUs), RANK.decision, DEPLOY_EVENT, k),
    );
  }

  isDeploying(service: number): boolean {
    return this.rollouts[service] !== undefined;
  }

  /**
   * A new version is to be brought out, a change of the one before. A deployment that is still going on gives way, but
   * what it did not finish is nothing to come back to.
   */
  deploy(index: number): void {
    const { world } = this;
    const { service, policy, workFactor, failureShare, memFactor } = world.spec.deployments[index];
    const to = world.versions[service].length;
    const latest = world.version[service];
    const from = this.rollouts[service]?.from ?? latest;
    const old = world.versions[service][latest];
    world.versions[service].push({
      workFactor: old.workFactor * workFactor,
      errorShare: failureShare,
      memFactor: old.memFactor * memFactor,
    });
    this.roll(service, policy, from, to);
    world.happened('deployment', world.spec.services[service].name, `version ${to + 1} by ${policy.name}`);
    world.simulation.note(DECIDE, service, -to);
    this.step(service);
    this.plan(service);
  }

  private roll(service: number, policy: DeploymentPolicy, from: number, to: number): void {
    const { world } = this;
    world.version[service] = to;
    this.rollouts[service] = {
      policy,
      machine: policy.make(),
      beganUs: world.nowUs,
      from,
      to,
      trafficShare: undefined,
      lastWhy: '',
      failures: 0,
      before: this.answersNow(service),
      gone: { old: { served: 0, bad: 0, sumUs: 0 }, new: { served: 0, bad: 0, sumUs: 0 } },
    };
  }

  /** The regular look. */
  look(service: number): void {
    if (this.rollouts[service] === undefined || this.lookAtUs[service] !== this.world.nowUs) return;
    if (!this.world.controlPlaneDown) this.step(service);
    if (this.isDeploying(service)) this.plan(service);
  }

  /** Something about its replicas has changed. */
  changed(service: number): void {
    if (!this.stepping && this.isDeploying(service) && !this.world.controlPlaneDown) this.step(service);
  }

  /** A process has died; if it is of a new version, its deployment hears of it. */
  crashed(replica: Replica): void {
    const rollout = this.rollouts[replica.service];
    if (rollout !== undefined && replica.version === rollout.to) rollout.failures++;
  }

  /** An endpoint is no more; what it answered still counts. */
  endpointGone(replica: Replica): void {
    const rollout = this.rollouts[replica.service];
    if (rollout === undefined) return;
    const gone = replica.version === rollout.to ? rollout.gone.new : rollout.gone.old;
    this.addAnswers(gone, replica.endpoint, rollout);
  }

  private plan(service: number): void {
    const timeUs = this.world.nowUs + LOOK_US;
    this.lookAtUs[service] = timeUs;
    this.world.simulation.schedule(timeUs, RANK.decision, DEPLOY_STEP_EVENT, service);
  }

  private step(service: number): void {
    const { world } = this;
    const rollout = this.rollouts[service];
    if (rollout === undefined) return;
    this.stepping = true;
    const isNew = (replica: Replica): boolean => replica.version === rollout.to;
    const step = rollout.machine.step({
      nowUs: world.nowUs,
      beganUs: rollout.beganUs,
      desired: world.desired[service],
      old: this.countsOf(rollout, service, (replica) => !isNew(replica), rollout.gone.old),
      new: { ...this.countsOf(rollout, service, isNew, rollout.gone.new), failures: rollout.failures },
      trafficShare: rollout.trafficShare,
    });
    this.carryOut(service, rollout, step);
    this.stepping = false;
  }

  private carryOut(service: number, rollout: Rollout, step: DeploymentStep): void {
    const { world } = this;
    for (let k = 0; k < step.start; k++) this.replicas.start(service, rollout.to);
    if (step.stop > 0) this.stop(service, (replica) => replica.version !== rollout.to, step.stop);
    rollout.trafficShare = step.trafficShare;
    this.split(service, rollout);
    if (step.start > 0 || step.stop > 0 || step.end !== undefined || step.why !== rollout.lastWhy) {
      rollout.lastWhy = step.why;
      world.decided({
        by: 'deployment',
        policy: rollout.policy.name,
        about: world.spec.services[service].name,
        what: describe(step),
        why: step.why,
      });
    }
    if (step.end === undefined) return;
    this.rollouts[service] = undefined;
    this.weigh(service, () => 1);
    if (step.end === 'roll-back' && rollout.from !== rollout.to) {
      world.version[service] = rollout.from;
      this.stop(service, (replica) => replica.version === rollout.to, Infinity);
      world.happened('rolled-back', world.spec.services[service].name, step.why);
      // Replicas of a version that was overtaken before it was finished give way in the usual steps.
      if (world.ofService[service].some((replica) => replica.counts && replica.version !== rollout.from)) {
        this.roll(service, rollout.policy, rollout.from, rollout.from);
        this.plan(service);
        return;
      }
    } else {
      this.stop(service, (replica) => replica.version !== rollout.to, Infinity);
      world.happened('deployed', world.spec.services[service].name, `version ${rollout.to + 1}`);
    }
    this.onEnd(service);
  }

  private stop(service: number, which: (replica: Replica) => boolean, count: number): void {
    const there = this.world.ofService[service].filter((replica) => replica.counts && which(replica));
    for (const replica of leastMissed(this.world, there).slice(0, count === Infinity ? undefined : count))
      this.replicas.stop(replica);
  }

  /** Weights that give the new version its share of traffic: by number of replicas, unless the policy asks for another. */
  private split(service: number, rollout: Rollout): void {
    const share = rollout.trafficShare;
    if (share === undefined) {
      this.weigh(service, () => 1);
      return;
    }
    const ready = this.world.ofService[service].filter((replica) => this.world.seemsReady(replica));
    const fresh = ready.filter((replica) => replica.version === rollout.to).length;
    const old = ready.length - fresh;
    // Without anyone on one side the other gets all of it.
    const freshWeight = fresh > 0 && old > 0 ? share / fresh : 1;
    const oldWeight = fresh > 0 && old > 0 ? (1 - share) / old : 1;
    const largest = Math.max(freshWeight, oldWeight);
    this.weigh(service, (replica) => (replica.version === rollout.to ? freshWeight : oldWeight) / largest);
  }

  private weigh(service: number, weightOf: (replica: Replica) => number): void {
    for (const replica of this.world.ofService[service]) this.replicas.endpoints.setWeight(replica, weightOf(replica));
  }

  private countsOf(
    rollout: Rollout,
    service: number,
    which: (replica: Replica) => boolean,
    gone: Answers,
  ): VersionCounts {
    const { world } = this;
    let total = 0;
    let ready = 0;
    let stopping = 0;
    const answers = { ...gone };
    for (const replica of world.ofService[service]) {
      if (!which(replica)) continue;
      if (replica.counts) total++;
      if (world.seemsReady(replica)) ready++;
      if (replica.state === 'terminating') stopping++;
      if (replica.endpoint >= 0) this.addAnswers(answers, replica.endpoint, rollout);
    }
    const { served, bad, sumUs } = answers;
    return { total, ready, stopping, served, bad, meanUs: served > 0 ? sumUs / served : 0 };
  }

  /** Adds what the endpoint has answered since the deployment began. */
  private addAnswers(to: Answers, endpoint: number, { before }: Rollout): void {
    const { requests } = this.world;
    const old = before.get(endpoint);
    to.served += requests.servedBy(endpoint) - (old?.served ?? 0);
    to.bad += requests.badBy(endpoint) - (old?.bad ?? 0);
    to.sumUs += requests.latencySumUs(endpoint) - (old?.sumUs ?? 0);
  }

  private answersNow(service: number): ReadonlyMap<number, Answers> {
    const { requests, ofService } = this.world;
    const now = new Map<number, Answers>();
    for (const { endpoint } of ofService[service])
      if (endpoint >= 0)
        now.set(endpoint, {
          served: requests.servedBy(endpoint),
          bad: requests.badBy(endpoint),
          sumUs: requests.latencySumUs(endpoint),
        });
    return now;
  }
}

function describe(step: DeploymentStep): string {
  const parts: string[] = [];
  if (step.start > 0) parts.push(`starts ${step.start} new`);
  if (step.stop > 0) parts.push(`stops ${step.stop} old`);
  if (step.trafficShare !== undefined)
    parts.push(`${Math.round(step.trafficShare * 1000) / 10} % of traffic to the new`);
  if (step.end !== undefined) parts.push(step.end === 'finished' ? 'finished' : 'rolls back');
  return parts.length > 0 ? parts.join(', ') : 'waits';
}
