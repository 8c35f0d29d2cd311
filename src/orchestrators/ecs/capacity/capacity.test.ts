import { describe, expect, test } from 'vitest';
import { valuesOf } from '../../constants.ts';
import { machineSpecs } from '../../data-plane/data-plane-fixture.ts';
import { ecsConstants } from '../constants.ts';
import { EcsRun, service, taskDefinition } from '../ecs-fixture.ts';
import { fargateUsdPerHour } from './fargate.ts';

const S = 1e6;
const scale = (atUs: number, replicas: number) => ({
  atUs,
  text: 'scale',
  change: { verb: 'scale' as const, workload: 'web', replicas },
});
const group = (otherwise: object = {}) => ({
  AutoScalingGroupName: 'nodes',
  MinSize: 0,
  MaxSize: 20,
  AvailabilityZones: ['a', 'b'],
  ...otherwise,
});
const provider = (otherwise: object = {}) => ({
  name: 'on-demand',
  autoScalingGroupProvider: {
    autoScalingGroupArn: 'arn:aws:autoscaling:us-east-1:1:autoScalingGroup:x:autoScalingGroupName/nodes',
    managedScaling: { status: 'ENABLED', instanceWarmupPeriod: 60 },
    managedTerminationProtection: 'ENABLED',
    ...otherwise,
  },
});
const strategy = { capacityProviderStrategy: [{ capacityProvider: 'on-demand', weight: 1 }] };
/** Four of them fill a machine of the fixture. */
const quarter = taskDefinition('web', { cpu: 1024, memory: 512 });
const members = machineSpecs(4, ['a', 'b'], { group: 'nodes', instanceType: 'm5.xlarge' });
const instances = (run: EcsRun) => [...run.loop.world.instances.values()].filter((one) => one.group === 'nodes').length;

describe('managed scaling', () => {
  test('4 busy instances, 10 tasks more, 4 on each: 7 within the next minutes, and all tasks run', () => {
    const run = new EcsRun([quarter, service('web', 16, strategy), group(), provider()], {
      spec: { machines: members, operations: [scale(10 * S, 26)], durationUs: 900 * S },
    });
    const seen: number[] = [];
    run.finish(({ nowUs }) => {
      const now = instances(run);
      if (nowUs > 0 && seen.at(-1) !== now) seen.push(now);
    });
    expect(seen[0]).toBe(4);
    expect(seen.at(-1)).toBe(7);
    expect(run.running('web').length).toBe(26);
    expect(run.told()).toContain('4 -> 7 instances');
  });

  test('empty instances go after 15 minutes, at most half a minute, and never those with tasks', () => {
    const run = new EcsRun([quarter, service('web', 4, strategy), group(), provider()], {
      spec: { machines: machineSpecs(8, ['a', 'b'], { group: 'nodes' }), durationUs: 2400 * S, settleUs: 60 * S },
    });
    let first = NaN;
    const seen: number[] = [];
    run.finish(({ nowUs }) => {
      const now = instances(run);
      if (now < 8 && Number.isNaN(first)) first = nowUs / S;
      if (seen.at(-1) !== now) seen.push(now);
      expect(run.running('web').length > 3 || nowUs < 0).toBe(true);
    });
    expect(Math.abs(first + 60 - 15 * 60)).toBeLessThanOrEqual(10);
    expect(instances(run)).toBe(new Set(run.running('web').map(({ machine }) => machine)).size);
  });

  test.each([
    [60, 60],
    [300, 300],
  ])('with instanceWarmupPeriod %i s steps of one are so far apart, in zones by turns', (warmupS, apartS) => {
    const slowly = {
      managedScaling: { status: 'ENABLED', instanceWarmupPeriod: warmupS, maximumScalingStepSize: 1 },
    };
    const run = new EcsRun([quarter, service('web', 16, strategy), group(), provider(slowly)], {
      spec: { machines: members, operations: [scale(10 * S, 28)], durationUs: 1500 * S },
    });
    const orderedS: number[] = [];
    const { specs } = run.loop.world.plane.machines;
    run.finish(({ nowUs }) => {
      while (4 + orderedS.length < specs.length) orderedS.push(nowUs / S);
    });
    expect(orderedS.slice(1).map((at, k) => at - orderedS[k])).toEqual([apartS, apartS]);
    expect(specs.slice(4).map(({ zone }) => zone).sort().join('')).toMatch(/aab|abb/); // prettier-ignore
    expect(run.running('web').length).toBe(28);
  });

  test('from no instance at all', () => {
    const run = new EcsRun([quarter, service('web', 3, strategy), group(), provider()], {
      spec: { durationUs: 900 * S, machines: machineSpecs(1, ['a'], { instanceType: 'm5.xlarge' }) },
    }).finish();
    // CPR 200 asks for 2; both are there, one of them empty for less than 15 minutes.
    expect(instances(run)).toBe(2);
    expect(run.running('web').length).toBe(3);
    expect(run.running('web').every(({ machine }) => run.loop.world.instances.get(machine)!.group === 'nodes')).toBe(
      true,
    );
  });

  test('a lost instance of a group is bought again, without anybody asking for it', () => {
    const run = new EcsRun([quarter, service('web', 4), group({ DesiredCapacity: 4 })], {
      spec: { machines: members, durationUs: 900 * S },
      weather: [{ atUs: 10 * S, event: { kind: 'node-down', node: 0, cause: 'test' } }],
    }).finish();
    expect(instances(run)).toBe(4);
    expect(run.loop.world.plane.machines.specs.length).toBe(5);
    expect(run.running('web').length).toBe(4);
  });
});

describe('spot instances', () => {
  const weather = [
    { atUs: 100 * S, event: { kind: 'spot-notice' as const, node: 0, takenUs: 220 * S, cause: 'test' } },
    { atUs: 220 * S, event: { kind: 'spot-taken' as const, node: 0, cause: 'test' } },
  ];
  const fewest = (spotInstanceDraining: number) => {
    const run = new EcsRun([quarter, service('web', 4)], {
      weather,
      constants: { spotInstanceDraining },
      spec: { machines: members.map((one) => ({ ...one, group: '' })) },
    });
    let least = 4;
    run.finish(({ nowUs }) => {
      if (nowUs > 0)
        least = Math.min(
          least,
          run.run.containers.on(0).filter(({ state }) => state === 'up').length +
            run.running('web').filter(({ machine }) => machine !== 0).length,
        );
    });
    expect(run.running('web').length).toBe(4);
    return least;
  };

  test('with ECS_ENABLE_SPOT_INSTANCE_DRAINING the notice is used, without it tasks are lost first', () => {
    expect(fewest(1)).toBe(4);
    expect(fewest(0)).toBe(3);
  });
});

describe('Fargate', () => {
  const definition = {
    ...taskDefinition(
      'web',
      {},
      { requiresCompatibilities: ['FARGATE'], networkMode: 'awsvpc', cpu: '256', memory: '512' },
    ),
  };
  const values = valuesOf(ecsConstants);

  test('every task is a machine of its own size, spread over zones, given back when it stops', () => {
    const run = new EcsRun([definition, service('web', 4, { launchType: 'FARGATE' })], {
      spec: { operations: [scale(100 * S, 2)] },
    });
    let zones: string[] = [];
    run.finish(({ nowUs }) => {
      if (nowUs > 0 && nowUs < 100 * S)
        zones = run.running('web').map(({ machine }) => run.loop.world.instances.get(machine)!.spec.zone);
    });
    expect(zones.sort()).toEqual(['a', 'a', 'b', 'b']);
    const { specs } = run.loop.world.plane.machines;
    const bought = specs.filter(({ name }) => name.startsWith('fargate-'));
    expect(bought.length).toBe(4);
    expect(bought[0]).toMatchObject({ cpuMilli: 250, memBytes: 512 * 2 ** 20 });
    expect(bought[0].usdPerHour).toBeCloseTo(0.25 * 0.04048 + 0.5 * 0.004445, 10);
    expect(specs.filter((_, machine) => run.loop.world.plane.machines.state(machine).gone).length).toBe(2);
    expect(run.running('web').length).toBe(2);
  });

  test('Spot and arm64 cost less', () => {
    const full = fargateUsdPerHour(1024, 2048, 'amd64', false, values);
    expect(full).toBeCloseTo(0.04937, 10);
    expect(fargateUsdPerHour(1024, 2048, 'amd64', true, values)).toBeCloseTo(full * 0.3, 10);
    expect(fargateUsdPerHour(1024, 2048, 'arm64', false, values)).toBeCloseTo(full * 0.8, 10);
  });

  test('a strategy splits them: a base on demand, the rest on spot', () => {
    const mixed = {
      capacityProviderStrategy: [
        { capacityProvider: 'FARGATE', base: 2, weight: 1 },
        { capacityProvider: 'FARGATE_SPOT', weight: 3 },
      ],
    };
    const run = new EcsRun([definition, service('web', 10, mixed)]).finish();
    const providers = run.running('web').map(({ provider: name }) => name);
    expect(providers.filter((name) => name === 'FARGATE').length).toBe(4);
    expect(providers.filter((name) => name === 'FARGATE_SPOT').length).toBe(6);
  });

  test('Fargate Spot: SIGTERM with the notice, whatever the deregistration delay, and a replacement before it is taken', () => {
    const spot = {
      capacityProviderStrategy: [{ capacityProvider: 'FARGATE_SPOT', weight: 1 }],
      loadBalancers: [{ targetGroupArn: 'web', containerName: 'app', containerPort: 80 }],
    };
    const web = taskDefinition(
      'web',
      { portMappings: [{ containerPort: 80 }] },
      { requiresCompatibilities: ['FARGATE'], networkMode: 'awsvpc', cpu: '256', memory: '512' },
    );
    const run = new EcsRun([web, service('web', 2, spot), { Name: 'web' }], {
      // Machine 0 is nobody's, 1 is the first that Fargate gives.
      spec: { machines: machineSpecs(1, ['a']) },
      weather: [
        { atUs: 100 * S, event: { kind: 'spot-notice', node: 1, takenUs: 220 * S, cause: 'test' } },
        { atUs: 220 * S, event: { kind: 'spot-taken', node: 1, cause: 'test' } },
      ],
    });
    let goneUs = NaN;
    let atTaking = 0;
    run.finish(({ nowUs }) => {
      if (nowUs > 0 && Number.isNaN(goneUs) && !run.loop.world.instances.has(1)) goneUs = nowUs;
      if (nowUs < 220 * S) atTaking = run.running('web').filter(({ target }) => target === 'healthy').length;
    });
    expect(goneUs / S).toBeGreaterThan(100);
    expect(goneUs / S).toBeLessThan(102);
    expect(atTaking).toBe(2);
  });
});

describe('managed draining', () => {
  /** The fewest tasks that run while one of four instances, of which one is empty, goes. */
  const fewest = (managedDraining: string): number => {
    let least = 3;
    for (let seed = 1; seed <= 6; seed++) {
      const run = new EcsRun(
        [
          quarter,
          service('web', 4, { ...strategy, placementStrategy: [{ type: 'spread', field: 'instanceId' }] }),
          group(),
          provider({ managedDraining, managedTerminationProtection: 'DISABLED' }),
        ],
        { spec: { machines: members, operations: [scale(60 * S, 3)], durationUs: 1800 * S }, seed },
      );
      run.finish(({ nowUs }) => {
        if (nowUs > 0) least = Math.min(least, run.running('web').length);
      });
      expect(instances(run)).toBe(3);
      expect(run.running('web').length).toBe(3);
    }
    return least;
  };

  test('an instance that scale-in takes is emptied first; without it tasks are lost and started anew', () => {
    expect(fewest('ENABLED')).toBe(3);
    expect(fewest('DISABLED')).toBe(2);
  });
});
