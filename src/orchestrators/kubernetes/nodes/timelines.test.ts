import { describe, expect, it } from 'vitest';
import { create, node, pod } from '../cluster-fixture.ts';
import type { Pod } from '../objects/pod.ts';
import { containers, probe, STEADY, testNodes, type TestNodes } from './node-fixture.ts';

/** Everything worth telling about the pod's status, when it changes: `second phase ready state reason restarts`. */
function story(nodes: TestNodes, name: string): string[] {
  const lines: string[] = [];
  let last = '';
  nodes.plane.api.pods.watch((now, before) => {
    if ((now ?? before)?.metadata.name !== name) return;
    const { phase, ready, containers: all, reason } = now?.status ?? { phase: 'gone', ready: false, containers: [] };
    const parts = all.map(
      (one) => `${one.name}:${one.state}${one.reason === '' ? '' : `(${one.reason})`}/${one.restartCount}`,
    );
    const line = `${phase}${reason ? `(${reason})` : ''}${ready ? ' ready' : ''} ${parts.join(' ')}`;
    if (line === last) return;
    last = line;
    lines.push(`${(nodes.plane.clock.nowUs / 1e6).toFixed(1)} ${line}`);
  });
  return lines;
}

function bound(nodes: TestNodes, made: Pod): void {
  nodes.plane.api.bind(made.id, 'n1');
}

describe('a pod on its node', () => {
  it('runs and is ready at time 0 if it had its node before', () => {
    const { plane, runTo } = testNodes(({ api }) => {
      create(api, 'Node', node('n1'));
      create(api, 'Pod', pod('web', {}, { nodeName: 'n1' }));
    });
    const { status } = plane.api.pods.named('default', 'web')!;
    expect(status).toMatchObject({ phase: 'Running', ready: true, startUs: 0, restarts: 0 });
    expect(plane.api.nodes.named('', 'n1')!.status.images).toEqual([
      { names: ['registry.example/app:1'], sizeBytes: 100e6 },
    ]);
    const before = plane.clock.events;
    runTo(36_000);
    // Nothing happens in ten hours: no heartbeat, no probe, no look at the node is an event.
    expect(plane.clock.events - before).toBeLessThan(5);
  });

  it('gets its sandbox, image, process and first answered probe one after the other', () => {
    const nodes = testNodes(({ api }) => create(api, 'Node', node('n1')));
    const lines = story(nodes, 'web');
    nodes.runTo(5);
    const spec = { containers: containers({ name: 'main', readinessProbe: probe({ periodSeconds: 3 }) }) };
    bound(nodes, create(nodes.plane.api, 'Pod', pod('web', {}, spec)));
    nodes.runTo(60);
    const relist = nodes.kubelets.node('n1')!.relistPhaseUs / 1e6;
    // 5.001 admitted, 5.601 sandbox, 7.601 pulled (100 MB at 50 MB/s), 7.801 process; seen by the next look, which comes
    // once a second. It answers 2 s later, at 9.801: asked when it was seen and every 3 s from then.
    const seen = relist + Math.ceil(7.801 - relist);
    const ready = 9.801 <= seen + 0 ? seen : seen + 3;
    expect(lines).toEqual([
      '5.0 Pending ',
      '5.0 Pending main:waiting(ContainerCreating)/0',
      `${seen.toFixed(1)} Running main:running/0`,
      `${ready.toFixed(1)} Running ready main:running/0`,
    ]);
  });

  it('pulls an image once, one image at a time', () => {
    const nodes = testNodes(({ api }) => create(api, 'Node', node('n1')), {
      behaviour: { ...STEADY, imageBytes: (image) => (image === 'big:1' ? 500e6 : 100e6) },
    });
    const { api } = nodes.plane;
    const one = (name: string, image: string): Pod =>
      create(api, 'Pod', pod(name, {}, { containers: containers({ name: 'main', image }) }));
    for (const made of [one('a', 'big:1'), one('b', 'big:1'), one('c', 'small:1')]) bound(nodes, made);
    nodes.runTo(60);
    const since = (name: string): number => api.pods.named('default', name)!.status.containers[0].sinceUs / 1e6;
    // Sandboxes at 0.601 s; big:1 takes 10 s, small:1 then 2 s; starting a container 0.2 s.
    expect(since('a')).toBeCloseTo(10.801, 6);
    expect(since('b')).toBeCloseTo(10.801, 6);
    expect(since('c')).toBeCloseTo(12.801, 6);
    expect(api.nodes.named('', 'n1')!.status.images).toEqual([
      { names: ['big:1'], sizeBytes: 500e6 },
      { names: ['small:1'], sizeBytes: 100e6 },
    ]);
  });

  it('waits 10, 20, 40 s and so on for an image while the registry is down', () => {
    const nodes = testNodes(({ api }) => create(api, 'Node', node('n1')));
    nodes.machines.setRegistry(false);
    bound(nodes, create(nodes.plane.api, 'Pod', pod('web')));
    nodes.runTo(100);
    expect(nodes.plane.api.pods.named('default', 'web')!.status.containers[0].reason).toBe('ImagePullBackOff');
    const tries = nodes.plane.chronicle.events.filter(({ reason }) => reason === 'Failed');
    // At 0.6, then after 10, 20 and 40 s: 10.6, 30.6, 70.6; the next would be at 150.6.
    expect(tries.map(({ timeUs }) => Math.round(timeUs / 1e5) / 10)).toEqual([0.6, 10.6, 30.6, 70.6]);
    nodes.machines.setRegistry(true);
    nodes.runTo(160);
    expect(nodes.plane.api.pods.named('default', 'web')!.status.ready).toBe(true);
  });

  it('runs init containers in order and waits for a sidecar to have started', () => {
    const nodes = testNodes(({ api }) => create(api, 'Node', node('n1')), {
      behaviour: {
        ...STEADY,
        exit: (_, { name }) => ({ afterUs: name.startsWith('init') ? 3e6 : Infinity, exitCode: 0 }),
      },
    });
    const lines = story(nodes, 'web');
    const initContainers = containers(
      { name: 'init-1' },
      { name: 'proxy', restartPolicy: 'Always', startupProbe: probe({ periodSeconds: 1 }) },
      { name: 'init-2' },
    );
    bound(nodes, create(nodes.plane.api, 'Pod', pod('web', {}, { initContainers })));
    nodes.runTo(30);
    const { containers: all, ready } = nodes.plane.api.pods.named('default', 'web')!.status;
    expect(ready).toBe(true);
    const [first, proxy, second, main] = all.map(({ sinceUs }) => sinceUs / 1e6);
    // init-1 starts at 0.601 + 2 (pull) + 0.2 and ends 3 s later; that is seen within a second.
    expect(first).toBeCloseTo(5.801, 6);
    expect(proxy - first).toBeGreaterThanOrEqual(0.2);
    expect(proxy - first).toBeLessThanOrEqual(1.2);
    // The sidecar answers its startup probe 2 s after its start; init-2 runs for 3 s from within 2 s after that.
    expect(second - proxy).toBeGreaterThanOrEqual(2 + 0.2 + 3);
    expect(second - proxy).toBeLessThanOrEqual(2 + 2 + 0.2 + 3);
    expect(main - second).toBeLessThanOrEqual(1.2);
    expect(lines[lines.length - 1]).toMatch(/Running ready .*init-2:terminated\(Completed\)\/0 main:running\/0/);
  });
});

describe('processes that end', () => {
  it('are started again at once, then after 10, 20, 40, 80, 160 and 300 s', () => {
    const nodes = testNodes(({ api }) => create(api, 'Node', node('n1')), {
      behaviour: { ...STEADY, exit: () => ({ afterUs: 1e6, exitCode: 1 }) },
    });
    bound(nodes, create(nodes.plane.api, 'Pod', pod('web')));
    nodes.runTo(2000);
    const waits = nodes.plane.chronicle.timers.filter(({ timer }) => timer === 'CrashLoopBackOff');
    expect(waits.map(({ fromUs, toUs }) => Math.round((toUs - fromUs) / 1e6))).toEqual([
      10, 20, 40, 80, 160, 300, 300, 300, 300, 300, 300,
    ]);
    expect(nodes.plane.api.pods.named('default', 'web')!.status.containers[0]).toMatchObject({
      reason: 'CrashLoopBackOff',
      exitCode: 1,
    });
  });

  it('begin with no wait again after a run of more than ten minutes', () => {
    // Runs of 1 s, 1 s, 601 s, 1 s: the third is long enough to be forgiven.
    const runs = [1, 1, 601, 1];
    const nodes = testNodes(({ api }) => create(api, 'Node', node('n1')), {
      behaviour: { ...STEADY, exit: (_, __, restart) => ({ afterUs: (runs[restart] ?? 1e6) * 1e6, exitCode: 1 }) },
    });
    bound(nodes, create(nodes.plane.api, 'Pod', pod('web')));
    nodes.runTo(800);
    const waits = nodes.plane.chronicle.timers.filter(({ timer }) => timer === 'CrashLoopBackOff');
    // After run 1: at once; run 2: 10 s; run 3 was long: at once; run 4: 10 s.
    expect(waits.map(({ fromUs, toUs }) => (toUs - fromUs) / 1e6)).toEqual([10, 10]);
  });

  it('end the pod by restartPolicy: Succeeded, Failed, or another try', () => {
    const nodes = testNodes(({ api }) => create(api, 'Node', node('n1')), {
      behaviour: {
        ...STEADY,
        exit: ({ metadata }, _, restart) => ({
          afterUs: 5e6,
          exitCode: metadata.name === 'good' || restart > 0 ? 0 : 3,
        }),
      },
    });
    const { api } = nodes.plane;
    for (const [name, restartPolicy] of [
      ['good', 'Never'],
      ['bad', 'Never'],
      ['again', 'OnFailure'],
    ] as const)
      bound(nodes, create(api, 'Pod', pod(name, {}, { restartPolicy })));
    nodes.runTo(60);
    const status = (name: string) => api.pods.named('default', name)!.status;
    expect(status('good').phase).toBe('Succeeded');
    expect(status('bad')).toMatchObject({ phase: 'Failed', containers: [{ exitCode: 3, reason: 'Error' }] });
    expect(status('again')).toMatchObject({ phase: 'Succeeded', restarts: 1 });
    expect(nodes.kubelets.node('n1')!.used.pods).toBe(0);
  });

  it('fail the pod when its active deadline is over', () => {
    const nodes = testNodes(({ api }) => create(api, 'Node', node('n1')));
    bound(nodes, create(nodes.plane.api, 'Pod', pod('job', {}, { activeDeadlineSeconds: 30 })));
    nodes.runTo(60);
    const { status } = nodes.plane.api.pods.named('default', 'job')!;
    expect(status).toMatchObject({ phase: 'Failed', reason: 'DeadlineExceeded' });
    // The kubelet took it at 0.001; SIGTERM at 30.001, and the process needs 1 s.
    expect(status.containers[0].sinceUs).toBe(31_001_000);
  });

  it('let sidecars end when the work is done', () => {
    const nodes = testNodes(({ api }) => create(api, 'Node', node('n1')), {
      behaviour: { ...STEADY, exit: (_, { name }) => ({ afterUs: name === 'main' ? 20e6 : Infinity, exitCode: 0 }) },
    });
    const initContainers = containers({ name: 'proxy', restartPolicy: 'Always' });
    bound(nodes, create(nodes.plane.api, 'Pod', pod('job', {}, { restartPolicy: 'Never', initContainers })));
    nodes.runTo(60);
    expect(nodes.plane.api.pods.named('default', 'job')!.status).toMatchObject({
      phase: 'Succeeded',
      containers: [
        { name: 'proxy', exitCode: 143 },
        { name: 'main', exitCode: 0 },
      ],
    });
  });
});

describe('probes', () => {
  it('kill a container whose startup takes longer than its startup probe allows', () => {
    // 3 failures, 10 s apart, from the first look at the running container: killed 20 s later; boot takes 60 s.
    const nodes = testNodes(({ api }) => create(api, 'Node', node('n1')), {
      behaviour: { ...STEADY, bootUs: () => 60e6 },
    });
    nodes.runTo(100);
    bound(
      nodes,
      create(
        nodes.plane.api,
        'Pod',
        pod('web', {}, { containers: containers({ name: 'main', startupProbe: probe() }) }),
      ),
    );
    nodes.runTo(140);
    const killed = nodes.plane.chronicle.events.find(({ reason }) => reason === 'Killing');
    // The worker began at 100.001 and asks every 10 s; the process ran from 102.801: 110.001 is the first try.
    expect(killed?.timeUs).toBe(130_001_000);
    expect(nodes.plane.api.pods.named('default', 'web')!.status.restarts).toBe(1);
  });

  it('of liveness do not spare a slow start, unless a startup probe stands before them', () => {
    const restarts = (startupProbe: boolean): number => {
      const nodes = testNodes(({ api }) => create(api, 'Node', node('n1')), {
        behaviour: { ...STEADY, bootUs: () => 45e6 },
      });
      const main = {
        name: 'main',
        livenessProbe: probe(),
        ...(startupProbe && { startupProbe: probe({ failureThreshold: 30 }) }),
      };
      nodes.runTo(100);
      bound(nodes, create(nodes.plane.api, 'Pod', pod('web', {}, { containers: containers(main) })));
      nodes.runTo(1000);
      return nodes.plane.api.pods.named('default', 'web')!.status.restarts;
    };
    expect(restarts(false)).toBeGreaterThan(3);
    expect(restarts(true)).toBe(0);
  });

  it('notice a machine that hangs: not ready after 3 periods, killed, and well again', () => {
    const nodes = testNodes(({ api }) => {
      create(api, 'Node', node('n1'));
      const main = {
        name: 'main',
        readinessProbe: probe({ periodSeconds: 5 }),
        livenessProbe: probe({ failureThreshold: 6 }),
      };
      create(api, 'Pod', pod('web', {}, { nodeName: 'n1', containers: containers(main) }));
    });
    const lines = story(nodes, 'web');
    nodes.runTo(100);
    nodes.machines.slow('n1', 0.001);
    nodes.runTo(130);
    // Readiness is asked at 100, 105, 110.
    expect(lines).toEqual(['110.0 Running main:running/0']);
    nodes.machines.slow('n1', 1);
    nodes.runTo(140);
    expect(lines[1]).toBe('130.0 Running ready main:running/0');
    expect(nodes.plane.api.pods.named('default', 'web')!.status.restarts).toBe(0);
  });
});

describe('images', () => {
  const started = (
    imagePullPolicy: 'Always' | 'IfNotPresent' | 'Never',
    image: string,
    registry = true,
  ): number | string => {
    const nodes = testNodes(({ api }) => {
      const made = node('n1');
      const images = [{ names: ['docker.io/library/here:1'], sizeBytes: 100e6 }];
      create(api, 'Node', { ...made, status: { ...made.status, images } });
    });
    nodes.machines.setRegistry(registry);
    const spec = { containers: containers({ name: 'main', image, imagePullPolicy }) };
    bound(nodes, create(nodes.plane.api, 'Pod', pod('web', {}, spec)));
    nodes.runTo(9);
    const [one] = nodes.plane.api.pods.named('default', 'web')!.status.containers;
    return one.state === 'running' ? one.sinceUs / 1e6 : one.reason;
  };

  it('are pulled, looked at in the registry, or taken as they are, by their policy', () => {
    // Sandbox at 0.601; a pull of 100 MB takes 2 s, a look 0.3 s; then 0.2 s to start.
    expect(started('IfNotPresent', 'here:1')).toBe(0.801);
    expect(started('IfNotPresent', 'gone:1')).toBe(2.801);
    expect(started('Always', 'here:1')).toBe(1.101);
    expect(started('Always', 'gone:1')).toBe(2.801);
    expect(started('Never', 'here:1')).toBe(0.801);
    expect(started('Never', 'gone:1')).toBe('ErrImageNeverPull');
  });

  it('that are there need no registry, unless the policy asks it', () => {
    expect(started('IfNotPresent', 'here:1', false)).toBe(0.801);
    expect(started('Always', 'here:1', false)).toBe('ImagePullBackOff');
  });
});

describe('the end of a pod', () => {
  it('takes what its process needs, and the grace at most', () => {
    const gone = (stopSeconds: number, preStopSeconds?: number): number => {
      const nodes = testNodes(
        ({ api }) => {
          create(api, 'Node', node('n1'));
          const main = { name: 'main', ...(preStopSeconds !== undefined && { preStopSeconds }) };
          create(api, 'Pod', pod('web', {}, { nodeName: 'n1', containers: containers(main) }));
        },
        { behaviour: { ...STEADY, stopUs: () => stopSeconds * 1e6 } },
      );
      let goneUs = 0;
      nodes.plane.api.pods.watch((now) => {
        if (now === undefined) goneUs = nodes.plane.clock.nowUs;
      });
      nodes.runTo(10);
      nodes.plane.api.deletePod(nodes.plane.api.pods.named('default', 'web')!.id);
      nodes.runTo(100);
      return goneUs / 1e6;
    };
    // Told at 10.001; the kubelet looks once a second.
    const within = (second: number): [number, number] => [second, second + 1];
    for (const [measured, [from, to]] of [
      [gone(4), within(14.001)],
      // Ignores SIGTERM: killed after 30 s.
      [gone(1000), within(40.001)],
      // The hook takes 12 of the 30 s, SIGKILL after the other 18.
      [gone(1000, 12), within(40.001)],
      [gone(3, 12), within(25.001)],
      // A hook as long as the grace leaves 2 s.
      [gone(1000, 60), within(42.001)],
    ] as const) {
      expect(measured).toBeGreaterThanOrEqual(from);
      expect(measured).toBeLessThanOrEqual(to);
    }
  });

  it('comes with the node: within 20 s, and for critical pods in the last 10 s of a shutdown', () => {
    const nodes = testNodes(
      ({ api }) => {
        create(api, 'Node', node('n1'));
        create(api, 'Pod', pod('web', {}, { nodeName: 'n1' }));
        create(api, 'Pod', pod('dns', {}, { nodeName: 'n1', priority: 2_000_000_000 }));
      },
      { behaviour: { ...STEADY, stopUs: () => 60e6 } },
    );
    const { api } = nodes.plane;
    nodes.runTo(100);
    nodes.kubelets.shutDown('n1');
    api.bind(create(api, 'Pod', pod('late')).id, 'n1');
    nodes.runTo(200);
    const ended = (name: string) => api.pods.named('default', name)!.status.containers[0].sinceUs / 1e6;
    expect([ended('web'), ended('dns')]).toEqual([120, 130]);
    expect(api.pods.named('default', 'late')!.status).toMatchObject({ phase: 'Failed', reason: 'NodeShutdown' });
  });

  it('gives back what the pod asked for last, if it was resized', () => {
    const nodes = testNodes(({ api }) => {
      create(api, 'Node', node('n1'));
      create(api, 'Pod', pod('web', { cpu: '1' }, { nodeName: 'n1' }));
    });
    const { api } = nodes.plane;
    const { id, spec } = api.pods.named('default', 'web')!;
    const { used } = nodes.kubelets.node('n1')!;
    expect(used.cpuMilli).toBe(1000);
    api.setPodSpec(id, { containers: [{ ...spec.containers[0], resources: { requests: { cpu: '3' }, limits: {} } }] });
    expect(used.cpuMilli).toBe(3000);
    api.deletePod(id);
    nodes.runTo(10);
    expect(used).toMatchObject({ cpuMilli: 0, pods: 0 });
  });

  it('is refused to pods that want the same port of the host', () => {
    const nodes = testNodes(({ api }) => create(api, 'Node', node('n1')));
    const { api } = nodes.plane;
    const ports = (hostIP?: string) => [
      { containerPort: 80, hostPort: 80, protocol: 'TCP' as const, ...(hostIP !== undefined && { hostIP }) },
    ];
    const wants = (name: string, hostIP?: string) =>
      bound(
        nodes,
        create(api, 'Pod', pod(name, {}, { containers: containers({ name: 'main', ports: ports(hostIP) }) })),
      );
    wants('a', '10.0.0.1');
    nodes.runTo(1);
    wants('b', '10.0.0.2');
    wants('c');
    nodes.runTo(2);
    const reasons = ['a', 'b', 'c'].map((name) => api.pods.named('default', name)!.status.reason);
    expect(reasons).toEqual(['', '', 'NodePorts']);
  });

  it('is refused to a pod whose admission fails: OutOfcpu, NodeAffinity', () => {
    const nodes = testNodes(({ api }) => create(api, 'Node', node('n1', { cpu: '1', memory: '1Gi' })));
    const { api } = nodes.plane;
    bound(nodes, create(api, 'Pod', pod('a', { cpu: '600m' })));
    nodes.runTo(1);
    bound(nodes, create(api, 'Pod', pod('b', { cpu: '600m' })));
    bound(nodes, create(api, 'Pod', pod('c', {}, { nodeSelector: { disk: 'ssd' } })));
    nodes.runTo(2);
    expect(api.pods.named('default', 'b')!.status).toMatchObject({
      phase: 'Failed',
      reason: 'OutOfcpu',
      message: "Pod was rejected: Node didn't have enough resource: cpu, requested: 600, used: 600, capacity: 1000",
    });
    expect(api.pods.named('default', 'c')!.status).toMatchObject({ phase: 'Failed', reason: 'NodeAffinity' });
  });
});
