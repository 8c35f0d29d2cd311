import { describe, expect, test } from 'vitest';
import { PATIENT } from '../../../sim/requests/traffic.ts';
import { machineSpec, planeSpec, TestPlane } from './data-plane-fixture.ts';

const seriesOf = (plane: TestPlane, name: string, service?: string) =>
  plane.recorder.result().living!.timeline.series.find((one) => one.name === name && one.labels['service'] === service)!
    .values;

describe('the result of a run', () => {
  test('two replicas of which one is lost: what was missing, what was lost, what it cost', () => {
    const service = { name: 'web', perSecond: 10, workMs: 20, concurrency: 4 };
    const client = { ...PATIENT, timeoutUs: 1e6 };
    const plane = new TestPlane(planeSpec(100, [machineSpec('n0'), machineSpec('n1')], [{ ...service, client }]));
    const { recorder, machines, balancers } = plane;
    const web = recorder.addWorkload('web', 'service', 0);
    recorder.setDesired(web, 2);
    plane.start(web, 'web.1', 0, { service: 0 });
    const lost = plane.start(web, 'web.2', 1, { service: 0 });
    plane.run(20);
    machines.stop(1);
    plane.run(30);
    // The orchestrator notices after 10 s, and starts another one, which boots for 1 s.
    recorder.setReady(lost.task, false);
    balancers.unlist(0, lost.container);
    recorder.end(lost.task, 'evicted');
    plane.start(web, 'web.2', 0, { service: 0 });
    plane.run(100);
    const { counts, metrics, living, distributions } = recorder.result();
    expect(counts).toEqual({ arrived: 3, finished: 0, running: 2, pending: 0, refused: 0, killed: 1 });
    const [result] = living!.services;
    expect(result).toMatchObject({ service: 'web', replicasPeak: 2, deficitReplicaS: 1, evictions: 1 });
    expect(result.replicasMean).toBeCloseTo((2 * 99 + 1) / 100, 9);
    // Half of the requests of 10 s were swallowed; those of the last second fail when the balancer gives the machine up.
    expect([result.arrived, result.timedOut, result.failed]).toEqual([1000, 45, 5]);
    expect(result.p50Ms).toBeCloseTo(20, 0);
    // Two machines at 0.36 USD an hour for 100 s.
    expect(living!.cost.totalUsd).toBeCloseTo(0.02, 9);
    expect(metrics['evictions']).toBe(1);
    expect(distributions.waitS).toMatchObject({ count: 1, mean: 0 });
    expect(metrics['meanReadyS']).toBe(1);
    expect(living!.happenings.map(({ timeUs, kind, about }) => [timeUs / 1e6, kind, about])).toEqual([
      [20, 'node-down', 'n1'],
    ]);
    expect(seriesOf(plane, 'baton_nodes_ready').slice(2, 7)).toEqual([2, 2, 1, 1, 1]);
  });
});
