import { describe, expect, test } from 'vitest';
import { fc } from '../../../../test/fuzz.ts';
import type { Labels } from '../objects/meta.ts';
import { zoneKey } from '../objects/node-labels.ts';
import { NodeOrder } from './node-order.ts';

const zone = (name: string): Labels => ({ 'topology.kubernetes.io/zone': name });

describe('one node of every zone in turn', () => {
  test('the example of scheduler.md 2.2', () => {
    const order = new NodeOrder();
    // a1 a2 a3 are 1 2 3, b1 is 4, c1 c2 are 5 6.
    const zones = { 1: 'A', 2: 'A', 3: 'A', 4: 'B', 5: 'C', 6: 'C' };
    for (const [node, name] of Object.entries(zones)) order.add(Number(node), zone(name));
    expect(order.list()).toEqual([1, 4, 5, 2, 6, 3]);
  });

  test('nodes without a zone are one more zone, whose turn is when its first node came', () => {
    const order = new NodeOrder();
    const zones = { 1: zone('A'), 2: {}, 3: zone('A'), 4: {}, 5: zone('B') };
    for (const [node, labels] of Object.entries(zones)) order.add(Number(node), labels);
    expect(order.list()).toEqual([1, 2, 5, 3, 4]);
  });

  test('a zone keeps its turn while it has a node, and comes last when it has one again', () => {
    const order = new NodeOrder();
    order.add(1, zone('A'));
    order.add(2, zone('B'));
    order.add(3, zone('A'));
    order.remove(1, zone('A'));
    expect(order.list()).toEqual([3, 2]);
    order.remove(3, zone('A'));
    order.add(4, zone('A'));
    expect(order.list()).toEqual([2, 4]);
  });

  test('a node that changes its zone goes to the end of the other; another label moves nothing', () => {
    const order = new NodeOrder();
    order.add(1, zone('A'));
    order.add(2, zone('B'));
    order.add(3, zone('B'));
    order.relabel(1, zone('A'), { ...zone('A'), disk: 'ssd' });
    expect(order.list()).toEqual([1, 2, 3]);
    order.relabel(1, { ...zone('A'), disk: 'ssd' }, zone('B'));
    expect(order.list()).toEqual([2, 3, 1]);
  });

  test('on random histories every node is there once, and neighbours of a round are of different zones', () => {
    const step = fc.record({ node: fc.nat(15), zone: fc.constantFrom('A', 'B', 'C', '') });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const order = new NodeOrder();
        const present = new Map<number, string>();
        for (const { node, zone: name } of steps) {
          const before = present.get(node);
          if (before === undefined) {
            order.add(node, zone(name));
            present.set(node, name);
          } else if (before === name) {
            order.remove(node, zone(name));
            present.delete(node);
          } else {
            order.relabel(node, zone(before), zone(name));
            present.set(node, name);
          }
        }
        const list = order.list();
        expect([...list].sort((a, b) => a - b)).toEqual([...present.keys()].sort((a, b) => a - b));
        const zones = new Set(present.values()).size;
        const firstRound = list.slice(0, zones).map((node) => present.get(node));
        expect(new Set(firstRound).size).toBe(zones);
      }),
    );
  });
});

test.each([
  [{}, ''],
  [{ 'kubernetes.io/hostname': 'a' }, ''],
  [zone('b'), ':\0:b'],
  [{ ...zone('b'), 'topology.kubernetes.io/region': 'r' }, 'r:\0:b'],
  [{ ...zone('b'), 'failure-domain.beta.kubernetes.io/zone': 'old' }, ':\0:old'],
])('zone of %j', (labels, key) => {
  expect(zoneKey(labels)).toBe(key);
});
