import { ownerReference, type ApiServer } from '../../api/api-server.ts';
import { aboutOf } from '../../api/about-of.ts';
import type { Component, ControlPlane } from '../../api/control-plane.ts';
import { WorkQueue } from '../../api/work-queue.ts';
import { fullName } from '../../objects/full-name.ts';
import { NEW_DAEMON_SET_STATUS } from '../../objects/new-statuses.ts';
import type { Node } from '../../objects/node.ts';
import { hasEnded, isAvailable } from '../../objects/pod-state.ts';
import type { Pod, PodTemplate, Toleration } from '../../objects/pod.ts';
import type { DaemonSet } from '../../objects/workloads.ts';
import { Backoff } from '../shared/backoff.ts';
import type { ClientLimits } from '../shared/client-rate.ts';
import { generatedName } from '../shared/generated-names.ts';
import { OwnedPods } from '../shared/owned-pods.ts';
import { PodControl, podFromTemplate } from '../shared/pod-control.ts';
import { RevisionNames } from '../shared/revision-names.ts';
import { REVISION_HASH } from '../shared/template-revision.ts';
import { planPresence, planUpdate, type DaemonNode, type DaemonPlan } from './daemon-plan.ts';
import { daemonTolerations, eligibility, specForNode, targetNodeOf, type Eligibility } from './node-eligibility.ts';

const COMPONENT = 'daemonset-controller';
/** Creations and deletions of one look (`BurstReplicas`). */
const BURST = 250;
/** A pod that failed is replaced after 1 s, doubling, at most 15 min. */
const FIRST_BACKOFF_US = 1_000_000;
const LAST_BACKOFF_US = 15 * 60_000_000;

/** What was worked out for a node in one state of it. */
interface KnownNode {
  readonly labels: object;
  readonly spec: object;
  readonly eligibility: Eligibility;
}

/** Keeps one pod on every node that a DaemonSet is for (`pkg/controller/daemon/`). */
export class DaemonSetController implements Component {
  private readonly plane: ControlPlane;
  private readonly api: ApiServer;
  private readonly queue: WorkQueue;
  private readonly pods: PodControl;
  private readonly owned: OwnedPods;
  private readonly names;
  private readonly revisions = new RevisionNames();
  private readonly backoff = new Backoff(FIRST_BACKOFF_US, LAST_BACKOFF_US);
  private readonly again = new Set<number>();
  private readonly tolerations = new WeakMap<PodTemplate, readonly Toleration[]>();
  private readonly known = new WeakMap<PodTemplate, Map<number, KnownNode>>();

  constructor(plane: ControlPlane, limits: ClientLimits) {
    this.plane = plane;
    this.api = plane.api;
    this.names = plane.streams('names/daemonset');
    this.queue = new WorkQueue(plane.clock, (id) => this.sync(id));
    this.pods = new PodControl(plane, COMPONENT, limits);
    this.owned = new OwnedPods(plane.api, 'DaemonSet', (id) => this.queue.add(id));
    plane.api.store('DaemonSet').watch((set, before) => {
      if (set !== undefined && set.spec !== before?.spec) this.queue.add(set.id);
      if (set === undefined) this.revisions.forget(before!.id);
    });
    plane.api.nodes.watch((node, before) => {
      // Heartbeats change nothing.
      if (node?.spec === before?.spec && node?.metadata.labels === before?.metadata.labels) return;
      for (const set of this.api.store('DaemonSet').all())
        if (changes(this.nodeChange(set, before), this.nodeChange(set, node))) this.queue.add(set.id);
    });
  }

  begin(): void {
    for (const set of this.api.store('DaemonSet').all()) this.queue.add(set.id);
  }

  private nodeChange(set: DaemonSet, node: Node | undefined): Eligibility | undefined {
    return node && eligibility(set.spec.template.spec, this.tolerationsOf(set.spec.template), node);
  }

  private sync(id: number): void {
    const set = this.api.store('DaemonSet').get(id);
    if (set === undefined) {
      this.again.delete(id);
      return;
    }
    if (this.pods.busy(id)) {
      this.again.add(id);
      return;
    }
    const pods = this.owned.claim(set, 'apps/v1');
    const revision = this.revisions.nameOf(set, '', set.spec.template, pods);
    const nodes = this.nodesOf(set, pods);
    this.report(set, nodes, revision);
    if (set.metadata.deletionUs !== undefined) return;
    const { nowUs } = this.plane.clock;
    let plan = planPresence(set.spec, nodes, revision, nowUs, (pod) => this.waitUs(set, pod));
    const strays = pods.filter((pod) => this.isStray(pod));
    if (strays.length > 0) plan = { ...plan, remove: [...plan.remove, ...strays] };
    if (isEmpty(plan) && set.spec.updateStrategy.type === 'RollingUpdate')
      plan = planUpdate(set.spec, nodes, revision, nowUs);
    if (isEmpty(plan)) this.queue.forget(id);
    else this.carryOut(set, plan, revision);
  }

  /** Meant for a node that is no longer there, and not placed yet (`getUnscheduledPodsWithoutNode`). */
  private isStray({ spec, metadata }: Pod): boolean {
    if (spec.nodeName !== undefined || metadata.deletionUs !== undefined) return false;
    return this.api.nodes.named('', targetNodeOf(spec) ?? '') === undefined;
  }

  /** How long an ended pod stays; when that is over it counts as one more failure on its node. */
  private waitUs(set: DaemonSet, pod: Pod): number {
    const { nowUs } = this.plane.clock;
    const subject = `${set.id}/${set.metadata.generation}/${targetNodeOf(pod.spec) ?? ''}`;
    const waitUs = this.backoff.remainingUs(subject, nowUs);
    if (waitUs > 0) this.queue.addAfter(set.id, waitUs);
    else this.backoff.fail(subject, nowUs);
    return waitUs;
  }

  private carryOut(set: DaemonSet, plan: DaemonPlan, revision: string): void {
    const { chronicle } = this.plane;
    const about = aboutOf(set);
    for (const pod of plan.ended) {
      const failed = pod.status.phase === 'Failed';
      const text = `Found ${failed ? 'failed' : 'succeeded'} daemon pod ${fullName(pod)} on node ${pod.spec.nodeName ?? ''}, will try to ${failed ? 'kill' : 'delete'} it`;
      if (failed) chronicle.event(COMPONENT, 'Warning', 'FailedDaemonPod', about, text);
      else chronicle.event(COMPONENT, 'Normal', 'SucceededDaemonPod', about, text);
    }
    const create = plan.create.slice(0, BURST);
    const remove = plan.remove.slice(0, BURST);
    const what = `create ${create.length}, delete ${remove.length} pods`;
    chronicle.decision({ component: COMPONENT, about, what, why: plan.why });
    const { template } = set.spec;
    const labels = { ...template.metadata.labels, [REVISION_HASH]: revision };
    const owner = ownerReference(set, 'apps/v1');
    this.pods.start(set, {
      create: create.length,
      make: (index) =>
        podFromTemplate(template, owner, {
          namespace: set.metadata.namespace,
          name: generatedName(`${set.metadata.name}-`, this.names),
          nowUs: this.plane.clock.nowUs,
          labels,
          spec: specForNode(template, this.tolerationsOf(template), create[index]),
        }),
      victims: remove,
      done: (refused) => {
        const changed = this.again.delete(set.id);
        if (refused) this.queue.retry(set.id);
        else this.queue.forget(set.id);
        // What was refused waits for its time, unless something else has happened meanwhile.
        if (changed || !refused) this.queue.add(set.id);
      },
    });
  }

  private tolerationsOf(template: PodTemplate): readonly Toleration[] {
    let tolerations = this.tolerations.get(template);
    if (tolerations === undefined) this.tolerations.set(template, (tolerations = daemonTolerations(template.spec)));
    return tolerations;
  }

  /** All nodes with the set's pods on or for them. Pods of nodes that are gone are the garbage collector's. */
  private nodesOf(set: DaemonSet, pods: readonly Pod[]): DaemonNode[] {
    const byNode = new Map<string, Pod[]>();
    for (const pod of pods) {
      const name = targetNodeOf(pod.spec) ?? '';
      const there = byNode.get(name);
      if (there === undefined) byNode.set(name, [pod]);
      else there.push(pod);
    }
    for (const there of byNode.values())
      if (there.length > 1)
        there.sort((left, right) => left.metadata.creationUs - right.metadata.creationUs || left.id - right.id);
    const { template } = set.spec;
    let known = this.known.get(template);
    if (known === undefined) this.known.set(template, (known = new Map<number, KnownNode>()));
    // Most of it is about nodes that are gone.
    if (known.size > 2 * this.api.nodes.size + 100) known.clear();
    const nodes: DaemonNode[] = [];
    for (const node of this.api.nodes.all()) {
      let entry = known.get(node.id);
      if (entry === undefined || entry.labels !== node.metadata.labels || entry.spec !== node.spec) {
        const answer = eligibility(template.spec, this.tolerationsOf(template), node);
        known.set(node.id, (entry = { labels: node.metadata.labels, spec: node.spec, eligibility: answer }));
      }
      const { name } = node.metadata;
      nodes.push({ name, eligibility: entry.eligibility, pods: byNode.get(name) ?? NO_PODS });
    }
    return nodes;
  }

  private report(set: DaemonSet, nodes: readonly DaemonNode[], revision: string): void {
    const { nowUs } = this.plane.clock;
    const { minReadySeconds } = set.spec;
    const status = { ...NEW_DAEMON_SET_STATUS };
    let nextUs = Infinity;
    for (const {
      eligibility: { shouldRun },
      pods,
    } of nodes) {
      if (!shouldRun) continue;
      status.desiredNumberScheduled++;
      if (pods.length === 0) continue;
      status.currentNumberScheduled++;
      // The oldest that has not ended stands for the node.
      const pod = pods.find((one) => !hasEnded(one)) ?? pods[0];
      if (pod.metadata.labels[REVISION_HASH] === revision) status.updatedNumberScheduled++;
      if (!pod.status.ready) continue;
      status.numberReady++;
      if (isAvailable(pod, minReadySeconds, nowUs)) status.numberAvailable++;
    }
    if (minReadySeconds > 0)
      for (const { pods } of nodes)
        for (const { status: one } of pods) {
          const availableUs = one.readyChangedUs + minReadySeconds * 1_000_000;
          if (one.ready && availableUs > nowUs) nextUs = Math.min(nextUs, availableUs);
        }
    if (nextUs < Infinity) this.queue.addAfter(set.id, nextUs - nowUs);
    const fields = Object.keys(status) as (keyof typeof status)[];
    if (fields.some((field) => status[field] !== set.status[field])) this.api.setStatus('DaemonSet', set.id, status);
  }
}

const NO_PODS: readonly Pod[] = [];

function isEmpty(plan: DaemonPlan): boolean {
  return plan.create.length === 0 && plan.remove.length === 0;
}

function changes(before: Eligibility | undefined, after: Eligibility | undefined): boolean {
  return before?.shouldRun !== after?.shouldRun || before?.mayStay !== after?.mayStay;
}
