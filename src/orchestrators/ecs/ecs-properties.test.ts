import { describe, expect, test } from 'vitest';
import { stream } from '../../sim/random.ts';
import type { TimedWeather } from '../../sim/weather/timed-weather.ts';
import { machineSpecs } from '../data-plane/data-plane-fixture.ts';
import { EcsRun, service, taskDefinition } from './ecs-fixture.ts';
import { deploymentLimits } from './services/deployment-limits.ts';
import { isHealthy } from './services/service.ts';

const S = 1e6;
const seeds = Array.from({ length: 60 }, (_, k) => k + 1);

/** A service with drawn limits, on drawn machines, updated, scaled and drained at drawn times. */
function drawn(seed: number, withWeather: boolean) {
  const random = stream(seed, 'ecs-properties');
  const pick = <T>(list: readonly T[]): T => list[random.below(list.length)];
  const desired = 1 + random.below(8);
  const deploymentConfiguration = {
    minimumHealthyPercent: pick([0, 50, 75, 100]),
    maximumPercent: pick([100, 125, 150, 200]),
  };
  const constraints = pick([
    [],
    [{ type: 'distinctInstance' }],
    [{ type: 'memberOf', expression: 'attribute:tier == back' }],
  ]);
  const strategies = pick([
    undefined,
    [],
    [{ type: 'random' }],
    [{ type: 'binpack', field: 'cpu' }],
    [{ type: 'spread', field: 'instanceId' }],
  ]);
  const files = [
    taskDefinition('web', pick([{}, { cpu: 1500 }, { healthCheck: { command: ['CMD', 'x'], interval: 10 } }])),
    service('web', desired, {
      deploymentConfiguration,
      placementConstraints: constraints,
      ...(strategies === undefined ? {} : { placementStrategy: strategies }),
    }),
  ];
  const machines = machineSpecs(3 + random.below(5), ['a', 'b', 'c']).map((one, k) => ({
    ...one,
    labels: { tier: k % 3 === 0 ? 'front' : 'back' },
  }));
  const at = () => (10 + random.below(400)) * S;
  const operations = [
    { atUs: at(), text: 'update', change: { verb: 'update' as const, workload: 'web', image: 'web:2' } },
    { atUs: at(), text: 'drain', change: { verb: 'drain' as const, machine: pick(machines).name } },
    { atUs: at(), text: 'update', change: { verb: 'update' as const, workload: 'web', image: 'web:3' } },
  ].sort((a, b) => a.atUs - b.atUs);
  const weather: TimedWeather[] = [];
  if (withWeather) {
    const node = random.below(machines.length);
    const atUs = at();
    weather.push(
      { atUs, event: { kind: 'node-down', node, cause: 'test' } },
      { atUs: atUs + 200 * S, event: { kind: 'node-up', node, cause: 'test' } },
    );
    const other = random.below(machines.length);
    const cutUs = at();
    weather.push(
      { atUs: cutUs, event: { kind: 'node-cut-off', node: other, on: true, cause: 'test' } },
      { atUs: cutUs + 150 * S, event: { kind: 'node-cut-off', node: other, on: false, cause: 'test' } },
    );
  }
  const ordered = weather.sort((a, b) => a.atUs - b.atUs);
  const run = new EcsRun(files, {
    seed,
    weather: ordered,
    spec: { durationUs: 1200 * S, machines, zones: ['a', 'b', 'c'], operations },
  });
  return {
    run,
    desired,
    limits: deploymentLimits(
      desired,
      deploymentConfiguration.minimumHealthyPercent,
      deploymentConfiguration.maximumPercent,
    ),
    constraints,
  };
}

/** Room, constraints and counts, which hold whatever happens: what is wrong, or ''. */
function wrongWith({ run, constraints, limits }: ReturnType<typeof drawn>): string {
  for (const instance of run.loop.world.instances.values()) {
    const { tasks, free, total, name } = instance;
    let taken = 0;
    for (const { definition } of tasks) taken += definition.cpuUnits;
    if (free.cpuUnits !== total.cpuUnits - taken || free.cpuUnits < 0 || free.memMib < 0)
      return `${name} is overbooked`;
    const [constraint] = constraints;
    if (constraint?.type === 'distinctInstance' && tasks.size > 1) return `${name} has two tasks`;
    if (constraint?.type === 'memberOf' && tasks.size > 0 && instance.attribute('tier') !== 'back')
      return `${name} is no member`;
  }
  const there = run.loop.services[0].tasks.size;
  return there > limits.upper ? `${there} tasks, more than ${limits.upper}` : '';
}

describe('over many seeds', () => {
  test('in fair weather the scheduler never goes below the lower or above the upper limit', () => {
    const found: string[] = [];
    for (const seed of seeds) {
      const all = drawn(seed, false);
      const { run, limits } = all;
      let before = 0;
      run.finish(({ nowUs, loop }) => {
        if (nowUs < 0) return;
        let healthy = 0;
        for (const task of loop.services[0].tasks) if (isHealthy(task, nowUs, loop.world.values)) healthy++;
        if (healthy < before && healthy < limits.lower)
          found.push(`seed ${seed} at ${nowUs / S} s: ${healthy} healthy, fewer than ${limits.lower}`);
        before = healthy;
        const wrong = wrongWith(all);
        if (wrong !== '') found.push(`seed ${seed} at ${nowUs / S} s: ${wrong}`);
      });
    }
    expect(found).toEqual([]);
  });

  test('in any weather nothing is overbooked, no constraint is broken, and never more run than may', () => {
    const found: string[] = [];
    for (const seed of seeds) {
      const all = drawn(seed, true);
      all.run.finish(({ nowUs }) => {
        if (nowUs < 0) return;
        const wrong = wrongWith(all);
        if (wrong !== '') found.push(`seed ${seed} at ${nowUs / S} s: ${wrong}`);
      });
    }
    expect(found).toEqual([]);
  });

  test('at the end as many run as are wanted and fit, and the run is the same again', () => {
    let full = 0;
    for (const seed of seeds) {
      const { run, desired } = drawn(seed, true);
      run.finish();
      expect(run.running('web').length, `seed ${seed}`).toBeLessThanOrEqual(desired);
      if (run.running('web').length === desired) full++;
      if (seed > 10) continue;
      const again = drawn(seed, true).run.finish();
      expect(again.run.result().fingerprint, `seed ${seed}`).toBe(run.run.result().fingerprint);
    }
    expect(full).toBeGreaterThan(seeds.length / 2);
  });
});
