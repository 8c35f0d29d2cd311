import { describe, expect, test } from 'vitest';
import { stream } from '../random.ts';
import { hours, minutes, seconds } from '../time.ts';
import { Billing, BETWEEN_ZONES, cpuPriceShare, type BillingRules } from './billing.ts';
import { carbonKg, energyKWh, wattsAt } from './energy.ts';
import type { NodeGroup } from './node-group.ts';

const GIB = 1024 * 1024 * 1024;
const rules: BillingRules = { minimumS: 60, usdPerGbBetweenZones: 0.01, kgPerKWh: 0.4 };

function group(name: string, cores: number, gib: number, usdPerHour: number): NodeGroup {
  return {
    name,
    template: { name, cpuMilli: cores * 1000, memBytes: gib * GIB },
    zones: [],
    racksPerZone: 0,
    initial: 0,
    min: 0,
    max: 100,
    instanceType: '',
    usdPerHour,
    spot: false,
    boot: { kind: 'constant', meanUs: 0 },
    pullBytesPerSecond: 1,
    idleWatts: 10,
    busyWatts: 50,
  };
}

const groups = [group('small', 2, 8, 0.36), group('big', 8, 32, 1.44)];

describe('billing by the second', () => {
  test('machines and services that become known later are billed alike', () => {
    const early = new Billing(groups, ['web', 'db'], rules);
    const late = new Billing([], [], rules);
    for (const billing of [early, late]) {
      billing.advance(seconds(100));
      if (billing === late) for (const one of groups) billing.addGroup(one);
      billing.nodeStarted(0, 1);
      if (billing === late) for (const one of ['web', 'db']) billing.addService(one);
      billing.requested(0, 1, 4000, 16 * GIB);
      billing.advance(seconds(3700));
    }
    // An hour of 1.44 USD, half of it requested by db.
    expect(late.result(0).byService).toEqual({ web: 0, db: 0.72 });
    expect(late.result(0)).toEqual(early.result(0));
  });

  test('a machine costs its price for its time, begun seconds in full, 60 s at least', () => {
    const billing = new Billing(groups, [], rules);
    billing.nodeStarted(0, 0);
    billing.nodeStarted(1, 0);
    billing.nodeStarted(2, 1);
    billing.advance(seconds(10));
    billing.nodeStopped(0);
    billing.advance(seconds(100) + 1);
    billing.nodeStopped(1);
    billing.advance(hours(2));
    // small: 60 s + 101 s at $0.0001 a second; big: 2 h at $1.44.
    const { byGroup, totalUsd, idleUsd } = billing.result(0);
    expect(byGroup.small).toBeCloseTo(0.0161, 12);
    expect(byGroup.big).toBeCloseTo(2.88, 12);
    expect(totalUsd).toBeCloseTo(2.8961, 12);
    // Nobody requested anything.
    expect(idleUsd).toBe(totalUsd);
    expect(billing.usdPerHour()).toBe(1.44);
  });

  test('a node that comes back is billed anew', () => {
    const billing = new Billing(groups, [], rules);
    for (let round = 0; round < 3; round++) {
      billing.advance(minutes(10 * round));
      billing.nodeStarted(7, 0);
      billing.advance(minutes(10 * round) + seconds(30));
      billing.nodeStopped(7);
    }
    expect(billing.result(0).byGroup.small).toBeCloseTo(3 * 60 * 0.0001, 12);
  });

  test('feeding it wrongly is noticed', () => {
    const billing = new Billing(groups, ['web'], rules);
    expect(() => billing.nodeStopped(0)).toThrow('node 0 is not billed');
    billing.nodeStarted(0, 0);
    expect(() => billing.nodeStarted(0, 1)).toThrow('node 0 is billed already');
    billing.requested(0, 0, 500, GIB);
    expect(() => billing.nodeStopped(0)).toThrow('node 0 stops while 500 millicores are requested on it');
  });
});

describe('who bears it', () => {
  test('a core is worth 7.46 GiB: of 2 cores and 8 GiB, the CPU is 65 % of the price', () => {
    // 2 x 0.031611 = 0.063222 and 8 x 0.004237 = 0.033896: 0.063222 / 0.097118, Google's n2-standard-2 to the cent.
    expect(cpuPriceShare(2000, 8 * GIB)).toBeCloseTo(0.063222 / 0.097118, 12);
    expect(cpuPriceShare(1000, 0)).toBe(1);
    expect(cpuPriceShare(0, 0)).toBe(0);
  });

  test('services bear what they request, the rest is idle', () => {
    const billing = new Billing(groups, ['web', 'db'], rules);
    billing.nodeStarted(0, 0);
    billing.requested(0, 0, 1000, 2 * GIB);
    billing.advance(minutes(30));
    billing.requested(0, 1, 500, 4 * GIB);
    billing.advance(minutes(60));
    const share = 0.063222 / 0.097118;
    const { byService, idleUsd, totalUsd, usdPerMillionRequests } = billing.result(2_000_000);
    // web: half of the CPU and a quarter of the memory for an hour of $0.36; db: a quarter and a half for half an hour.
    expect(byService.web).toBeCloseTo(0.36 * (share / 2 + (1 - share) / 4), 12);
    expect(byService.db).toBeCloseTo(0.18 * (share / 4 + (1 - share) / 2), 12);
    expect(idleUsd).toBeCloseTo(0.36 - byService.web - byService.db, 12);
    expect(usdPerMillionRequests).toBeCloseTo(totalUsd / 2, 12);
  });

  test('a machine that is requested in full leaves nothing idle', () => {
    const billing = new Billing(groups, ['web'], rules);
    billing.nodeStarted(0, 1);
    billing.requested(0, 0, 8000, 32 * GIB);
    billing.advance(hours(5));
    expect(billing.result(0).byService.web).toBeCloseTo(7.2, 10);
    expect(billing.result(0).idleUsd).toBeCloseTo(0, 10);
  });

  test('traffic between zones is billed by the GiB to who sent it', () => {
    const billing = new Billing(groups, ['web', 'db'], rules);
    billing.traffic(1, 250 * GIB);
    const { byService, byGroup, totalUsd, idleUsd } = billing.result(0);
    expect([byService.web, byService.db, byGroup[BETWEEN_ZONES], totalUsd, idleUsd]).toEqual([0, 2.5, 2.5, 2.5, 0]);
  });

  test('over 100 random histories, groups and services plus idle both sum to the total', () => {
    for (let seed = 0; seed < 100; seed++) {
      const random = stream(seed, 'billing');
      const billing = new Billing(groups, ['a', 'b', 'c'], rules);
      const held = new Map<number, [service: number, cpu: number, mem: number][]>();
      let nowUs = 0;
      for (let step = 0; step < 200; step++) {
        billing.advance((nowUs += seconds(1 + random.below(200))));
        const node = random.below(6);
        const requests = held.get(node);
        if (requests === undefined) {
          held.set(node, []);
          billing.nodeStarted(node, random.below(2));
        } else if (requests.length > 0 && random.below(2) === 0) {
          const [service, cpu, mem] = requests.pop()!;
          billing.requested(node, service, -cpu, -mem);
        } else if (requests.length === 0 && random.below(3) === 0) {
          held.delete(node);
          billing.nodeStopped(node);
        } else if (requests.length < 4) {
          const service = random.below(3);
          requests.push([service, 500, 2 * GIB]);
          billing.requested(node, service, 500, 2 * GIB);
        }
      }
      const { totalUsd, idleUsd, byGroup, byService } = billing.result(1);
      const sum = (record: Readonly<Record<string, number>>): number =>
        Object.values(record).reduce((all, one) => all + one, 0);
      expect(sum(byGroup), `seed ${seed}`).toBeCloseTo(totalUsd, 9);
      expect(sum(byService) + idleUsd, `seed ${seed}`).toBeCloseTo(totalUsd, 9);
    }
  });
});

describe('energy', () => {
  test('power is linear between idle and busy', () => {
    expect([0, 0.5, 1, 2, -1].map((share) => wattsAt(groups[0], share))).toEqual([10, 30, 50, 50, 10]);
    expect(energyKWh(500, hours(4))).toBe(2);
    expect(carbonKg(2, 0.379069)).toBe(0.758138);
  });

  test('the meter gives idle power for the time on and the rest for the CPU used', () => {
    const billing = new Billing(groups, [], rules);
    billing.nodeStarted(0, 0);
    billing.nodeStarted(1, 0);
    billing.used(0, 1000);
    billing.advance(hours(10));
    billing.used(0, -1000);
    billing.nodeStopped(0);
    billing.advance(hours(20));
    // 30 machine-hours at 10 W; half of one machine's CPU for 10 h: 10 x 0.5 x 40 W. Together 0.3 + 0.2 kWh.
    const { energyKWh: kWh, carbonKg: kg } = billing.result(0);
    expect(kWh).toBeCloseTo(0.5, 12);
    expect(kg).toBeCloseTo(0.2, 12);
  });
});
