import { describe, expect, it } from 'vitest';
import { fc } from '../../../../test/fuzz.ts';
import { create, deployment, node, pod, podSpec } from '../cluster-fixture.ts';
import { workloadControllers } from '../controllers/index.ts';
import type { Pod, Toleration } from '../objects/pod.ts';
import { isReady } from './node-conditions.ts';
import { type TestNodes, testNodes } from './node-fixture.ts';

const ZONE = 'topology.kubernetes.io/zone';
/** What admission gives every pod (DefaultTolerationSeconds). */
const TOLERATIONS: Toleration[] = ['not-ready', 'unreachable'].map((key) => ({
  key: `node.kubernetes.io/${key}`,
  operator: 'Exists',
  value: '',
  effect: 'NoExecute',
  tolerationSeconds: 300,
}));

/** Nodes n1 to n`count` in one zone, or in the zones given. */
function cluster(zones: readonly string[], podsOn: readonly string[] = [], seed = 1): TestNodes {
  return testNodes(
    ({ api }) => {
      zones.forEach((zone, k) => create(api, 'Node', node(`n${k + 1}`, undefined, { [ZONE]: zone })));
      podsOn.forEach((nodeName, k) =>
        create(api, 'Pod', pod(`p${k}`, {}, { nodeName, tolerations: TOLERATIONS, labels: { app: 'web' } })),
      );
    },
    {},
    seed,
  );
}

/** Seconds at which nodes got their NoExecute taint. */
function taintTimes({ plane }: TestNodes): Map<string, number> {
  const times = new Map<string, number>();
  plane.api.nodes.watch((now, before) => {
    const tainted = now?.spec.taints.some(({ effect }) => effect === 'NoExecute') === true;
    const was = before?.spec.taints.some(({ effect }) => effect === 'NoExecute') === true;
    if (now !== undefined && tainted && !was) times.set(now.metadata.name, plane.clock.nowUs / 1e6);
  });
  return times;
}

const rounded = (times: Map<string, number>): [string, number][] =>
  [...times].map(([name, second]) => [name, Math.round(second * 10) / 10]);

describe('the loss of a node', () => {
  it('is followed by new pods of a Deployment after 340 to 355 s, and every timer on the way is told', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10_000 }), fc.integer({ min: 20_000, max: 60_000 }), (seed, deathMs) => {
        const nodes = testNodes(
          ({ api }) => {
            for (const name of ['n1', 'n2', 'n3']) create(api, 'Node', node(name));
            create(api, 'Deployment', deployment('web', 6, podSpec({}, { tolerations: TOLERATIONS })));
          },
          {},
          seed,
        );
        const { plane, machines, runTo } = nodes;
        const { api, clock, chronicle } = plane;
        let binds = 0;
        const scheduler = clock.kind((id) => {
          const target = ['n1', 'n2', 'n3'].filter((name) => isReady(api.nodes.named('', name)!) === true);
          api.bind(id, target[binds++ % target.length]);
        });
        api.pods.watch((made, before) => {
          if (before === undefined) clock.after(10_000, scheduler, made!.id);
        });
        for (const component of workloadControllers(plane)) component.begin();
        runTo(deathMs / 1000);
        const lost = nodes.podsByNode.of('n1');
        expect(lost.length).toBe(2);
        machines.stop('n1');
        const createdUs: number[] = [];
        api.pods.watch((_, before) => {
          if (before === undefined) createdUs.push(clock.nowUs);
        });
        runTo(500);
        const delays = createdUs.map((us) => us / 1e6 - deathMs / 1000);
        expect(delays.length).toBe(2);
        for (const delay of delays) {
          expect(delay).toBeGreaterThanOrEqual(340);
          expect(delay).toBeLessThanOrEqual(355);
        }
        // The lost pods stay Terminating.
        for (const { id } of lost) expect(api.pods.get(id)?.metadata.deletionUs).toBeGreaterThan(0);

        // The timers cover the time from the last renewal of the lease to the eviction, without a gap.
        const of = (name: string) => chronicle.timers.find(({ timer }) => timer === name);
        const lease = of('lease-renew-interval');
        const grace = of('node-monitor-grace-period')!;
        const monitor = of('node-monitor-period');
        const toleration = of('tolerationSeconds')!;
        if (lease !== undefined) expect(lease).toMatchObject({ fromUs: grace.fromUs, toUs: deathMs * 1000 });
        expect(deathMs * 1000 - grace.fromUs).toBeLessThan(10e6);
        expect(grace.toUs - grace.fromUs).toBe(50e6);
        if (monitor !== undefined) {
          expect(monitor.fromUs).toBe(grace.toUs);
          expect(monitor.toUs - monitor.fromUs).toBeLessThan(5e6);
        }
        expect(toleration.toUs - toleration.fromUs).toBe(300e6);
        expect(toleration.fromUs - (monitor ?? grace).toUs).toBeLessThanOrEqual(1000);
        expect(createdUs[0] - toleration.toUs).toBeLessThanOrEqual(10_000);
      }),
      { numRuns: 60 },
    );
  });

  it('makes it Unknown and unreachable, and its pods not ready, when the grace is over', () => {
    const nodes = cluster(['a', 'a', 'a'], ['n1', 'n1']);
    nodes.runTo(100);
    nodes.machines.stop('n1');
    nodes.runTo(139.9);
    const { api } = nodes.plane;
    expect(isReady(api.nodes.named('', 'n1')!)).toBe(true);
    expect(api.pods.named('default', 'p0')!.status.ready).toBe(true);
    nodes.runTo(156);
    const lost = api.nodes.named('', 'n1')!;
    expect(lost.status.conditions[0]).toMatchObject({ type: 'Ready', status: 'Unknown', reason: 'NodeStatusUnknown' });
    expect(lost.spec.taints.map(({ key, effect }) => `${key}:${effect}`).sort()).toEqual([
      'node.kubernetes.io/unreachable:NoExecute',
      'node.kubernetes.io/unreachable:NoSchedule',
    ]);
    // What the API says of a pod on a lost node: still running, but not ready.
    expect(api.pods.named('default', 'p0')!.status).toMatchObject({ phase: 'Running', ready: false });
  });

  it('before it has said anything is noticed after the startup grace of 60 s', () => {
    const nodes = cluster(['a', 'a']);
    const { api } = nodes.plane;
    nodes.runTo(100);
    const made = node('n3');
    create(api, 'Node', { ...made, status: { ...made.status, conditions: [] } });
    nodes.machines.stop('n3');
    nodes.runTo(159.9);
    expect(api.nodes.named('', 'n3')!.status.conditions).toEqual([]);
    nodes.runTo(171);
    expect(api.nodes.named('', 'n3')!.status.conditions).toMatchObject([
      { type: 'Ready', status: 'Unknown', reason: 'NodeStatusNeverUpdated' },
    ]);
  });

  it('for less than the grace is not noticed, and its pods come back as they were', () => {
    const nodes = cluster(['a', 'a'], ['n1']);
    nodes.runTo(100);
    nodes.machines.cutOff('n1', true);
    nodes.runTo(125);
    nodes.machines.cutOff('n1', false);
    nodes.runTo(400);
    expect(nodes.plane.chronicle.events).toEqual([]);
    expect(nodes.plane.api.pods.named('default', 'p0')!.status).toMatchObject({ ready: true, restarts: 0 });
  });

  it('that returns during the toleration keeps its pods', () => {
    const nodes = cluster(['a', 'a'], ['n1']);
    nodes.runTo(100);
    nodes.machines.cutOff('n1', true);
    nodes.runTo(300);
    nodes.machines.cutOff('n1', false);
    nodes.runTo(600);
    const { api, chronicle } = nodes.plane;
    expect(api.nodes.named('', 'n1')!.spec.taints).toEqual([]);
    expect(api.pods.named('default', 'p0')!).toMatchObject({ status: { ready: true, restarts: 0 } });
    expect(api.pods.named('default', 'p0')!.metadata.deletionUs).toBeUndefined();
    expect(chronicle.timers.some(({ timer }) => timer === 'tolerationSeconds (stopped)')).toBe(true);
  });

  it('that returns later lets go of the pods that were to go, and starts no others', () => {
    const nodes = cluster(['a', 'a'], ['n1']);
    nodes.runTo(100);
    nodes.machines.cutOff('n1', true);
    nodes.runTo(1000);
    const { api } = nodes.plane;
    expect(api.pods.named('default', 'p0')!.metadata.deletionUs).toBeGreaterThan(0);
    nodes.machines.cutOff('n1', false);
    // Heard within 10 s; SIGTERM, 1 s until the process ends, and a look of the kubelet.
    nodes.runTo(1013);
    expect(api.pods.named('default', 'p0')).toBeUndefined();
  });

  it('by a reboot starts its pods again, with one restart more', () => {
    const nodes = cluster(['a', 'a'], ['n1']);
    nodes.runTo(100);
    nodes.machines.stop('n1');
    nodes.runTo(110);
    nodes.machines.start('n1');
    nodes.runTo(200);
    expect(nodes.plane.api.pods.named('default', 'p0')!.status).toMatchObject({ ready: true, restarts: 1 });
    expect(nodes.plane.api.nodes.named('', 'n1')!.spec.taints).toEqual([]);
  });
});

describe('NoExecute taints', () => {
  it('come one node in ten seconds while a zone is well', () => {
    const nodes = cluster(Array<string>(10).fill('a'));
    const times = taintTimes(nodes);
    nodes.runTo(100);
    for (const name of ['n1', 'n2', 'n3']) nodes.machines.stop(name);
    nodes.runTo(400);
    const seconds = [...times.values()];
    // Three of ten: 30 %, less than 55. All are found within two rounds of the monitor, then 0.1 a second.
    expect(seconds.length).toBe(3);
    expect(seconds[1] - seconds[0]).toBeCloseTo(10, 0);
    expect(seconds[2] - seconds[1]).toBeCloseTo(10, 0);
  });

  it('stop in a partly disrupted zone of up to 50 nodes, and slow down tenfold in a larger one', () => {
    const lose = (nodeCount: number, lost: number): number[] => {
      const nodes = cluster([...Array<string>(nodeCount).fill('a'), 'b']);
      const times = taintTimes(nodes);
      nodes.runTo(100);
      for (let k = 1; k <= lost; k++) nodes.machines.cutOff(`n${k}`, true);
      nodes.runTo(400);
      return [...times.values()];
    };
    // 6 of 10 is 60 %. Leases were renewed within 10 s, so that nodes are found within 10 s: those that were tainted
    // before the last of the six was found stay so, and no other follows.
    const small = lose(10, 6);
    expect(small.length).toBeLessThanOrEqual(2);
    expect(small[small.length - 1]).toBeLessThanOrEqual(160);
    // 33 of 60 is 55 %: one at once and one each 100 s.
    const large = lose(60, 33);
    expect(large.length).toBeGreaterThanOrEqual(3);
    expect(large.length).toBeLessThanOrEqual(4);
    for (let k = 2; k < large.length; k++) expect(large[k] - large[k - 1]).toBeCloseTo(100, 0);
  });

  it('come at the usual rate when a whole zone is lost and another is well', () => {
    const nodes = cluster(['a', 'a', 'a', 'b', 'b']);
    const times = taintTimes(nodes);
    nodes.runTo(100);
    for (const name of ['n1', 'n2', 'n3']) nodes.machines.stop(name);
    nodes.runTo(400);
    expect(rounded(times).length).toBe(3);
    expect(nodes.lifecycle.zoneStateOf(nodes.plane.api.nodes.named('', 'n1')!)).toBe('FullDisruption');
  });

  it('do not come, and go, when every zone is lost; the survivors are spared until they had their time', () => {
    const nodes = cluster(['a', 'a', 'b'], ['n1', 'n2', 'n3']);
    nodes.runTo(100);
    for (const name of ['n1', 'n2', 'n3']) nodes.machines.cutOff(name, true);
    nodes.runTo(1000);
    const { api } = nodes.plane;
    const noExecute = (name: string) =>
      api.nodes.named('', name)!.spec.taints.filter(({ effect }) => effect === 'NoExecute');
    for (const name of ['n1', 'n2', 'n3']) expect(noExecute(name)).toEqual([]);
    for (const one of api.pods.all()) expect(one.metadata.deletionUs).toBeUndefined();
    nodes.machines.cutOff('n3', false);
    nodes.runTo(1100);
    // Now that someone is heard, the others are lost indeed.
    expect(noExecute('n3')).toEqual([]);
    expect(noExecute('n1').length + noExecute('n2').length).toBe(2);
  });
});

describe('taints by condition', () => {
  it('are what conditions and cordons call for, and nobody else keeps them', () => {
    const nodes = cluster(['a', 'a']);
    const { api } = nodes.plane;
    const taints = () => api.nodes.named('', 'n1')!.spec.taints.map(({ key, effect }) => `${key}:${effect}`);
    const spec = (fields: object) => {
      const now = api.nodes.named('', 'n1')!;
      api.update('Node', now.id, { spec: { ...now.spec, ...fields } });
    };
    nodes.runTo(10);
    spec({ unschedulable: true });
    nodes.runTo(11);
    expect(taints()).toEqual(['node.kubernetes.io/unschedulable:NoSchedule']);
    spec({ unschedulable: false });
    nodes.runTo(12);
    expect(taints()).toEqual([]);
    // Someone's own taint stays; the controller's are taken off a node that is ready.
    spec({
      taints: [
        { key: 'mine', value: '', effect: 'NoSchedule' },
        { key: 'node.kubernetes.io/not-ready', value: '', effect: 'NoSchedule' },
        { key: 'node.kubernetes.io/unreachable', value: '', effect: 'NoExecute' },
      ],
    });
    nodes.runTo(20);
    expect(taints()).toEqual(['mine:NoSchedule']);
  });
});

describe('pods on tainted nodes', () => {
  const evicted = (tolerations: Toleration[]): number | undefined => {
    const nodes = testNodes(({ api }) => {
      create(api, 'Node', node('n1'));
      create(api, 'Pod', pod('p', {}, { nodeName: 'n1', tolerations }));
    });
    const { api, clock } = nodes.plane;
    nodes.runTo(10);
    const found = api.nodes.named('', 'n1')!;
    const taint = (key: string) => ({ key, value: 'x', effect: 'NoExecute' as const });
    api.update('Node', found.id, { spec: { ...found.spec, taints: [taint('a'), taint('b')] } });
    let atUs: number | undefined;
    api.pods.watch((now: Pod | undefined) => {
      if (now?.metadata.deletionUs !== undefined) atUs ??= clock.nowUs;
    });
    nodes.runTo(1000);
    return atUs === undefined ? undefined : Math.round(atUs / 1e6);
  };
  const tolerates = (key: string, tolerationSeconds?: number): Toleration => ({
    key,
    operator: 'Exists',
    value: '',
    effect: 'NoExecute',
    ...(tolerationSeconds !== undefined && { tolerationSeconds }),
  });

  it('go at once, after the shortest of their tolerations, or never', () => {
    expect(evicted([])).toBe(10);
    expect(evicted([tolerates('a')])).toBe(10);
    expect(evicted([tolerates('a', 60), tolerates('b', 30)])).toBe(40);
    expect(evicted([tolerates('a', 60), tolerates('b')])).toBe(70);
    expect(evicted([tolerates('a'), tolerates('b')])).toBeUndefined();
  });
});
