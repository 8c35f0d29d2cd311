import type { ControlPlane } from '../api/control-plane.ts';
import { zoneKey } from '../objects/node-labels.ts';
import type { Node } from '../objects/node.ts';
import { conditionOf, isReady } from './node-conditions.ts';
import type { NodeOptions } from './node-options.ts';
import { hasTaint, NOT_READY, swapNoExecute, UNREACHABLE } from './node-taints.ts';
import { nextTick } from './ticks.ts';
import { EvictionLimiter, evictionRate, type ZoneState, zoneState } from './zone-disruption.ts';

interface Zone {
  state: ZoneState;
  readonly limiter: EvictionLimiter;
  /** Nodes to taint, in the order in which they were found. */
  readonly queue: Set<number>;
}

/** NoExecute taints are put on in rounds (`scheduler.NodeEvictionPeriod`). */
const ROUND_US = 100_000;

/**
 * NoExecute taints of nodes that are not ready, rationed by zone (`node_lifecycle_controller.go`: processTaintBaseEviction,
 * handleDisruption, doNoExecuteTaintingPass): the state of each zone sets how many of its nodes are tainted a second, and
 * when all zones are lost none is.
 */
export class EvictionZones {
  private readonly plane: ControlPlane;
  private readonly options: NodeOptions;
  /** Told when nodes are heard again after all zones were lost. */
  private readonly onRecovery: () => void;
  private readonly zones = new Map<string, Zone>();
  private readonly kind: number;
  private roundUs = Infinity;

  constructor(plane: ControlPlane, options: NodeOptions, onRecovery: () => void) {
    this.plane = plane;
    this.options = options;
    this.onRecovery = onRecovery;
    this.kind = plane.clock.apiKind(() => this.taint());
  }

  stateOf(node: Node): ZoneState {
    return this.zones.get(zoneKey(node.metadata.labels))?.state ?? 'Initial';
  }

  remove(node: Node): void {
    this.zones.get(zoneKey(node.metadata.labels))?.queue.delete(node.id);
  }

  /** Queues a node for its NoExecute taint, exchanges one for the other at once, or takes them off. */
  plan(node: Node): void {
    const { api } = this.plane;
    const zone = this.zoneOf(node);
    const [wanted, other] = taintFor(node);
    if (wanted === undefined) {
      zone.queue.delete(node.id);
      swapNoExecute(api, node, undefined, [NOT_READY, UNREACHABLE]);
    } else if (hasTaint(node, other, 'NoExecute')) swapNoExecute(api, node, wanted, [other]);
    else if (!hasTaint(node, wanted, 'NoExecute')) zone.queue.add(node.id);
  }

  /** Sets the rates by the states of all zones. */
  weigh(): void {
    const { clock } = this.plane;
    const { options } = this;
    const counts = this.count();
    const states = new Map<Zone, ZoneState>();
    for (const [zone, { ready, notReady }] of counts)
      states.set(zone, zoneState(ready, notReady, options.unhealthyZoneShare));
    const wereAllLost = [...counts.keys()].every(({ state }) => state === 'FullDisruption');
    const areAllLost = [...states.values()].every((state) => state === 'FullDisruption');
    if (counts.size === 0 || (areAllLost && wereAllLost)) return;
    if (areAllLost) this.stop();
    else if (wereAllLost) this.onRecovery();
    for (const [zone, { ready, notReady }] of counts) {
      const state = states.get(zone) ?? 'Normal';
      const rate = areAllLost ? 0 : evictionRate(state, ready + notReady, options);
      if (areAllLost || wereAllLost || state !== zone.state) zone.limiter.swap(rate, clock.nowUs);
      if (state === zone.state) continue;
      this.noteState(
        zone,
        state,
        `${ready} ready, ${notReady} not ready; ${rate} nodes a second are tainted NoExecute`,
      );
      zone.state = state;
    }
  }

  /** Taints as many queued nodes as each zone's rate lets through. */
  taint(): void {
    const { api, clock } = this.plane;
    const { nowUs } = clock;
    if (this.roundUs <= nowUs) this.roundUs = Infinity;
    let nextUs = Infinity;
    for (const zone of this.zones.values()) {
      for (const nodeId of zone.queue) {
        if (!zone.limiter.accepts(nowUs)) break;
        zone.queue.delete(nodeId);
        const node = api.nodes.get(nodeId);
        if (node === undefined) continue;
        const [wanted, other] = taintFor(node);
        if (wanted !== undefined) swapNoExecute(api, node, wanted, [other]);
      }
      if (zone.queue.size > 0) nextUs = Math.min(nextUs, zone.limiter.nextUs(nowUs));
    }
    const atUs = nextUs === Infinity ? Infinity : nextTick(0, ROUND_US, Math.max(nextUs, nowUs + 1));
    if (this.roundUs <= atUs) return;
    this.roundUs = atUs;
    clock.at(atUs, this.kind, 0);
  }

  private zoneOf(node: Node): Zone {
    const key = zoneKey(node.metadata.labels);
    let zone = this.zones.get(key);
    if (zone === undefined) {
      const limiter = new EvictionLimiter(this.options.evictionRatePerSecond, this.plane.clock.nowUs);
      this.zones.set(key, (zone = { state: 'Initial', limiter, queue: new Set() }));
    }
    return zone;
  }

  private count(): Map<Zone, { ready: number; notReady: number }> {
    const counts = new Map<Zone, { ready: number; notReady: number }>();
    for (const node of this.plane.api.nodes.all()) {
      const zone = this.zoneOf(node);
      let count = counts.get(zone);
      if (count === undefined) counts.set(zone, (count = { ready: 0, notReady: 0 }));
      if ('node.kubernetes.io/exclude-disruption' in node.metadata.labels) continue;
      if (isReady(node) === true) count.ready++;
      else count.notReady++;
    }
    for (const [key, zone] of this.zones) if (!counts.has(zone)) this.zones.delete(key);
    return counts;
  }

  /** No node is ready: the fault is likely the control plane's own, so no pod is evicted for it. */
  private stop(): void {
    const { api } = this.plane;
    for (const node of api.nodes.all())
      if (swapNoExecute(api, node, undefined, [NOT_READY, UNREACHABLE])) this.zoneOf(node).queue.add(node.id);
  }

  private noteState(zone: Zone, state: ZoneState, why: string): void {
    if (zone.state === 'Initial' && state === 'Normal') return;
    const key = [...this.zones].find(([, one]) => one === zone)?.[0] ?? '';
    this.plane.chronicle.event(
      'node-controller',
      state === 'Normal' ? 'Normal' : 'Warning',
      'ZoneStateChanged',
      `Zone ${key === '' ? '(none)' : key.replace('\0:', '')}`,
      `${zone.state} -> ${state}: ${why}`,
    );
  }
}

/** Which NoExecute taint a node should have, by its Ready condition, and which not. */
function taintFor(node: Node): readonly [string | undefined, string] {
  const ready = conditionOf(node, 'Ready')?.status;
  if (ready === 'True') return [undefined, ''];
  return ready === 'False' ? [NOT_READY, UNREACHABLE] : [UNREACHABLE, NOT_READY];
}
