import { describe, expect, test } from 'vitest';
import type { OperatorChange } from '../data-plane/control-loop.ts';
import { EcsRun, filesOf, service, taskDefinition } from './ecs-fixture.ts';
import { primaryOf } from './services/service.ts';

const S = 1e6;
const at = (atUs: number, change: OperatorChange) => ({ atUs, text: change.verb, change });
const web = [taskDefinition('web'), service('web', 3)];

describe('what people do', () => {
  test('apply: new services are made, those there are updated, nothing is removed', () => {
    const files = filesOf(
      taskDefinition('api'),
      service('api', 2),
      taskDefinition('web', { image: 'web:9' }),
      service('web', 5),
    );
    const run = new EcsRun(web, { spec: { operations: [at(30 * S, { verb: 'apply', files })] } }).finish();
    expect(run.running('api').length).toBe(2);
    expect(run.running('web').map(({ definition }) => definition.containers[0].image)).toEqual(
      Array<string>(5).fill('web:9'),
    );
    expect(run.running('web')[0].definition.revision).toBe(2);
  });

  test('update with what is new about its processes, scale, and remove', () => {
    const as = { workFactor: 2, errorShare: 0.1 };
    const run = new EcsRun(web, {
      spec: {
        operations: [
          at(30 * S, { verb: 'update', workload: 'web', image: 'web:2', as }),
          at(200 * S, { verb: 'scale', workload: 'web', replicas: 7 }),
          at(400 * S, { verb: 'remove', workload: 'web' }),
        ],
      },
    });
    let most = 0;
    run.finish(({ nowUs, loop }) => {
      if (nowUs > 300 * S && nowUs < 400 * S) most = Math.max(most, run.running('web').length);
      if (nowUs === 350 * S) expect(primaryOf(loop.services[0]).rollout).toBe('COMPLETED');
    });
    expect(most).toBe(7);
    expect(primaryOf(run.loop.services[0]).behaviour).toMatchObject(as);
    expect(run.tasks('web').length).toBe(0);
    expect(run.loop.isQuiet()).toBe(true);
  });

  test('names that there are not are told in the notes', () => {
    const run = new EcsRun(web, {
      spec: {
        operations: [at(S, { verb: 'scale', workload: 'wbe', replicas: 1 }), at(S, { verb: 'drain', machine: 'n99' })],
      },
    }).finish();
    expect(run.loop.notes()).toEqual([
      'wbe: there was no service of this name to change',
      'drain n99: there was no container instance of this name',
    ]);
  });

  test('while the control plane is down nothing is replaced and what runs goes on; then all is done', () => {
    const down = (on: boolean) => ({ kind: 'control-plane-down' as const, on, cause: 'test' });
    const weather = [
      { atUs: 20 * S, event: down(true) },
      { atUs: 30 * S, event: { kind: 'node-down' as const, node: 0, cause: 'test' } },
      { atUs: 500 * S, event: down(false) },
    ];
    const run = new EcsRun([taskDefinition('web'), service('web', 4)], { weather });
    let changed = 0;
    let ids = '';
    run.finish(({ nowUs }) => {
      const now = run.tasks('web').map(({ id }) => id).join(); // prettier-ignore
      if (nowUs > 30 * S && nowUs < 500 * S && now !== ids) changed++;
      ids = now;
    });
    expect(changed).toBe(0);
    expect(run.running('web').length).toBe(4);
    expect(run.running('web').every(({ machine }) => machine !== 0)).toBe(true);
  });
});
