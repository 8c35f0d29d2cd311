import { describe, expect, test } from 'vitest';
import { stream } from '../../../../sim/random.ts';
import { fc } from '../../../../../test/fuzz.ts';
import { unreservedBundle, EMPTY_BUNDLE } from '../../allocator/bundle.ts';
import { amount } from '../../allocator/allocator-fixture.ts';
import { planDeployment } from './deployment-plan.ts';
import { agentAt, app } from './marathon-fixture.ts';
import { goRound } from './match-offers.ts';
import { absoluteId } from './path-id.ts';
import { RateLimiter } from './rate-limiter.ts';
import { planReplace, toLaunch } from './replace-plan.ts';
import { matchOffer } from './resource-matcher.ts';

describe('launch backoff (RateLimiter.scala)', () => {
  const series = (maxLaunchDelayUs: number, failures: number): number[] => {
    const limiter = new RateLimiter();
    const spec = { id: '/a', backoffUs: 1e6, backoffFactor: 1.15, maxLaunchDelayUs };
    return Array.from({ length: failures }, (_, k) => limiter.failed(spec, k * 1e6) / 1e6);
  };

  test('1, 1.15, 1.322, 1.521, 1.749, 2.011 s', () => {
    expect(series(300e6, 6)).toEqual([1, 1.15, 1.3225, 1.520875, 1.749006, 2.011357]);
  });

  test('300 s are reached at the 42nd failure, 3600 s at the 60th', () => {
    expect(series(300e6, 50).indexOf(300) + 1).toBe(42);
    expect(series(3600e6, 70).indexOf(3600) + 1).toBe(60);
  });

  test('a start counts the delay from then; a new version and a quiet time forget it', () => {
    const limiter = new RateLimiter();
    const spec = { id: '/a', backoffUs: 10e6, backoffFactor: 2, maxLaunchDelayUs: 60e6 };
    expect(limiter.launchableUs('/a')).toBe(-Infinity);
    limiter.failed(spec, 0);
    expect(limiter.launchableUs('/a')).toBe(10e6);
    limiter.advance('/a', 12e6);
    expect(limiter.launchableUs('/a')).toBe(22e6);
    expect(limiter.failed(spec, 30e6)).toBe(20e6);
    limiter.cleanUp(90e6);
    expect(limiter.launchableUs('/a')).toBe(50e6);
    limiter.cleanUp(91e6);
    expect(limiter.launchableUs('/a')).toBe(-Infinity);
    limiter.failed(spec, 0);
    limiter.reset('/a');
    expect(limiter.launchableUs('/a')).toBe(-Infinity);
  });
});

test.each([
  // instances, minimumHealthCapacity, maximumOverCapacity: killed at once, most at a time.
  [10, 0.5, 0, 5, 10],
  [10, 1, 1, 0, 20],
  [10, 1, 0, 0, 11],
  [10, 0.8, 0.25, 2, 12],
  [3, 0.7, 1, 0, 6],
  [5, 0.5, 0.5, 2, 7],
  [1, 0, 0, 1, 1],
])(
  'upgrade of %i with %d/%d kills %i at once and has at most %i (TaskReplaceActor)',
  (n, minHealth, over, kill, most) => {
    const strategy = { minimumHealthCapacity: minHealth, maximumOverCapacity: over };
    expect(planReplace(n, n, n, strategy, false)).toMatchObject({ killNow: kill, maxCapacity: most });
  },
);

test('a resident app gives one instance up where a stateless one gets one more; a surplus is killed at once', () => {
  const strategy = { minimumHealthCapacity: 1, maximumOverCapacity: 0 };
  expect(planReplace(3, 3, 3, strategy, true)).toEqual({ minHealthy: 3, maxCapacity: 3, killNow: 1 });
  expect(planReplace(3, 5, 5, { minimumHealthCapacity: 1, maximumOverCapacity: 1 }, false).killNow).toBe(2);
});

test('property: an upgrade carried out by its rules never has fewer healthy than the minimum nor more than the maximum, and ends', () => {
  const share = fc.integer({ min: 0, max: 20 }).map((k) => k / 20);
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 20 }),
      share,
      share,
      fc.infiniteStream(fc.boolean()),
      (n, minimumHealthCapacity, maximumOverCapacity, coin) => {
        const { minHealthy, maxCapacity, killNow } = planReplace(
          n,
          n,
          n,
          { minimumHealthCapacity, maximumOverCapacity },
          false,
        );
        let old = n - killNow;
        let booting = 0;
        let healthy = 0;
        let steps = 0;
        for (; healthy < n || old > 0; steps++) {
          expect(old + healthy).toBeGreaterThanOrEqual(Math.min(minHealthy, n));
          expect(old + healthy + booting).toBeLessThanOrEqual(Math.max(maxCapacity, n));
          booting += toLaunch(n, maxCapacity, old, healthy + booting);
          if (booting > 0 && (coin.next().value || healthy + booting === n)) {
            booting--;
            healthy++;
            if (old > 0) old--;
          }
          expect(steps).toBeLessThan(2000);
        }
      },
    ),
  );
});

describe('deployment plan (DeploymentPlan.scala)', () => {
  const of = (...apps: ReturnType<typeof app>[]): Map<string, ReturnType<typeof app>> =>
    new Map(apps.map((one) => [one.id, one]));

  test('stop what is gone, start what is new, then step by step what others depend on first', () => {
    const before = of(app('/old'), app('/db', { configuration: 'v1' }));
    const after = of(
      app('/db', { configuration: 'v2' }),
      app('/shop/api', { dependencies: ['/db'], instances: 2 }),
      app('/shop/web', { dependencies: ['/shop/api'], instances: 3 }),
      app('/cache'),
    );
    expect(planDeployment(before, after)).toEqual([
      [{ kind: 'stop', app: '/old' }],
      [
        { kind: 'start', app: '/cache' },
        { kind: 'start', app: '/shop/api' },
        { kind: 'start', app: '/shop/web' },
      ],
      [
        { kind: 'scale', app: '/cache', to: 1 },
        { kind: 'restart', app: '/db' },
      ],
      [{ kind: 'scale', app: '/shop/api', to: 2 }],
      [{ kind: 'scale', app: '/shop/web', to: 3 }],
    ]);
  });

  test('a dependency on a group is one on all its apps', () => {
    const after = of(app('/back/a'), app('/back/b'), app('/front', { dependencies: ['/back'] }));
    expect(planDeployment(of(), after).slice(1)).toEqual([
      [
        { kind: 'scale', app: '/back/a', to: 1 },
        { kind: 'scale', app: '/back/b', to: 1 },
      ],
      [{ kind: 'scale', app: '/front', to: 1 }],
    ]);
  });

  test('another number of instances is scaled, nothing at all is no step', () => {
    expect(planDeployment(of(app('/a')), of(app('/a', { instances: 4 })))).toEqual([
      [{ kind: 'scale', app: '/a', to: 4 }],
    ]);
    expect(planDeployment(of(app('/a')), of(app('/a')))).toEqual([]);
  });
});

test('ids are relative to their group, also upwards', () => {
  expect(absoluteId('web', '/shop')).toBe('/shop/web');
  expect(absoluteId('../db/main', '/shop')).toBe('/db/main');
  expect(absoluteId('/x/y', '/shop')).toBe('/x/y');
  expect(absoluteId('web', '/')).toBe('/web');
});

describe('offer matching', () => {
  const offer = (bundle = unreservedBundle(amount(4, 8), [[31_000, 31_002]])) => ({
    role: '*',
    attributes: agentAt('h1'),
    bundle,
    hasGpus: false,
  });
  const random = stream(1, 'ports');

  test('cpus, mem, role, constraints and ports must all do; the first that does not is named', () => {
    const fits = app('/a', { hostPorts: [0, 0] });
    const taken = matchOffer(fits, offer(), [], random);
    expect(taken).toMatchObject({ unreserved: fits.resources });
    expect(matchOffer(app('/a', { resources: amount(5, 1) }), offer(), [], random)).toBe('InsufficientCpus');
    expect(matchOffer(app('/a', { resources: amount(4, 9) }), offer(), [], random)).toBe('InsufficientMemory');
    expect(matchOffer(app('/a', { role: 'dev' }), offer(), [], random)).toBe('UnfulfilledRole');
    expect(matchOffer(app('/a', { hostPorts: [8080] }), offer(), [], random)).toBe('InsufficientPorts');
    expect(matchOffer(app('/a', { hostPorts: [0, 0, 0, 0] }), offer(), [], random)).toBe('InsufficientPorts');
    const lonely = app('/a', { constraints: [{ field: 'hostname', operator: 'UNIQUE', value: '' }] });
    expect(matchOffer(lonely, offer(), [{ attributes: agentAt('h1'), desired: 2 }], random)).toBe(
      'UnfulfilledConstraint',
    );
    expect(matchOffer(fits, { ...offer(), hasGpus: true }, [], random)).toBe('DeclinedScarceResources');
  });

  test('acceptedResourceRoles chooses between reserved and unreserved resources', () => {
    const both = { ...EMPTY_BUNDLE, unreserved: amount(1, 1), reserved: new Map([['dev', amount(2, 2)]]) };
    const of = (acceptedResourceRoles: string[]) =>
      matchOffer(app('/a', { acceptedResourceRoles }), offer(both), [], random);
    expect(of([])).toMatchObject({ reserved: new Map([['dev', app('/a').resources]]) });
    expect(of(['*'])).toMatchObject({ unreserved: app('/a').resources });
    expect(of(['ops'])).toBe('UnfulfilledRole');
  });

  test('spec section 8: two offers of 4 CPUs and an app of 3 x 2 CPUs: one takes 2 instances, the other 1', () => {
    const left = { wanted: 3 };
    const launched = [4, 4].map((cpus) => {
      let free = cpus;
      const candidate = {
        wanted: () => left.wanted,
        comesFirst: false,
        take: () => {
          if (free < 2) return false;
          free -= 2;
          left.wanted--;
          return true;
        },
      };
      return goRound([candidate], 5, random);
    });
    expect(launched).toEqual([2, 1]);
  });

  test('apps take turns, and one offer launches no more than 5', () => {
    const taken: string[] = [];
    const candidate = (id: string) => ({ wanted: () => 9, comesFirst: false, take: () => taken.push(id) > 0 });
    expect(goRound([candidate('a'), candidate('b')], 5, stream(3, 'order'))).toBe(5);
    expect(Math.abs(taken.filter((id) => id === 'a').length - taken.filter((id) => id === 'b').length)).toBe(1);
  });
});
