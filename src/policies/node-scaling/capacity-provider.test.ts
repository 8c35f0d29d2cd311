import { describe, expect, test } from 'vitest';
import { minutes } from '../../sim/time.ts';
import { capacityProvider, reservationOf, wantedSize } from './capacity-provider.ts';
import { fleet, group, machine, pods, request, scalerOf, short } from './fleet-fixture.ts';

const groups = [group('ecs', 4, 16)];
const task = request(1, 1);

describe("ECS's worked examples", () => {
  test.each([
    // running, needed, target -> reservation, wanted
    [4, 7, 100, 175, 7],
    [4, 7, 80, 175, 9],
    [10, 8, 100, 80, 8],
    [0, 1, 100, 200, 2],
    [0, 0, 100, 100, 0],
    [0, 3, 100, 200, 2],
  ])('N=%d, M=%d, T=%d: reservation %d %%, %d nodes wanted', (running, needed, target, reservation, wanted) => {
    expect(reservationOf(running, needed)).toBe(reservation);
    expect(wantedSize(running, needed, target)).toBe(wanted);
  });

  test('4 busy nodes and 10 tasks waiting, 4 to a node: 3 more are ordered, 5 with target 80', () => {
    const busy = [0, 1, 2, 3].map((id) => machine(id, 0, groups, pods(4, task)));
    const view = fleet(minutes(1), groups, busy, pods(10, task));
    const decisions = scalerOf(capacityProvider).decide(view);
    expect(short(decisions, view)).toEqual(['add 3 ecs']);
    expect(decisions[0].why).toBe('7 of 4 nodes of ecs are needed, 175% over the target of 100%; 7 nodes wanted');
    expect(short(scalerOf(capacityProvider, { target: 80 }).decide(view), view)).toEqual(['add 5 ecs']);
    expect(short(scalerOf(capacityProvider, { maxStep: 2 }).decide(view), view)).toEqual(['add 2 ecs']);
  });

  test('no nodes and 3 tasks waiting: 2 nodes', () => {
    const view = fleet(minutes(1), groups, [], pods(3, task));
    expect(short(scalerOf(capacityProvider).decide(view), view)).toEqual(['add 2 ecs']);
  });

  test('10 nodes, 2 of them empty: after 15 min the empty ones go', () => {
    const nodes = Array.from({ length: 10 }, (_, id) => machine(id, 0, groups, id < 8 ? pods(1, task) : []));
    const scaler = scalerOf(capacityProvider);
    for (let minute = 1; minute < 15; minute++)
      expect(scaler.decide(fleet(minutes(minute), groups, nodes))).toEqual([]);
    const view = fleet(minutes(15), groups, nodes);
    expect(short(scaler.decide(view), view)).toEqual(['remove 8', 'remove 9']);
  });
});

test('at most half of the nodes go in one step', () => {
  const nodes = Array.from({ length: 9 }, (_, id) => machine(id, 0, groups));
  const scaler = scalerOf(capacityProvider);
  for (let minute = 1; minute < 15; minute++) scaler.decide(fleet(minutes(minute), groups, nodes));
  expect(scaler.decide(fleet(minutes(15), groups, nodes))).toHaveLength(4);
});

test('while a node is warming, no more are ordered; those of the start are warm', () => {
  const waiting = pods(10, task);
  const busy = machine(0, 0, groups, pods(4, task), { sinceUs: 0 });
  const coming = machine(1, 0, groups, [], { state: 'coming', sinceUs: minutes(1) });
  const fresh = machine(1, 0, groups, pods(4, task), { sinceUs: minutes(2) });
  const scaler = scalerOf(capacityProvider);
  const ordered = (at: number, second: typeof coming): number =>
    scaler.decide(fleet(minutes(at), groups, [busy, second], waiting)).length;
  expect(ordered(1, coming)).toBe(0);
  expect(ordered(6, fresh)).toBe(0);
  expect(ordered(7, fresh)).toBe(1);
});

test('each task counts for the cheapest group that would hold it', () => {
  const two = [group('big', 16, 64), group('tiny', 2, 8)];
  const view = fleet(minutes(1), two, [], [...pods(2, request(8, 4)), ...pods(3, task)]);
  expect(short(scalerOf(capacityProvider).decide(view), view)).toEqual(['add 2 big', 'add 2 tiny']);
});
