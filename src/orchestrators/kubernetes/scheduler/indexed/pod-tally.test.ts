import { expect, test } from 'vitest';
import { stream } from '../../../../sim/random.ts';
import { NO_DOMAIN, PodTally } from './pod-tally.ts';
import { TopologyKey } from './topology-keys.ts';

const ZONE = 'zone';

test('a tally knows the fewest pods of any zone that a node takes part in', () => {
  const key = new TopologyKey(ZONE, false, 4);
  const tally = new PodTally(key, (slot) => slot !== 3, 4);
  expect(tally.minimum()).toBe(NO_DOMAIN);
  for (const [slot, zone] of ['a', 'a', 'b', 'c'].entries()) {
    key.set(slot, { [ZONE]: zone });
    tally.look(slot);
  }
  // Zone c has only node 3, which does not take part: a and b are the domains.
  tally.add(0, 2);
  tally.add(2, 1);
  expect([tally.domains, tally.minimum(), tally.total]).toEqual([2, 1, 3]);
  // One pod more in b: a has 2, b 2. One less: b has 0.
  expect(tally.minimumWith(key.valueOf[2], 1)).toBe(2);
  expect(tally.minimumWith(key.valueOf[2], -1)).toBe(0);
  tally.add(2, -1);
  tally.leave(2);
  expect([tally.domains, tally.minimum()]).toEqual([1, 2]);
});

test('through random histories it says what counting anew would', () => {
  for (let seed = 1; seed <= 10; seed++) {
    const random = stream(seed, 'tally');
    const key = new TopologyKey(ZONE, false, 8);
    const tally = new PodTally(key, () => true, 8);
    const pods = new Array<number>(8).fill(0);
    const zones = new Array<string | undefined>(8).fill(undefined);
    for (let step = 0; step < 120; step++) {
      const slot = random.below(8);
      if (zones[slot] === undefined || random.below(8) === 0) {
        tally.add(slot, -pods[slot]);
        pods[slot] = 0;
        tally.leave(slot);
        zones[slot] = random.below(3) === 0 ? undefined : `z${random.below(5)}`;
        key.set(slot, zones[slot] === undefined ? undefined : { [ZONE]: zones[slot] });
        tally.look(slot);
      } else {
        const change = pods[slot] > 0 && random.below(2) === 0 ? -1 : 1;
        pods[slot] += change;
        tally.add(slot, change);
      }
      const anew = new Map<string, number>();
      zones.forEach((zone, k) => zone !== undefined && anew.set(zone, (anew.get(zone) ?? 0) + pods[k]));
      expect(tally.domains, `seed ${seed}`).toBe(anew.size);
      expect(tally.minimum(), `seed ${seed}`).toBe(Math.min(NO_DOMAIN, ...anew.values()));
      zones.forEach((zone, k) => {
        if (zone !== undefined) expect(tally.at(key.valueOf[k])).toBe(anew.get(zone));
      });
    }
  }
});
