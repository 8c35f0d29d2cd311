import { describe, expect, test } from 'vitest';
import { stream } from '../../sim/random.ts';
import { parsePriorities } from './cluster-autoscaler.ts';
import { chooseOption, wasteOf, type Expander, type ScaleUpOption } from './expanders.ts';
import { group, pods, request } from './fleet-fixture.ts';

// The published example of least-waste: pods of 3 cores and 6 GiB in all.
const waiting = pods(3, request(1, 2));
const groups = [
  group('a-spot', 4, 16, { usdPerHour: 0.2, spot: true }),
  group('b', 8, 16, { usdPerHour: 0.15 }),
  group('c', 2, 8, { usdPerHour: 0.1 }),
];
const options: ScaleUpOption[] = [
  { group: 0, nodes: 1, pods: waiting },
  { group: 1, nodes: 1, pods: waiting },
];

function chosen(expanders: readonly Expander[], among = options, priorities = ''): string {
  return chooseOption(among, groups, expanders, parsePriorities(priorities), stream(1, 'x')).why;
}

describe('expanders', () => {
  test('least-waste: A of 4 cores and 16 GiB wastes .25 + .625, B of 8 and 16 wastes .625 + .625', () => {
    expect(wasteOf(options[0], groups[0])).toBe(0.875);
    expect(wasteOf(options[1], groups[1])).toBe(1.25);
    expect(chosen(['least-waste'])).toBe('1 node of a-spot (least-waste: a-spot wastes 0.875, b wastes 1.25)');
  });

  test('most-pods, least-nodes, price and priority each pick by their own number', () => {
    const more = [...options, { group: 2, nodes: 3, pods: [...waiting, ...pods(1, request(1, 2))] }];
    expect(chosen(['most-pods'], more)).toMatch(/^3 nodes of c/);
    // Two groups need one node each, so the second expander decides between them.
    expect(chosen(['least-nodes', 'least-waste'], more)).toMatch(/^1 node of a-spot/);
    // 3 cores and 6 GiB are worth 3 + 6/8 = 3.75 cores: 0.2, 0.15 or, for c, 3 x 0.1 over 5.
    expect(chosen(['price'], more)).toBe(
      "1 node of b (price: a-spot costs $0.2/h for 3.75 cores' worth of pods, b costs $0.15/h for 3.75 cores' worth " +
        "of pods, c costs $0.3/h for 5 cores' worth of pods)",
    );
    expect(chosen(['priority'], more, 'spot=10 b=50 c=20')).toMatch(/^1 node of b/);
    // Nobody has a priority: nothing is filtered, the next expander decides.
    expect(chosen(['priority', 'least-waste'], options, 'gpu=1')).toMatch(/^1 node of a-spot/);
  });

  test('what is equal is decided by lot, and every option wins now and then', () => {
    const equal = [options[0], { ...options[0] }, { ...options[0] }];
    const random = stream(3, 'lot');
    const wins = [0, 0, 0];
    for (let k = 0; k < 300; k++)
      wins[equal.indexOf(chooseOption(equal, groups, ['least-waste', 'random'], new Map(), random).option)]++;
    for (const count of wins) expect(count).toBeGreaterThan(60);
  });

  test('a single option needs no comparison', () => {
    expect(chosen(['least-waste'], [options[1]])).toBe('1 node of b, the only group that helps');
  });

  test('priorities that cannot be read are refused with a sentence', () => {
    expect(() => parsePriorities('spot:10')).toThrow('cannot read "spot:10" as a priority; write it like "spot=50');
  });
});
