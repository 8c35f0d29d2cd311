import { cpuShares } from '../../../sim/services/cpu-shares.ts';
import { days, seconds } from '../../../sim/time.ts';
import type { Component, ControlPlane } from '../api/control-plane.ts';
import type { KubernetesSpec } from '../kubernetes-spec.ts';
import type { Machines } from '../nodes/machines.ts';
import { lastingContainers } from '../objects/lasting-containers.ts';
import type { Node } from '../objects/node.ts';
import type { Pod } from '../objects/pod.ts';
import { quantityMilli } from '../objects/quantity.ts';
import { cpuClaim, type CpuClaim } from './cpu-claim.ts';
import { Meter } from '../../data-plane/usage/meter.ts';
import { servingContainer, statusOf } from './serving-container.ts';
import type { TrafficControl } from './traffic-control.ts';
import { ownCpuMilli } from './usage-levels.ts';

/** Nodes whose pods serve requests are looked at so often; in runs longer than `LONG_US` at scrapes only. */
const TICK_US = seconds(5);
const LONG_US = days(2);
/** CPU of a busy place where the container requests none: what the scheduler takes for a missing request, over its places. */
const NO_REQUEST_MILLI = 100;

/** What one running pod uses. */
interface PodUse {
  readonly podId: number;
  readonly node: NodeUse;
  /** By container, sidecars last: what each uses by itself, and what all of its use came to. */
  readonly spec: CpuClaim;
  /** Whether it is known to answer modelled requests. */
  serves: boolean;
  ownMilli: number[];
  readonly meters: readonly Meter[];
  /** Busy time of its places at the last look. */
  busyUs: number;
  usedMilli: number;
}

interface NodeUse {
  readonly name: string;
  readonly pods: Map<number, PodUse>;
  capacityMilli: number;
  ownMilli: number;
  usedMilli: number;
  lookedUs: number;
}

/**
 * Who uses how much CPU. Pods that serve modelled requests use what their busy places need, by the measure of the time
 * since the last look; others a constant amount. Where a limit binds or more is wanted than the machine has, CPU is
 * divided as cgroups do (`cpuShares`), and pods that serve get slower accordingly.
 */
export class CpuUse implements Component {
  /** CPU used on all machines now. */
  totalMilli = 0;
  /** Told whenever the CPU used on a node is another. */
  onUse: ((nodeName: string, usedMilli: number) => void) | undefined;
  private readonly plane: ControlPlane;
  private readonly spec: KubernetesSpec;
  private readonly traffic: TrafficControl;
  private readonly machines: Pick<Machines, 'state' | 'watch'>;
  private readonly nodes = new Map<string, NodeUse>();
  private readonly pods = new Map<number, PodUse>();
  private readonly tick: number;
  private readonly tickUs: number;
  private readonly perPlaceMilli = new Map<number, Map<number, number>>();

  constructor(
    plane: ControlPlane,
    spec: KubernetesSpec,
    machines: Pick<Machines, 'state' | 'watch'>,
    traffic: TrafficControl,
  ) {
    this.plane = plane;
    this.spec = spec;
    this.machines = machines;
    this.traffic = traffic;
    this.tickUs = spec.durationUs > LONG_US ? spec.scrapeUs : Math.min(TICK_US, spec.scrapeUs);
    this.tick = plane.clock.kind(() => {
      this.look();
      plane.clock.after(this.tickUs, this.tick, 0);
    });
  }

  begin(): void {
    const { api, clock } = this.plane;
    for (const node of api.nodes.all()) this.noteNode(node);
    for (const pod of api.pods.all()) this.notePod(pod);
    api.nodes.watch((node, before) => {
      if (node === undefined) this.dropNode(before!.metadata.name);
      else this.noteNode(node);
    });
    api.pods.watch((pod, before) => {
      if (pod === undefined) this.dropPod(before!.id);
      else if (pod.status.containers !== before?.status.containers || pod.spec !== before.spec) this.notePod(pod);
    });
    this.machines.watch((name, { works }, before) => {
      const node = this.nodes.get(name);
      if (node !== undefined && works !== before.works) this.divideOwn(node);
    });
    if (this.traffic.services.length > 0) clock.after(this.tickUs, this.tick, 0);
  }

  /** Measures all pods that serve since the last look, and divides the CPU of their machines anew. */
  look(): void {
    if (this.traffic.services.length === 0) return;
    this.traffic.flow();
    const seen = new Set<NodeUse>();
    for (const podId of this.traffic.servingPods()) {
      const use = this.pods.get(podId);
      if (use !== undefined) seen.add(use.node);
    }
    for (const node of seen) this.share(node);
  }

  /** CPU used on a machine, as last looked at. */
  nodeMilli(nodeName: string): number {
    return this.nodes.get(nodeName)?.usedMilli ?? 0;
  }

  podMilli(podId: number): number {
    return this.pods.get(podId)?.usedMilli ?? 0;
  }

  containerMilli(podId: number, container: string): number {
    const { nowUs } = this.plane.clock;
    return this.meanMilli(podId, container, nowUs - 1, nowUs);
  }

  /** Mean use of a container between two times of the last minute or two. */
  meanMilli(podId: number, container: string, fromUs: number, toUs: number): number {
    const use = this.pods.get(podId);
    const at = use?.spec.names.indexOf(container) ?? -1;
    return at < 0 ? 0 : use!.meters[at].rate(fromUs, toUs);
  }

  private noteNode(node: Node): void {
    const capacityMilli = quantityMilli(node.status.capacity['cpu'] ?? node.status.allocatable['cpu'] ?? '0');
    const known = this.nodeUse(node.metadata.name);
    if (known.capacityMilli === capacityMilli) return;
    known.capacityMilli = capacityMilli;
    this.divideOwn(known);
  }

  private nodeUse(name: string): NodeUse {
    let known = this.nodes.get(name);
    if (known === undefined) {
      known = { name, pods: new Map(), capacityMilli: 0, ownMilli: 0, usedMilli: 0, lookedUs: this.plane.clock.nowUs };
      this.nodes.set(name, known);
    }
    return known;
  }

  private dropNode(name: string): void {
    const node = this.nodes.get(name);
    if (node === undefined) return;
    for (const podId of node.pods.keys()) this.pods.delete(podId);
    this.totalMilli -= node.usedMilli;
    this.nodes.delete(name);
  }

  private dropPod(podId: number): void {
    const use = this.pods.get(podId);
    if (use === undefined) return;
    this.pods.delete(podId);
    this.perPlaceMilli.delete(podId);
    use.node.pods.delete(podId);
    const wasShort = use.node.ownMilli > use.node.capacityMilli;
    use.node.ownMilli -= sum(use.ownMilli);
    this.setNode(use.node, use.node.usedMilli - use.usedMilli);
    if (wasShort || use.node.pods.size === 0) this.divideOwn(use.node);
  }

  private notePod(pod: Pod): void {
    const { nodeName } = pod.spec;
    const isRunning = nodeName !== undefined && pod.status.containers.some(({ state }) => state === 'running');
    if (!isRunning) {
      this.dropPod(pod.id);
      return;
    }
    let use = this.pods.get(pod.id);
    if (use === undefined) {
      use = this.makeUse(pod, this.nodeUse(nodeName));
      this.pods.set(pod.id, use);
      use.node.pods.set(pod.id, use);
    }
    use.serves ||= this.traffic.backendsOf(pod.id).length > 0 || this.isModelled(pod);
    this.setOwn(pod, use);
    this.divideOwn(use.node, use);
  }

  private setOwn(pod: Pod, use: PodUse): void {
    const own = lastingContainers(pod.spec).map((container, k) =>
      statusOf(pod, container.name)?.state === 'running'
        ? ownCpuMilli(pod, container, use.serves && k === use.spec.serving, this.spec.defaults)
        : 0,
    );
    use.node.ownMilli += sum(own) - sum(use.ownMilli);
    use.ownMilli = own;
  }

  /** Whether a modelled service selects the pod: then it uses nothing but for requests, even before they come. */
  private isModelled(pod: Pod): boolean {
    const { labels, namespace } = pod.metadata;
    return this.traffic.services.some((service) => {
      if (service.namespace !== namespace) return false;
      const selector = this.plane.api.store('Service').named(namespace, service.name)?.spec.selector;
      return selector !== undefined && Object.entries(selector).every(([key, value]) => labels[key] === value);
    });
  }

  private makeUse(pod: Pod, node: NodeUse): PodUse {
    const { nowUs } = this.plane.clock;
    const containers = lastingContainers(pod.spec);
    // What earlier processes of it worked does not count again.
    let busyUs = 0;
    for (const backend of this.traffic.backendsOf(pod.id))
      busyUs += backend.busyUs * this.perPlace(pod.id, backend.service);
    return {
      podId: pod.id,
      node,
      spec: cpuClaim(pod.spec),
      serves: false,
      ownMilli: containers.map(() => 0),
      meters: containers.map(() => new Meter(nowUs)),
      busyUs,
      usedMilli: 0,
    };
  }

  /**
   * Divides a machine's CPU among what its pods use by themselves; `changed`: only this pod's use has. Those that serve
   * are measured at the next look.
   */
  private divideOwn(node: NodeUse, changed?: PodUse): void {
    const { nowUs } = this.plane.clock;
    const works = this.machines.state(node.name).works;
    const isAmple = works && node.ownMilli <= node.capacityMilli;
    const pods = isAmple && changed !== undefined ? [changed] : [...node.pods.values()];
    const factors = isAmple
      ? pods.map((use) => limited(sum(use.ownMilli), use.spec.limitMilli))
      : cpuShares(
          works ? node.capacityMilli : 0,
          pods.map((use) => ({
            wantsMilli: sum(use.ownMilli),
            limitMilli: use.spec.limitMilli,
            weight: use.spec.weightMilli,
          })),
        );
    let used = isAmple && changed !== undefined ? node.usedMilli : 0;
    pods.forEach((use, k) => {
      if (isAmple && changed !== undefined) used -= use.usedMilli;
      if (this.traffic.backendsOf(use.podId).length === 0) {
        use.usedMilli = factors[k] * sum(use.ownMilli);
        use.meters.forEach((meter, at) => meter.grow(nowUs, factors[k] * use.ownMilli[at]));
      }
      used += use.usedMilli;
    });
    this.setNode(node, used);
  }

  /** Measures a machine's pods since the last look and divides its CPU. */
  private share(node: NodeUse): void {
    const { nowUs } = this.plane.clock;
    const spanUs = nowUs - node.lookedUs;
    node.lookedUs = nowUs;
    if (spanUs <= 0) return;
    const pods = [...node.pods.values()];
    const served = pods.map((use) => this.servedMilli(use, spanUs));
    const claims = pods.map((use, k) => ({
      wantsMilli: served[k] + sum(use.ownMilli),
      limitMilli: use.spec.limitMilli,
      weight: use.spec.weightMilli,
    }));
    const works = this.machines.state(node.name).works;
    const factors = cpuShares(works ? node.capacityMilli : 0, claims);
    let used = 0;
    pods.forEach((use, k) => {
      use.usedMilli = factors[k] * claims[k].wantsMilli;
      used += use.usedMilli;
      use.meters.forEach((meter, at) => {
        const milli = factors[k] * (use.ownMilli[at] + (at === use.spec.serving ? served[k] : 0));
        if (this.traffic.backendsOf(use.podId).length > 0) meter.add(nowUs, milli * (nowUs - meter.lastUs));
        else meter.grow(nowUs, milli);
      });
      if (works) this.traffic.setCpuFactor(use.podId, factors[k]);
    });
    this.setNode(node, used);
  }

  /** CPU that the pod's busy places needed since the last look. */
  private servedMilli(use: PodUse, spanUs: number): number {
    const backends = this.traffic.backendsOf(use.podId);
    if (backends.length > 0 && !use.serves) {
      use.serves = true;
      this.setOwn(this.plane.api.pods.get(use.podId)!, use);
    }
    let busyUs = 0;
    for (const backend of backends) busyUs += backend.busyUs * this.perPlace(use.podId, backend.service);
    const worked = busyUs - use.busyUs;
    use.busyUs = busyUs;
    return Math.max(0, worked) / spanUs;
  }

  private perPlace(podId: number, service: number): number {
    let of = this.perPlaceMilli.get(podId);
    if (of === undefined) this.perPlaceMilli.set(podId, (of = new Map<number, number>()));
    let milli = of.get(service);
    if (milli === undefined) {
      const { cpuPerRequestMilli, requests } = this.traffic.services[service];
      const pod = this.plane.api.pods.get(podId);
      const request = pod === undefined ? undefined : servingContainer(pod.spec).resources.requests['cpu'];
      milli =
        cpuPerRequestMilli ??
        (request === undefined ? NO_REQUEST_MILLI : quantityMilli(request)) / requests.concurrency;
      of.set(service, milli);
    }
    return milli;
  }

  private setNode(node: NodeUse, usedMilli: number): void {
    this.totalMilli += usedMilli - node.usedMilli;
    if (usedMilli === node.usedMilli) return;
    node.usedMilli = usedMilli;
    this.onUse?.(node.name, usedMilli);
  }
}

const sum = (values: readonly number[]): number => values.reduce((total, one) => total + one, 0);
const limited = (wants: number, limit: number): number => (wants > limit ? limit / wants : 1);
