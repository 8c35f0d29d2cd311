import { controllerOf, ownerReference, type ApiServer } from '../../api/api-server.ts';
import { aboutOf } from '../../api/about-of.ts';
import type { Component, ControlPlane } from '../../api/control-plane.ts';
import { WorkQueue } from '../../api/work-queue.ts';
import { matchesSelector } from '../../objects/label-selector.ts';
import { hasEnded } from '../../objects/pod-state.ts';
import type { Deployment, ReplicaSet } from '../../objects/workloads.ts';
import { Children, NumberByUid } from '../shared/children.ts';
import { countedStatus, deadlineUs, isComplete, nextCheckUs, progressedStatus } from './progress.ts';
import { DESIRED_REPLICAS, MAX_REPLICAS, proportionalSteps } from './proportional-scaling.ts';
import { createSet, REVISION, revisionOf, revisionsOf, sizeAnnotations, type Revisions } from './revisions.ts';
import {
  newSetReplicas,
  rolloutBounds,
  stepOfNewSet,
  stepsOfOldSets,
  totalReplicas,
  type ScaleStep,
} from './rolling-update.ts';

const COMPONENT = 'deployment-controller';

/** Rolls Deployments out and scales them, through their ReplicaSets (`pkg/controller/deployment/`). */
export class DeploymentController implements Component {
  private readonly plane: ControlPlane;
  private readonly api: ApiServer;
  private readonly queue: WorkQueue;
  private readonly sets: Children<'ReplicaSet'>;
  private readonly deployments: NumberByUid;
  private readonly setNumbers: NumberByUid;
  /** No longer paused, and not looked at since. */
  private readonly resumed = new Set<number>();

  constructor(plane: ControlPlane) {
    this.plane = plane;
    this.api = plane.api;
    this.queue = new WorkQueue(plane.clock, (id) => this.sync(id));
    this.sets = new Children(plane.api, 'ReplicaSet');
    this.deployments = new NumberByUid(plane.api, 'Deployment');
    this.setNumbers = new NumberByUid(plane.api, 'ReplicaSet');
    plane.api.store('Deployment').watch((deployment, before) => {
      if (deployment === undefined) return;
      // Time that it was paused does not count against the deadline.
      if (before?.spec.paused === true && !deployment.spec.paused) this.resumed.add(deployment.id);
      this.queue.add(deployment.id);
    });
    plane.api.store('ReplicaSet').watch((set, before) => this.setChanged(set ?? before!));
    plane.api.pods.watch((pod, before) => {
      // Only Recreate waits for pods rather than for ReplicaSets.
      if (before === undefined || (pod !== undefined && (!hasEnded(pod) || hasEnded(before)))) return;
      const setId = this.setNumbers.of(controllerOf(before)?.uid ?? '');
      const set = setId === undefined ? undefined : this.api.store('ReplicaSet').get(setId);
      const id = set === undefined ? undefined : this.deployments.of(controllerOf(set)?.uid ?? '');
      if (id !== undefined && this.api.store('Deployment').get(id)?.spec.strategy.type === 'Recreate')
        this.queue.add(id);
    });
  }

  begin(): void {
    for (const deployment of this.api.store('Deployment').all()) this.queue.add(deployment.id);
  }

  private setChanged(set: ReplicaSet): void {
    const owner = controllerOf(set);
    if (owner !== undefined) {
      const id = this.deployments.of(owner.uid);
      if (id !== undefined) this.queue.add(id);
      return;
    }
    for (const deployment of this.api.store('Deployment').all())
      if (wants(deployment, set)) this.queue.add(deployment.id);
  }

  private sync(id: number): void {
    let deployment = this.api.store('Deployment').get(id);
    if (deployment === undefined) {
      this.resumed.delete(id);
      return;
    }
    const sets = this.claim(deployment);
    const { spec } = deployment;
    if (this.resumed.delete(id)) deployment = this.noteProgress(deployment);
    if (deployment.metadata.deletionUs !== undefined) return this.report(deployment, revisionsOf(deployment, sets));
    if (spec.paused || isScaled(deployment, sets)) return this.scale(deployment, sets);
    if (spec.strategy.type === 'Recreate') this.recreate(deployment, sets);
    else this.roll(deployment, sets);
  }

  /** Its ReplicaSets, after adopting and letting go by the selector. */
  private claim(deployment: Deployment): readonly ReplicaSet[] {
    for (const set of this.sets.of(deployment.metadata.uid))
      if (!matchesSelector(deployment.spec.selector, set.metadata.labels)) {
        const ownerReferences = set.metadata.ownerReferences.filter(({ controller }) => !controller);
        this.api.update('ReplicaSet', set.id, { metadata: { ...set.metadata, ownerReferences } });
      }
    for (const set of this.sets.orphans())
      if (wants(deployment, set)) {
        const ownerReferences = [...set.metadata.ownerReferences, ownerReference(deployment, 'apps/v1')];
        this.api.update('ReplicaSet', set.id, { metadata: { ...set.metadata, ownerReferences } });
      }
    return this.sets.of(deployment.metadata.uid);
  }

  /** A Deployment that was scaled, or that is paused and may only be scaled (`sync`). */
  private scale(deployment: Deployment, sets: readonly ReplicaSet[]): void {
    const revisions = this.withNewSet(deployment, sets, false);
    for (const step of this.scalingSteps(deployment, revisions)) this.carryOut(deployment, step);
    if (deployment.spec.paused) this.cleanUp(deployment, this.again(deployment));
    this.report(this.api.store('Deployment').get(deployment.id)!, this.again(deployment));
  }

  private scalingSteps(deployment: Deployment, { newSet, old, all }: Revisions): readonly ScaleStep[] {
    const { replicas } = deployment.spec;
    const active = all.filter((set) => set.spec.replicas > 0);
    const only = active.length === 1 ? active[0] : active.length === 0 ? (newSet ?? old.at(-1)) : undefined;
    const why = `${replicas} replicas are wanted`;
    if (only !== undefined) return [{ set: only, replicas, why }];
    if (newSet !== undefined && isSaturated(deployment, newSet))
      return old
        .filter((set) => set.spec.replicas > 0)
        .map((set) => ({ set, replicas: 0, why: 'the new one has all' }));
    return deployment.spec.strategy.type === 'RollingUpdate' ? proportionalSteps(deployment, active) : [];
  }

  /** One step of a rolling update (`rolloutRolling`): more of the new, or else less of the old. */
  private roll(deployment: Deployment, sets: readonly ReplicaSet[]): void {
    const { newSet, old } = this.withNewSet(deployment, sets, true);
    if (newSet === undefined) return;
    const active = old.filter((set) => set.spec.replicas > 0);
    let steps = stepOfNewSet(deployment.spec, newSet, old);
    if (steps.length === 0) steps = stepsOfOldSets(deployment.spec, newSet, active);
    for (const step of steps) this.carryOut(deployment, step);
    this.settle(deployment, steps.length === 0);
  }

  /** All old pods away, then all new ones (`rolloutRecreate`). */
  private recreate(deployment: Deployment, sets: readonly ReplicaSet[]): void {
    const revisions = this.withNewSet(deployment, sets, false);
    const active = revisions.old.filter((set) => set.spec.replicas > 0);
    for (const set of active)
      this.carryOut(deployment, { set, replicas: 0, why: 'all old pods go before new ones come' });
    if (active.length > 0 || this.oldPodsRun(revisions.old)) return this.settle(deployment, false);
    const { newSet } = this.withNewSet(deployment, this.sets.of(deployment.metadata.uid), true);
    if (newSet === undefined) return undefined;
    const { replicas } = deployment.spec;
    if (newSet.spec.replicas !== replicas)
      this.carryOut(deployment, { set: newSet, replicas, why: 'no old pod runs any more' });
    return this.settle(deployment, true);
  }

  private oldPodsRun(old: readonly ReplicaSet[]): boolean {
    return old.some((set) => this.api.podsOf(set.metadata.uid).some((pod) => !hasEnded(pod)));
  }

  /** After the steps: old history goes once all is well, and the status follows. */
  private settle(deployment: Deployment, quiet: boolean): void {
    const current = this.api.store('Deployment').get(deployment.id)!;
    if (quiet && isComplete(current.spec.replicas, current.status)) this.cleanUp(current, this.again(current));
    this.report(current, this.again(current), true);
  }

  private again(deployment: Deployment): Revisions {
    return revisionsOf(deployment, this.sets.of(deployment.metadata.uid));
  }

  /** The ReplicaSets with the new one's revision raised above all others; `create`: made if it is missing (`getNewReplicaSet`). */
  private withNewSet(deployment: Deployment, sets: readonly ReplicaSet[], create: boolean): Revisions {
    const found = revisionsOf(deployment, sets);
    const revision = found.old.reduce((most, set) => Math.max(most, revisionOf(set)), 0) + 1;
    if (found.newSet !== undefined) {
      this.raise(deployment, found.newSet, Math.max(revision, revisionOf(found.newSet)));
      return this.again(deployment);
    }
    if (!create) return found;
    const { spec } = deployment;
    const replicas = newSetReplicas(spec, totalReplicas(found.old), 0);
    const made = createSet(this.api, deployment, replicas, revision);
    if (typeof made === 'string') {
      const text = `Failed to create new replica set: ${made}`;
      this.plane.chronicle.event(COMPONENT, 'Warning', 'ReplicaSetCreateError', aboutOf(deployment), text);
      this.queue.retry(deployment.id);
      return found;
    }
    this.queue.forget(deployment.id);
    const old = totalReplicas(found.old);
    const { surge } = rolloutBounds(spec);
    const why = `a new template; replicas ${spec.replicas} + surge ${surge} - ${old} in all leaves room for ${replicas}`;
    if (replicas > 0) this.tell(deployment, { set: made, replicas, why }, 0);
    this.noteProgress(deployment);
    return this.again(deployment);
  }

  /** Writes the revision on the new ReplicaSet and on the Deployment, and its minReadySeconds. */
  private raise(deployment: Deployment, set: ReplicaSet, revision: number): void {
    const { minReadySeconds } = deployment.spec;
    if (revisionOf(set) !== revision) {
      const annotations = { ...set.metadata.annotations, [REVISION]: String(revision) };
      this.api.update('ReplicaSet', set.id, { metadata: { ...set.metadata, annotations } });
      // A template that was there before, taken up again.
      this.noteProgress(deployment);
    }
    if (set.spec.minReadySeconds !== minReadySeconds)
      this.api.update('ReplicaSet', set.id, { spec: { ...set.spec, minReadySeconds } });
  }

  private noteProgress(deployment: Deployment): Deployment {
    const { nowUs } = this.plane.clock;
    this.api.setStatus('Deployment', deployment.id, { progressing: 'Progressing', progressedUs: nowUs });
    return this.api.store('Deployment').get(deployment.id)!;
  }

  private carryOut(deployment: Deployment, step: ScaleStep): void {
    const set = this.api.store('ReplicaSet').get(step.set.id)!;
    const annotations = sizeAnnotations(deployment);
    const before = set.spec.replicas;
    const resized = before !== step.replicas;
    const written = set.metadata.annotations;
    const stale =
      written[DESIRED_REPLICAS] !== annotations[DESIRED_REPLICAS] ||
      written[MAX_REPLICAS] !== annotations[MAX_REPLICAS];
    if (!resized && !stale) return;
    this.api.update('ReplicaSet', set.id, {
      metadata: {
        ...set.metadata,
        annotations: { ...written, ...annotations },
        generation: set.metadata.generation + Number(resized),
      },
      ...(resized && { spec: { ...set.spec, replicas: step.replicas } }),
    });
    if (resized) this.tell(deployment, step, before);
  }

  private tell(deployment: Deployment, { set, replicas, why }: ScaleStep, before: number): void {
    const { name } = set.metadata;
    const about = aboutOf(deployment);
    const direction = replicas > before ? 'up' : 'down';
    const text = `Scaled ${direction} replica set ${name} from ${before} to ${replicas}`;
    this.plane.chronicle.event(COMPONENT, 'Normal', 'ScalingReplicaSet', about, text);
    this.plane.chronicle.decision({ component: COMPONENT, about, what: `${name}: ${before} -> ${replicas}`, why });
  }

  /** Old ReplicaSets without pods beyond the history limit go, oldest revision first (`cleanupDeployment`). */
  private cleanUp(deployment: Deployment, { old }: Revisions): void {
    const { revisionHistoryLimit } = deployment.spec;
    const excess = old.length - revisionHistoryLimit;
    if (excess <= 0) return;
    const byRevision = [...old].sort((left, right) => revisionOf(left) - revisionOf(right) || left.id - right.id);
    for (const set of byRevision.slice(0, excess))
      if (set.status.replicas === 0 && set.spec.replicas === 0) this.api.remove('ReplicaSet', set.id);
  }

  private report(deployment: Deployment, { newSet, all }: Revisions, rollout = false): void {
    const current = this.api.store('Deployment').get(deployment.id)!;
    const { nowUs } = this.plane.clock;
    const counted = { ...current.status, ...countedStatus(newSet, all) };
    const status = rollout ? progressedStatus(current, counted, nowUs) : counted;
    const was = current.status;
    if (status.progressing !== was.progressing) this.tellProgress(current, newSet, status);
    const fields = Object.keys(status) as (keyof typeof status)[];
    if (fields.some((field) => status[field] !== was[field])) this.api.setStatus('Deployment', current.id, status);
    const checkUs = current.spec.paused ? undefined : nextCheckUs(current, status);
    if (checkUs !== undefined) this.queue.addAfter(current.id, Math.max(1_000_000, checkUs - nowUs));
  }

  private tellProgress(deployment: Deployment, newSet: ReplicaSet | undefined, status: Deployment['status']): void {
    const about = aboutOf(deployment);
    const name = newSet?.metadata.name ?? '';
    const { chronicle } = this.plane;
    if (status.progressing === 'Complete') {
      const text = `ReplicaSet "${name}" has successfully progressed.`;
      chronicle.event(COMPONENT, 'Normal', 'NewReplicaSetAvailable', about, text);
    } else if (status.progressing === 'ProgressDeadlineExceeded') {
      const text = `ReplicaSet "${name}" has timed out progressing.`;
      chronicle.event(COMPONENT, 'Warning', 'ProgressDeadlineExceeded', about, text);
      const { progressedUs } = deployment.status;
      chronicle.timer({ fromUs: progressedUs, toUs: deadlineUs(deployment), timer: 'progressDeadlineSeconds', about });
    }
  }
}

function wants(deployment: Deployment, set: ReplicaSet): boolean {
  return (
    controllerOf(set) === undefined &&
    deployment.metadata.namespace === set.metadata.namespace &&
    matchesSelector(deployment.spec.selector, set.metadata.labels)
  );
}

/** Whether the replicas were changed since its ReplicaSets were sized (`isScalingEvent`). */
function isScaled({ spec }: Deployment, sets: readonly ReplicaSet[]): boolean {
  return sets.some((set) => {
    const desired = set.metadata.annotations[DESIRED_REPLICAS];
    return set.spec.replicas > 0 && desired !== undefined && Number(desired) !== spec.replicas;
  });
}

/** Whether the new ReplicaSet has all that are wanted, available (`IsSaturated`). */
function isSaturated({ spec }: Deployment, set: ReplicaSet): boolean {
  return (
    Number(set.metadata.annotations[DESIRED_REPLICAS]) === spec.replicas &&
    set.spec.replicas === spec.replicas &&
    set.status.availableReplicas === spec.replicas
  );
}
