import { describe, expect, test } from 'vitest';
import type { FleetView } from '../../sim/scaling/node-policy.ts';
import { minutes, seconds } from '../../sim/time.ts';
import { buyingOrder, openClaims } from './claims.ts';
import { disruptionsAllowed } from './consolidation.ts';
import { fleet, group, machine, pods, request, scalerOf, short } from './fleet-fixture.ts';
import { justInTime } from './just-in-time.ts';
import { podKinds } from './pod-kinds.ts';

const groups = [group('c4', 4, 16), group('c8', 8, 32), group('c16', 16, 64)];
const NO_WAIT = { batchIdle: 0, validation: 0 };

describe('buying', () => {
  test('the window closes 1 s after the last pod, at the latest 10 s after the first', () => {
    const scaler = scalerOf(justInTime);
    const at = (time: number, newest: number) =>
      fleet(
        seconds(time),
        groups,
        [],
        [...pods(1, request(1, 1)), ...pods(1, request(1, 1), 'web', { sinceUs: seconds(newest) })],
      );
    expect(scaler.decide(at(0, 0))).toEqual([]);
    expect(scaler.wakeUs?.()).toBe(seconds(1));
    expect(scaler.decide(at(0.9, 0.9))).toEqual([]);
    expect(scaler.wakeUs?.()).toBe(seconds(1.9));
    for (let time = 1.5; time < 10; time += 0.5) expect(scaler.decide(at(time, time))).toEqual([]);
    expect(scaler.decide(at(10, 10))).toHaveLength(1);
  });

  test('pods share the largest machine that is worth it: 4 of 2 cores become one machine of 8', () => {
    const view = fleet(0, groups, [], pods(4, request(2, 4)));
    const decisions = scalerOf(justInTime, NO_WAIT).decide(view);
    // One claim of 8 cores; c8 ($0.4) and c16 ($0.8) would hold it, c4 would not.
    expect(short(decisions, view)).toEqual(['add 1 c8']);
    expect(decisions[0].why).toBe('4 pods of web have no room; 1 node of c8 at $0.4/h, before c16 $0.8/h');
  });

  test('a claim is joined only while one machine holds all its pods', () => {
    const { claims, left } = openClaims(
      fleet(0, groups, []),
      podKinds([...pods(9, request(2, 4)), ...pods(1, request(20, 4))]),
      [0, 1, 2],
    );
    // 9 x 2 = 18 cores: 8 pods on a machine of 16, the ninth on a claim that c4 suffices for. 20 cores fit nowhere.
    expect(claims.map((claim) => [claim.pods.length, claim.groups])).toEqual([
      [8, [2]],
      [1, [0, 1, 2]],
    ]);
    expect(left).toHaveLength(1);
  });

  test('spot groups come first, compete by price, or are not used', () => {
    const mixed = [...groups, group('s8', 8, 32, { spot: true, usdPerHour: 0.45 })];
    const view = fleet(0, mixed, []);
    expect(buyingOrder(view, 'prefer')).toEqual([3, 0, 1, 2]);
    expect(buyingOrder(view, 'cheapest')).toEqual([0, 1, 3, 2]);
    expect(buyingOrder(view, 'never')).toEqual([0, 1, 2]);
  });

  test('when a kind has run out, the next cheapest is bought', () => {
    const view = fleet(0, [groups[0], { ...groups[1], available: 1 }, groups[2]], [], pods(8, request(4, 30)));
    // Each of the 8 pods needs a machine of 8 cores (30 GiB); c16 holds two of them: 4 claims of two.
    expect(short(scalerOf(justInTime, NO_WAIT).decide(view), view)).toEqual(['add 4 c16']);
    const single = fleet(0, view.groups, [], pods(1, request(4, 30)));
    expect(short(scalerOf(justInTime, NO_WAIT).decide(single), single)).toEqual(['add 1 c8']);
  });
});

describe('budgets', () => {
  const view = (count: number, leaving = 0): FleetView =>
    fleet(
      0,
      groups,
      Array.from({ length: count }, (_, id) => machine(id, 0, groups, [], id < leaving ? { state: 'leaving' } : {})),
    );

  test.each([
    [15, 0.1, Infinity, 2],
    [4, 0.1, Infinity, 1],
    [100, 0.1, 5, 5],
    [30, 0.1, Infinity, 3],
    [10, 0, Infinity, 0],
  ])('of %d nodes, %d (at most %d) are %d', (count, share, most, allowed) => {
    expect(disruptionsAllowed(view(count), share, most)).toBe(allowed);
  });

  test('what is on its way out is counted', () => {
    expect(disruptionsAllowed(view(15, 1), 0.1)).toBe(1);
    expect(disruptionsAllowed(view(15, 3), 0.1)).toBe(0);
  });
});

describe('consolidation', () => {
  const decide = (view: FleetView, options = {}): string[] =>
    short(scalerOf(justInTime, { ...NO_WAIT, budget: 1, ...options }).decide(view), view);

  test('empty nodes go first, within the budget', () => {
    const nodes = [0, 1, 2].map((id) => machine(id, 0, groups)).concat(machine(3, 0, groups, pods(1, request(2, 4))));
    expect(decide(fleet(minutes(5), groups, nodes))).toEqual(['remove 0', 'remove 1', 'remove 2']);
    expect(decide(fleet(minutes(5), groups, nodes), { budget: 0.5 })).toEqual(['remove 0', 'remove 1']);
  });

  test('several nodes go together when their pods fit elsewhere', () => {
    const nodes = [
      machine(0, 0, groups, pods(1, request(1, 2))),
      machine(1, 0, groups, pods(1, request(1, 2))),
      machine(2, 2, groups, pods(2, request(5, 8))),
    ];
    // Price over cost of disruption: 0.2/2 for the small ones, 0.8/3 for c16, whose 10 cores fit nowhere else.
    // The first two in that order (2 and 0) cannot go; single nodes: 2 cannot be replaced by anything cheaper, 0 can go.
    expect(decide(fleet(minutes(5), groups, nodes))).toEqual(['remove 0']);
    const dear = [group('c4', 4, 16, { usdPerHour: 2 }), groups[1], groups[2]];
    // Now the small ones are worth more: both go together into the 6 cores that are free on node 2.
    expect(decide(fleet(minutes(5), dear, nodes))).toEqual(['remove 0', 'remove 1']);
  });

  test('a node is replaced by a cheaper one that holds its pods', () => {
    const view = fleet(minutes(5), groups, [machine(0, 2, groups, pods(3, request(2, 4)))]);
    const decisions = scalerOf(justInTime, { ...NO_WAIT, budget: 1 }).decide(view);
    // 6 cores: c8 at $0.4 in place of c16 at $0.8.
    expect(short(decisions, view)).toEqual(['replace 0 by c8']);
    expect(decisions[0].why).toBe(
      'c16-0 at $0.8/h with 3 pods can be replaced by 1 node of c8 at $0.4/h, 0 of the pods fit on nodes there are',
    );
  });

  test('two nodes become one of another kind, never one of their own kind', () => {
    const nodes = [0, 1].map((id) => machine(id, 1, groups, pods(1, request(2, 4))));
    // Either fits on the other, but both together go into one c4 at $0.2, which saves more.
    expect(decide(fleet(minutes(5), groups, nodes))).toEqual(['replace 0,1 by c4']);
  });

  test('spot is not replaced by spot unless allowed', () => {
    const spot = [
      group('s4', 4, 16, { spot: true, usdPerHour: 0.06 }),
      group('s16', 16, 64, { spot: true, usdPerHour: 0.2 }),
    ];
    const view = fleet(minutes(5), spot, [machine(0, 1, spot, pods(1, request(2, 4)))]);
    expect(decide(view)).toEqual([]);
    expect(decide(view, { spotToSpot: true })).toEqual(['replace 0 by s4']);
  });

  test('a command is given only if it is still right after 15 s', () => {
    const scaler = scalerOf(justInTime);
    const empty = machine(0, 0, groups);
    const at = (time: number, node = empty): number => scaler.decide(fleet(seconds(time), groups, [node])).length;
    expect(at(10)).toBe(0);
    expect(scaler.wakeUs?.()).toBe(seconds(25));
    expect(at(20)).toBe(0);
    // A pod came in between, so the plan is void; when it has left again, a new one begins.
    expect(at(25, machine(0, 0, groups, pods(1, request(4, 4))))).toBe(0);
    expect(at(30)).toBe(0);
    expect(at(45)).toBe(1);
  });

  test('young, unmovable and protected nodes stay', () => {
    const one = [machine(0, 2, groups, pods(1, request(2, 4), 'web', { sinceUs: minutes(4) }))];
    expect(decide(fleet(minutes(5), groups, one), { consolidateAfter: minutes(2) })).toEqual([]);
    expect(decide(fleet(minutes(6), groups, one), { consolidateAfter: minutes(2) })).toEqual(['replace 0 by c4']);
    const fast = [machine(0, 2, groups, pods(1, request(2, 4), 'web', { movable: false }))];
    expect(decide(fleet(minutes(5), groups, fast))).toEqual([]);
    const least = [groups[0], groups[1], { ...groups[2], min: 1 }];
    expect(decide(fleet(minutes(5), least, [machine(0, 2, least)]))).toEqual([]);
  });

  test('nothing else is consolidated while a replacement is on its way', () => {
    const scaler = scalerOf(justInTime, { ...NO_WAIT, budget: 1 });
    const old = machine(0, 2, groups, pods(3, request(2, 4)));
    const view = fleet(minutes(5), groups, [old]);
    expect(short(scaler.decide(view), view)).toEqual(['replace 0 by c8']);
    const coming = machine(1, 1, groups, [], { state: 'coming' });
    expect(scaler.decide(fleet(minutes(5) + seconds(10), groups, [old, coming]))).toEqual([]);
  });
});
