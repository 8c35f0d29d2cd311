import { describe, expect, it } from 'vitest';
import { container, create, node, pod } from '../cluster-fixture.ts';
import type { Pod } from '../objects/pod.ts';
import { testNodes, usageOf } from './node-fixture.ts';
import { conditionOf } from './node-conditions.ts';

const GIB = 1024 ** 3;

describe('memory of a node', () => {
  it('that runs short costs one pod a look, by rank, and keeps others away for five minutes', () => {
    // 5 GiB; the specification's four pods use 1.5 + 0.2 + 3 + 1.9 GiB = 6.6 GiB in the end.
    const wanted: Record<string, number> = { a: 1.5, b: 0.2, c: 3, d: 1.9 };
    let grown = false;
    const usage = usageOf((one) =>
      one.status.phase === 'Running' && one.status.containers[0]?.state === 'running'
        ? (grown ? (wanted[one.metadata.name] ?? 0) : 0.1) * GIB
        : 0,
    );
    const nodes = testNodes(
      ({ api }) => {
        create(api, 'Node', node('n1', { cpu: '4', memory: '6.65Gi' }));
        const requests = { a: '1Gi', b: undefined, c: '1Gi', d: '2Gi' };
        for (const [name, memory] of Object.entries(requests))
          create(
            api,
            'Pod',
            pod(name, memory === undefined ? {} : { memory }, { nodeName: 'n1', priority: name === 'c' ? 100 : 0 }),
          );
      },
      { usage },
    );
    const { api } = nodes.plane;
    const evicted: string[] = [];
    api.pods.watch((now, before) => {
      if (now?.status.reason === 'Evicted' && before?.status.reason !== 'Evicted') evicted.push(now.metadata.name);
    });
    nodes.runTo(50);
    expect(evicted).toEqual([]);
    grown = true;
    nodes.runTo(120);
    // 6.65 - 6.6 = 0.05 GiB is less than 100 MiB: A goes; without it there is enough.
    expect(evicted).toEqual(['a']);
    const { status } = api.pods.named('default', 'a')!;
    expect(status).toMatchObject({ phase: 'Failed', disruptionTarget: 'TerminationByKubelet' });
    expect(status.message).toContain(
      'The node was low on resource: memory. Threshold quantity: 104857600, available: 53687091.',
    );
    const lost = api.nodes.named('', 'n1')!;
    expect(conditionOf(lost, 'MemoryPressure')?.status).toBe('True');
    expect(lost.spec.taints.map(({ key }) => key)).toEqual(['node.kubernetes.io/memory-pressure']);
    // A pod that asks for nothing is not taken now; one that asks is.
    api.bind(create(api, 'Pod', pod('greedy')).id, 'n1');
    api.bind(create(api, 'Pod', pod('modest', { memory: '1Mi' })).id, 'n1');
    nodes.runTo(130);
    expect(api.pods.named('default', 'greedy')!.status).toMatchObject({
      phase: 'Failed',
      reason: 'Evicted',
      message: 'Pod was rejected: The node had condition: [MemoryPressure]. ',
    });
    expect(api.pods.named('default', 'modest')!.status.phase).toBe('Running');
    nodes.runTo(500);
    expect(conditionOf(api.nodes.named('', 'n1')!, 'MemoryPressure')?.status).toBe('False');
    expect(api.nodes.named('', 'n1')!.spec.taints).toEqual([]);
  });

  it('is not looked at where nothing can run short', () => {
    const usage = { ...usageOf(() => 0.1 * GIB), mostMemBytes: () => 0.1 * GIB, mostDiskBytes: () => 0 };
    const nodes = testNodes(
      ({ api }) => {
        create(api, 'Node', node('n1'));
        create(api, 'Pod', pod('web', { memory: '1Gi' }, { nodeName: 'n1' }));
      },
      { usage },
    );
    const before = nodes.plane.clock.events;
    nodes.runTo(86_400);
    expect(nodes.plane.clock.events - before).toBeLessThan(5);
  });

  it('beyond its limit ends a container: OOMKilled, 137, and started again', () => {
    const usage = usageOf((one: Pod) => (one.status.restarts === 0 && nodes.plane.clock.nowUs > 30e6 ? 2 : 0.5) * GIB);
    const resources = { requests: { memory: '1Gi' }, limits: { memory: '1Gi' } };
    const nodes = testNodes(
      ({ api }) => {
        create(api, 'Node', node('n1'));
        create(api, 'Pod', pod('web', {}, { nodeName: 'n1', containers: [container('main', {}, { resources })] }));
      },
      { usage },
    );
    const ends: string[] = [];
    nodes.plane.api.pods.watch((now) => {
      const one = now?.status.containers[0];
      if (one?.state !== 'running') ends.push(`${one?.state} ${one?.reason} ${one?.exitCode}`);
    });
    nodes.runTo(60);
    // Ended and begun again within one look of the kubelet: what is seen is that it waits for its next process.
    expect(ends).toEqual(['waiting ContainerCreating 137']);
    expect(nodes.plane.api.pods.named('default', 'web')!.status).toMatchObject({ ready: true, restarts: 1 });
    expect(nodes.plane.chronicle.events.map(({ reason }) => reason)).toEqual(['OOMKilling']);
  });
});

describe('memory that is gone at once', () => {
  it('costs the process with the highest score its life', () => {
    // 8 GiB: 5 + 4 GiB are used of a sudden. BestEffort: 1000 + 500; Burstable: 1000 - 500 + 625 = 1125.
    let grown = false;
    const wanted: Record<string, number> = { greedy: 4, modest: 5 };
    const usage = usageOf((one) =>
      one.status.containers[0]?.state === 'running' && grown && one.status.restarts === 0
        ? (wanted[one.metadata.name] ?? 0) * GIB
        : 0,
    );
    const nodes = testNodes(
      ({ api }) => {
        create(api, 'Node', node('n1', { cpu: '4', memory: '8Gi' }));
        create(api, 'Pod', pod('greedy', {}, { nodeName: 'n1' }));
        create(api, 'Pod', pod('modest', { memory: '4Gi' }, { nodeName: 'n1' }));
      },
      { usage },
    );
    nodes.runTo(30);
    grown = true;
    nodes.runTo(60);
    const { api, chronicle } = nodes.plane;
    expect(chronicle.events.filter(({ reason }) => reason === 'OOMKilling').map(({ about }) => about)).toEqual([
      'Pod default/greedy',
    ]);
    expect(api.pods.named('default', 'greedy')!.status.restarts).toBe(1);
    expect(api.pods.named('default', 'modest')!.status).toMatchObject({ restarts: 0, ready: true });
  });
});

describe('disk of a node', () => {
  it('that fills costs unused images first and then a pod', () => {
    const usage = usageOf(
      () => 0,
      (one) => (one.metadata.name === 'big' ? 70 : 5) * GIB,
    );
    const nodes = testNodes(
      ({ api }) => {
        const made = node('n1', { cpu: '4', memory: '16Gi', 'ephemeral-storage': '100Gi' });
        const images = [
          { names: ['old:1'], sizeBytes: 20 * GIB },
          { names: ['registry.example/app:1'], sizeBytes: 18 * GIB },
        ];
        create(api, 'Node', { ...made, status: { ...made.status, images } });
        for (const name of ['big', 'small']) create(api, 'Pod', pod(name, {}, { nodeName: 'n1' }));
      },
      { usage },
    );
    nodes.runTo(60);
    const { api } = nodes.plane;
    // 70 + 5 + 38 GiB of 100: the old image goes; 93 are still more than 90: the largest user goes.
    expect(api.nodes.named('', 'n1')!.status.images.map(({ names }) => names[0])).toEqual(['registry.example/app:1']);
    expect(api.pods.named('default', 'big')!.status).toMatchObject({ phase: 'Failed', reason: 'Evicted' });
    expect(api.pods.named('default', 'small')!.status.phase).toBe('Running');
  });
});
