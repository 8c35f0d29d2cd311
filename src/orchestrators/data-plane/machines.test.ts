import { describe, expect, test } from 'vitest';
import type { TimedWeather } from '../../sim/weather/timed-weather.ts';
import { bareMachines } from './container-fixture.ts';
import type { MakeControlLoop } from './control-loop.ts';
import { machineSpec, machineSpecs, runLoop } from './data-plane-fixture.ts';
import type { DataPlane } from './data-plane.ts';

const S = 1e6;

describe('machines', () => {
  test('that are bought work when they have booted, and are told of before and after', () => {
    const { machines, until, clock } = bareMachines(machineSpecs(1, []));
    const told: string[] = [];
    machines.watch((machine, { works, coming, gone }, before) =>
      told.push(`${clock.nowUs / S} ${machine} ${works} ${coming} ${gone} before ${before.works} ${before.coming}`),
    );
    until(5 * S);
    expect(machines.buy(machineSpec('new'), 60 * S)).toBe(1);
    expect(machines.isReachable(1)).toBe(false);
    expect(machines.specs[1].name).toBe('new');
    // Nothing to start before it is there.
    machines.start(1);
    until(100 * S);
    expect(machines.isReachable(1)).toBe(true);
    machines.giveBack(1, 'not needed');
    machines.start(1);
    machines.stop(1);
    expect(told).toEqual([
      '5 1 false true false before false false',
      '65 1 true false false before false true',
      '100 1 false false true before true false',
    ]);
    expect(() => machines.buy(machineSpec('new'), 0)).toThrow('two machines called "new"');
  });

  test('that are given back before they have booted never work', () => {
    const { machines, until } = bareMachines(machineSpecs(1, []));
    const machine = machines.buy(machineSpec('new'), 60 * S);
    machines.giveBack(machine, 'changed our mind');
    until(100 * S);
    expect(machines.state(machine)).toMatchObject({ works: false, gone: true, coming: false });
  });

  test('that are spot machines wait until there are some, and boot then; others do not', () => {
    const { machines, until } = bareMachines(machineSpecs(1, []));
    machines.setSpotStock(false);
    const spot = machines.buy(machineSpec('spot', { spot: true }), 60 * S);
    const given = machines.buy(machineSpec('unwanted', { spot: true }), 60 * S);
    const other = machines.buy(machineSpec('other'), 60 * S);
    until(100 * S);
    expect([spot, other].map((machine) => machines.state(machine).works)).toEqual([false, true]);
    machines.giveBack(given, 'changed our mind');
    machines.setSpotStock(true);
    until(159 * S);
    expect(machines.state(spot)).toMatchObject({ works: false, coming: true });
    until(160 * S);
    expect(machines.state(spot)).toMatchObject({ works: true, coming: false });
    expect(machines.state(given).gone).toBe(true);
  });

  test('tell changes only, in the order of those who asked', () => {
    const { machines } = bareMachines(machineSpecs(1, []));
    const told: string[] = [];
    machines.watch((_, { speed }) => told.push(`first ${speed}`));
    machines.watch((_, { speed }) => told.push(`second ${speed}`));
    machines.slow(0, 1);
    machines.slow(0, 0.5);
    machines.slow(0, 0.5);
    machines.start(0);
    expect(told).toEqual(['first 0.5', 'second 0.5']);
  });
});

describe('machines bought into a zone', () => {
  /** Buys one machine in each zone at 10 s, which takes 60 s to boot; says which of the bought ones change. */
  function bought(weather: readonly TimedWeather[], machines = machineSpecs(4, ['a', 'b'])): string[] {
    const told: string[] = [];
    const loop: MakeControlLoop = (plane: DataPlane) => {
      const buy = plane.clock.kind(() => {
        for (const zone of ['a', 'b']) plane.machines.buy(machineSpec(`new-${zone}`, { zone }), 60 * S);
      });
      plane.machines.watch((machine, { works }, before) => {
        if (machine >= machines.length && works !== before.works)
          told.push(`${plane.clock.nowUs / S} ${plane.machines.specs[machine].name} ${works ? 'up' : 'down'}`);
      });
      return {
        begin: () => plane.clock.at(10 * S, buy, 0),
        operate: () => {},
        notes: () => [],
        isQuiet: () => true,
      };
    };
    runLoop(loop, { machines }, weather);
    return told;
  }

  const outage = (fromS: number, toS: number, nodes: readonly number[], cause = 'zone a'): TimedWeather[] =>
    nodes.flatMap((node) => [
      { atUs: fromS * S, event: { kind: 'node-down', node, cause } },
      { atUs: toS * S, event: { kind: 'node-up', node, cause } },
    ]);

  test('stop with it, and come back with it', () => {
    expect(bought(outage(100, 200, [0, 2]))).toEqual(['70 new-a up', '70 new-b up', '100 new-a down', '200 new-a up']);
  });

  test('do not work there before it is back', () => {
    const told = bought(outage(50, 200, [0, 2]));
    expect(told).toEqual(['70 new-a up', '70 new-b up', '70 new-a down', '200 new-a up']);
  });

  test('go on when single machines fail', () => {
    expect(bought(outage(100, 200, [0], 'crash'))).toEqual(['70 new-a up', '70 new-b up']);
    // One machine in each zone: only what is called the zone's is.
    const two = machineSpecs(2, ['a', 'b']);
    expect(bought(outage(100, 200, [0], 'crash'), two).length).toBe(2);
    expect(bought(outage(100, 200, [0]), two)).toEqual([
      '70 new-a up',
      '70 new-b up',
      '100 new-a down',
      '200 new-a up',
    ]);
  });
});
