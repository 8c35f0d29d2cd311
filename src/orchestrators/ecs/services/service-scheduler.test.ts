import { describe, expect, test } from 'vitest';
import { machineSpecs } from '../../data-plane/data-plane-fixture.ts';
import { EcsRun, service, taskDefinition } from '../ecs-fixture.ts';
import { isHealthy } from './service.ts';

const S = 1e6;
const operation = (atUs: number, verb: 'drain' | 'pause' | 'activate', machine: string) => ({
  atUs,
  text: verb,
  change: { verb, machine },
});
const zonesOf = (run: EcsRun, name: string) =>
  run.running(name).map(({ machine }) => run.loop.world.instances.get(machine)!.spec.zone).sort(); // prettier-ignore
const placesOf = (run: EcsRun, name: string) =>
  run.running(name).map(({ machine }) => run.loop.world.instances.get(machine)!.name).sort(); // prettier-ignore

describe('draining', () => {
  test('100/200: replacements run elsewhere before those on the instance stop', () => {
    const run = new EcsRun([taskDefinition('web'), service('web', 4)], {
      spec: { operations: [operation(10 * S, 'drain', 'n1')] },
    });
    let fewest = 4;
    run.finish(({ nowUs, loop }) => {
      if (nowUs < 0) return;
      const well = run.tasks('web').filter((task) => isHealthy(task, nowUs, loop.world.values)).length;
      fewest = Math.min(fewest, well);
    });
    expect(fewest).toBe(4);
    expect(placesOf(run, 'web')).not.toContain('n1');
    expect(run.running('web').length).toBe(4);
  });

  test('100/100 is stuck; standalone tasks and paused instances keep theirs', () => {
    const strict = { deploymentConfiguration: { minimumHealthyPercent: 100, maximumPercent: 100 } };
    const job = { taskDefinition: 'batch', count: 4 };
    const run = new EcsRun([taskDefinition('web'), service('web', 4, strict), taskDefinition('batch'), job], {
      spec: { operations: [operation(30 * S, 'drain', 'n1'), operation(30 * S, 'pause', 'n2')] },
    });
    const atDrain = new Set<string>();
    run.finish(({ nowUs }) => {
      if (nowUs < 30 * S) placesOf(run, 'web').forEach((name) => atDrain.add(name));
    });
    expect(atDrain.has('n1')).toBe(true);
    expect(placesOf(run, 'web')).toContain('n1');
    expect(placesOf(run, 'web')).toContain('n2');
    expect(run.loop.services[0].isStuck).toBe(true);
    expect([...run.loop.world.tasks.all()].filter((task) => task.run >= 0).length).toBe(4);
    expect(run.loop.notes().join(' ')).toContain('pause n2');
  });
});

describe('DAEMON', () => {
  const agent = service('agent', 0, {
    schedulingStrategy: 'DAEMON',
    placementConstraints: [{ type: 'memberOf', expression: 'attribute:tier != front' }],
  });

  test('one on each instance that it may be on, also on those that come later', () => {
    const machines = machineSpecs(4, ['a', 'b']).map((spec, k) =>
      k === 0 ? { ...spec, labels: { tier: 'front' } } : spec,
    );
    const weather = [
      { atUs: 30 * S, event: { kind: 'node-down' as const, node: 1, cause: 'test' } },
      { atUs: 400 * S, event: { kind: 'node-up' as const, node: 1, cause: 'test' } },
    ];
    const run = new EcsRun([taskDefinition('agent'), agent], { spec: { machines }, weather });
    let fewest = Infinity;
    run.finish(({ nowUs }) => {
      if (nowUs > 350 * S && nowUs < 400 * S) fewest = Math.min(fewest, run.running('agent').length);
    });
    expect(fewest).toBe(2);
    expect(placesOf(run, 'agent')).toEqual(['n2', 'n3', 'n4']);
  });

  test('starts before and stops after the others: a drained instance loses it last', () => {
    const run = new EcsRun(
      [
        taskDefinition('web'),
        service('web', 4),
        taskDefinition('agent'),
        service('agent', 0, { schedulingStrategy: 'DAEMON' }),
      ],
      {
        spec: { operations: [operation(10 * S, 'drain', 'n1')] },
      },
    );
    let wrong = 0;
    run.finish(({ nowUs, loop }) => {
      const there = loop.world.instances.get(0)!.tasks;
      const groups = new Set([...there].map(({ group }) => group));
      if (nowUs > 10 * S && groups.has('service:web') && !groups.has('service:agent')) wrong++;
    });
    expect(wrong).toBe(0);
    expect(run.loop.world.instances.get(0)!.tasks.size).toBe(0);
    expect(run.running('agent').length).toBe(3);
  });

  test('is updated by stopping first, all at once where minimumHealthyPercent is 0', () => {
    const update = {
      atUs: 10 * S,
      text: 'update',
      change: { verb: 'update' as const, workload: 'agent', image: 'agent:2' },
    };
    const run = new EcsRun([taskDefinition('agent'), service('agent', 0, { schedulingStrategy: 'DAEMON' })], {
      spec: { operations: [update] },
    });
    let fewest = 4;
    run.finish(({ nowUs }) => {
      if (nowUs > 0) fewest = Math.min(fewest, run.running('agent').length);
    });
    expect(fewest).toBe(0);
    expect(run.running('agent').map(({ definition }) => definition.revision)).toEqual([2, 2, 2, 2]);
  });
});

describe('Availability Zone rebalancing', () => {
  const outage = (on: boolean) => (on ? 'node-down' : 'node-up') as 'node-down';
  const weather = [
    ...[1, 3].map((node) => ({ atUs: 30 * S, event: { kind: outage(true), node, cause: 'test' } })),
    ...[1, 3].map((node) => ({ atUs: 600 * S, event: { kind: outage(false), node, cause: 'test' } })),
  ];
  const spec = { durationUs: 3000 * S };

  test('after an outage of a zone tasks go back to it, started before others are stopped', () => {
    const run = new EcsRun([taskDefinition('web'), service('web', 6, { availabilityZoneRebalancing: 'ENABLED' })], {
      weather,
      spec,
    });
    let zonesBefore: string[] = [];
    let fewest = 6;
    run.finish(({ nowUs }) => {
      if (nowUs < 600 * S) zonesBefore = zonesOf(run, 'web');
      else fewest = Math.min(fewest, run.running('web').length);
    });
    expect(zonesBefore).toEqual(['a', 'a', 'a', 'a', 'a', 'a']);
    expect(zonesOf(run, 'web')).toEqual(['a', 'a', 'a', 'b', 'b', 'b']);
    expect(fewest).toBe(6);
  });

  test('without it they stay where they are', () => {
    const run = new EcsRun([taskDefinition('web'), service('web', 6)], { weather, spec }).finish();
    expect(zonesOf(run, 'web')).toEqual(['a', 'a', 'a', 'a', 'a', 'a']);
  });
});

describe('health', () => {
  const checked = { healthCheck: { command: ['CMD', 'true'], interval: 10, retries: 3 } };
  // So slow that checks time out, while the agent still answers.
  const slow = [
    { atUs: 30 * S, event: { kind: 'node-speed' as const, node: 0, speed: 0.001, cause: 'test' } },
    { atUs: 100 * S, event: { kind: 'node-speed' as const, node: 0, speed: 1, cause: 'test' } },
  ];

  test('an unhealthy task gets its replacement first since October 2023, and was stopped first before', () => {
    const most = (startReplacementFirst: number) => {
      const run = new EcsRun([taskDefinition('web', checked), service('web', 4)], {
        weather: slow,
        constants: { startReplacementFirst },
      });
      let there = 0;
      run.finish(({ nowUs }) => {
        if (nowUs > 0)
          there = Math.max(there, run.tasks('web').filter(({ desiredStatus }) => desiredStatus === 'RUNNING').length);
      });
      expect(run.running('web').length).toBe(4);
      expect(placesOf(run, 'web').filter((name) => name === 'n1').length).toBe(0);
      return there;
    };
    expect(most(1)).toBe(5);
    expect(most(0)).toBe(4);
  });
});

describe('what does not fit', () => {
  test('is said once, with the closest instance, and placed when there is room', () => {
    const large = taskDefinition('big', { cpu: 3072 });
    const scale = { atUs: 300 * S, text: 'scale', change: { verb: 'scale' as const, workload: 'big', replicas: 2 } };
    const run = new EcsRun([large, service('big', 6)], { spec: { operations: [scale], coldStart: true } });
    const waiting: number[] = [];
    run.finish(({ nowUs }) => {
      if (nowUs > 200 * S && waiting.length === 0)
        waiting.push(run.running('big').length, run.tasks('big').filter(({ isUnplaced }) => isUnplaced).length);
    });
    expect(waiting).toEqual([4, 2]);
    expect(run.running('big').length).toBe(2);
    expect(run.told()).toContain('has insufficient CPU units available');
  });

  test('distinctInstance and memberOf are never broken', () => {
    const rules = [
      { type: 'distinctInstance' },
      { type: 'memberOf', expression: 'attribute:ecs.availability-zone == a' },
    ];
    const run = new EcsRun([taskDefinition('web'), service('web', 4, { placementConstraints: rules })]).finish();
    expect(placesOf(run, 'web')).toEqual(['n1', 'n3']);
  });

  test('a host port is taken once an instance', () => {
    const port = { portMappings: [{ containerPort: 80, hostPort: 80 }] };
    const run = new EcsRun([taskDefinition('web', port), service('web', 6)]).finish();
    expect(placesOf(run, 'web')).toEqual(['n1', 'n2', 'n3', 'n4']);
  });

  test('another policy may choose among the instances that will do', () => {
    const last = () => ({ name: 'last', choose: (candidates: readonly number[]) => candidates[candidates.length - 1] });
    const run = new EcsRun([taskDefinition('web'), service('web', 3)], { spec: { chooser: last } }).finish();
    expect(placesOf(run, 'web')).toEqual(['n4', 'n4', 'n4']);
  });
});
