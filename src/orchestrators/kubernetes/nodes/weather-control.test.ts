import { describe, expect, it } from 'vitest';
import type { WeatherEvent, WeatherSource } from '../../../sim/weather/weather-event.ts';
import { create, node, pod, service } from '../cluster-fixture.ts';
import { isReady } from './node-conditions.ts';
import { newbornNode } from './node-birth.ts';
import { STEADY, type TestNodes, testNodes } from './node-fixture.ts';

/** Weather as written down: seconds and events. */
function script(...events: [number, WeatherEvent][]): WeatherSource {
  let at = 0;
  return {
    get nextUs() {
      return at < events.length ? events[at][0] * 1e6 : Infinity;
    },
    take: () => events[at++][1],
  };
}

const cause = 'test';

function withWeather(...events: [number, WeatherEvent][]): TestNodes {
  return testNodes(
    ({ api }) => {
      for (const name of ['n1', 'n2', 'n3']) create(api, 'Node', node(name));
      create(api, 'Pod', pod('web', {}, { nodeName: 'n1' }));
    },
    { weather: script(...events) },
  );
}

describe('the weather', () => {
  it('stops and starts machines by their number', () => {
    const nodes = withWeather([10, { kind: 'node-down', node: 1, cause }], [20, { kind: 'node-up', node: 1, cause }]);
    nodes.runTo(11);
    expect(['n1', 'n2', 'n3'].map((name) => nodes.machines.state(name).works)).toEqual([true, false, true]);
    nodes.runTo(21);
    expect(nodes.machines.state('n2').works).toBe(true);
  });

  it('takes a spot machine after its notice: tainted, shut down gracefully, gone, and its Node deleted', () => {
    const nodes = withWeather(
      [100, { kind: 'spot-notice', node: 0, takenUs: 220e6, cause }],
      [220, { kind: 'spot-taken', node: 0, cause }],
    );
    const { api } = nodes.plane;
    nodes.runTo(101);
    expect(api.nodes.named('', 'n1')!.spec.taints.map(({ effect }) => effect)).toEqual(['NoSchedule']);
    expect(isReady(api.nodes.named('', 'n1')!)).toBe(true);
    // 30 s before it is taken.
    nodes.runTo(190.1);
    expect(isReady(api.nodes.named('', 'n1')!)).toBe(false);
    nodes.runTo(193);
    expect(api.pods.named('default', 'web')!.status).toMatchObject({
      phase: 'Failed',
      reason: 'Terminated',
      message: 'Pod was terminated in response to imminent node shutdown.',
    });
    nodes.runTo(219);
    expect(api.nodes.named('', 'n1')).toBeDefined();
    // The cloud is asked every 5 s about nodes that are not ready.
    nodes.runTo(226);
    expect(api.nodes.named('', 'n1')).toBeUndefined();
  });

  it('fills a disk: a condition, a taint, and no new pods, while those that run go on', () => {
    const nodes = withWeather(
      [10, { kind: 'disk-full', node: 0, on: true, cause }],
      [100, { kind: 'disk-full', node: 0, on: false, cause }],
    );
    const { api } = nodes.plane;
    nodes.runTo(21);
    expect(api.nodes.named('', 'n1')!.spec.taints.map(({ key }) => key)).toEqual(['node.kubernetes.io/disk-pressure']);
    api.bind(create(api, 'Pod', pod('new')).id, 'n1');
    nodes.runTo(30);
    expect(api.pods.named('default', 'new')!.status).toMatchObject({ phase: 'Failed', reason: 'Evicted' });
    expect(api.pods.named('default', 'web')!.status.ready).toBe(true);
    // Five minutes after it was over, with the heartbeat that follows.
    nodes.runTo(399);
    expect(api.nodes.named('', 'n1')!.spec.taints.length).toBe(1);
    nodes.runTo(411);
    expect(api.nodes.named('', 'n1')!.spec.taints).toEqual([]);
  });

  it('of the control plane leaves pods alone, and gives nodes a new grace when it is over', () => {
    const nodes = withWeather(
      [100, { kind: 'control-plane-down', on: true, cause }],
      [150, { kind: 'node-down', node: 0, cause }],
      [600, { kind: 'control-plane-down', on: false, cause }],
    );
    const { api } = nodes.plane;
    nodes.runTo(600);
    expect(isReady(api.nodes.named('', 'n1')!)).toBe(true);
    nodes.runTo(639);
    expect(isReady(api.nodes.named('', 'n1')!)).toBe(true);
    nodes.runTo(656);
    expect(['n1', 'n2', 'n3'].map((name) => isReady(api.nodes.named('', name)!))).toEqual([false, true, true]);
  });

  it('slows machines: what is left of booting and ending takes longer', () => {
    const nodes = testNodes(
      ({ api }) => {
        create(api, 'Node', node('n1'));
        create(api, 'Pod', pod('job', {}, { nodeName: 'n1', restartPolicy: 'Never' }));
      },
      {
        behaviour: { ...STEADY, exit: () => ({ afterUs: 100e6, exitCode: 0 }) },
        weather: script(
          [40, { kind: 'node-speed', node: 0, speed: 0.5, cause }],
          [60, { kind: 'node-speed', node: 0, speed: 1, cause }],
        ),
      },
    );
    nodes.runTo(200);
    // 40 s at full speed, 20 s at half (10 s of work), 50 s left.
    const { sinceUs } = nodes.plane.api.pods.named('default', 'job')!.status.containers[0];
    expect(sinceUs).toBe(110e6);
  });

  it('crash loops end every process of the service so long after its start', () => {
    const nodes = testNodes(
      ({ api }) => {
        create(api, 'Node', node('n1'));
        create(api, 'Pod', pod('web', {}, { nodeName: 'n1', labels: { app: 'web' } }));
        create(api, 'Pod', pod('db', {}, { nodeName: 'n1', labels: { app: 'db' } }));
        create(api, 'Service', service('web', { app: 'web' }));
      },
      {
        services: [{ namespace: 'default', name: 'web' }],
        weather: script(
          [5, { kind: 'replica-crash', service: 0, which: 0.5, cause }],
          [100, { kind: 'crash-loop', service: 0, on: true, afterUs: 5e6, cause }],
          [110, { kind: 'crash-loop', service: 0, on: false, afterUs: 0, cause }],
        ),
      },
    );
    const restarts = (name: string) => nodes.plane.api.pods.named('default', name)!.status.restarts;
    nodes.runTo(50);
    expect([restarts('web'), restarts('db')]).toEqual([1, 0]);
    nodes.runTo(400);
    // It dies at 100 (it had run long enough) and waits 10 s since its last crash; by then the trouble is over.
    expect([restarts('web'), restarts('db')]).toEqual([2, 0]);
    expect(nodes.plane.api.pods.named('default', 'web')!.status.ready).toBe(true);
  });
});

describe('a node that is bought', () => {
  it('is not ready and tainted until its kubelet and network are up', () => {
    const nodes = withWeather();
    const { api } = nodes.plane;
    nodes.runTo(50);
    create(api, 'Node', newbornNode(node('n4'), nodes.plane.clock.nowUs));
    nodes.runTo(64);
    expect(isReady(api.nodes.named('', 'n4')!)).toBe(false);
    // NoSchedule from its birth, NoExecute from the controller's next round.
    const taints = () => api.nodes.named('', 'n4')!.spec.taints.map(({ key, effect }) => `${key}:${effect}`);
    expect(taints()).toEqual(['node.kubernetes.io/not-ready:NoSchedule', 'node.kubernetes.io/not-ready:NoExecute']);
    nodes.runTo(66);
    expect(isReady(api.nodes.named('', 'n4')!)).toBe(true);
    nodes.runTo(71);
    expect(taints()).toEqual([]);
    expect(nodes.machines.nodeName(3)).toBe('n4');
  });
});
