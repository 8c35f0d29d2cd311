import { minutes, seconds } from '../../../../sim/time.ts';
import { aboutOf } from '../../api/about-of.ts';
import type { Component, ControlPlane } from '../../api/control-plane.ts';
import type { InstanceOffer } from '../../kubernetes-spec.ts';
import type { Node } from '../../objects/node.ts';
import type { Pod } from '../../objects/pod.ts';
import type { SchedulingCore } from '../../scheduler/scheduling-core.ts';
import { ClusterSnapshot } from '../shared/cluster-snapshot.ts';
import type { NodeBirth } from '../shared/node-birth.ts';
import { Disruption, VALIDATION_US, type Command } from './disruption.ts';
import { isReady, KarpenterFleet } from './karpenter-fleet.ts';
import { NodeTermination } from './node-termination.ts';
import { offeringText } from './offerings.ts';
import { Provisioner } from './provisioner.ts';

const COMPONENT = 'karpenter';
const POLL_US = seconds(10);
/** Replacements are looked after this often. */
const WATCH_US = seconds(1);
/** A replacement that is not up by then is given up, and its nodes stay. */
const REPLACEMENT_US = minutes(15);
const DISRUPTED = 'karpenter.sh/disrupted';
/** How a cloud's notice that it will take a spot machine shows on the node. */
const NOTICE = 'cloud.google.com/impending-node-termination';
/** From the notice until it is read from the queue. [model] */
const NOTICE_DELAY_US = seconds(1);

/** What Karpenter needs besides the control plane. */
export interface KarpenterParts {
  readonly instances: readonly InstanceOffer[];
  readonly bootUs: number;
  readonly core: SchedulingCore;
  readonly birth: NodeBirth;
  readonly evict: (pod: Pod) => boolean;
  /** Feature gate, off by default. */
  readonly spotToSpotConsolidation?: boolean;
}

interface UnderWay {
  readonly command: Command;
  readonly replacements: readonly string[];
  readonly startedUs: number;
}

/**
 * Karpenter: buys the cheapest machines for the pods of a batch, and every 10 s looks for what can be disrupted. A
 * consolidation is done if it is still right after 15 s; replacements are up before what they replace is drained.
 * Nodes that have expired, or whose spot machine will be taken, go without being asked.
 *
 * Source: kubernetes-sigs/karpenter (2026-08-20), pkg/controllers/{provisioning,disruption,nodeclaim}.
 */
export class Karpenter implements Component {
  private readonly plane: ControlPlane;
  private readonly fleet: KarpenterFleet;
  private readonly provisioner: Provisioner;
  private readonly disruption: Disruption;
  private readonly termination: NodeTermination;
  private readonly pollKind: number;
  private readonly validateKind: number;
  private readonly watchKind: number;
  private readonly noticeKind: number;
  private planned: Command | undefined;
  private readonly underWay = new Map<number, UnderWay>();
  private commandCount = 0;

  constructor(plane: ControlPlane, parts: KarpenterParts) {
    this.plane = plane;
    const snapshot = new ClusterSnapshot(plane.api, parts.core);
    this.fleet = new KarpenterFleet(plane, parts.birth, parts.instances, parts.bootUs);
    this.provisioner = new Provisioner(plane, snapshot, this.fleet);
    this.disruption = new Disruption(plane, snapshot, this.fleet, this.provisioner, {
      spotToSpotConsolidation: parts.spotToSpotConsolidation ?? false,
    });
    this.termination = new NodeTermination(plane, parts.birth, parts.evict);
    this.pollKind = plane.clock.apiKind(() => this.poll());
    this.validateKind = plane.clock.apiKind(() => this.validate());
    this.watchKind = plane.clock.apiKind((id) => this.watch(id));
    this.noticeKind = plane.clock.apiKind((id) => this.interrupted(id));
  }

  begin(): void {
    this.provisioner.begin();
    this.plane.clock.after(POLL_US, this.pollKind, 0);
    this.plane.api.nodes.watch((node, before) => {
      if (node !== undefined && hasNotice(node) && (before === undefined || !hasNotice(before)))
        this.plane.clock.after(NOTICE_DELAY_US, this.noticeKind, node.id);
    });
  }

  private poll(): void {
    this.plane.clock.after(POLL_US, this.pollKind, 0);
    this.fleet.look();
    this.expire();
    // One command at a time is thought about.
    if (this.planned !== undefined) return;
    const command = this.disruption.next();
    if (command === undefined) return;
    if (command.method === 'Drift') return this.execute(command);
    const { clock, chronicle } = this.plane;
    this.planned = command;
    chronicle.timer({
      fromUs: clock.nowUs,
      toUs: clock.nowUs + VALIDATION_US,
      timer: 'consolidation validation',
      about: namesOf(command),
    });
    clock.after(VALIDATION_US, this.validateKind, 0);
  }

  private validate(): void {
    const { planned } = this;
    if (planned === undefined) return;
    this.planned = undefined;
    const command = this.disruption.again(planned);
    if (command !== undefined) return this.execute(command);
    this.plane.chronicle.decision({
      component: COMPONENT,
      about: namesOf(planned),
      what: 'is kept',
      why: `${planned.method}: ${planned.why}; not right any more 15 s later`,
    });
  }

  private execute(command: Command): void {
    const { chronicle, clock } = this.plane;
    const bought: string[] = [];
    const told: string[] = [];
    for (const claim of command.replacements) {
      const got = this.fleet.buy(claim);
      if (got === undefined) {
        chronicle.decision({
          component: COMPONENT,
          about: namesOf(command),
          what: 'is kept',
          why: `${command.method}: ${command.why}`,
          limitedBy: 'no replacement is to be had',
        });
        return;
      }
      bought.push(got.name);
      told.push(`${got.name} (${offeringText(got.offering)})`);
    }
    for (const { node } of command.candidates) {
      this.setDisrupted(node, true);
      chronicle.event(
        COMPONENT,
        'Normal',
        'DisruptionTerminating',
        aboutOf(node),
        `Disrupting Node: ${command.reason}`,
      );
    }
    chronicle.decision({
      component: COMPONENT,
      about: namesOf(command),
      what: told.length === 0 ? 'is removed' : `is replaced by ${told.join(', ')}`,
      why: `${command.method}: ${command.why}`,
    });
    const id = this.commandCount++;
    this.underWay.set(id, { command, replacements: bought, startedUs: clock.nowUs });
    this.watch(id);
  }

  /** Waits until the replacements are up; then the old nodes are drained. */
  private watch(id: number): void {
    const found = this.underWay.get(id);
    if (found === undefined) return;
    const { api, clock, chronicle } = this.plane;
    const up = found.replacements.every((name) => {
      const node = api.nodes.named('', name);
      return node !== undefined && isReady(node);
    });
    if (up) {
      this.underWay.delete(id);
      for (const { node } of found.command.candidates) this.termination.start(node);
      return;
    }
    if (clock.nowUs - found.startedUs < REPLACEMENT_US) return clock.after(WATCH_US, this.watchKind, id);
    this.underWay.delete(id);
    for (const { node } of found.command.candidates) this.setDisrupted(node, false);
    const why = 'the replacement did not come up within 15 minutes';
    chronicle.decision({ component: COMPONENT, about: namesOf(found.command), what: 'is kept after all', why });
  }

  /** Nodes older than their pool's expiry are drained at once; machines for their pods are bought meanwhile. */
  private expire(): void {
    const { clock } = this.plane;
    for (const node of this.fleet.owned()) {
      const pool = this.fleet.poolOf(node);
      if (pool === undefined || this.fleet.isLeaving(node)) continue;
      const { expireAfterUs } = pool.spec.template;
      if (clock.nowUs - node.metadata.creationUs < expireAfterUs) continue;
      const why = `older than expireAfter of ${pool.metadata.name}, ${Math.round(expireAfterUs / 3.6e9)} h`;
      this.removeAtOnce(node, why);
    }
  }

  /** The machine will be taken: its pods move now, and the like of it is not asked for during the next minutes. */
  private interrupted(id: number): void {
    const node = this.plane.api.nodes.get(id);
    if (node === undefined || this.fleet.poolOf(node) === undefined || this.fleet.isLeaving(node)) return;
    const offering = this.fleet.offeringOf(node);
    if (offering !== undefined) this.fleet.leaveOut(offering);
    this.plane.chronicle.event(
      COMPONENT,
      'Warning',
      'SpotInterrupted',
      aboutOf(node),
      'Spot interruption warning was triggered',
    );
    this.removeAtOnce(node, 'the cloud has given notice that it takes the spot machine');
  }

  /** Drains without waiting for a replacement; machines for the pods are bought meanwhile. */
  private removeAtOnce(node: Node, why: string): void {
    this.setDisrupted(node, true);
    this.provisioner.expired.add(node.id);
    this.provisioner.trigger();
    this.plane.chronicle.decision({ component: COMPONENT, about: aboutOf(node), what: 'is drained and removed', why });
    this.termination.start(node);
  }

  private setDisrupted(node: Node, on: boolean): void {
    const { api } = this.plane;
    this.fleet.setLeaving(node, on);
    const current = api.nodes.get(node.id);
    if (current === undefined) return;
    const others = current.spec.taints.filter(({ key }) => key !== DISRUPTED);
    const taints = on ? [...others, { key: DISRUPTED, value: '', effect: 'NoSchedule' as const }] : others;
    api.update('Node', node.id, { spec: { ...current.spec, taints } });
  }
}

function hasNotice({ spec }: Node): boolean {
  return spec.taints.some(({ key }) => key === NOTICE);
}

function namesOf({ candidates }: Command): string {
  const names = candidates.map(({ node }) => node.metadata.name);
  return names.length <= 3
    ? `Node ${names.join(', ')}`
    : `Node ${names.slice(0, 2).join(', ')} and ${names.length - 2} others`;
}
