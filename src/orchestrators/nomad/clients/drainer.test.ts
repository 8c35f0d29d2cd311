import { expect, test } from 'vitest';
import { machineSpecs } from '../../data-plane/data-plane-fixture.ts';
import { nomadRun, serviceJob, standingAllocs } from '../nomad-fixture.ts';

const S = 1e6;

const CHECKED = `service {
  name = "web"
  port = "http"
  check {
    type = "http"
    path = "/"
    interval = "5s"
    timeout = "2s"
  }
}`;

/** When what stood on a drained machine was placed on the other one, in seconds after the drain began. */
function movesS(migrate: string, bootS = 1): number[] {
  const { loop } = nomadRun(serviceJob('web', 6, `${CHECKED}\nmigrate {\n${migrate}\n}`), {
    durationUs: 900 * S,
    settleUs: 400 * S,
    machines: machineSpecs(2, ['a']),
    behaviour: { web: { boot: { kind: 'constant', meanUs: bootS * S } } },
    operations: [{ atUs: 20 * S, text: 'nomad node drain n1', change: { verb: 'drain', machine: 'n1' } }],
  });
  const standing = standingAllocs(loop, 'web');
  expect(standing.map(({ node }) => node)).toEqual([1, 1, 1, 1, 1, 1]);
  return standing
    .map(({ createdUs }) => createdUs / S - 20)
    .filter((atS) => atS > 0)
    .sort((a, b) => a - b);
}

test('a drain moves max_parallel at once, the next ones when those are healthy', () => {
  const [first, second, third] = movesS('max_parallel = 2');
  expect([first < 0.1, second < 0.1]).toEqual([true, true]);
  // A second to boot, a check within 5 s, and 10 s of min_healthy_time.
  expect(third).toBeGreaterThan(11);
  expect(third).toBeLessThan(20);
});

test('a successor that does not get healthy holds a drain up until its healthy_deadline, not for ever', () => {
  const moves = movesS('max_parallel = 1\nhealthy_deadline = "1m"', 100);
  expect(moves.length).toBeGreaterThan(1);
  for (let k = 1; k < moves.length; k++) {
    expect(moves[k] - moves[k - 1]).toBeGreaterThanOrEqual(60);
    expect(moves[k] - moves[k - 1]).toBeLessThan(63);
  }
});

test('batch work is let go on until the deadline of the drain, then it is moved', () => {
  const { loop } = nomadRun(serviceJob('crunch', 4).replace('{\n', '{\n type = "batch"\n'), {
    durationUs: 300 * S,
    machines: machineSpecs(2, ['a']),
    constants: { drainDeadline: 100 * S },
    behaviour: { crunch: { runs: { kind: 'constant', meanUs: 3000 * S } } },
    operations: [{ atUs: 20 * S, text: 'nomad node drain n1', change: { verb: 'drain', machine: 'n1' } }],
  });
  const moved = standingAllocs(loop, 'crunch').filter(({ createdUs }) => createdUs > 0);
  expect(moved.length).toBeGreaterThan(0);
  for (const { createdUs, node } of moved) {
    expect(node).toBe(1);
    expect(createdUs).toBeGreaterThanOrEqual(120 * S);
    expect(createdUs).toBeLessThan(121 * S);
  }
  expect(standingAllocs(loop, 'crunch').length).toBe(4);
});
