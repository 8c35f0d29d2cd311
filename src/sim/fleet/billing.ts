import type { CostResult } from '../monitoring/living-result.ts';
import { carbonKg } from './energy.ts';
import type { NodeGroup } from './node-group.ts';

const US_PER_SECOND = 1_000_000;
const US_PER_HOUR = 3_600_000_000;
const SECONDS_PER_HOUR = 3600;
const GIB = 1024 * 1024 * 1024;
/**
 * What a core costs in GiB of memory: 0.031611 / 0.004237 USD an hour, Google's list prices of N1 (us-central1), which
 * are OpenCost's defaults as well. Together they give n1-standard-2 (2 cores, 7.5 GiB) its price of 0.0949995.
 */
const GIB_PER_CORE = 0.031611 / 0.004237;

export interface BillingRules {
  /** A machine is billed at least this long: 60 s with the three large clouds. */
  readonly minimumS: number;
  readonly usdPerGbBetweenZones: number;
  readonly kgPerKWh: number;
}

/**
 * The bill of a run, fed with changes: machines by the second, with a minimum; what each service requested of them;
 * traffic between zones; energy by CPU used. Every change is O(1) and nothing is sampled.
 *
 * A machine's price is split into a part for CPU and one for memory, as `cpuPriceShare` says. A service bears the
 * CPU part of what it requests, over the machine's CPU, and likewise for memory. The shares of all services sum to
 * at most 1; the rest of the machine, and its billed time before and after, is idle cost. Where machines promise more
 * CPU than they have (overcommitment), services that together requested more than a group cost share its bill in
 * proportion. Resources other than these
 * two (GPUs) are not split: who takes all of the CPU and memory bears all of the machine.
 */
export class Billing {
  private readonly groups: NodeGroup[];
  private readonly services: string[];
  private readonly rules: BillingRules;
  private nowUs = 0;
  /** By node: its group and when its bill began; absent when it is not billed. */
  private readonly running = new Map<
    number,
    { readonly group: number; readonly startUs: number; cpu: number; mem: number }
  >();
  /** By group: whole seconds billed for machines that are gone, and machines that are there. */
  private readonly billedS: number[];
  private readonly count: number[];
  /** By group: machine-microseconds, and millicores used over time, for the energy. */
  private readonly onUs: Integral[];
  private readonly usedMilliUs: Integral[];
  /** By group and service: millicores and bytes requested over time. */
  private readonly cpu: Integral[][];
  private readonly mem: Integral[][];
  private readonly trafficBytes: number[];

  constructor(groups: readonly NodeGroup[], services: readonly string[], rules: BillingRules) {
    this.groups = [];
    this.services = [];
    this.rules = rules;
    this.billedS = [];
    this.count = [];
    this.onUs = [];
    this.usedMilliUs = [];
    this.cpu = [];
    this.mem = [];
    this.trafficBytes = [];
    for (const service of services) this.addService(service);
    for (const group of groups) this.addGroup(group);
  }

  /** Another kind of machine. Returns its number. */
  addGroup(group: NodeGroup): number {
    this.billedS.push(0);
    this.count.push(0);
    this.onUs.push(new Integral());
    this.usedMilliUs.push(new Integral());
    this.cpu.push(this.services.map(() => new Integral()));
    this.mem.push(this.services.map(() => new Integral()));
    return this.groups.push(group) - 1;
  }

  /** Another service that requests are billed to. Returns its number. */
  addService(service: string): number {
    for (const ofGroup of [...this.cpu, ...this.mem]) ofGroup.push(new Integral());
    this.trafficBytes.push(0);
    return this.services.push(service) - 1;
  }

  /** All that follows happens at this time, until the next call. */
  advance(nowUs: number): void {
    this.nowUs = nowUs;
  }

  /** The cloud begins to bill a machine; or has done so for a while, since it was ordered. */
  nodeStarted(node: number, group: number, orderedUs = this.nowUs): void {
    if (this.running.has(node)) throw new Error(`node ${node} is billed already`);
    this.running.set(node, { group, startUs: orderedUs, cpu: 0, mem: 0 });
    this.count[group]++;
    this.onUs[group].change(this.nowUs, 1);
  }

  /** It ends. All requests and use must have been taken back before. */
  nodeStopped(node: number): void {
    const { group, startUs, cpu, mem } = this.billed(node);
    if (cpu !== 0 || mem !== 0) throw new Error(`node ${node} stops while ${cpu} millicores are requested on it`);
    this.running.delete(node);
    this.billedS[group] += this.secondsSince(startUs);
    this.count[group]--;
    this.onUs[group].change(this.nowUs, -1);
  }

  /** A service requests so much more (or less) of a machine. */
  requested(node: number, service: number, cpuMilli: number, memBytes: number): void {
    const bill = this.billed(node);
    bill.cpu += cpuMilli;
    bill.mem += memBytes;
    this.cpu[bill.group][service].change(this.nowUs, cpuMilli);
    this.mem[bill.group][service].change(this.nowUs, memBytes);
  }

  /** So much more (or less) CPU is used on a machine; for the energy only. */
  used(node: number, cpuMilli: number): void {
    this.usedMilliUs[this.billed(node).group].change(this.nowUs, cpuMilli);
  }

  /** Bytes a service sent or was sent across a border between zones, as often as the cloud bills them. */
  traffic(service: number, bytes: number): void {
    this.trafficBytes[service] += bytes;
  }

  /** Price of the machines there are, for the timeline. */
  usdPerHour(): number {
    return this.groups.reduce((sum, group, g) => sum + this.count[g] * group.usdPerHour, 0);
  }

  /** The bill as it would be if all machines stopped now; `served` requests share it. */
  result(served: number): CostResult {
    const byGroup: Record<string, number> = {};
    const byService: Record<string, number> = {};
    const seconds = [...this.billedS];
    for (const { group, startUs } of this.running.values()) seconds[group] += this.secondsSince(startUs);
    let nodesUsd = 0;
    const requested = this.services.map(() => 0);
    let energyKWh = 0;
    this.groups.forEach((group, g) => {
      const usd = (seconds[g] * group.usdPerHour) / SECONDS_PER_HOUR;
      byGroup[group.name] = usd;
      nodesUsd += usd;
      const ofGroup = this.services.map((_, s) => this.requestedUsd(g, s));
      const sum = ofGroup.reduce((total, one) => total + one, 0);
      ofGroup.forEach((one, s) => (requested[s] += sum > usd ? (one * usd) / sum : one));
      energyKWh += this.energyOf(g);
    });
    let usedUsd = 0;
    let trafficUsd = 0;
    this.services.forEach((service, s) => {
      const requestedUsd = requested[s];
      const sentUsd = (this.trafficBytes[s] / GIB) * this.rules.usdPerGbBetweenZones;
      usedUsd += requestedUsd;
      trafficUsd += sentUsd;
      byService[service] = requestedUsd + sentUsd;
    });
    if (trafficUsd > 0) byGroup[BETWEEN_ZONES] = trafficUsd;
    const totalUsd = nodesUsd + trafficUsd;
    return {
      totalUsd,
      // Sums of rounded parts leave a dust of their own.
      idleUsd: nodesUsd - usedUsd > 1e-12 * nodesUsd ? nodesUsd - usedUsd : 0,
      byGroup,
      byService,
      usdPerMillionRequests: served > 0 ? (totalUsd / served) * 1_000_000 : 0,
      energyKWh,
      carbonKg: carbonKg(energyKWh, this.rules.kgPerKWh),
    };
  }

  private billed(node: number): { readonly group: number; readonly startUs: number; cpu: number; mem: number } {
    const bill = this.running.get(node);
    if (bill === undefined) throw new Error(`node ${node} is not billed`);
    return bill;
  }

  private secondsSince(startUs: number): number {
    return Math.max(this.rules.minimumS, Math.ceil((this.nowUs - startUs) / US_PER_SECOND));
  }

  private requestedUsd(group: number, service: number): number {
    const { template, usdPerHour } = this.groups[group];
    const share = cpuPriceShare(template.cpuMilli, template.memBytes);
    const cpu = template.cpuMilli > 0 ? this.cpu[group][service].until(this.nowUs) / template.cpuMilli : 0;
    const mem = template.memBytes > 0 ? this.mem[group][service].until(this.nowUs) / template.memBytes : 0;
    return ((share * cpu + (1 - share) * mem) / US_PER_HOUR) * usdPerHour;
  }

  /** Idle power for as long as machines were on, and the rest in proportion to the CPU used. */
  private energyOf(group: number): number {
    const { template, idleWatts, busyWatts } = this.groups[group];
    const busy = template.cpuMilli > 0 ? this.usedMilliUs[group].until(this.nowUs) / template.cpuMilli : 0;
    const wattUs = this.onUs[group].until(this.nowUs) * idleWatts + busy * (busyWatts - idleWatts);
    return wattUs / 1000 / US_PER_HOUR;
  }
}

/** The key of `byGroup` for traffic between zones. */
export const BETWEEN_ZONES = 'traffic between zones';

/** The part of a machine's price that its CPU stands for: cores over cores plus memory in cores' worth. */
export function cpuPriceShare(cpuMilli: number, memBytes: number): number {
  const cores = cpuMilli / 1000;
  const memory = memBytes / GIB / GIB_PER_CORE;
  return cores + memory > 0 ? cores / (cores + memory) : 0;
}

/** A level over time, summed up when it changes. */
class Integral {
  private level = 0;
  private sum = 0;
  private lastUs = 0;

  change(nowUs: number, by: number): void {
    this.sum += this.level * (nowUs - this.lastUs);
    this.lastUs = nowUs;
    this.level += by;
  }

  until(nowUs: number): number {
    return this.sum + this.level * (nowUs - this.lastUs);
  }
}
