import { Billing, type BillingRules } from '../../sim/fleet/billing.ts';
import type { CostResult } from '../../sim/monitoring/living-result.ts';
import { hours } from '../../sim/time.ts';

/** Clouds bill a machine for a minute at least (AWS, GCP, Azure: per second, minimum 60 s). */
const BILLED_AT_LEAST_S = 60;
const HOUR_US = hours(1);
/** The key of `byGroup` for what is not a machine's: tasks that are billed by themselves. */
const BESIDE_MACHINES = 'tasks billed by themselves';

/** One machine on the bill. */
export interface BilledMachine {
  /** Never used for another machine. */
  readonly number: number;
  readonly machineCpuMilli: number;
  readonly machineMemBytes: number;
}

/** What machines of one kind have in common; those of one name, price and size are one line of the bill. */
export interface MachineKind {
  readonly name: string;
  /** As in the catalogue, or ''. */
  readonly instanceType: string;
  readonly usdPerHour: number;
  readonly pullBytesPerSecond: number;
  readonly idleWatts: number;
  readonly busyWatts: number;
}

/** What machines cost, from their order to their end, and who requested what of them. Time begins at 0. */
export class MachineBills {
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
  private readonly billing: Billing;
  private readonly groups = new Map<string, number>();
  private readonly payers = new Map<string, number>();
  private readonly usdOf = new Map<number, number>();
  private readonly besideOf = new Map<string, number>();
  private usdNow = 0;
  private lastUs = 0;

  constructor({ usdPerGbBetweenZones, kgPerKWh }: Omit<BillingRules, 'minimumS'>) {
    this.billing = new Billing([], [], { minimumS: BILLED_AT_LEAST_S, usdPerGbBetweenZones, kgPerKWh });
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

  /** A machine is paid for; since so long ago, if it was ordered before and comes now. */
  start(machine: BilledMachine, kind: MachineKind, orderedAgoUs: number): void {
    const { usdPerHour } = kind;
    const agoUs = Math.min(this.lastUs, orderedAgoUs);
    this.billing.nodeStarted(machine.number, this.groupOf(machine, kind), this.lastUs - agoUs);
    this.usdSoFar += (usdPerHour * agoUs) / HOUR_US;
    this.nodeUs += agoUs;
    this.usdOf.set(machine.number, usdPerHour);
    this.change(machine, usdPerHour, 1);
    this.peak = Math.max(this.peak, this.count);
    if (this.lastUs > 0) this.started++;
  }

  /** Its end. All that was requested and used of it has been taken back. */
  stop(machine: BilledMachine): void {
    this.billing.nodeStopped(machine.number);
    this.change(machine, this.usdOf.get(machine.number) ?? 0, -1);
  }

  requested(
    machine: BilledMachine,
    payer: string,
    { cpuMilli, memBytes }: { readonly cpuMilli: number; readonly memBytes: number },
    sign: 1 | -1,
  ): void {
    this.billing.requested(machine.number, this.payerOf(payer), sign * cpuMilli, sign * memBytes);
  }

  /** So much more (or less) CPU is used on a machine; for the energy only. */
  used(machine: BilledMachine, cpuMilli: number): void {
    this.billing.used(machine.number, cpuMilli);
  }

  /** Bytes that were sent between zones for a service. */
  traffic(payer: string, bytes: number): void {
    if (bytes > 0) this.billing.traffic(this.payerOf(payer), bytes);
  }

  /** What someone pays beside machines. */
  addCost(payer: string, usd: number): void {
    this.usdSoFar += usd;
    this.besideOf.set(payer, (this.besideOf.get(payer) ?? 0) + usd);
  }

  get usdPerHour(): number {
    return this.usdNow;
  }

  result(served: number): CostResult {
    const cost = this.billing.result(served);
    if (this.besideOf.size === 0) return cost;
    const byService = { ...cost.byService };
    let beside = 0;
    for (const [payer, usd] of this.besideOf) {
      byService[payer] = (byService[payer] ?? 0) + usd;
      beside += usd;
    }
    const totalUsd = cost.totalUsd + beside;
    return {
      ...cost,
      totalUsd,
      byService,
      byGroup: { ...cost.byGroup, [BESIDE_MACHINES]: beside },
      usdPerMillionRequests: served > 0 ? (totalUsd / served) * 1e6 : 0,
    };
  }

  private payerOf(payer: string): number {
    let at = this.payers.get(payer);
    if (at === undefined) this.payers.set(payer, (at = this.billing.addService(payer)));
    return at;
  }

  private change({ machineCpuMilli, machineMemBytes }: BilledMachine, usdPerHour: number, sign: 1 | -1): void {
    this.count += sign;
    this.usdNow = this.count === 0 ? 0 : this.usdNow + sign * usdPerHour;
    this.cpuMilli += sign * machineCpuMilli;
    this.memBytes += sign * machineMemBytes;
  }

  private groupOf({ machineCpuMilli, machineMemBytes }: BilledMachine, kind: MachineKind): number {
    const { name, instanceType, usdPerHour, pullBytesPerSecond, idleWatts, busyWatts } = kind;
    const key = `${name} ${usdPerHour} ${machineCpuMilli} ${machineMemBytes} ${idleWatts} ${busyWatts}`;
    let at = this.groups.get(key);
    if (at !== undefined) return at;
    const isTaken = [...this.groups.keys()].some((one) => one.startsWith(`${name} `));
    at = this.billing.addGroup({
      // The bill is by name: machines of another size or price need another.
      name: isTaken
        ? `${name} (${instanceType === '' ? `${machineCpuMilli / 1000} cores` : instanceType}, $${usdPerHour}/h)`
        : name,
      template: { name, cpuMilli: machineCpuMilli, memBytes: machineMemBytes },
      zones: [],
      racksPerZone: 0,
      initial: 0,
      min: 0,
      max: 0,
      instanceType,
      usdPerHour,
      spot: false,
      boot: { kind: 'constant', meanUs: 0 },
      pullBytesPerSecond,
      idleWatts,
      busyWatts,
    });
    this.groups.set(key, at);
    return at;
  }
}
