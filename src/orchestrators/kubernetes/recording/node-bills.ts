import { Billing } from '../../../sim/fleet/billing.ts';
import type { CostResult } from '../../../sim/monitoring/living-result.ts';
import { hours } from '../../../sim/time.ts';
import type { KubernetesSpec } from '../kubernetes-spec.ts';
import { CAPACITY_TYPE_LABEL, INSTANCE_TYPE_LABEL, NODE_GROUP_LABEL, NODE_POOL_LABEL } from '../objects/node-labels.ts';
import type { Node } from '../objects/node.ts';
import type { NodeBook, Taken } from './node-books.ts';

/** Clouds bill a machine for a minute at least (AWS, GCP, Azure: per second, minimum 60 s). */
const BILLED_AT_LEAST_S = 60;
const HOUR_US = hours(1);

/** Whom pods are billed to that no workload keeps. */
export const NOBODY = ['jobs', 'other pods'] as const;

/** What machines cost, from their order to their end, and who requested what of them. */
export class NodeBills {
  /** Machines billed now, the most at once, and those that came after the beginning. */
  count = 0;
  peak = 0;
  started = 0;
  /** Price of the machines so far; the bill itself rounds up and has a minimum. */
  usdSoFar = 0;
  /** Over time: machines, and the CPU and memory they have, times microseconds. */
  nodeUs = 0;
  cpuMilliUs = 0;
  memByteUs = 0;
  cpuMilli = 0;
  private memBytes = 0;
  private readonly billing = new Billing([], [], {
    minimumS: BILLED_AT_LEAST_S,
    usdPerGbBetweenZones: 0,
    kgPerKWh: 0,
  });
  private readonly spec: KubernetesSpec;
  private readonly groups = new Map<string, number>();
  private readonly payers = new Map<string, number>();
  private readonly usdOf = new Map<number, number>();
  private usdNow = 0;
  private lastUs = 0;

  constructor(spec: KubernetesSpec) {
    this.spec = spec;
  }

  advance(nowUs: number): void {
    const spanUs = nowUs - this.lastUs;
    if (spanUs > 0) {
      this.lastUs = nowUs;
      this.usdSoFar += (this.usdNow * spanUs) / HOUR_US;
      this.nodeUs += this.count * spanUs;
      this.cpuMilliUs += this.cpuMilli * spanUs;
      this.memByteUs += this.memBytes * spanUs;
    }
    this.billing.advance(nowUs);
  }

  nodeStarted(book: NodeBook, node: Node): void {
    const usdPerHour = this.priceOf(node);
    // A bought machine is paid for since its order; its Node object comes when it has booted.
    const bootUs = Math.min(this.lastUs, this.bootUs(node));
    this.billing.nodeStarted(book.number, this.groupOf(node, book, usdPerHour), this.lastUs - bootUs);
    this.usdSoFar += (usdPerHour * bootUs) / HOUR_US;
    this.nodeUs += bootUs;
    this.usdOf.set(book.number, usdPerHour);
    this.change(book, usdPerHour, 1);
    this.peak = Math.max(this.peak, this.count);
    if (this.lastUs > 0) this.started++;
  }

  nodeStopped(book: NodeBook): void {
    this.billing.nodeStopped(book.number);
    this.change(book, this.usdOf.get(book.number) ?? 0, -1);
  }

  requested(book: NodeBook, payer: string, { cpuMilli, memBytes }: Taken, sign: 1 | -1): void {
    let at = this.payers.get(payer);
    if (at === undefined) this.payers.set(payer, (at = this.billing.addService(payer)));
    this.billing.requested(book.number, at, sign * cpuMilli, sign * memBytes);
  }

  get usdPerHour(): number {
    return this.usdNow;
  }

  result(served: number): CostResult {
    return this.billing.result(served);
  }

  private change(book: NodeBook, usdPerHour: number, sign: 1 | -1): void {
    this.count += sign;
    this.usdNow = this.count === 0 ? 0 : this.usdNow + sign * usdPerHour;
    this.cpuMilli += sign * book.machineCpuMilli;
    this.memBytes += sign * book.machineMemBytes;
  }

  /** By its group, else by what Karpenter pays for its type, else as the run says. */
  private priceOf(node: Node): number {
    const { labels } = node.metadata;
    const group = this.groupNameOf(node);
    const ofGroup = this.spec.nodeGroups.find(({ name }) => name === group);
    if (ofGroup !== undefined) return ofGroup.usdPerHour;
    const offer = this.spec.instances?.find(({ name }) => name === labels[INSTANCE_TYPE_LABEL]);
    if (offer === undefined || labels[NODE_POOL_LABEL] === undefined) return this.spec.usdPerHour(node);
    return labels[CAPACITY_TYPE_LABEL] === 'spot'
      ? (offer.spotUsdPerHour ?? offer.onDemandUsdPerHour)
      : offer.onDemandUsdPerHour;
  }

  private bootUs(node: Node): number {
    if (node.metadata.labels[NODE_POOL_LABEL] !== undefined) return this.spec.instanceBootUs;
    const group = this.groupNameOf(node);
    return this.spec.nodeGroups.find(({ name }) => name === group)?.bootUs ?? 0;
  }

  private groupNameOf({ metadata }: Node): string | undefined {
    const said = metadata.labels[NODE_GROUP_LABEL];
    if (said !== undefined) return said;
    let found: string | undefined;
    for (const { name, template } of this.spec.nodeGroups) {
      const prefix = template.metadata.name;
      if (metadata.name.startsWith(prefix) && /^[-\d]/.test(metadata.name.slice(prefix.length)))
        if (found === undefined || name.length > found.length) found = name;
    }
    return found;
  }

  /** Machines of one name, price and size are one line of the bill. */
  private groupOf(node: Node, { machineCpuMilli, machineMemBytes }: NodeBook, usdPerHour: number): number {
    const { labels } = node.metadata;
    const pool = labels[NODE_POOL_LABEL];
    const name = this.groupNameOf(node) ?? pool ?? labels[INSTANCE_TYPE_LABEL] ?? 'nodes';
    const key = `${name} ${usdPerHour} ${machineCpuMilli} ${machineMemBytes}`;
    let at = this.groups.get(key);
    if (at !== undefined) return at;
    const isTaken = [...this.groups.keys()].some((one) => one.startsWith(`${name} `));
    at = this.billing.addGroup({
      // The bill is by name: machines of another size or price need another.
      name: isTaken
        ? `${name} (${labels[INSTANCE_TYPE_LABEL] ?? `${machineCpuMilli / 1000} cores`}, $${usdPerHour}/h)`
        : name,
      template: { name, cpuMilli: machineCpuMilli, memBytes: machineMemBytes },
      zones: [],
      racksPerZone: 0,
      initial: 0,
      min: 0,
      max: 0,
      instanceType: labels[INSTANCE_TYPE_LABEL] ?? '',
      usdPerHour,
      spot: false,
      boot: { kind: 'constant', meanUs: 0 },
      pullBytesPerSecond: this.spec.defaults.pullBytesPerSecond,
      idleWatts: 0,
      busyWatts: 0,
    });
    this.groups.set(key, at);
    return at;
  }
}
