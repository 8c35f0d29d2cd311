import { describe, expect, test } from 'vitest';
import { machineSpecs, modelledService, steadyTraffic } from '../../data-plane/data-plane-fixture.ts';
import { EcsRun, service, taskDefinition, type EcsRunOptions } from '../ecs-fixture.ts';

const S = 1e6;
const port = { portMappings: [{ containerPort: 80 }] };
const balanced = { loadBalancers: [{ targetGroupArn: 'web', containerName: 'app', containerPort: 80 }] };
const files = (count: number, group: object = {}, container: object = {}) => [
  taskDefinition('web', { ...port, ...container }),
  service('web', count, balanced),
  { Name: 'web', ...group },
];
const traffic = { services: [modelledService('web')], traffic: () => [steadyTraffic(0, 20)] };
/** How many containers the load balancer asks now. */
const listed = (run: EcsRun) => {
  const { containers, balancers } = run.run;
  const ofTasks = new Set(run.tasks('web').map(({ bookTask }) => bookTask));
  const there = run.loop.world.plane.machines.specs.flatMap((_, machine) => containers.on(machine));
  return there.filter(({ id, order }) => ofTasks.has(order.task) && balancers.isListed(0, id)).length;
};
const slow = (atUs: number, node: number, speed: number) => ({
  atUs,
  event: { kind: 'node-speed' as const, node, speed, cause: 'test' },
});

describe('targets', () => {
  test('get requests after their first passing check, within an interval, not when they run', () => {
    const run = new EcsRun(files(3), { spec: { ...traffic, coldStart: true } });
    const waits: number[] = [];
    const first = new Map<number, number>();
    run.finish(({ nowUs }) => {
      for (const task of run.running('web')) {
        if (task.target !== 'healthy' || first.has(task.id)) continue;
        first.set(task.id, nowUs);
        waits.push((nowUs - task.runningUs) / S);
      }
    });
    expect(waits.length).toBe(3);
    for (const wait of waits) {
      expect(wait).toBeGreaterThan(0.9);
      expect(wait).toBeLessThan(33);
    }
    const { served, failed } = run.run.result().living!.services[0];
    expect(served).toBeGreaterThan(10_000);
    expect(failed).toBeGreaterThan(0);
  });

  test('all unhealthy: it fails open, so that all are asked; one healthy: only that one', () => {
    const hangs = (nodes: readonly number[]): EcsRunOptions => ({
      weather: nodes.map((node) => slow(60 * S, node, 0)),
      // Nobody is replaced: it is about whom the load balancer asks.
      constants: { instanceFailureLeast: 3600 * S, instanceFailureMost: 3601 * S },
      spec: { ...traffic, machines: machineSpecs(2, ['a', 'b']), durationUs: 130 * S },
    });
    const unhealthy = (nodes: readonly number[]) => {
      const slowCheck = [
        taskDefinition('web', port),
        service('web', 2, { ...balanced, healthCheckGracePeriodSeconds: 3600 }),
        { Name: 'web' },
      ];
      const run = new EcsRun(slowCheck, hangs(nodes)).finish();
      return {
        unhealthy: run.tasks('web').filter(({ target }) => target === 'unhealthy').length,
        listed: listed(run),
      };
    };
    expect(unhealthy([0, 1])).toEqual({ unhealthy: 2, listed: 2 });
    expect(unhealthy([0])).toEqual({ unhealthy: 1, listed: 1 });
  });

  test('one that was unhealthy is healthy again after HealthyThresholdCount checks in a row, not after one', () => {
    const group = { Name: 'web', HealthCheckIntervalSeconds: 10, HealthyThresholdCount: 4 };
    const patient = service('web', 1, { ...balanced, healthCheckGracePeriodSeconds: 3600 });
    const run = new EcsRun([taskDefinition('web', port), patient, group], {
      // So slow that checks time out, while the agent still answers.
      weather: [slow(60 * S, 0, 0.001), slow(150 * S, 0, 1)],
      spec: { ...traffic, machines: machineSpecs(1, ['a']), durationUs: 300 * S },
    });
    let wasUnhealthy = false;
    let healthyAgainS = NaN;
    run.finish(({ nowUs }) => {
      const [task] = run.tasks('web');
      if (nowUs > 60 * S && task.target === 'unhealthy') wasUnhealthy = true;
      if (wasUnhealthy && task.target === 'healthy' && Number.isNaN(healthyAgainS)) healthyAgainS = nowUs / S - 150;
    });
    expect(healthyAgainS).toBeGreaterThan(29);
    expect(healthyAgainS).toBeLessThan(51);
  });

  test('what boots longer than the checks allow: stopped and started for ever before October 2023; now the first ones come up beside their replacements; a grace period spares all that', () => {
    const group = {
      Name: 'web',
      HealthCheckIntervalSeconds: 10,
      TargetGroupAttributes: [{ Key: 'deregistration_delay.timeout_seconds', Value: '10' }],
    };
    const made = (healthCheckGracePeriodSeconds: number, startReplacementFirst = 1) => {
      const run = new EcsRun(
        [taskDefinition('web', port), service('web', 2, { ...balanced, healthCheckGracePeriodSeconds }), group],
        {
          behaviour: { web: { boot: { kind: 'constant', meanUs: 100 * S } } },
          spec: { durationUs: 900 * S },
          constants: { startReplacementFirst },
        },
      );
      const ids = new Set<number>();
      run.finish(() => run.tasks('web').forEach(({ id }) => ids.add(id)));
      return { made: ids.size, healthy: run.tasks('web').filter(({ target }) => target === 'healthy').length };
    };
    expect(made(180)).toEqual({ made: 2, healthy: 2 });
    expect(made(0).healthy).toBe(2);
    const before = made(0, 0);
    expect(before.made).toBeGreaterThan(20);
    expect(before.healthy).toBe(0);
  });

  test('a deregistered target answers what is in flight and is asked no more', () => {
    const scale = { atUs: 60 * S, text: 'scale', change: { verb: 'scale' as const, workload: 'web', replicas: 1 } };
    const run = new EcsRun(
      files(3, { TargetGroupAttributes: [{ Key: 'deregistration_delay.timeout_seconds', Value: '45' }] }),
      {
        spec: { ...traffic, operations: [scale] },
      },
    );
    let most = 0;
    let gone = NaN;
    run.finish(({ nowUs }) => {
      if (nowUs > 62 * S && nowUs < 100 * S) most = Math.max(most, listed(run));
      if (nowUs > 62 * S && Number.isNaN(gone) && run.tasks('web').length === 1) gone = nowUs / S - 61;
    });
    expect(most).toBe(1);
    expect(gone).toBeGreaterThan(44.9);
    expect(gone).toBeLessThan(47);
    expect(run.run.result().living!.services[0].failed).toBe(0);
  });

  test('slow start: a new target beside healthy ones gets a share that rises to its full one, the first ones all at once', () => {
    const slowStart = [{ Key: 'slow_start.duration_seconds', Value: '100' }];
    const up = { atUs: 60 * S, text: 'scale', change: { verb: 'scale' as const, workload: 'web', replicas: 2 } };
    const shares = (TargetGroupAttributes: object[]): number[] => {
      const run = new EcsRun(files(1, { HealthCheckIntervalSeconds: 5, TargetGroupAttributes }), {
        spec: {
          ...traffic,
          traffic: () => [steadyTraffic(0, 200)],
          machines: machineSpecs(2, ['a', 'b']),
          operations: [up],
        },
      });
      let sinceUs = NaN;
      let fresh = -1;
      const used: number[] = [];
      const { containers, usage } = run.run;
      const nodes = [0, 1];
      run.finish(({ nowUs }) => {
        if (Number.isNaN(sinceUs) && listed(run) === 2) {
          sinceUs = nowUs;
          const newest = run.tasks('web').at(-1)!;
          fresh = nodes.flatMap((node) => containers.on(node)).find(({ order }) => order.task === newest.bookTask)!.id;
        }
        // At 20, 40, ... 140 s: CPU of the last 20 s, of which half is its full share.
        while (used.length < 7 && nowUs >= sinceUs + (used.length + 1) * 20 * S) {
          const toUs = sinceUs + (used.length + 1) * 20 * S;
          const of = (id: number): number => usage.meanCpuMilli(id, toUs - 20 * S, toUs);
          const all = nodes.flatMap((node) => containers.on(node)).filter(({ order }) => order.task >= 0);
          used.push(of(fresh) / all.reduce((sum, { id }) => sum + of(id), 0));
        }
      });
      return used;
    };
    const slowed = shares(slowStart);
    const weights = [0.15, 0.35, 0.55, 0.75, 0.95, 1, 1];
    weights.forEach((weight, k) => expect(Math.abs(slowed[k] - weight / (1 + weight)), `${k}`).toBeLessThan(0.04));
    for (const share of shares([])) expect(Math.abs(share - 0.5)).toBeLessThan(0.05);
  });
});
