import { describe, expect, test } from 'vitest';
import { stream } from '../../../sim/random.ts';
import { ZONE_FIELD, type Candidate } from './candidate.ts';
import { taskToStop } from './scale-in-choice.ts';
import { chosenInstance, SERVICE_DEFAULT } from './strategy-chain.ts';

const random = () => stream(1, 'test');

const candidate = (id: number, zone: string, memFreeMib: number, groupTasks = 0): Candidate => ({
  id,
  cpuFreeUnits: 4096 - id,
  memFreeMib,
  groupTasks,
  fieldValue: (field) => (field === ZONE_FIELD ? zone : `i${id}`),
});

describe('strategies as a chain: Developer Guide, task-placement-strategies', () => {
  const counts = new Map([
    ['az1', 1],
    ['az2', 2],
  ]);

  test('spread(az) then binpack(memory): az1 has fewest, and there i2 has least memory', () => {
    const candidates = [candidate(1, 'az1', 2000), candidate(2, 'az1', 900), candidate(3, 'az2', 600)];
    const strategies = [
      { type: 'spread', field: ZONE_FIELD },
      { type: 'binpack', field: 'memory' },
    ] as const;
    expect(chosenInstance(candidates, strategies, () => counts, random())?.id).toBe(2);
    expect(chosenInstance(candidates, [strategies[1]], () => counts, random())?.id).toBe(3);
    expect(chosenInstance(candidates, [{ type: 'binpack', field: 'cpu' }], () => counts, random())?.id).toBe(3);
  });

  test('default of services: zone with the fewest of its tasks, then instance with the fewest', () => {
    const candidates = [candidate(1, 'az1', 100, 1), candidate(2, 'az1', 100, 0), candidate(3, 'az2', 100, 0)];
    expect(chosenInstance(candidates, SERVICE_DEFAULT, () => counts, random())?.id).toBe(2);
  });

  test('ties are drawn from, with the seed, and random takes any', () => {
    const alike = [1, 2, 3, 4].map((id) => candidate(id, 'az1', 100));
    const draws = (strategies: Parameters<typeof chosenInstance>[1]) => {
      const draw = random();
      return new Set(Array.from({ length: 60 }, () => chosenInstance(alike, strategies, () => counts, draw)!.id));
    };
    expect(draws(SERVICE_DEFAULT).size).toBe(4);
    expect(draws([{ type: 'random' }]).size).toBe(4);
    expect(chosenInstance([], SERVICE_DEFAULT, () => counts, random())).toBeUndefined();
  });
});

describe('scale-in', () => {
  const task = (id: number, zone: string, instance: number, memFreeMib: number) => ({
    task: id,
    zone,
    instance,
    cpuFreeUnits: 0,
    memFreeMib,
    fieldValue: (field: string) => (field === ZONE_FIELD ? zone : ''),
  });
  const tasks = [task(1, 'a', 1, 500), task(2, 'a', 1, 500), task(3, 'a', 2, 900), task(4, 'b', 3, 100)];

  test('by default one of the zone with most, on the instance with most', () => {
    expect([1, 2]).toContain(taskToStop(tasks, undefined, random())?.task);
  });

  test('binpack: the one whose instance has most left', () => {
    expect(taskToStop(tasks, [{ type: 'binpack', field: 'memory' }], random())?.task).toBe(3);
  });

  test('spread: any of the fullest zone', () => {
    const drawn = new Set(
      Array.from(
        { length: 40 },
        (_, k) => taskToStop(tasks, [{ type: 'spread', field: ZONE_FIELD }], stream(k, 't'))?.task,
      ),
    );
    expect(drawn).toEqual(new Set([1, 2, 3]));
  });
});
