import { describe, expect, test } from 'vitest';
import { modelledService } from '../../data-plane/data-plane-fixture.ts';
import { TaskState } from '../store/task-state.ts';
import { runSwarm, S, service, type SwarmRun, type SwarmRunOptions } from '../swarm-fixture.ts';

/** How many backends the modelled service has on each of four nodes, whenever that changes. */
interface Listing {
  readonly atUs: number;
  readonly perNode: readonly number[];
}

function listed(options: Omit<SwarmRunOptions, 'spec'>): { run: SwarmRun; listings: Listing[] } {
  const listings: Listing[] = [];
  const run = runSwarm({
    ...options,
    spec: { services: [modelledService('web')] },
    begin: (plane) => {
      const look = plane.clock.kind(() => {
        const perNode = [0, 1, 2, 3].map(
          (node) => plane.containers.on(node).filter(({ id }) => plane.balancers.isListed(0, id)).length,
        );
        if (listings.at(-1)?.perNode.join() !== perNode.join()) listings.push({ atUs: plane.clock.nowUs, perNode });
        plane.clock.after(10_000, look, 0);
      });
      plane.clock.at(0, look, 0);
    },
  });
  return { run, listings };
}

const firstAfter = (listings: readonly Listing[], atUs: number) => listings.find((one) => one.atUs > atUs)!;

describe('backends', () => {
  test('a crashed node keeps its own until gossip drops them after 5 to 8 s, before it is DOWN', () => {
    for (let seed = 0; seed < 20; seed++) {
      const { run, listings } = listed({
        services: [service('web', { replicas: 8 })],
        weather: [{ atUs: 100 * S, event: { kind: 'node-down', node: 1, cause: 'test' } }],
        seed,
      });
      expect(listings[0].perNode).toEqual([2, 2, 2, 2]);
      const dropped = firstAfter(listings, 100 * S);
      expect(dropped.perNode).toEqual([2, 0, 2, 2]);
      expect(dropped.atUs - 100 * S).toBeGreaterThanOrEqual(5 * S);
      expect(dropped.atUs - 100 * S).toBeLessThanOrEqual(8.02 * S);
      expect(dropped.atUs).toBeLessThan(run.whenNode(1, 'down'));
      expect(listings.at(-1)?.perNode.reduce((sum, one) => sum + one, 0)).toBe(8);
    }
  });

  test('a node that is cut off for longer is listed again when it is back, until its old tasks are stopped', () => {
    const { listings } = listed({
      services: [service('web', { replicas: 8 })],
      weather: [
        { atUs: 100 * S, event: { kind: 'node-cut-off', node: 1, on: true, cause: 'test' } },
        { atUs: 110 * S, event: { kind: 'node-cut-off', node: 1, on: false, cause: 'test' } },
      ],
      seed: 2,
    });
    expect(firstAfter(listings, 100 * S).perNode).toEqual([2, 0, 2, 2]);
    expect(firstAfter(listings, 110 * S).perNode[1]).toBe(2);
    expect(firstAfter(listings, 110 * S).atUs - 110 * S).toBeLessThanOrEqual(1.1 * S);
  });

  test('a cut of four seconds is not noticed', () => {
    const { listings } = listed({
      services: [service('web', { replicas: 8 })],
      weather: [
        { atUs: 100 * S, event: { kind: 'node-cut-off', node: 1, on: true, cause: 'test' } },
        { atUs: 104 * S, event: { kind: 'node-cut-off', node: 1, on: false, cause: 'test' } },
      ],
    });
    expect(listings.length).toBe(1);
  });

  test('a task that is sent away leaves the balancers two seconds before it is told to end', () => {
    const { run, listings } = listed({
      services: [service('web', { replicas: 4 })],
      operations: [[100 * S, { verb: 'drain', machine: 'n1' }]],
    });
    const left = firstAfter(listings, 100 * S);
    expect(left.perNode).toEqual([0, 1, 1, 1]);
    const stopped = run.written.find(({ state, atUs }) => state === TaskState.shutdown && atUs > 100 * S)!;
    // Two seconds less those in which the others heard of it, a stop of 0.2 s, and the engine's own time.
    expect(stopped.atUs - left.atUs).toBeGreaterThanOrEqual(2 * S);
    expect(stopped.atUs - left.atUs).toBeLessThanOrEqual(2.7 * S);
  });

  test('only tasks that run are backends: with a health check those that are healthy', () => {
    const healthCheck = { intervalUs: 20 * S, timeoutUs: 2 * S, retries: 3, startPeriodUs: 0, startIntervalUs: 5 * S };
    const { run, listings } = listed({
      services: [service('web', { replicas: 1, healthCheck })],
      operations: [[100 * S, { verb: 'scale', workload: 'web', replicas: 2 }]],
    });
    const grown = firstAfter(listings, 100 * S);
    const running = run.written.find(({ task, state }) => task?.name === 'web.2' && state === TaskState.running)!;
    expect(grown.atUs - 100 * S).toBeGreaterThan(20 * S);
    expect(Math.abs(grown.atUs - running.atUs)).toBeLessThan(0.3 * S);
  });
});
