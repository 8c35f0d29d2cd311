import { expect, test } from 'vitest';
import { defaultService } from '../swarm-spec.ts';
import { SchedulerFixture } from './scheduler-fixture.ts';

const placement = defaultService('', '').placement;

/** Tasks added on nodes that have so many of the service already, and so many others. */
function added(service: readonly number[], count: number, others: readonly number[] = []): number[] {
  const fixture = new SchedulerFixture();
  const web = fixture.service();
  const other = fixture.service();
  service.forEach((tasks, k) => {
    const node = fixture.node('abcdef'[k]);
    fixture.running(web, node, tasks);
    fixture.running(other, node, others[k] ?? 0);
  });
  fixture.waiting(web, count);
  return fixture.run();
}

test('A: 6 tasks on 3 empty nodes', () => {
  expect(added([0, 0, 0], 6)).toEqual([2, 2, 2]);
});

test('B, seen on a real Swarm: the first pass does not go back, so the result is uneven', () => {
  expect(added([0, 0, 2], 4)).toEqual([1, 3, 0]);
});

test('C: 7 tasks where one node is empty and two have 5', () => {
  expect(added([0, 5, 5], 7)).toEqual([6, 1, 0]);
});

test('D: 3 tasks where one node is empty and three have 3', () => {
  expect(added([0, 3, 3, 3], 3)).toEqual([3, 0, 0, 0]);
});

test('E: two tasks look at two nodes only, those with the fewest tasks', () => {
  expect(added([0, 0, 0], 2, [7, 3, 5])).toEqual([0, 1, 1]);
});

test('K: 6 tasks where three nodes are empty and one has 4', () => {
  expect(added([0, 0, 0, 4], 6)).toEqual([1, 1, 4, 0]);
});

test('F: five recent failures put a node last, four do not', () => {
  const fixture = new SchedulerFixture();
  const web = fixture.service();
  const other = fixture.service();
  const [a, b, c] = ['a', 'b', 'c'].map((name) => fixture.node(name));
  for (const task of fixture.running(web, a, 5)) fixture.fail(task);
  for (const task of fixture.running(web, c, 4)) fixture.fail(task);
  fixture.running(web, b, 4);
  fixture.running(other, b, 5);
  fixture.running(web, c, 4);
  fixture.running(other, c, 4);
  fixture.waiting(web, 3);
  expect(fixture.run()).toEqual([0, 2, 1]);
  // c was taken first: it has fewer tasks in all.
  expect(fixture.decisions.map(({ node }) => node)).toEqual([2, 1, 1]);
  fixture.nowUs = 300e6 + 1;
  fixture.waiting(web, 1);
  expect(fixture.run()).toEqual([1, 0, 0]);
});

test("G, upstream's test: equal shares of zones, not of nodes", () => {
  const fixture = new SchedulerFixture();
  const web = fixture.service({ placement: { ...placement, spreadOver: ['node.labels.az'] } });
  for (const [k, az] of ['az1', 'az2', 'az2', 'az2', 'az2'].entries()) fixture.node(`id${k}`, { labels: { az } });
  fixture.waiting(web, 8);
  expect(fixture.run()).toEqual([4, 1, 1, 1, 1]);
});

test("H, upstream's test: a full zone leaves its share to the other, which spreads it over its racks", () => {
  const fixture = new SchedulerFixture();
  const web = fixture.service({
    reservations: { cpuMilli: 1000, memBytes: 0, generic: [] },
    placement: { ...placement, spreadOver: ['node.labels.az', 'node.labels.rack'] },
  });
  const node = (name: string, az: string, rack: string, cpuMilli: number) =>
    fixture.node(name, { labels: { az, rack }, cpuMilli });
  node('id0', 'az1', 'rack1', 0);
  node('id1', 'az1', 'rack1', 5000);
  for (const [name, rack] of [
    ['id2', 'rack1'],
    ['id3', 'rack1'],
    ['id4', 'rack1'],
    ['id5', 'rack2'],
    ['id6', 'rack2'],
  ] as const)
    node(name, 'az2', rack, 50_000);
  fixture.waiting(web, 12);
  const [id0, id1, ...rest] = fixture.run();
  expect([id0, id1]).toEqual([0, 5]);
  const racks = [rest[0] + rest[1] + rest[2], rest[3] + rest[4]];
  expect(racks.sort((a, b) => a - b)).toEqual([3, 4]);
});

test('a zone with tasks on nodes that will not do is full, and what it has counts no more for the others', () => {
  const fixture = new SchedulerFixture();
  const web = fixture.service({ placement: { ...placement, spreadOver: ['node.labels.az'] } });
  const [a] = ['a', 'b', 'c'].map((az) => fixture.node(az, { labels: { az } }));
  fixture.running(web, a, 3);
  a.availability = 'pause';
  fixture.waiting(web, 12);
  // First (3 + 12) / 3 = 5 for each, of which az a takes none; then (12 - 10) / 2 = 1 more for b and c.
  expect(fixture.run()).toEqual([0, 6, 6]);
});

test("I, upstream's test: the racks with the fewest tasks of each zone", () => {
  const fixture = new SchedulerFixture();
  const web = fixture.service({
    placement: { ...placement, spreadOver: ['node.labels.az', 'node.labels.rack'] },
  });
  const counts = [
    ['d1', 'r1', 3],
    ['d1', 'r2', 1],
    ['d2', 'r1', 3],
  ] as const;
  for (const [az, rack, tasks] of counts)
    fixture.running(web, fixture.node(`${az}-${rack}`, { labels: { az, rack } }), tasks);
  fixture.waiting(web, 2);
  expect(fixture.run()).toEqual([0, 2, 0]);
});

test('J: nodes with room for 1, 2 and 10', () => {
  const fixture = new SchedulerFixture();
  const web = fixture.service({ reservations: { cpuMilli: 1000, memBytes: 0, generic: [] } });
  for (const cores of [1, 2, 10]) fixture.node(`${cores}`, { cpuMilli: cores * 1000 });
  fixture.waiting(web, 8);
  expect(fixture.run()).toEqual([1, 2, 5]);
});
