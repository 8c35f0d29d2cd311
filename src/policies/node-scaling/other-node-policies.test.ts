import { describe, expect, test } from 'vitest';
import { hours, minutes, seconds } from '../../sim/time.ts';
import { fixed } from './fixed.ts';
import { fleet, group, machine, pods, request, scalerOf, short } from './fleet-fixture.ts';
import { parseSizes, scheduled } from './scheduled.ts';
import { warmPool } from './warm-pool.ts';

const groups = [group('small', 4, 16), group('large', 16, 64)];

describe('fixed', () => {
  const nodes = [0, 1, 2].map((id) => machine(id, 0, groups));

  test('orders nothing for pods that wait, and buys again what is lost', () => {
    const scaler = scalerOf(fixed);
    expect(scaler.decide(fleet(0, groups, nodes, pods(9, request(4, 4))))).toEqual([]);
    const view = fleet(minutes(1), groups, nodes.slice(1));
    expect(short(scaler.decide(view), view)).toEqual(['add 1 small']);
  });

  test('unless it is not to', () => {
    const scaler = scalerOf(fixed, { replace: false });
    scaler.decide(fleet(0, groups, nodes));
    expect(scaler.decide(fleet(minutes(1), groups, []))).toEqual([]);
  });
});

describe('warm-pool', () => {
  test('keeps spare nodes: orders them, and keeps the inner autoscaler from giving them back', () => {
    const scaler = scalerOf(warmPool, { spare: 2 });
    const busy = machine(0, 0, groups, pods(1, request(4, 4)));
    const view = fleet(0, groups, [busy]);
    const decisions = scaler.decide(view);
    expect(short(decisions, view)).toEqual(['add 2 small']);
    expect(decisions[0].why).toBe('0 nodes spare of 2 and 0% of CPU free of 0%: 2 more needed, 2 of small ordered');
    const idle = [1, 2, 3].map((id) => machine(id, 0, groups));
    for (let at = 0; at < minutes(20); at += seconds(10)) scaler.decide(fleet(at, groups, [busy, ...idle]));
    // Three are empty and long unneeded: one goes, two stay.
    const late = fleet(minutes(20), groups, [busy, ...idle]);
    expect(short(scaler.decide(late), late)).toEqual(['remove 1']);
    expect(scaler.decide(fleet(minutes(21), groups, [busy, ...idle.slice(1)]))).toEqual([]);
  });

  test('a spare node that waiting pods will take is not spare any more', () => {
    const view = fleet(0, groups, [machine(0, 0, groups)], pods(1, request(2, 2)));
    expect(short(scalerOf(warmPool).decide(view), view)).toEqual(['add 1 small']);
  });

  test('headroom is a share of the CPU with the new nodes counted in', () => {
    // 8 cores, 2 free; 40 % wanted: (2 + 4n) / (8 + 4n) >= 0.4 needs n >= (3.2 - 2) / (4 x 0.6) = 0.5.
    const nodes = [machine(0, 0, groups, pods(1, request(4, 4))), machine(1, 0, groups, pods(1, request(2, 4)))];
    const view = fleet(0, groups, nodes);
    expect(short(scalerOf(warmPool, { spare: 0, headroom: 0.4 }).decide(view), view)).toEqual(['add 1 small']);
    expect(scalerOf(warmPool, { spare: 0, headroom: 0.25 }).decide(view)).toEqual([]);
  });

  test('the pool may be of one group', () => {
    const view = fleet(0, groups, [machine(0, 0, groups)]);
    expect(short(scalerOf(warmPool, { group: 'large' }).decide(view), view)).toEqual(['add 1 large']);
  });
});

describe('scheduled', () => {
  test('sizes follow the clock, and yesterday evening lasts until the morning', () => {
    const scaler = scalerOf(scheduled, { sizes: '20:00=1 08:00=3' });
    const one = [machine(0, 0, groups)];
    expect(scaler.decide(fleet(0, groups, one))).toEqual([]);
    const morning = fleet(hours(32), groups, one);
    const decisions = scaler.decide(morning);
    expect(short(decisions, morning)).toEqual(['add 2 small']);
    expect(decisions[0].why).toBe('08:00 is after 08:00, when small is to have 3 nodes; it has 1');
    const held = machine(1, 0, groups, pods(1, request(1, 1)));
    const evening = fleet(hours(44), groups, [machine(0, 0, groups), held, machine(2, 0, groups)]);
    // The emptiest go first, the youngest of them first of all.
    expect(short(scaler.decide(evening), evening)).toEqual(['remove 2', 'remove 0']);
  });

  test('what cannot be read is refused with a sentence', () => {
    expect(() => parseSizes('8h=3')).toThrow('cannot read "8h=3" as a time and a size; write it like "08:00=10"');
    expect(() => parseSizes(' ')).toThrow('a schedule needs at least one time and size');
    const scaler = scalerOf(scheduled, { group: 'huge' });
    expect(() => scaler.decide(fleet(0, groups, []))).toThrow(
      'no node group called "huge" to be scheduled; known groups: small, large',
    );
  });
});
