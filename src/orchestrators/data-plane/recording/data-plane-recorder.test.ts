import { describe, expect, test } from 'vitest';
import { PATIENT } from '../../../sim/requests/traffic.ts';
import { machineSpec, planeSpec, SMALL, TestPlane } from './data-plane-fixture.ts';

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

describe('the beginning', () => {
  test('what is there at 0 has not waited, and nothing before it has happened', () => {
    const made = new TestPlane(planeSpec(100, [machineSpec('n0')]));
    const { recorder } = made;
    const web = recorder.addWorkload('web', 'service', -1);
    recorder.setDesired(web, 3);
    made.run(-50);
    const gone = recorder.addTask(web, 'web.0', SMALL);
    recorder.place(gone, 0);
    recorder.end(gone, 'failed');
    made.start(web, 'web.1', 0);
    recorder.addTask(web, 'web.2', SMALL);
    recorder.event('agent', 'Warning', 'Failed', 'web.0', 'before');
    recorder.timer({ fromUs: -50e6, toUs: -10e6, timer: 'over', about: 'web.0' });
    recorder.timer({ fromUs: -50e6, toUs: 10e6, timer: 'restart delay', about: 'web.2' });
    made.run(100);
    const { counts, distributions, living, metrics, curves } = recorder.result();
    expect(counts).toEqual({ arrived: 2, finished: 0, running: 1, pending: 1, refused: 0, killed: 0 });
    expect(distributions.waitS.count).toBe(0);
    expect(living!.events).toEqual([]);
    expect(living!.timers).toEqual([{ fromUs: 0, toUs: 10e6, timer: 'restart delay', about: 'web.2' }]);
    expect(living!.services[0]).toMatchObject({ replicasMean: 1, deficitReplicaS: 200, lostReplicaS: 200 });
    expect(living!.waiting).toMatchObject([{ owner: 'web', count: 1, examples: ['web.2'], sinceUs: 0 }]);
    expect(metrics['cpuAllocatedShare']).toBeCloseTo(0.25, 9);
    expect(curves.pending.at(-1)).toBe(1);
    expect(recorder.held(0)).toEqual(SMALL);
  });

  test('a run that begins at once begins with nothing', () => {
    const made = new TestPlane(planeSpec(100, [machineSpec('n0')], [], { coldStart: true }));
    const web = made.recorder.addWorkload('web', 'service', -1);
    made.recorder.setDesired(web, 1);
    made.start(web, 'web.1', 0);
    made.run(100);
    const { metrics, living } = made.recorder.result();
    // A second of booting.
    expect([metrics['meanReadyS'], metrics['lostReplicaS'], living!.services[0].deficitReplicaS]).toEqual([1, 1, 1]);
  });
});

describe('replicas that answer', () => {
  /** `spec/failures.md` section 6: a Swarm node crashes with 2 of 8 tasks, and 19.5 s later all are there again. */
  test('two of eight away for 19.5 s are 39 replica-seconds, when nobody has noticed for 14 of them', () => {
    const machines = [0, 1, 2, 3].map((k) => machineSpec(`n${k}`));
    const made = new TestPlane(planeSpec(200, machines, [{ name: 'web', perSecond: 8, workMs: 10, concurrency: 4 }]));
    const { recorder } = made;
    const web = recorder.addWorkload('web', 'service', 0);
    recorder.setDesired(web, 8);
    const all = Array.from({ length: 8 }, (_, k) => made.start(web, `web.${k + 1}`, k % 4, { service: 0 }));
    made.run(100);
    made.machines.stop(3);
    recorder.timer({ fromUs: 95e6, toUs: 113.5e6, timer: 'heartbeat', about: 'n3' });
    made.run(106);
    for (const { container } of [all[3], all[7]]) made.balancers.unlist(0, container);
    made.run(113.5);
    recorder.happened('node-lost', 'n3', 'no heartbeat');
    for (const { task } of [all[3], all[7]]) recorder.end(task, 'evicted');
    for (const name of ['web.4', 'web.8'])
      recorder.timer({ fromUs: 113.5e6, toUs: 118.5e6, timer: 'restart delay', about: name });
    made.run(118.5);
    for (const name of ['web.4', 'web.8']) made.start(web, name, 0, { service: 0 });
    made.run(200);
    const { living, metrics } = recorder.result();
    expect(living!.services[0].lostReplicaS).toBeCloseTo(39, 9);
    expect(metrics['lostReplicaS']).toBeCloseTo(39, 9);
    // To the books two were missing from 113.5 s on.
    expect(living!.services[0].deficitReplicaS).toBeCloseTo(12, 9);
    const series = living!.timeline.series.find(({ name }) => name === 'baton_service_replicas_answering')!;
    const at = (seconds: number) => series.values[living!.timeline.timeUs.indexOf(seconds * 1e6)];
    expect([95, 105, 115, 120].map(at)).toEqual([8, 6, 6, 8]);

    const [incident] = living!.incidents!;
    expect(incident).toMatchObject({ kind: 'machine-stopped', about: 'n3', atUs: 100e6, noticedUs: 113.5e6 });
    expect(incident.overUs).toBeUndefined();
    expect(incident.services).toMatchObject([
      {
        service: 'web',
        desired: 8,
        lost: ['web.4', 'web.8'],
        unlistedUs: 106e6,
        wholeUs: 119.5e6,
        replicas: [
          { task: 'web.4', machine: 'n0', isBack: false, createdUs: 118.5e6, startedUs: 118.5e6, answeringUs: 119.5e6 },
          { task: 'web.8', machine: 'n0' },
        ],
      },
    ]);
    expect(incident.services[0].lostReplicaS).toBeCloseTo(39, 9);
    const told = incident.steps.map(({ timeUs, kind, waitedFor }) => [
      timeUs / 1e6,
      kind,
      ...waitedFor.map((one) => one.timer),
    ]);
    expect(told.slice(0, 4)).toEqual([
      [100, 'begins'],
      [106, 'unlisted'],
      [113.5, 'noticed', 'heartbeat'],
      [118.5, 'created', 'restart delay'],
    ]);
    expect(told.at(-1)).toEqual([119.5, 'whole']);
  });

  test('a zone that goes at once is one incident, and a machine that is cut off is whole when it is back', () => {
    const machines = ['a', 'a', 'b'].map((zone, k) => machineSpec(`n${k}`, { zone }));
    const made = new TestPlane(planeSpec(100, machines, [], { zones: ['a', 'b'] }));
    const web = made.recorder.addWorkload('web', 'service', -1);
    made.recorder.setDesired(web, 3);
    machines.forEach((_, k) => made.start(web, `web.${k}`, k));
    made.run(10);
    for (const machine of [0, 1]) made.machines.stop(machine);
    made.run(20);
    made.machines.cutOff(2, true);
    made.run(25);
    made.machines.cutOff(2, false);
    made.run(50);
    for (const machine of [0, 1]) made.machines.start(machine);
    made.run(100);
    const incidents = made.recorder.result().living!.incidents!;
    expect(incidents.map(({ kind, about, atUs, overUs }) => [kind, about, atUs / 1e6, overUs! / 1e6])).toEqual([
      ['zone-outage', 'a', 10, 50],
      ['machine-cut-off', 'n2', 20, 25],
    ]);
    expect(incidents[0].services[0].lost).toEqual(['web.0', 'web.1']);
    // Their processes do not come back by themselves.
    expect(incidents.map(({ services }) => services[0].wholeUs)).toEqual([undefined, undefined]);
    expect(incidents[1].services[0].replicas).toMatchObject([{ task: 'web.2', isBack: true, answeringUs: 25e6 }]);
    expect(incidents[0].noticedUs).toBeUndefined();
  });

  test('a task of several containers answers when all do, those that have done their work aside', () => {
    const made = new TestPlane(planeSpec(100, [machineSpec('n0')]));
    const web = made.recorder.addWorkload('web', 'service', -1);
    made.recorder.setDesired(web, 1);
    made.run(0);
    const { task } = made.start(web, 'init', 0, { behaviour: { runs: { kind: 'constant', meanUs: 20e6 } } });
    made.add(task, 'web', 0, { behaviour: { boot: { kind: 'constant', meanUs: 10e6 } } });
    made.run(100);
    expect(made.recorder.result().metrics['lostReplicaS']).toBeCloseTo(10, 6);
  });
});
