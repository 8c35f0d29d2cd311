import { describe, expect, test } from 'vitest';
import { fc } from '../../../../test/fuzz.ts';
import { TaskState } from '../store/task-state.ts';
import { defaultService } from '../swarm-spec.ts';
import { placeByChooser } from './place-group.ts';
import { SchedulerFixture } from './scheduler-fixture.ts';

const { placement } = defaultService('', '');

describe('the scheduler', () => {
  test('tasks of two versions of a service are two groups', () => {
    const fixture = new SchedulerFixture();
    const web = fixture.service();
    const before = web.current;
    fixture.node('a');
    fixture.waiting(web, 1);
    web.current = {
      ...before,
      version: 2,
      spec: { ...before.spec, reservations: { cpuMilli: 9000, memBytes: 0, generic: [] } },
    };
    fixture.waiting(web, 1);
    expect(fixture.run()).toEqual([1]);
    expect(fixture.decisions.map(({ node }) => node)).toEqual([0, -1]);
  });

  test('a decision that is not accepted, since the node has changed, is taken again in the next pass', () => {
    const fixture = new SchedulerFixture();
    const web = fixture.service();
    const [a] = ['a', 'b'].map((name) => fixture.node(name));
    fixture.waiting(web, 2);
    // The node was paused after the scheduler had looked.
    expect(fixture.run(({ node, nodeVersion }) => node !== a.id || nodeVersion !== a.version)).toEqual([0, 1]);
    a.availability = 'pause';
    a.version++;
    fixture.scheduler.nodeUpdated(a);
    expect(fixture.run()).toEqual([0, 1]);
  });

  test('nothing is tried again before something has changed', () => {
    const fixture = new SchedulerFixture();
    const web = fixture.service({ reservations: { cpuMilli: 3000, memBytes: 0, generic: [] } });
    const other = fixture.service();
    const a = fixture.node('a');
    const [there] = fixture.running(web, a, 1);
    fixture.waiting(web, 1);
    fixture.run();
    expect(fixture.run()).toEqual([0]);
    expect(fixture.decisions).toEqual([]);
    there.state = TaskState.failed;
    fixture.scheduler.taskUpdated(there);
    expect(fixture.run()).toEqual([1]);
    expect(other.name).toBe('service-1');
  });

  test('a task that is being stopped still holds its reservation, and does not count as one of the service', () => {
    const fixture = new SchedulerFixture();
    const web = fixture.service({ reservations: { cpuMilli: 3000, memBytes: 0, generic: [] } });
    const light = fixture.service();
    const a = fixture.node('a');
    const b = fixture.node('b');
    const [there] = fixture.running(web, a, 1);
    fixture.running(light, b, 1);
    there.desired = TaskState.shutdown;
    fixture.scheduler.taskUpdated(there);
    fixture.waiting(web, 1);
    expect(fixture.run()).toEqual([0, 1]);
    fixture.waiting(light, 1);
    expect(fixture.run()).toEqual([1, 0]);
  });

  test('a task made for a node waits for that node', () => {
    const fixture = new SchedulerFixture();
    const agent = fixture.service({ mode: 'global' });
    const a = fixture.node('a');
    a.availability = 'pause';
    const task = fixture.task(agent, TaskState.pending, a.id);
    expect(fixture.run()).toEqual([0]);
    expect(task.message).toBe('1 node not available for new tasks');
    a.availability = 'active';
    fixture.scheduler.nodeUpdated(a);
    expect(fixture.run()).toEqual([1]);
  });

  test('another policy chooses among the nodes that the filters allow, task by task', () => {
    const asked: (readonly number[])[] = [];
    const last = {
      name: 'last',
      choose: (candidates: readonly number[]) => {
        asked.push(candidates);
        return candidates.at(-1)!;
      },
    };
    const fixture = new SchedulerFixture(placeByChooser(last));
    const web = fixture.service({ reservations: { cpuMilli: 3000, memBytes: 0, generic: [] } });
    for (const name of ['a', 'b', 'c']) fixture.node(name);
    fixture.waiting(web, 4);
    expect(fixture.run()).toEqual([1, 1, 1]);
    expect(asked).toEqual([[0, 1, 2], [0, 1], [0]]);
  });
});

const nodes = fc.array(
  fc.record({
    cpuMilli: fc.integer({ min: 0, max: 6000 }),
    zone: fc.constantFrom('a', 'b', 'c', ''),
    availability: fc.constantFrom(
      'active' as const,
      'active' as const,
      'active' as const,
      'pause' as const,
      'drain' as const,
    ),
    there: fc.nat(4),
    others: fc.nat(4),
  }),
  { minLength: 1, maxLength: 12 },
);
const group = fc.record({
  count: fc.integer({ min: 1, max: 20 }),
  cpuMilli: fc.constantFrom(0, 500, 1500),
  spread: fc.boolean(),
  most: fc.constantFrom(0, 0, 2),
});

describe('over many clusters', () => {
  test('no task is where its filters refuse it, every node is within its room, and none waits that would fit', () => {
    fc.assert(
      fc.property(nodes, group, (specs, { count, cpuMilli, spread, most }) => {
        const fixture = new SchedulerFixture();
        const web = fixture.service({
          reservations: { cpuMilli, memBytes: 0, generic: [] },
          placement: { ...placement, maxReplicasPerNode: most, spreadOver: spread ? ['node.labels.zone'] : [] },
        });
        const other = fixture.service();
        for (const [k, { zone, availability, there, others, cpuMilli: roomMilli }] of specs.entries()) {
          const labels: Record<string, string> = zone === '' ? {} : { zone };
          const node = fixture.node(`n${k}`, { cpuMilli: roomMilli + there * cpuMilli, labels });
          node.availability = availability;
          fixture.running(web, node, there);
          fixture.running(other, node, others);
        }
        fixture.waiting(web, count);
        const added = fixture.run();
        const placed = added.reduce((sum, tasks) => sum + tasks, 0);
        let couldTake = 0;
        for (const [k, { availability, cpuMilli: roomMilli, there }] of specs.entries()) {
          const byRoom = cpuMilli === 0 ? Infinity : Math.floor(roomMilli / cpuMilli);
          const byLimit = most === 0 ? Infinity : Math.max(0, most - there);
          const room = availability === 'active' ? Math.min(byRoom, byLimit) : 0;
          expect(added[k]).toBeLessThanOrEqual(room);
          couldTake += Math.min(room, count);
        }
        // One pass may leave some over that would fit, never all of them: they try again when anything has changed.
        if (couldTake > 0) expect(placed).toBeGreaterThan(0);
        let total = placed;
        for (let pass = 0; pass < 20; pass++) {
          fixture.scheduler.isPassNeeded = true;
          total += fixture.run().reduce((sum, tasks) => sum + tasks, 0);
        }
        expect(total).toBe(Math.min(count, couldTake));
      }),
      { numRuns: 300 },
    );
  });

  test('on nodes with room, without preferences, empty ones differ by one task at most', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 15 }), fc.integer({ min: 1, max: 60 }), (nodeCount, tasks) => {
        const fixture = new SchedulerFixture();
        const web = fixture.service();
        for (let k = 0; k < nodeCount; k++) fixture.node(`n${k}`);
        fixture.waiting(web, tasks);
        const added = fixture.run();
        expect(Math.max(...added) - Math.min(...added)).toBeLessThanOrEqual(1);
        expect(added.reduce((sum, one) => sum + one, 0)).toBe(tasks);
      }),
    );
  });
});
