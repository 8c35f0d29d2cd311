import { describe, expect, test } from 'vitest';
import { EcsRun, service } from '../ecs-fixture.ts';

const S = 1e6;
const container = (name: string, otherwise: object = {}) => ({
  name,
  image: `${name}:1`,
  memory: 128,
  cpu: 64,
  ...otherwise,
});
const task = (...containers: object[]) => ({ family: 'web', containerDefinitions: containers });
const states = (run: EcsRun) =>
  run.run.containers
    .on(run.tasks('web')[0].machine)
    .map(({ order, state }) => `${order.name.split('/').at(-1)} ${state}`);

describe('containers of one task', () => {
  test('start in the order of dependsOn: after SUCCESS of a migration, after HEALTHY of a database', () => {
    const files = [
      task(
        container('app', {
          portMappings: [{ containerPort: 80 }],
          dependsOn: [
            { containerName: 'migrate', condition: 'SUCCESS' },
            { containerName: 'db', condition: 'HEALTHY' },
          ],
        }),
        container('migrate', { essential: false }),
        container('db', { healthCheck: { command: ['CMD', 'true'], interval: 5 } }),
      ),
      service('web', 1),
    ];
    const run = new EcsRun(files);
    const started: Record<string, number> = {};
    run.finish(() => {
      for (const { order, startedUs } of run
        .tasks('web')
        .flatMap(({ machine }) => (machine < 0 ? [] : run.run.containers.on(machine))))
        if (!Number.isNaN(startedUs)) started[order.name.split('/').at(-1)!] = startedUs;
    });
    expect(run.running('web').length).toBe(1);
    // The first health check comes after its interval.
    expect(started['app'] - started['db']).toBeGreaterThanOrEqual(5 * S);
    expect(states(run)).toEqual(['app up', 'migrate exited', 'db up']);
  });

  test('an essential one that ends takes the others with it; another does not', () => {
    const crash = { runs: { kind: 'constant' as const, meanUs: 20 * S }, failureShare: 1 };
    const files = (essential: boolean) => [
      task(
        container('app', { portMappings: [{ containerPort: 80 }] }),
        container('side', { essential, dependsOn: [{ containerName: 'app', condition: 'START' }] }),
      ),
      service('web', 1),
    ];
    const run = new EcsRun(files(true), { behaviour: { web: crash } });
    const ids = new Set<number>();
    run.finish(() => run.tasks('web').forEach(({ id }) => ids.add(id)));
    expect(ids.size).toBeGreaterThan(10);
    expect(run.run.containers.on(run.tasks('web')[0].machine).length).toBeLessThanOrEqual(4);
  });

  test('what others wait for and is not ready within its startTimeout stops the task', () => {
    const never = { runs: { kind: 'constant' as const, meanUs: 3600 * S } };
    const files = [
      task(
        container('slow', {
          startTimeout: 20,
          portMappings: [{ containerPort: 80 }],
          healthCheck: { command: ['CMD', 'true'], interval: 60 },
        }),
        container('late', { dependsOn: [{ containerName: 'slow', condition: 'HEALTHY' }] }),
      ),
      service('web', 1),
    ];
    const run = new EcsRun(files, { behaviour: { web: never } });
    const reasons = new Set<string>();
    run.finish(({ loop }) =>
      loop.services[0].deployments.forEach(({ startFailures }) => reasons.add(String(startFailures))),
    );
    expect(run.running('web').length).toBe(0);
    expect(reasons.size).toBeGreaterThan(2);
  });

  test('a process that ignores SIGTERM takes its stopTimeout', () => {
    const files = [task(container('app', { stopTimeout: 17 })), service('web', 1)];
    const remove = { atUs: 60 * S, text: 'remove', change: { verb: 'remove' as const, workload: 'web' } };
    const run = new EcsRun(files, { behaviour: { web: { ignoresStop: true } }, spec: { operations: [remove] } });
    let gone = NaN;
    run.finish(({ nowUs }) => {
      if (nowUs > 60 * S && Number.isNaN(gone) && run.tasks('web').length === 0) gone = nowUs / S - 60;
    });
    expect(gone).toBeGreaterThanOrEqual(17);
    expect(gone).toBeLessThan(20);
  });
});

describe('tasks that are run once', () => {
  const job = { runs: { kind: 'constant' as const, meanUs: 30 * S } };

  test('run when the run begins, end, and are not started again', () => {
    const run = new EcsRun(
      [
        { ...task(container('app')), family: 'batch' },
        { taskDefinition: 'batch', count: 6 },
      ],
      { behaviour: { batch: job } },
    );
    let most = 0;
    run.finish(({ loop, nowUs }) => {
      const there = [...loop.world.tasks.all()].length;
      if (nowUs < 0) expect(there).toBe(0);
      most = Math.max(most, there);
    });
    expect(most).toBe(6);
    expect([...run.loop.world.tasks.all()].length).toBe(0);
  });

  test('fail at once where there is no room, since RunTask has no queue', () => {
    const large = { family: 'batch', containerDefinitions: [container('app', { cpu: 4096 })] };
    const run = new EcsRun([large, { taskDefinition: 'batch', count: 6 }], { behaviour: { batch: job } });
    let most = 0;
    run.finish(({ loop }) => (most = Math.max(most, [...loop.world.tasks.all()].length)));
    expect(most).toBe(4);
    expect(run.told()).toContain('run-task-failed');
  });
});
