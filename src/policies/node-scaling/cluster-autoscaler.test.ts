import { describe, expect, test } from 'vitest';
import type { FleetNode } from '../../sim/scaling/node-policy.ts';
import { minutes, seconds } from '../../sim/time.ts';
import { clusterAutoscaler } from './cluster-autoscaler.ts';
import { fleet, group, machine, pods, request, scalerOf, short } from './fleet-fixture.ts';

const groups = [group('small', 4, 16), group('large', 16, 64)];

describe('scaling up', () => {
  test('orders what bin packing says for the group with the least waste, and says why', () => {
    const view = fleet(0, groups, [], pods(6, request(2, 4)));
    const decisions = scalerOf(clusterAutoscaler).decide(view);
    // small: 3 nodes of 4 cores, 12 of 12 cores and 24 of 48 GiB: 0 + .5. large: 12 of 16 and 24 of 64: .25 + .625.
    expect(short(decisions, view)).toEqual(['add 3 small']);
    expect(decisions[0].why).toBe(
      '6 pods of web fit no node there is or will be; 3 nodes of small (least-waste: small wastes 0.5, ' +
        'large wastes 0.875) for 6 of 6',
    );
  });

  test('nodes on their way count as room', () => {
    const coming = machine(0, 1, groups, [], { state: 'coming' });
    const view = fleet(seconds(10), groups, [coming], pods(9, request(2, 4)));
    // 8 of the 9 pods fit on the 16 cores that are on their way.
    expect(short(scalerOf(clusterAutoscaler).decide(view), view)).toEqual(['add 1 small']);
  });

  test('what one group cannot give, the next one gives in the same answer', () => {
    const scarce = [{ ...groups[0], available: 1 }, groups[1]];
    const view = fleet(0, scarce, [], pods(6, request(2, 4)));
    // small helps 2 pods with waste 0.5; large helps all 6 with waste 0.875; the other 4 need one large node.
    expect(short(scalerOf(clusterAutoscaler).decide(view), view)).toEqual(['add 1 small', 'add 1 large']);
  });

  test('expendable pods and pods younger than the delay get nothing', () => {
    const view = fleet(seconds(5), groups, [], pods(2, request(2, 4), 'web', { priority: -11 }));
    expect(scalerOf(clusterAutoscaler).decide(view)).toEqual([]);
    const young = fleet(seconds(5), groups, [], pods(2, request(2, 4)));
    expect(scalerOf(clusterAutoscaler, { podDelay: seconds(6) }).decide(young)).toEqual([]);
    expect(scalerOf(clusterAutoscaler, { podDelay: seconds(5) }).decide(young)).toHaveLength(1);
  });

  test('a group that did not grow is left alone for 5 min, then 10', () => {
    const one = [groups[0]];
    const scaler = scalerOf(clusterAutoscaler);
    const waiting = pods(1, request(2, 4));
    const asked: number[] = [];
    for (let at = 0; at <= minutes(17); at += seconds(10))
      if (scaler.decide(fleet(at, one, [], waiting)).length > 0) asked.push(at);
    // Asked at 0; at 10 s nothing had come, so blocked until 5:10; failed again at 5:20, so blocked until 15:20.
    expect(asked).toEqual([0, minutes(5) + seconds(10), minutes(15) + seconds(20)]);
  });

  test('a node that does not come up within 15 min is given back and no longer counted on', () => {
    const late = machine(7, 0, groups, [], { state: 'coming', sinceUs: 0 });
    const scaler = scalerOf(clusterAutoscaler);
    const view = fleet(minutes(15), groups, [late], pods(1, request(2, 4)));
    const decisions = scaler.decide(view);
    expect(short(decisions, view)).toEqual(['remove 7']);
    expect(decisions[0].why).toContain('ordered 15m ago');
    // small is in backoff now, so the pod gets a large node.
    const next = fleet(minutes(15) + seconds(10), groups, [{ ...late, state: 'leaving' }], view.pending);
    expect(short(scaler.decide(next), next)).toEqual(['add 1 large']);
  });

  test('a group below its minimum is filled up', () => {
    const view = fleet(0, [{ ...groups[0], min: 2 }], []);
    const decisions = scalerOf(clusterAutoscaler).decide(view);
    expect(short(decisions, view)).toEqual(['add 2 small']);
    expect(decisions[0].why).toBe('small has 0 nodes, fewer than the 2 it must have');
  });
});

describe('scaling down', () => {
  /** Asks every 10 s and tells when which node was given back; those nodes go at once. */
  function run(nodes: FleetNode[], untilUs: number, options = {}, fleetGroups = groups): string[] {
    const scaler = scalerOf(clusterAutoscaler, options);
    const told: string[] = [];
    let left = nodes;
    for (let at = 0; at <= untilUs; at += seconds(10)) {
      for (const decision of scaler.decide(fleet(at, fleetGroups, left)))
        if (decision.kind === 'remove') {
          told.push(`${at / 1e6}s ${decision.node}`);
          left = left.filter((node) => node.id !== decision.node);
        }
    }
    return told;
  }

  test('a node at 50 % whose pods fit elsewhere goes after 10 min, one at 75 % stays', () => {
    const nodes = [
      machine(0, 0, groups, pods(1, request(2, 4))),
      machine(1, 0, groups, pods(1, request(3, 4))),
      machine(2, 0, groups, pods(1, request(2, 4))),
    ];
    // Node 0 and node 2 are at 50 %; only one of them can go, since the other takes its pod.
    expect(run(nodes, minutes(30))).toEqual(['600s 0']);
  });

  test('empty nodes go in bulk, 10 at a time, others one by one', () => {
    const empty = Array.from({ length: 12 }, (_, id) => machine(id, 0, groups));
    const held = [12, 13].map((id) => machine(id, 0, groups, pods(1, request(1, 1))));
    const home = machine(14, 1, groups, pods(1, request(12, 4)));
    const told = run([...empty, ...held, home], minutes(10));
    expect(told.filter((line) => line.startsWith('600s'))).toHaveLength(10);
    expect(told.every((line) => Number(line.split(' ')[1]) < 12)).toBe(true);
  });

  test('the minimum of the group and pods that may not be moved are respected', () => {
    const least = [{ ...groups[0], min: 1 }, groups[1]];
    expect(run([machine(0, 0, least), machine(1, 0, least)], minutes(30), {}, least)).toHaveLength(1);
    const fast = machine(0, 0, groups, pods(1, request(1, 1), 'db', { movable: false }));
    expect(run([fast, machine(1, 1, groups, pods(1, request(12, 4)))], minutes(30))).toEqual([]);
  });

  test('nothing is removed within 10 min of an order', () => {
    const scaler = scalerOf(clusterAutoscaler, { unneeded: 0 });
    const idle = machine(0, 0, groups);
    const view = fleet(0, groups, [idle], pods(1, request(12, 4)));
    expect(short(scaler.decide(view), view)).toEqual(['add 1 large']);
    const coming = machine(1, 1, groups, pods(1, request(12, 4)));
    expect(scaler.decide(fleet(minutes(9), groups, [idle, coming]))).toEqual([]);
    const after = fleet(minutes(10), groups, [idle, coming]);
    expect(short(scaler.decide(after), after)).toEqual(['remove 0']);
  });

  test('room kept for a pod that waits is not given back', () => {
    const idle = machine(0, 0, groups);
    const scaler = scalerOf(clusterAutoscaler, { unneeded: 0, delayAfterAdd: 0 });
    expect(scaler.decide(fleet(minutes(60), groups, [idle], pods(1, request(2, 4))))).toEqual([]);
    const free = fleet(minutes(60), groups, [idle]);
    expect(short(scaler.decide(free), free)).toEqual(['remove 0']);
  });

  test('a node that was needed in between starts to wait anew', () => {
    const scaler = scalerOf(clusterAutoscaler);
    const busy = machine(0, 0, groups, pods(1, request(3, 4)));
    const idle = machine(0, 0, groups);
    const answers = [0, 5, 6, 15, 16].map(
      (at) => scaler.decide(fleet(minutes(at), groups, [at === 5 ? busy : idle])).length,
    );
    // Needed at minute 5, unneeded again from minute 6: goes at minute 16.
    expect(answers).toEqual([0, 0, 0, 0, 1]);
  });

  test('nodes with GPUs are judged by their GPUs alone', () => {
    const gpus = [{ ...group('gpu', 8, 32), template: { ...group('gpu', 8, 32).template, gpuCount: 4 } }];
    const pod = pods(1, { ...request(0.1, 1), gpuCount: 3 });
    const cpuHeavy = machine(1, 0, gpus, pods(1, request(7, 1)));
    // Node 0 has 3 of 4 GPUs taken (75 %) and stays; node 1 has none taken, though 88 % of its CPU, which node 0 has room for.
    expect(run([machine(0, 0, gpus, pod), cpuHeavy], minutes(30), {}, gpus)).toEqual(['600s 1']);
  });
});
