import { describe, expect, test } from 'vitest';
import { InputError } from '../../../sim/input-error.ts';
import { parseConstraint } from '../constraint.ts';
import { TaskState } from '../store/task-state.ts';
import { machineSpecs } from '../../data-plane/data-plane-fixture.ts';
import type { NodeFacts } from '../node-facts.ts';
import { runSwarm, S, service, type SwarmRunOptions } from '../swarm-fixture.ts';
import { DEFAULT_RESTART, defaultService } from '../swarm-spec.ts';

const { placement } = defaultService('', '');

describe('the constraint enforcer', () => {
  test('a label that goes takes its tasks with it, to where they may be', () => {
    const run = runSwarm({
      services: [
        service('db', {
          replicas: 2,
          placement: { ...placement, constraints: [parseConstraint('node.labels.zone==a')], maxReplicasPerNode: 2 },
        }),
      ],
      begin: (plane, { store }) => {
        const relabel = plane.clock.kind(() => {
          const [first] = store.allNodes();
          store.write(() => store.updateNode(first, { facts: { ...first.facts, labels: { zone: 'b' } } }));
        });
        plane.clock.at(100 * S, relabel, 0);
      },
    });
    expect([...run.runningAt(90 * S).keys()].sort((a, b) => a - b)).toEqual([0, 2]);
    const rejected = run.written.find(({ state }) => state === TaskState.rejected)!;
    expect(rejected.atUs).toBe(100 * S);
    expect(rejected.taskNode).toBe(0);
    expect([...run.runningAt(150 * S)].map(([node, tasks]) => [node, tasks.length])).toEqual([[2, 2]]);
  });
});

/** The first node becomes something else at 100 s. */
const changed = (facts: Partial<NodeFacts>, otherwise: Partial<SwarmRunOptions>) =>
  runSwarm({
    services: [service('db', { replicas: 4, reservations: { cpuMilli: 400, memBytes: 0, generic: [] } })],
    spec: { machines: machineSpecs(1, ['a']) },
    begin: (plane, { store }) => {
      const change = plane.clock.kind(() => {
        const [first] = store.allNodes();
        store.write(() => store.updateNode(first, { facts: { ...first.facts, ...facts } }));
      });
      plane.clock.at(100 * S, change, 0);
    },
    ...otherwise,
  });

describe('the constraint enforcer, where a node has less than it had', () => {
  test('rejects what does not fit any more, the newest, and that waits', () => {
    const run = changed({ cpuMilli: 1000 }, {});
    const rejected = run.written.filter(({ state, atUs }) => state === TaskState.rejected && atUs >= 100 * S);
    expect(new Set(rejected.map(({ task }) => task!.slot))).toEqual(new Set([3, 4]));
    expect(run.countAt(300 * S)).toBe(2);
  });

  test('leaves a paused node alone', () => {
    const run = changed({ cpuMilli: 1000 }, { operations: [[50 * S, { verb: 'pause', machine: 'n1' }]] });
    expect(run.countAt(300 * S)).toBe(4);
  });
});

describe('the reaper', () => {
  test('keeps five tasks of each slot', () => {
    const run = runSwarm({
      services: [service('web', { replicas: 2 })],
      behaviour: { runs: { kind: 'constant', meanUs: 5 * S }, failureShare: 1 },
    });
    const slots = new Map<number, number>();
    for (const { slot } of run.loop.store.tasks.values()) slots.set(slot, (slots.get(slot) ?? 0) + 1);
    expect([...slots.values()]).toEqual([5, 5]);
  });

  test('keeps one more than there may be attempts', () => {
    const run = runSwarm({
      services: [service('web', { replicas: 1, restart: { ...DEFAULT_RESTART, maxAttempts: 7 } })],
      behaviour: { runs: { kind: 'constant', meanUs: 1 * S }, failureShare: 1 },
    });
    expect(run.loop.store.tasks.size).toBe(8);
    // The eighth failed too, and that was that.
    expect(run.countAt(599 * S)).toBe(0);
    expect(run.loop.isQuiet()).toBe(true);
  });
});

describe('restarts', () => {
  test('on-failure: what ends well is not started again', () => {
    const run = runSwarm({
      services: [service('web', { replicas: 3, restart: { ...DEFAULT_RESTART, condition: 'on-failure' } })],
      behaviour: { runs: { kind: 'constant', meanUs: 5 * S } },
      spec: { coldStart: true },
    });
    const states = [...run.loop.store.tasks.values()].map(({ state }) => state);
    expect(states).toEqual([TaskState.complete, TaskState.complete, TaskState.complete]);
  });

  /** Seconds between the rejections of an update to an image that cannot be had. */
  const rejectionsS = (prefersLocalImage: boolean) => {
    const run = runSwarm({
      services: [service('web', { replicas: 1, prefersLocalImage })],
      weather: [{ atUs: 0, event: { kind: 'registry-down', on: true, cause: 'test' } }],
      operations: [[50 * S, { verb: 'update', workload: 'web', image: 'web:2' }]],
    });
    const rejected = run.written.filter(({ what, state }) => what === 'updated' && state === TaskState.rejected);
    expect(rejected[0].task!.message).toMatch(/registry/);
    const times = [...new Set(rejected.map(({ task }) => task))].map(
      (task) => rejected.find((one) => one.task === task)!.atUs / S,
    );
    // The first one had no delay, but waited for the old task to stop.
    return times.slice(2).map((atS, k) => atS - times[k + 1]);
  };

  test('an image that cannot be had: rejected, and tried again when the delay is over, for ever', () => {
    const gaps = rejectionsS(true);
    expect(gaps.length).toBeGreaterThan(80);
    // A task whose own start is still delayed is not replaced before that: nothing restarts in a tight loop.
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(5);
    expect(Math.max(...gaps)).toBeLessThan(6);
  });

  test('a registry that does not answer stalls each try for 20 s (measured), longer than the delay', () => {
    const gaps = rejectionsS(false);
    expect(gaps.length).toBeGreaterThan(20);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(20);
    expect(Math.max(...gaps)).toBeLessThan(21);
  });

  test('a node on which a service has failed five times is put behind the others', () => {
    const run = runSwarm({
      services: [service('web', { replicas: 4 })],
      weather: [{ atUs: 0, event: { kind: 'disk-full', node: 0, on: true, cause: 'test' } }],
      operations: [[50 * S, { verb: 'update', workload: 'web', image: 'web:2' }]],
    });
    const rejectedThere = new Set(
      run.written
        .filter(({ state, taskNode }) => state === TaskState.rejected && taskNode === 0)
        .map(({ task }) => task),
    );
    // It is the emptiest again and again, until it has failed so often.
    expect(rejectedThere.size).toBe(5);
  });
});

describe('refusals', () => {
  const web = service('web', {
    ports: [{ protocol: 'tcp', target: 80, published: 8080, mode: 'ingress' }],
  });

  test('two services cannot publish one port', () => {
    const deploy = () => runSwarm({ services: [web, { ...web, name: 'api' }] });
    expect(deploy).toThrow(InputError);
    expect(deploy).toThrow(
      `service "api": port '8080' is already in use by service 'web' as an ingress port; publish another port, or none`,
    );
  });

  test('names that there are not come with a suggestion', () => {
    const scale = (workload: string) =>
      runSwarm({ services: [web], operations: [[1, { verb: 'scale', workload, replicas: 2 }]] });
    expect(() => scale('wbe')).toThrow(/there is no service "wbe".*web/);
    const drain = () => runSwarm({ services: [web], operations: [[1, { verb: 'drain', machine: 'n11' }]] });
    expect(drain).toThrow(/there is no node "n11".*n1/);
  });

  test('a constant that there is not', () => {
    expect(() => runSwarm({ services: [web], constants: { heartbeatPeriods: 1 } })).toThrow(/heartbeatPeriod/);
  });
});
