import { describe, expect, test } from 'vitest';
import { seconds } from '../../sim/time.ts';
import { countOrPercent } from './count-or-percent.ts';
import { rolling, rollingLimits } from './rolling.ts';
import { allReady, deployment, version, view } from './version-fixture.ts';

// kubernetes v1.36.2, pkg/controller/deployment/util/deployment_util.go: surge is rounded up, unavailable down.
describe('limits', () => {
  const limits = (desired: number, surge: string, unavailable: string) => {
    const { surge: more, unavailable: fewer } = rollingLimits(
      desired,
      countOrPercent('surge', surge),
      countOrPercent('unavailable', unavailable),
    );
    return [more, fewer];
  };

  test('10, 4, 3 and 1 replicas at 25 %/25 %; 5 at 0/10 %', () => {
    // ceil(2.5) = 3, floor(2.5) = 2; 1 and 1; ceil(0.75) = 1, floor(0.75) = 0; 1 and 0.
    expect(limits(10, '25%', '25%')).toEqual([3, 2]);
    expect(limits(4, '25%', '25%')).toEqual([1, 1]);
    expect(limits(3, '25%', '25%')).toEqual([1, 0]);
    expect(limits(1, '25%', '25%')).toEqual([1, 0]);
    // floor(0.5) = 0 and no surge: one may be missing.
    expect(limits(5, '0', '10%')).toEqual([0, 1]);
    expect(limits(5, '0%', '0%')).toEqual([0, 1]);
    expect(limits(2, '1', '5')).toEqual([1, 2]);
    // 100 x 7 % is 7 and not 7.000000000000001 rounded up.
    expect(limits(100, '7%', '0')).toEqual([7, 0]);
  });

  test('what is neither a number nor a percentage is refused', () => {
    for (const text of ['', '-1', '2.5', 'a quarter', '25 percent'])
      expect(() => countOrPercent('surge', text)).toThrow(/as surge; write/);
  });
});

describe('steps', () => {
  test('10 replicas: 3 new, then 2 old, then 2 new, then an old one for each that becomes ready', () => {
    const run = deployment(rolling);
    const at = (old: number, fresh: number, ready: number) => {
      const { start, stop } = run.step(view(10, allReady(old), version({ total: fresh, ready })));
      return [start, stop];
    };
    expect(at(10, 0, 0)).toEqual([3, 0]);
    // 13 - (10 - 2) - 3 that are not ready = 2.
    expect(at(10, 3, 0)).toEqual([0, 2]);
    expect(at(8, 3, 0)).toEqual([2, 0]);
    expect(at(8, 5, 0)).toEqual([0, 0]);
    // Three are ready: 13 - 8 - 2 = 3, and 11 ready leave 3 to spare.
    expect(at(8, 5, 3)).toEqual([0, 3]);
    expect(at(5, 5, 3)).toEqual([3, 0]);
  });

  test('3 replicas: one new, and no old one goes before it is ready', () => {
    const run = deployment(rolling);
    expect(run.step(view(3, allReady(3), version()))).toMatchObject({ start: 1, stop: 0 });
    expect(run.step(view(3, allReady(3), version({ total: 1 })))).toMatchObject({ start: 0, stop: 0 });
    expect(run.step(view(3, allReady(3), allReady(1)))).toMatchObject({ start: 0, stop: 1 });
  });

  test('without surge an old one goes first', () => {
    const run = deployment(rolling, { surge: '0', unavailable: '10%' });
    expect(run.step(view(5, allReady(5), version()))).toMatchObject({ start: 0, stop: 1 });
    expect(run.step(view(5, allReady(4), version()))).toMatchObject({ start: 1, stop: 0 });
  });

  test('old replicas that are not ready go first, and cost no availability', () => {
    // 10 asked for, 13 there, 4 of the old ones not ready: 13 - 8 - 3 = 2 may go, both of them unready.
    const step = deployment(rolling).step(view(10, version({ total: 10, ready: 6 }), version({ total: 3, ready: 0 })));
    expect(step).toMatchObject({ start: 0, stop: 2 });
  });

  test('it is finished when only new replicas are left and all are ready', () => {
    const run = deployment(rolling);
    expect(run.step(view(3, version({ stopping: 1 }), version({ total: 3, ready: 2 }))).end).toBeUndefined();
    expect(run.step(view(3, version({ stopping: 1 }), allReady(3))).end).toBe('finished');
    expect(run.step(view(0, version(), version())).end).toBe('finished');
  });
});

describe('stuck', () => {
  const waiting = (second: number) => view(3, allReady(3), version({ total: 1 }), { nowUs: seconds(second) });

  test('after 600 s without progress it says so, and waits on as Kubernetes does', () => {
    const run = deployment(rolling);
    expect(run.step(waiting(0)).why).toBe('waiting: 0 of 1 new replicas are ready, 3 old are left');
    expect(run.step(waiting(599)).why).toMatch(/^waiting/);
    const step = run.step(waiting(600));
    expect(step.why).toMatch(/^stuck: no progress for 600 s: waiting: 0 of 1/);
    expect(step.end).toBeUndefined();
  });

  test('or gives the new version up, if told to', () => {
    const run = deployment(rolling, { onDeadline: 'roll-back', deadline: seconds(60) });
    run.step(waiting(0));
    expect(run.step(waiting(60))).toMatchObject({ end: 'roll-back', trafficShare: 0 });
  });

  test('a replica that comes and goes is no progress', () => {
    const run = deployment(rolling);
    run.step(view(3, allReady(2), allReady(1), { nowUs: 0 }));
    run.step(view(3, allReady(2), version({ total: 2, ready: 1 }), { nowUs: seconds(10) }));
    for (let second = 20; second < 600; second += 10)
      run.step(view(3, allReady(2), version({ total: 2, ready: (second / 10) % 2 }), { nowUs: seconds(second) }));
    const step = run.step(view(3, allReady(2), version({ total: 2, ready: 0 }), { nowUs: seconds(610) }));
    expect(step.why).toMatch(/^stuck: no progress for 600 s/);
  });
});
