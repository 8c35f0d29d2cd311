import { describe, expect, test } from 'vitest';
import { fc } from '../../../../test/fuzz.ts';
import { controlPlane, create, deployment, node, pod, podSpec, type TestControlPlane } from '../cluster-fixture.ts';
import type { KubernetesSpec } from '../kubernetes-spec.ts';
import { ownerReference } from '../api/api-server.ts';
import { AnnotatedBehaviour } from '../behaviour/annotated-behaviour.ts';
import { CpuUse } from '../behaviour/cpu-use.ts';
import { TrafficControl } from '../behaviour/traffic-control.ts';
import { runningPods, trafficSpec } from '../behaviour/traffic-fixture.ts';
import { UsageModel } from '../behaviour/usage-model.ts';
import { Machines } from '../nodes/machines.ts';
import { Recorder } from './recorder.ts';

function world(spec: KubernetesSpec, plane: TestControlPlane = controlPlane()) {
  const recorder = new Recorder(plane, spec);
  const machines = new Machines(plane.api);
  const traffic = new TrafficControl(plane, spec, machines, new AnnotatedBehaviour(plane, spec.defaults));
  const cpu = new CpuUse(plane, spec, machines, traffic);
  const usage = new UsageModel(plane, spec, traffic, cpu);
  recorder.attach({ traffic, cpu, usage, machines });
  for (const one of [traffic, cpu]) one.begin();
  const scrape = plane.clock.kind(() => {
    recorder.scrape();
    plane.clock.after(spec.scrapeUs, scrape, 0);
  });
  plane.clock.at(spec.scrapeUs, scrape, 0);
  const run = (seconds: number): void => {
    while (plane.clock.step(seconds * 1e6));
  };
  return { plane, api: plane.api, recorder, machines, traffic, run };
}

describe('the result of a run', () => {
  test('a job and a deployment on one node: counts, waits, shares, money', () => {
    const { api, recorder, run } = world(trafficSpec(100, []));
    create(api, 'Node', node('n1', { cpu: '4', memory: '16Gi' }));
    const web = create(api, 'Deployment', deployment('web', 2));
    const owned = { metadata: { ownerReferences: [ownerReference(web, 'apps/v1')] } };
    const [one, two] = ['web-1', 'web-2'].map((name) => {
      const wish = pod(name, { cpu: '1', memory: '4Gi' }, { labels: { app: 'web' } });
      return create(api, 'Pod', { ...wish, metadata: { ...wish.metadata, ...owned.metadata } });
    });
    const job = create(
      api,
      'Pod',
      pod('job', { cpu: '2', memory: '4Gi' }, { restartPolicy: 'Never', namespace: 'batch' }),
    );
    run(10);
    for (const { id } of [one, two, job]) api.bind(id, 'n1');
    api.setPodStatus(job.id, { phase: 'Running', startUs: 10e6 });
    run(20);
    for (const { id } of [one, two]) api.setPodStatus(id, { phase: 'Running', ready: true, readyChangedUs: 20e6 });
    run(50);
    api.setPodStatus(job.id, { phase: 'Succeeded' });
    run(80);
    api.remove('Pod', two.id);
    run(100);
    const { counts, metrics, distributions, living, curves } = recorder.result();
    expect(counts).toEqual({ arrived: 3, finished: 2, running: 1, pending: 0, refused: 0, killed: 0 });
    expect(distributions.waitS).toMatchObject({ count: 3, mean: 10 });
    // The job: 50 s from its coming, 40 s of which it ran.
    expect([metrics['meanFlowS'], metrics['meanSlowdown']]).toEqual([50, 1.25]);
    expect([metrics['p50ReadyS'], metrics['makespanS']]).toEqual([20, 50]);
    // CPU: 4 from 10 to 50, 2 until 80, 1 until 100: 160 + 60 + 20 of 400 core-seconds.
    expect(metrics['cpuAllocatedShare']).toBeCloseTo(0.6, 12);
    expect(curves.timeUs.at(-1)).toBe(100e6);
    // One node at 0.1 USD/h for 100 s.
    expect(living!.cost.totalUsd).toBeCloseTo((0.1 * 100) / 3600, 12);
    const { byService, idleUsd } = living!.cost;
    expect(Object.keys(byService).sort()).toEqual(['other pods', 'web']);
    expect(byService['web'] + byService['other pods'] + idleUsd).toBeCloseTo(living!.cost.totalUsd, 12);
    // Ready: two from 20 to 80, then one: 120 + 20 of 100 s; missing: two for 20 s and one for 20.
    const [service] = living!.services;
    expect(service).toMatchObject({ service: 'web', replicasMean: 1.4, replicasPeak: 2, deficitReplicaS: 60 });
    const ready = living!.timeline.series.find(({ name }) => name === 'baton_service_replicas_ready')!;
    expect(ready.values.length).toBe(living!.timeline.timeUs.length);
    expect(ready.values.slice(0, 3)).toEqual([0, 2, 2]);
  });

  test("requests, promises and latency are the model's", () => {
    const spec = trafficSpec(120, [{ name: 'web', perSecond: 50, workMs: 10, concurrency: 4 }], {
      objectives: [{ service: 0, target: 0.99, withinUs: Infinity, windowUs: Infinity }],
    });
    const { plane, recorder, traffic, run } = world(spec);
    const pods = runningPods(plane, 'n1', ['a', 'b']);
    run(60);
    traffic.onEndpoints(
      { namespace: 'default', name: 'web' },
      pods.map(({ id }) => ({ pod: id, ready: true, serving: true, terminating: false })),
    );
    run(120);
    const { metrics, living } = recorder.result();
    const [web] = living!.services;
    expect(web.arrived).toBe(web.served + web.failed + web.timedOut + web.inFlight);
    expect(metrics['requestsOffered']).toBe(web.arrived);
    // The first half found no endpoint.
    expect(metrics['goodShare']).toBeGreaterThan(0.45);
    expect(metrics['goodShare']).toBeLessThan(0.55);
    expect(metrics['sloViolatedMinutes']).toBe(1);
    expect(living!.objectives[0].kept).toBe(false);
    expect(metrics['meanLatencyMs']).toBeGreaterThan(9);
    expect(metrics['meanLatencyMs']).toBeLessThan(12);
  });

  test('what happens, is decided and waited for', () => {
    const { plane, api, recorder, machines, run } = world(trafficSpec(600, []));
    const made = create(api, 'Node', node('n1'));
    run(10);
    machines.stop('n1');
    recorder.timer({ fromUs: 10e6, toUs: 60e6, timer: 'node-monitor-grace-period', about: 'Node n1' });
    run(60);
    api.setStatus('Node', made.id, {
      conditions: [{ type: 'Ready', status: 'Unknown', changedUs: 60e6, reason: 'NodeStatusUnknown' }],
    });
    for (const name of ['a', 'b', 'c'])
      recorder.timer({ fromUs: 60e6, toUs: 360e6, timer: 'tolerationSeconds', about: `Pod default/${name}` });
    for (let k = 1; k <= 3; k++)
      recorder.event('default-scheduler', 'Warning', 'FailedScheduling', 'Pod default/a', `0/${k} nodes are available`);
    recorder.event('default-scheduler', 'Normal', 'Scheduled', 'Pod default/a', 'fine');
    recorder.decision({ component: 'horizontal-pod-autoscaler', about: 'web', what: '1 -> 2 replicas', why: 'cpu' });
    recorder.decision({ component: 'horizontal-pod-autoscaler', about: 'web', what: 'keep 2 replicas', why: 'cpu' });
    run(600);
    const { living, metrics } = recorder.result();
    expect(living!.timers).toEqual([
      { fromUs: 10e6, toUs: 60e6, timer: 'node-monitor-grace-period', about: 'Node n1' },
      { fromUs: 60e6, toUs: 360e6, timer: 'tolerationSeconds', about: 'Pod default/a and 2 more' },
    ]);
    expect(living!.happenings.map(({ timeUs, kind }) => [timeUs / 1e6, kind])).toEqual([
      [10, 'node-down'],
      [10, 'timer'],
      [60, 'node-not-ready'],
      [60, 'failed-scheduling'],
      [60, 'timer'],
    ]);
    expect(living!.decisions).toMatchObject([
      { by: 'horizontal', what: '1 -> 2 replicas' },
      { what: 'keep 2 replicas' },
    ]);
    expect(metrics['scalingActions']).toBe(1);
    expect(recorder.events.length).toBe(4);
    expect(plane.clock.nowUs).toBe(600e6);
  });

  test('timers are cut off at the end, and one that is wound up again is one', () => {
    const { recorder, run } = world(trafficSpec(100, []));
    const about = 'HorizontalPodAutoscaler default/web';
    for (const second of [0, 15, 30, 80])
      recorder.timer({ fromUs: second * 1e6, toUs: (second + 40) * 1e6, timer: 'stabilizationWindow', about });
    recorder.timer({ fromUs: 200e6, toUs: 300e6, timer: 'later', about });
    run(100);
    expect(recorder.result().living!.timers!.map(({ fromUs, toUs }) => [fromUs / 1e6, toUs / 1e6])).toEqual([
      [0, 70],
      [80, 100],
    ]);
  });

  test('a timer told again with the same beginning ended earlier, or goes on', () => {
    const { recorder, run } = world(trafficSpec(100, []));
    for (const [from, to] of [
      [10, 90],
      [10, 30],
      [50, 60],
      [50, 70],
    ])
      recorder.timer({ fromUs: from * 1e6, toUs: to * 1e6, timer: 'pod failure backoff', about: 'Job default/sum' });
    run(100);
    expect(recorder.result().living!.timers!.map(({ fromUs, toUs }) => [fromUs / 1e6, toUs / 1e6])).toEqual([
      [10, 30],
      [50, 70],
    ]);
  });

  test('records are bounded and counted', () => {
    const { recorder } = world(trafficSpec(10, []));
    for (let k = 0; k < 20_500; k++) recorder.event('kubelet', 'Normal', 'Pulled', `Pod default/p${k}`, '');
    expect(recorder.events.length).toBe(20_000);
    expect(recorder.result().living!.notes).toContain('500 events, decisions and timers were counted but not kept');
  });
});

describe('the ledger', () => {
  test('a pod placed where it has no room is a violation; who was there at the start is none', () => {
    const full = (): ReturnType<typeof world> => {
      const one = world(trafficSpec(10, []));
      create(one.api, 'Node', node('n1', { cpu: '1', memory: '1Gi' }));
      return one;
    };
    const placed = full();
    const [one, two] = ['a', 'b'].map((name) => create(placed.api, 'Pod', pod(name, { cpu: '600m' })));
    placed.api.bind(one.id, 'n1');
    placed.api.bind(two.id, 'n1');
    expect(() => placed.recorder.result()).toThrow(/pod "b" was placed on node "n1", which has not enough cpu for it/);
    const found = full();
    for (const name of ['a', 'b']) create(found.api, 'Pod', pod(name, { cpu: '600m' }, { nodeName: 'n1' }));
    expect(found.recorder.result().counts.running).toBe(2);
  });

  test('pods that are told to go have ended as was wanted, those that had to make way have not', () => {
    const { api, recorder, run } = world(trafficSpec(100, []));
    create(api, 'Node', node('n1'));
    const [old, victim, crashed] = ['old', 'victim', 'crashed'].map((name) => create(api, 'Pod', pod(name)));
    for (const { id } of [old, victim, crashed]) api.bind(id, 'n1');
    run(10);
    api.deletePod(old.id);
    api.deletePod(victim.id, { disruptionTarget: 'PreemptionByScheduler' });
    run(20);
    // By SIGTERM: exit code 143.
    for (const { id } of [old, victim, crashed]) api.setPodStatus(id, { phase: 'Failed' });
    for (const { id } of [old, victim]) api.remove('Pod', id);
    const { counts, metrics } = recorder.result();
    expect(counts).toMatchObject({ arrived: 3, finished: 1, killed: 2, running: 0 });
    expect(metrics['evictions']).toBe(1);
    expect(metrics['meanFlowS']).toBeUndefined();
  });

  test('whatever happens, every pod is in one part, and what is taken is given back', () => {
    const steps = fc.array(fc.tuple(fc.nat(5), fc.nat(40), fc.nat(3)), { minLength: 20, maxLength: 80 });
    fc.assert(
      fc.property(steps, (history) => {
        const { api, recorder, run } = world(trafficSpec(1000, []));
        for (let k = 0; k < 4; k++) create(api, 'Node', node(`n${k}`, { cpu: '64', memory: '64Gi' }));
        let made = 0;
        let seconds = 0;
        for (const [what, which, where] of history) {
          run((seconds += 3));
          const pods = [...api.pods.all()];
          const one = pods[which % Math.max(1, pods.length)];
          if (what <= 1 || one === undefined) create(api, 'Pod', pod(`p${made++}`, { cpu: '100m', memory: '1Mi' }));
          else if (what === 2 && one.spec.nodeName === undefined) {
            const nodes = [...api.nodes.all()];
            if (nodes.length > 0) api.bind(one.id, nodes[where % nodes.length].metadata.name);
          } else if (what === 3) api.deletePod(one.id, { graceSeconds: 0 });
          else if (what === 4 && one.spec.nodeName !== undefined && /Pending|Running/.test(one.status.phase))
            api.setPodStatus(one.id, { phase: where === 0 ? 'Failed' : where === 1 ? 'Succeeded' : 'Running' });
          else if (where === 0 && api.nodes.size > 1) api.remove('Node', [...api.nodes.all()][0].id);
        }
        const { counts, metrics, living } = recorder.result();
        expect(counts.arrived).toBe(api.podsCreated);
        expect(metrics['cpuAllocatedShare']).toBeGreaterThanOrEqual(0);
        // The curve ends at what bound pods on nodes that are there request.
        let requested = 0;
        for (const { spec, status } of api.pods.all()) {
          const bound = spec.nodeName !== undefined && api.nodes.named('', spec.nodeName) !== undefined;
          if (bound && status.phase !== 'Succeeded' && status.phase !== 'Failed') requested += 100;
        }
        let booked = 0;
        for (const book of recorder.ledger.books.values()) booked += book.cpuMilli;
        expect(booked).toBe(requested);
        const paid = Object.values(living!.cost.byService).reduce((sum, usd) => sum + usd, 0);
        expect(paid + living!.cost.idleUsd).toBeCloseTo(living!.cost.totalUsd, 9);
      }),
      { numRuns: 60 },
    );
  });

  test('equal histories have equal fingerprints, different ones do not', () => {
    const fingerprint = (nodeName: string): string => {
      const { api, recorder, run } = world(trafficSpec(10, []));
      for (const name of ['n1', 'n2']) create(api, 'Node', node(name));
      const one = create(api, 'Pod', { ...pod('a'), spec: podSpec({ cpu: '1' }) });
      run(5);
      api.bind(one.id, nodeName);
      run(10);
      return recorder.result().fingerprint;
    };
    expect(fingerprint('n1')).toBe(fingerprint('n1'));
    expect(fingerprint('n1')).not.toBe(fingerprint('n2'));
  });
});
