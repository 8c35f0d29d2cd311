import type { ApiServer } from '../../api/api-server.ts';
import { aboutOf } from '../../api/about-of.ts';
import type { Component, ControlPlane } from '../../api/control-plane.ts';
import { WorkQueue } from '../../api/work-queue.ts';
import { fullName } from '../../objects/full-name.ts';
import type { Pod } from '../../objects/pod.ts';
import type { PodDisruptionBudget } from '../../objects/policy.ts';
import { matters } from '../shared/pod-change.ts';
import { BudgetIndex } from './budget-index.ts';
import { expectation } from './expected-pods.ts';
import { SelectedPods } from './selected-pods.ts';

const COMPONENT = 'disruption-controller';
const NOBODY: PodDisruptionBudget['status']['disruptedPods'] = {};
/** A pod whose eviction was let through must be going within this time (`DeletionTimeout`). */
export const DELETION_TIMEOUT_US = 120_000_000;

/** Keeps the statuses of disruption budgets up to date (`pkg/controller/disruption/disruption.go`). */
export class DisruptionController implements Component {
  private readonly plane: ControlPlane;
  private readonly api: ApiServer;
  private readonly queue: WorkQueue;
  /** Pods that each budget selects, by the budgets' numbers. */
  private readonly selected = new Map<number, SelectedPods>();
  /** Budgets whose pods' controllers have no scale: said once. */
  private readonly failing = new Set<number>();
  private readonly index: BudgetIndex;

  constructor(plane: ControlPlane) {
    this.plane = plane;
    this.api = plane.api;
    // Before the watches below: it must know of a change when they ask.
    this.index = new BudgetIndex(plane.api);
    this.queue = new WorkQueue(plane.clock, (id) => this.sync(id));
    for (const { id } of plane.api.store('PodDisruptionBudget').all()) {
      this.selected.set(id, new SelectedPods());
      this.queue.add(id);
    }
    // fast: one way through the pods for all budgets.
    for (const pod of plane.api.pods.all()) for (const id of this.budgetsOf(pod)) this.selected.get(id)!.put(pod);
    plane.api.store('PodDisruptionBudget').watch((budget, before) => this.budgetChanged(budget, before));
    plane.api.pods.watch((pod, before) => this.podChanged(pod, before));
    // The replicas that a controller asks for are what percentages are of.
    for (const kind of ['Deployment', 'ReplicaSet', 'StatefulSet'] as const)
      plane.api.store(kind).watch((owner, before) => {
        if (this.selected.size === 0 || owner?.spec.replicas === before?.spec.replicas) return;
        const { metadata, spec } = owner ?? before!;
        for (const id of this.index.selecting(metadata.namespace, spec.template.metadata.labels)) this.queue.add(id);
      });
  }

  /** Right from the start, so that nobody who evicts at once finds what a dump's budgets said then. */
  begin(): void {
    for (const { id } of this.api.store('PodDisruptionBudget').all()) this.sync(id);
  }

  private budgetChanged(budget: PodDisruptionBudget | undefined, before: PodDisruptionBudget | undefined): void {
    if (budget === undefined) {
      this.selected.delete(before!.id);
      this.failing.delete(before!.id);
      return;
    }
    if (budget.status !== before?.status) this.queue.add(budget.id);
    if (budget.spec === before?.spec) return;
    const pods = new SelectedPods();
    for (const pod of this.api.pods.all()) if (this.budgetsOf(pod).includes(budget.id)) pods.put(pod);
    this.selected.set(budget.id, pods);
    this.queue.add(budget.id);
  }

  private podChanged(pod: Pod | undefined, before: Pod | undefined): void {
    if (this.selected.size === 0 || !matters(pod, before)) return;
    const was = before === undefined ? [] : this.budgetsOf(before);
    const is = pod === undefined ? [] : this.budgetsOf(pod);
    const both = was === is || was.length === 0 || is.length === 0 ? (is.length === 0 ? was : is) : union(was, is);
    for (const id of both) {
      const pods = this.selected.get(id)!;
      if (pod !== undefined && is.includes(id)) pods.put(pod);
      else pods.drop(before!.id);
      this.queue.add(id);
    }
  }

  private budgetsOf({ metadata }: Pod): readonly number[] {
    return this.index.selecting(metadata.namespace, metadata.labels);
  }

  private sync(id: number): void {
    const budget = this.api.store('PodDisruptionBudget').get(id);
    if (budget === undefined) return;
    const selected = this.selected.get(id)!;
    const podsOf = (ids: Iterable<number>): Pod[] => Array.from(ids, (podId) => this.api.pods.get(podId)!);
    let expected = expectation(this.api, budget, podsOf(selected.onePerOwner()), selected.ids.size);
    // Said of the first pod of all, whose controller it is.
    if (typeof expected === 'string') expected = expectation(this.api, budget, podsOf(selected.ids), selected.ids.size);
    if (typeof expected === 'string') {
      this.failSafe(budget, expected);
      return;
    }
    this.failing.delete(id);
    const wereDisrupted = Object.keys(budget.status.disruptedPods).length > 0;
    const disruptedPods = wereDisrupted ? this.stillDisrupted(budget, podsOf(selected.ids)) : NOBODY;
    let currentHealthy = selected.healthy.size;
    if (wereDisrupted)
      for (const { metadata } of podsOf(selected.healthy))
        if (disruptedPods[metadata.name] !== undefined) currentHealthy--;
    const desiredHealthy = expected.desired;
    const expectedPods = expected.expected;
    const disruptionsAllowed = expectedPods <= 0 ? 0 : Math.max(0, currentHealthy - desiredHealthy);
    const was = budget.status;
    if (was.disruptionsAllowed !== disruptionsAllowed && (was.disruptionsAllowed === 0 || disruptionsAllowed === 0))
      this.plane.chronicle.decision({
        component: COMPONENT,
        about: aboutOf(budget),
        what: `disruptionsAllowed ${was.disruptionsAllowed} -> ${disruptionsAllowed}`,
        why: `${currentHealthy} healthy - ${desiredHealthy} desired (${expected.why})`,
      });
    const same =
      was.expectedPods === expectedPods &&
      was.currentHealthy === currentHealthy &&
      was.desiredHealthy === desiredHealthy &&
      was.disruptionsAllowed === disruptionsAllowed &&
      Object.keys(was.disruptedPods).length === Object.keys(disruptedPods).length;
    if (same) return;
    const status = { expectedPods, currentHealthy, desiredHealthy, disruptionsAllowed, disruptedPods };
    this.api.update('PodDisruptionBudget', id, { status });
  }

  /** Entries of pods that are still there and not going yet; after two minutes they no longer count (`buildDisruptedPodMap`). */
  private stillDisrupted(budget: PodDisruptionBudget, pods: readonly Pod[]): Record<string, number> {
    const { nowUs } = this.plane.clock;
    const { disruptedPods } = budget.status;
    const still: Record<string, number> = {};
    if (Object.keys(disruptedPods).length === 0) return still;
    let nextUs = Infinity;
    for (const pod of pods) {
      const { name, deletionUs } = pod.metadata;
      const sinceUs = disruptedPods[name];
      if (sinceUs === undefined || deletionUs !== undefined) continue;
      if (sinceUs + DELETION_TIMEOUT_US <= nowUs) {
        const text = `Pod was expected by PDB ${fullName(budget)} to be deleted but it wasn't`;
        this.plane.chronicle.event(COMPONENT, 'Warning', 'NotDeleted', aboutOf(pod), text);
        continue;
      }
      still[name] = sinceUs;
      nextUs = Math.min(nextUs, sinceUs + DELETION_TIMEOUT_US);
    }
    if (nextUs < Infinity) this.queue.addAfter(budget.id, nextUs - nowUs);
    return still;
  }

  /** What cannot be worked out allows nothing (`failSafe`). */
  private failSafe(budget: PodDisruptionBudget, why: string): void {
    if (!this.failing.has(budget.id)) {
      this.failing.add(budget.id);
      const text = `Failed to calculate the number of expected pods: ${why}`;
      this.plane.chronicle.event(COMPONENT, 'Warning', 'CalculateExpectedPodCountFailed', aboutOf(budget), text);
    }
    if (budget.status.disruptionsAllowed !== 0)
      this.api.setStatus('PodDisruptionBudget', budget.id, { disruptionsAllowed: 0 });
  }
}

/** Numbers that are in one of the lists, rising. */
function union(some: readonly number[], others: readonly number[]): number[] {
  return [...new Set([...some, ...others])].sort((one, other) => one - other);
}
