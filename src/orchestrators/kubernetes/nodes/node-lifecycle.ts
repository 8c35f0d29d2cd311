import { aboutOf } from '../api/about-of.ts';
import type { Component, ControlPlane } from '../api/control-plane.ts';
import { WorkQueue } from '../api/work-queue.ts';
import type { Node, NodeCondition } from '../objects/node.ts';
import { EvictionZones } from './eviction-zones.ts';
import type { Kubelets } from './kubelets.ts';
import { conditionOf, isReady } from './node-conditions.ts';
import type { NodeOptions } from './node-options.ts';
import type { NodeRuntime } from './node-runtime.ts';
import { conditionTaints, hasTaint, NOT_READY, UNREACHABLE } from './node-taints.ts';
import type { PodsByNode } from './pods-by-node.ts';
import { lastTick, nextTick } from './ticks.ts';
import type { ZoneState } from './zone-disruption.ts';

export interface LifecycleParts {
  readonly kubelets: Kubelets;
  readonly podsByNode: PodsByNode;
  readonly options: NodeOptions;
}

/** A node that says nothing, and when that will be noticed. */
interface Silence {
  readonly lastRenewalUs: number;
  /** Its heartbeats stopped then; undefined: there have been none yet. */
  readonly sinceUs: number | undefined;
  readonly graceUs: number;
  detectUs: number;
}

const COMPONENT = 'node-controller';
/** What becomes Unknown with a silent node; network conditions are the control plane's own. */
const SILENT_CONDITIONS: ReadonlySet<NodeCondition['type']> = new Set([
  'Ready',
  'MemoryPressure',
  'DiskPressure',
  'PIDPressure',
]);

/**
 * The node lifecycle controller (`pkg/controller/nodelifecycle`): nodes that say nothing for the grace period become
 * Unknown, conditions become taints, and NoExecute taints are rationed by zone. Leases and the monitor's rounds are
 * computed: a round is an event only when it has something to find.
 *
 * The grace counts from the round that saw the last renewal, which is the same as counting from the renewal and waiting
 * for the next round. Upstream queues the NoExecute taint one round (5 s) after the node became Unknown; here it is
 * queued in the same round, as the published arithmetic of 340 to 355 s has it.
 */
export class NodeLifecycle implements Component {
  private readonly plane: ControlPlane;
  private readonly parts: LifecycleParts;
  private readonly phaseUs: number;
  private readonly silences = new Map<number, Silence>();
  private readonly zones: EvictionZones;
  /** Nodes to look at in the next round. */
  private readonly changed = new Set<number>();
  private readonly taints: WorkQueue;
  private readonly detectKind: number;
  private readonly roundKind: number;
  private roundUs = Infinity;

  constructor(plane: ControlPlane, parts: LifecycleParts) {
    this.plane = plane;
    this.parts = parts;
    // In tenths of a second, as the phases of leases: a renewal never falls just behind a round.
    this.phaseUs = plane.streams('node-lifecycle-controller').below(50) * 100_000;
    this.taints = new WorkQueue(plane.clock, (id) => this.taintByCondition(id));
    this.detectKind = plane.clock.kind((id) => this.detect(id));
    this.roundKind = plane.clock.apiKind(() => this.round());
    this.zones = new EvictionZones(plane, parts.options, () => this.grantFreshGrace());
    parts.kubelets.watchHeartbeats((runtime, beats) => this.heartbeats(runtime, beats));
  }

  begin(): void {
    const { api } = this.plane;
    for (const node of api.nodes.all()) this.nodeAdded(node);
    api.nodes.watch((node, before) => {
      if (before === undefined) this.nodeAdded(node!);
      else if (node === undefined) this.nodeRemoved(before);
      else this.nodeChanged(node, before);
    });
  }

  /** State of a node's zone: for reports. */
  zoneStateOf(node: Node): ZoneState {
    return this.zones.stateOf(node);
  }

  private heartbeats(runtime: NodeRuntime, beats: boolean): void {
    if (beats) {
      this.silences.delete(runtime.id);
      return;
    }
    const { nowUs } = this.plane.clock;
    const { kubelets, options } = this.parts;
    const { heartbeatUs, nodeMonitorGraceUs } = options;
    // Nobody notices while the control plane is down; when it is back, who is silent is given the grace anew.
    if (!kubelets.controlPlaneUp) return;
    this.fallsSilent(runtime.id, lastTick(runtime.heartbeatPhaseUs, heartbeatUs, nowUs), nowUs, nodeMonitorGraceUs);
  }

  private fallsSilent(nodeId: number, lastRenewalUs: number, sinceUs: number | undefined, graceUs: number): void {
    const { clock } = this.plane;
    const seenUs = this.roundAfter(lastRenewalUs);
    const detectUs = Math.max(this.roundAfter(seenUs + graceUs), this.roundAfter(clock.nowUs));
    this.silences.set(nodeId, { lastRenewalUs, sinceUs, graceUs, detectUs });
    clock.at(detectUs, this.detectKind, nodeId);
  }

  private roundAfter(us: number): number {
    const { nodeMonitorPeriodUs } = this.parts.options;
    // Rounds have been going on since before the run.
    return nextTick(this.phaseUs - 1000 * nodeMonitorPeriodUs, nodeMonitorPeriodUs, us);
  }

  private nodeAdded(node: Node): void {
    const { nowUs } = this.plane.clock;
    const { options, kubelets } = this.parts;
    if (conditionTaints(node) !== node.spec.taints) this.taints.add(node.id);
    if (isReady(node) !== true || isWronglyTainted(node)) {
      this.changed.add(node.id);
      this.armRound();
    }
    if (isReady(node) !== true) {
      // Nothing has been heard of it yet: the grace is the longer one until it has said anything.
      if (!kubelets.beats(node.metadata.name)) {
        const graceUs = isReady(node) === undefined ? options.nodeStartupGraceUs : options.nodeMonitorGraceUs;
        this.fallsSilent(node.id, nowUs, undefined, graceUs);
      }
    }
  }

  private nodeRemoved(node: Node): void {
    this.silences.delete(node.id);
    this.changed.delete(node.id);
    this.zones.remove(node);
    this.armRound();
  }

  private nodeChanged(node: Node, before: Node): void {
    if (node.status.conditions !== before.status.conditions || node.spec !== before.spec) {
      if (conditionTaints(node) !== node.spec.taints) this.taints.add(node.id);
    }
    const isSame = conditionOf(node, 'Ready')?.status === conditionOf(before, 'Ready')?.status;
    if (isSame && (node.spec === before.spec || !isWronglyTainted(node))) return;
    this.changed.add(node.id);
    this.armRound();
  }

  private taintByCondition(nodeId: number): void {
    const node = this.plane.api.nodes.get(nodeId);
    if (node === undefined) return;
    const taints = conditionTaints(node);
    if (taints !== node.spec.taints) this.plane.api.update('Node', nodeId, { spec: { ...node.spec, taints } });
  }

  /** The grace of a silent node is over: its conditions become Unknown and its pods not ready. */
  private detect(nodeId: number): void {
    const { api, clock } = this.plane;
    const silence = this.silences.get(nodeId);
    const node = api.nodes.get(nodeId);
    if (silence === undefined || silence.detectUs !== clock.nowUs || node === undefined) return;
    if (!this.parts.kubelets.controlPlaneUp) return;
    const wasReady = isReady(node) === true;
    if (conditionOf(node, 'Ready')?.status !== 'Unknown') {
      api.update('Node', nodeId, { status: { ...node.status, conditions: unknownConditions(node, clock.nowUs) } });
      this.noteTimers(node, silence);
    }
    if (wasReady) {
      this.plane.chronicle.event(
        COMPONENT,
        'Normal',
        'NodeNotReady',
        aboutOf(node),
        `Node ${node.metadata.name} status is now: NodeNotReady`,
      );
      this.markPodsNotReady(node);
    }
    this.changed.add(nodeId);
    // After everything else that is found in this round.
    this.roundUs = clock.nowUs;
    clock.at(clock.nowUs, this.roundKind, 0);
  }

  private noteTimers(node: Node, silence: Silence): void {
    const { chronicle, clock } = this.plane;
    const { sinceUs, lastRenewalUs, graceUs } = silence;
    const about = aboutOf(node);
    if (sinceUs !== undefined && sinceUs > lastRenewalUs)
      chronicle.timer({ fromUs: lastRenewalUs, toUs: sinceUs, timer: 'lease-renew-interval', about });
    const graceOverUs = lastRenewalUs + graceUs;
    const timer = sinceUs === undefined ? 'node-startup-grace-period' : 'node-monitor-grace-period';
    chronicle.timer({ fromUs: lastRenewalUs, toUs: Math.min(graceOverUs, clock.nowUs), timer, about });
    if (graceOverUs < clock.nowUs)
      chronicle.timer({ fromUs: graceOverUs, toUs: clock.nowUs, timer: 'node-monitor-period', about });
  }

  private markPodsNotReady(node: Node): void {
    const { api, chronicle } = this.plane;
    for (const pod of this.parts.podsByNode.of(node.metadata.name)) {
      if (!pod.status.ready) continue;
      api.setPodStatus(pod.id, { ready: false, readyChangedUs: api.nowUs });
      chronicle.event(COMPONENT, 'Warning', 'NodeNotReady', aboutOf(pod), 'Node is not ready');
    }
  }

  private armRound(): void {
    const { clock } = this.plane;
    const atUs = this.roundAfter(clock.nowUs);
    if (this.roundUs <= atUs && this.roundUs >= clock.nowUs) return;
    this.roundUs = atUs;
    clock.at(atUs, this.roundKind, 0);
  }

  private round(): void {
    const { clock, api } = this.plane;
    if (this.roundUs > clock.nowUs) return;
    this.roundUs = Infinity;
    const looks = [...this.changed].sort((a, b) => a - b);
    this.changed.clear();
    for (const nodeId of looks) {
      const node = api.nodes.get(nodeId);
      if (node !== undefined) this.zones.plan(node);
    }
    this.zones.weigh();
    this.zones.taint();
  }

  /** Nodes are heard again after all were lost: the others get a whole grace period to follow. */
  private grantFreshGrace(): void {
    const { clock } = this.plane;
    for (const [nodeId, silence] of this.silences) {
      if (silence.detectUs <= clock.nowUs) continue;
      silence.detectUs = this.roundAfter(clock.nowUs + silence.graceUs);
      clock.at(silence.detectUs, this.detectKind, nodeId);
    }
  }
}

/** A node that is ready does not keep the controller's NoExecute taints, whoever put them on. */
function isWronglyTainted(node: Node): boolean {
  return isReady(node) === true && (hasTaint(node, NOT_READY, 'NoExecute') || hasTaint(node, UNREACHABLE, 'NoExecute'));
}

function unknownConditions(node: Node, nowUs: number): NodeCondition[] {
  const conditions = node.status.conditions.map((one) =>
    SILENT_CONDITIONS.has(one.type) && one.status !== 'Unknown'
      ? { ...one, status: 'Unknown' as const, changedUs: nowUs, reason: 'NodeStatusUnknown' }
      : one,
  );
  return conditions.some(({ type }) => type === 'Ready')
    ? conditions
    : [...conditions, { type: 'Ready', status: 'Unknown', changedUs: nowUs, reason: 'NodeStatusNeverUpdated' }];
}
