import { describe, expect, test } from 'vitest';
import { controlPlane, type TestControlPlane } from '../cluster-fixture.ts';
import { PATIENT } from '../../../sim/requests/traffic.ts';
import type { KubernetesSpec } from '../kubernetes-spec.ts';
import { Machines } from '../nodes/machines.ts';
import type { Endpoint } from '../objects/network.ts';
import { AnnotatedBehaviour } from './annotated-behaviour.ts';
import { CpuUse } from './cpu-use.ts';
import { ScrapedMetrics } from './metrics-server.ts';
import { TrafficControl } from './traffic-control.ts';
import { runningPods, trafficSpec } from './traffic-fixture.ts';
import { UsageModel } from './usage-model.ts';

const WEB = { namespace: 'default', name: 'web' };
const ready = (pod: number): Endpoint => ({ pod, ready: true, serving: true, terminating: false });

function world(spec: KubernetesSpec, plane: TestControlPlane = controlPlane()) {
  const machines = new Machines(plane.api);
  const behaviour = new AnnotatedBehaviour(plane, spec.defaults);
  const traffic = new TrafficControl(plane, spec, machines, behaviour);
  const cpu = new CpuUse(plane, spec, machines, traffic);
  const usage = new UsageModel(plane, spec, traffic, cpu);
  const metrics = new ScrapedMetrics(plane, usage, traffic, cpu);
  for (const one of [traffic, cpu, metrics]) one.begin();
  const run = (seconds: number): void => {
    while (plane.clock.step(seconds * 1e6));
    traffic.flow();
  };
  return { plane, machines, traffic, cpu, usage, metrics, run, ofService: () => traffic.model.services[0] };
}

describe('requests to the pods of a service', () => {
  test('three pods behind random proxies are three queues M/M/2', () => {
    // 120/s over three pods is 40/s each; two places of 40/s each. a = 1; Erlang C = 1/3 (Kleinrock, Queueing Systems I,
    // 3.40); mean time = 25 ms + 1/3 / (80/s - 40/s) = 33.33 ms.
    const spec = trafficSpec(400, [{ name: 'web', perSecond: 120, workMs: 25, concurrency: 2 }]);
    const { plane, traffic, run } = world(spec);
    const pods = runningPods(plane, 'n1', ['a', 'b', 'c'], {}, '500m');
    traffic.onEndpoints(
      WEB,
      pods.map(({ id }) => ready(id)),
    );
    run(400);
    const latency = traffic.model.takeServiceLatency(0);
    expect(latency.count).toBeGreaterThan(46_000);
    // 48,000 requests, correlated: 3 % is several deviations.
    expect(Math.abs(latency.meanUs / 33_333 - 1)).toBeLessThan(0.03);
    traffic.model.check();
  });

  test('equal seeds, equal results; another seed, others', () => {
    const result = (seed: number): string => {
      const spec = trafficSpec(60, [{ name: 'web', perSecond: 50, workMs: 20, concurrency: 1 }]);
      const one = world(spec, controlPlane(seed));
      const pods = runningPods(one.plane, 'n1', ['a', 'b']);
      one.traffic.onEndpoints(
        WEB,
        pods.map(({ id }) => ready(id)),
      );
      one.run(60);
      return JSON.stringify([one.ofService(), one.traffic.model.takeServiceLatency(0)]);
    };
    expect(result(1)).toBe(result(1));
    expect(result(1)).not.toBe(result(2));
  });

  test('without endpoints calls fail at once; while a process boots they are turned away', () => {
    const { plane, traffic, run, ofService } = world(
      trafficSpec(60, [{ name: 'web', perSecond: 100, workMs: 1, concurrency: 10 }]),
    );
    run(10);
    const { arrived, failedBy } = ofService();
    expect(failedBy.noEndpoint).toBe(arrived);
    // Without a readiness probe a pod is ready as soon as it runs, though it boots for 2 s.
    const [one] = runningPods(plane, 'n1', ['a']);
    traffic.onEndpoints(WEB, [ready(one.id)]);
    run(11.9);
    expect(ofService().failedBy.errorAnswer).toBe(ofService().arrived - arrived);
    run(20);
    const late = ofService();
    // About 10 of these came in the last tenth of a second of the boot.
    expect(late.served).toBeGreaterThan(700);
    expect(late.failedBy.errorAnswer).toBeLessThan(260);
  });

  test('a stopped machine leaves callers waiting until the proxies know; a process that ends fails what it had', () => {
    const patient = { timeoutUs: 3e6, attempts: 1, backoff: { baseUs: 0, capUs: 0, jitter: 'none' } } as const;
    const { plane, traffic, machines, run, ofService } = world(
      trafficSpec(120, [{ name: 'web', perSecond: 100, workMs: 5, concurrency: 10, client: patient }]),
    );
    const [near] = runningPods(plane, 'n1', ['a']);
    const [far] = runningPods(plane, 'n2', ['b']);
    traffic.onEndpoints(WEB, [ready(near.id), ready(far.id)]);
    run(20);
    expect(ofService().timedOut).toBe(0);
    machines.stop('n2');
    run(50);
    const { timedOut } = ofService();
    // Half of 100/s for 30 s, less those of the last 3 s, who still wait: 1350, deviation 37.
    expect(Math.abs(timedOut - 1350)).toBeLessThan(150);
    traffic.onEndpoints(WEB, [ready(near.id)]);
    run(60);
    const then = ofService().timedOut;
    run(70);
    expect(ofService().timedOut).toBe(then);
    expect(ofService().inFlight).toBeLessThan(10);
    // The process crashes: nobody listens until the proxies know.
    const [container] = near.status.containers;
    plane.api.setPodStatus(near.id, { containers: [{ ...container, state: 'waiting', reason: 'CrashLoopBackOff' }] });
    const before = ofService().served;
    run(71);
    expect(ofService().served).toBe(before);
    expect(ofService().failedBy.errorAnswer).toBeGreaterThan(60);
    traffic.model.check();
  });

  test('a pod that is told to stop sleeps, then takes nothing new and finishes what it has', () => {
    const { plane, traffic, run, ofService } = world(
      trafficSpec(60, [{ name: 'web', perSecond: 200, workMs: 500, concurrency: 1000 }]),
    );
    const main = {
      name: 'main',
      image: 'x',
      imagePullPolicy: 'Always' as const,
      resources: { requests: {}, limits: {} },
      ports: [],
    };
    const [one, two] = runningPods(plane, 'n1', ['a', 'b'], { containers: [{ ...main, preStopSeconds: 5 }] });
    traffic.onEndpoints(WEB, [ready(one.id), ready(two.id)]);
    run(10);
    plane.api.deletePod(one.id);
    run(14.9);
    expect(ofService().failed).toBe(0);
    // From second 15 on half of the requests meet a closed port, until the proxies learn of it at 16.
    run(16);
    traffic.onEndpoints(WEB, [{ pod: one.id, ready: false, serving: true, terminating: true }, ready(two.id)]);
    const { failedBy } = ofService();
    expect(Math.abs(failedBy.errorAnswer - 100)).toBeLessThan(45);
    run(30);
    plane.api.remove('Pod', one.id);
    run(40);
    expect(ofService().failed).toBe(failedBy.errorAnswer);
    expect(traffic.backendsOf(one.id)).toEqual([]);
  });

  test('what is turned away calls nobody', () => {
    const spec = trafficSpec(60, [
      { name: 'web', perSecond: 100, workMs: 1, concurrency: 10 },
      { name: 'db', perSecond: 0, workMs: 1, concurrency: 10 },
    ]);
    const [web, db] = spec.services;
    const call = { service: 1, chance: 1, fanOut: 1, required: true, client: PATIENT };
    const services = [{ ...web, requests: { ...web.requests, calls: [[call]] } }, db];
    const { plane, traffic, run } = world({ ...spec, services });
    run(1);
    const [one, two] = runningPods(plane, 'n1', ['a', 'b']);
    traffic.onEndpoints(WEB, [ready(one.id)]);
    traffic.onEndpoints({ namespace: 'default', name: 'db' }, [ready(two.id)]);
    // It boots until second 3.
    run(2.9);
    expect(traffic.model.services[0].failedBy.errorAnswer).toBeGreaterThan(100);
    expect(traffic.model.services[1].arrived).toBe(0);
    run(10);
    expect(traffic.model.services[1].served).toBeGreaterThan(500);
    traffic.model.check();
  });

  test('rates and single requests agree on what is turned away', () => {
    // For half of a minute one of two processes does not listen: a quarter of all requests fails at once.
    const failedShare = (requestModel: 'discrete' | 'fluid'): number => {
      const services = [{ name: 'web', perSecond: 400, workMs: 10, concurrency: 8 }];
      const { plane, traffic, run, ofService } = world(trafficSpec(60, services, { requestModel }));
      const [one, two] = runningPods(plane, 'n1', ['a', 'b'], {}, '500m');
      traffic.onEndpoints(WEB, [ready(one.id), ready(two.id)]);
      run(30);
      const [container] = one.status.containers;
      plane.api.setPodStatus(one.id, { containers: [{ ...container, state: 'waiting', reason: 'CrashLoopBackOff' }] });
      run(60);
      traffic.model.check();
      return ofService().failed / ofService().arrived;
    };
    expect(Math.abs(failedShare('discrete') - 0.25)).toBeLessThan(0.02);
    expect(Math.abs(failedShare('fluid') - 0.25)).toBeLessThan(0.01);
  });

  test('terminating endpoints are used when no other is left', () => {
    const { plane, traffic, run, ofService } = world(
      trafficSpec(60, [{ name: 'web', perSecond: 100, workMs: 1, concurrency: 10 }]),
    );
    const [one] = runningPods(plane, 'n1', ['a']);
    traffic.onEndpoints(WEB, [{ pod: one.id, ready: false, serving: true, terminating: true }]);
    run(10);
    expect(ofService().failed).toBe(0);
    expect(ofService().served).toBeGreaterThan(900);
  });
});

describe('CPU', () => {
  test('is what busy places need, and autoscalers see it a while later', () => {
    // 40/s x 25 ms = 1 place busy, of 2 that share a request of 500m: 250m.
    const { plane, traffic, run, metrics, usage } = world(
      trafficSpec(300, [{ name: 'web', perSecond: 40, workMs: 25, concurrency: 2 }]),
    );
    const [one] = runningPods(plane, 'n1', ['a'], {}, '500m');
    traffic.onEndpoints(WEB, [ready(one.id)]);
    run(12);
    expect(metrics.sample(one.id)).toBeUndefined();
    run(299);
    const sample = metrics.sample(one.id)!;
    // The scrape of 285 s is seen from 290 s on.
    expect([sample.timeUs, sample.windowUs]).toEqual([285e6, 15e6]);
    expect(Math.abs(sample.containers[0].cpuMilli - 250)).toBeLessThan(60);
    expect(Math.abs(usage.cpuMilli(one) - 250)).toBeLessThan(90);
    expect(sample.containers[0].memBytes).toBe(50 * 2 ** 20);
    expect(Math.abs(metrics.podMetric(one.id, 'http_requests_per_second')! - 40_000)).toBeLessThan(8000);
    expect(Math.abs(metrics.objectMetric('default', 'Service', 'web', 'requests-per-second')! - 40_000)).toBeLessThan(
      8000,
    );
    expect(metrics.podMetric(one.id, 'unheard_of')).toBeUndefined();
  });

  test('a limit slows a pod down as its quota does', () => {
    const spec = trafficSpec(300, [{ name: 'web', perSecond: 40, workMs: 25, concurrency: 4 }]);
    const main = (limit: string) => ({
      name: 'main',
      image: 'x',
      imagePullPolicy: 'Always' as const,
      resources: { requests: { cpu: '1' }, limits: { cpu: limit } },
      ports: [],
    });
    const meanUs = (limit: string): number => {
      const { plane, traffic, run, usage } = world(spec);
      const [one] = runningPods(plane, 'n1', ['a'], { containers: [main(limit)] });
      traffic.onEndpoints(WEB, [ready(one.id)]);
      run(300);
      expect(usage.cpuMilli(one)).toBeLessThanOrEqual(limit === '200m' ? 200 : 1000);
      return traffic.model.takeServiceLatency(0).meanUs;
    };
    // One busy place of four needs 250m: 1 CPU is ample, 200m is not enough, and the queue grows.
    expect(meanUs('1')).toBeLessThan(30_000);
    expect(meanUs('200m')).toBeGreaterThan(200_000);
  });

  test('who needs more than the machine has shares it by requests', () => {
    const { plane, run, usage, cpu } = world(trafficSpec(60, []));
    const use = (name: string, wants: string, requests: string) => {
      const [made] = runningPods(plane, 'n1', [name], {}, requests);
      const metadata = { ...made.metadata, annotations: { 'baton.dev/cpu-usage': wants } };
      plane.api.remove('Pod', made.id);
      return plane.api.create('Pod', { ...made, metadata: { ...metadata, uid: '' } }) as typeof made;
    };
    const [small, large] = [use('small', '4', '1'), use('large', '4', '3')];
    run(30);
    // 4 cores by 1 : 3.
    expect([usage.cpuMilli(small), usage.cpuMilli(large)]).toEqual([1000, 3000]);
    expect(cpu.nodeMilli('n1')).toBe(4000);
    plane.api.remove('Pod', large.id);
    expect(usage.cpuMilli(small)).toBe(4000);
    expect(cpu.totalMilli).toBe(4000);
  });
});
