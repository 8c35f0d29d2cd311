import { describe, expect, test } from 'vitest';
import { gridOf } from './grids.ts';
import { instanceCatalogue, instanceType, mergeCatalogue } from './index.ts';
import { nodeSpecOf } from './instance-type.ts';
import { GPU_WATTS, POWER, powerOf } from './power.ts';

const GIB = 1024 * 1024 * 1024;

describe('the catalogue', () => {
  // From the lists named in aws.ts, gcp.ts and azure.ts, read off by hand.
  test.each([
    ['m5.large', 2, 8, 0.096],
    ['m7i.16xlarge', 64, 256, 3.2256],
    ['m7a.4xlarge', 16, 64, 0.92736],
    ['m8g.8xlarge', 32, 128, 1.43616],
    ['c7i.large', 2, 4, 0.08925],
    ['c7i.16xlarge', 64, 128, 2.856],
    ['c7g.8xlarge', 32, 64, 1.16],
    ['r7i.xlarge', 4, 32, 0.2646],
    ['r7g.2xlarge', 8, 64, 0.4284],
    ['e2-standard-2', 2, 8, 0.067011],
    ['e2-standard-32', 32, 128, 1.072183],
    ['n1-standard-8', 8, 30, 0.379998],
    ['n2-standard-16', 16, 64, 0.776944],
    ['n2-highmem-32', 32, 256, 2.096224],
    ['c3-standard-22', 22, 88, 1.108844],
    ['c2-standard-30', 30, 120, 1.56606],
    ['t2a-standard-4', 4, 16, 0.154],
    ['Standard_D8s_v5', 8, 32, 0.384],
    ['Standard_D32ps_v5', 32, 128, 1.232],
    ['Standard_E64s_v5', 64, 512, 4.032],
    ['Standard_D32ls_v5', 32, 64, 1.36],
    ['Standard_F4s_v2', 4, 8, 0.169],
  ])('%s has %d vCPUs, %d GiB and costs $%d an hour', (name, vCpus, gib, usd) => {
    const type = instanceType(name);
    expect([type.cpuMilli, type.memBytes, type.usdPerHour]).toEqual([vCpus * 1000, gib * GIB, usd]);
  });

  test.each([
    ['e2-standard-8', 0.160848],
    ['n2-standard-4', 0.09212],
    ['n2d-standard-16', 0.195648],
    ['t2d-standard-32', 0.50432],
    ['c4a-highmem-16', 0.407616],
    ['g2-standard-48', 2.249632],
  ])("Google's spot price of %s is $%d", (name, usd) => {
    expect(instanceType(name).spotUsdPerHour).toBeCloseTo(usd, 6);
  });

  test('every cloud has general, compute, memory, GPU and Arm machines in several sizes', () => {
    for (const cloud of ['aws', 'gcp', 'azure']) {
      const types = instanceCatalogue.filter((type) => type.cloud === cloud);
      expect(types.length, cloud).toBeGreaterThanOrEqual(40);
      for (const kind of ['general', 'compute', 'memory', 'gpu'])
        expect(types.filter((type) => type.kind === kind).length, `${cloud} ${kind}`).toBeGreaterThanOrEqual(4);
      expect(types.filter((type) => type.arch === 'arm').length, cloud).toBeGreaterThanOrEqual(5);
    }
  });

  test('names are unique, and no row is out of line', () => {
    expect(new Set(instanceCatalogue.map((type) => type.name)).size).toBe(instanceCatalogue.length);
    for (const type of instanceCatalogue) {
      const perCpu = type.usdPerHour / (type.cpuMilli / 1000);
      if (type.kind !== 'gpu') expect(perCpu, type.name).toBeGreaterThan(0.02);
      if (type.kind !== 'gpu') expect(perCpu, type.name).toBeLessThan(0.07);
      else expect(GPU_WATTS[type.gpuModel], type.name).toBeDefined();
      expect(type.spotUsdPerHour, type.name).toBeLessThan(type.usdPerHour);
      expect(type.busyWatts, type.name).toBeGreaterThan(type.idleWatts);
      expect(type.price.date, type.name).toMatch(/^\d{4}-\d\d-\d\d$/);
      expect(type.price.source, type.name).not.toBe('');
    }
  });

  test('a type becomes a node', () => {
    expect(nodeSpecOf(instanceType('m7g.large'))).toEqual({
      name: 'm7g.large',
      cpuMilli: 2000,
      memBytes: 8 * GIB,
      podLimit: 29,
      labels: { 'node.kubernetes.io/instance-type': 'm7g.large', 'kubernetes.io/arch': 'arm64' },
    });
    expect(nodeSpecOf(instanceType('g4dn.12xlarge'))).toMatchObject({ gpuCount: 4, gpuModel: 'T4' });
  });

  test.each([
    ['t3.large', 35],
    ['m7g.2xlarge', 58],
    ['c7i.8xlarge', 234],
    ['r6i.16xlarge', 737],
    ['g4dn.12xlarge', 234],
    ['g5.48xlarge', 345],
    ['p4d.24xlarge', 737],
    ['p5.48xlarge', 100],
    ['n2-standard-4', 110],
    ['Standard_D4s_v5', 250],
  ])('%s runs %d pods', (name, limit) => {
    expect(instanceType(name).podLimit).toBe(limit);
  });

  test('a name that is not there gets a suggestion', () => {
    expect(() => instanceType('m5.larg')).toThrow('no instance type called "m5.larg"');
    expect(() => instanceType('m5.larg')).toThrow('m5.large');
  });
});

describe("a user's own list", () => {
  test('adds machines, and replaces prices with the discount for spot kept', () => {
    const merged = mergeCatalogue([
      { name: 'm5.large', cpuMilli: 2000, memBytes: 8 * GIB, usdPerHour: 0.05 },
      { name: 'rack', cpuMilli: 64_000, memBytes: 512 * GIB, usdPerHour: 1.5, idleWatts: 120, busyWatts: 400 },
    ]);
    expect(merged).toHaveLength(instanceCatalogue.length + 1);
    const cheaper = instanceType('m5.large', merged);
    expect([cheaper.usdPerHour, cheaper.cloud, cheaper.price.onDemand]).toEqual([0.05, 'aws', 'own']);
    expect(cheaper.spotUsdPerHour).toBeCloseTo(0.02, 12);
    expect(instanceType('rack', merged)).toMatchObject({ cloud: 'own', spotUsdPerHour: 1.5, busyWatts: 400 });
    expect(instanceType('m5.large').usdPerHour).toBe(0.096);
  });

  test('what cannot be a machine is refused with a sentence', () => {
    const good = { name: 'rack', cpuMilli: 1000, memBytes: GIB, usdPerHour: 1 };
    expect(() => mergeCatalogue([{ ...good, usdPerHour: -1 }])).toThrow(
      'usdPerHour of the instance type "rack" is -1; give a number from 0 on',
    );
    expect(() => mergeCatalogue([{ ...good, cpuMilli: 0.5 }])).toThrow('is 0.5; give a whole number');
    expect(() => mergeCatalogue([good, good])).toThrow('the instance type "rack" is given twice');
    expect(() => mergeCatalogue([{ ...good, name: '' }])).toThrow('an instance type has no name');
  });
});

describe('power and carbon', () => {
  test('m5.large on AWS: 2 vCPUs, 8 GiB, PUE 1.135', () => {
    // 8 GiB = 8.589934592 GB at 0.392 W = 3.367 W; idle (1.48 + 3.367) x 1.135 = 5.502, busy (7 + 3.367) x 1.135 = 11.767.
    expect(powerOf(POWER.aws, 2, 8 * GIB)).toEqual({ idleWatts: 5.502, busyWatts: 11.767 });
    expect(instanceType('m5.large')).toMatchObject({ idleWatts: 5.502, busyWatts: 11.767 });
  });

  test('four T4 add 4 x 8 W idle and 4 x 71 W busy', () => {
    const without = powerOf(POWER.aws, 48, 192 * GIB);
    const type = instanceType('g4dn.12xlarge');
    expect(type.idleWatts - without.idleWatts).toBeCloseTo(1.135 * 32, 2);
    expect(type.busyWatts - without.busyWatts).toBeCloseTo(1.135 * 284, 2);
  });

  test('grids by region, with a sentence for one that is not known', () => {
    expect([gridOf('us-east-1'), gridOf('us-central1'), gridOf('eastus')]).toEqual([0.379069, 0.454, 0.379069]);
    expect(() => gridOf('us-est-1')).toThrow('no carbon intensity known for the region "us-est-1"');
  });
});
