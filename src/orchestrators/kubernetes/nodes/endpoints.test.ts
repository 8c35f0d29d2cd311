import { describe, expect, it } from 'vitest';
import type { NewObject } from '../api/api-server.ts';
import { create, node, pod, podSpec, service } from '../cluster-fixture.ts';
import type { Endpoint, Service } from '../objects/network.ts';
import { containers, probe, testNodes } from './node-fixture.ts';
import { usableEndpoints } from './service-proxy.ts';

const web = (fields: Partial<Service['spec']> = {}): NewObject<Service> => service('web', { app: 'web' }, fields);

const LABELS = { app: 'web' };

describe('the endpoints of a service', () => {
  it('are pods that run; ready, serving and terminating as their pods are', () => {
    const nodes = testNodes(({ api }) => {
      create(api, 'Node', node('n1'));
      create(api, 'Service', web());
      create(api, 'Pod', pod('a', {}, { nodeName: 'n1', labels: LABELS }));
      create(api, 'Pod', pod('other', {}, { nodeName: 'n1', labels: { app: 'db' } }));
    });
    const { api } = nodes.plane;
    const a = api.pods.named('default', 'a')!.id;
    const now = (): readonly Endpoint[] => api.store('EndpointSlice').named('default', 'web')!.endpoints;
    nodes.runTo(10);
    expect(now()).toEqual([{ pod: a, ready: true, serving: true, terminating: false }]);
    const slow = { containers: containers({ name: 'main', readinessProbe: probe({ initialDelaySeconds: 20 }) }) };
    const b = create(api, 'Pod', pod('b', {}, { labels: LABELS, ...slow })).id;
    api.bind(b, 'n1');
    nodes.runTo(15);
    expect(now()[1]).toEqual({ pod: b, ready: false, serving: false, terminating: false });
    nodes.runTo(50);
    expect(now()[1].ready).toBe(true);
    // Told to go: no new connections at once, though it serves on until its process has ended.
    api.deletePod(a);
    nodes.runTo(50.1);
    expect(now()[0]).toEqual({ pod: a, ready: false, serving: true, terminating: true });
    nodes.runTo(60);
    expect(now().map((one) => one.pod)).toEqual([b]);
    api.remove('Service', api.store('Service').named('default', 'web')!.id);
    nodes.runTo(61);
    expect(api.store('EndpointSlice').size).toBe(0);
  });

  it('are written at most once a second, and so are the rules of the proxies', () => {
    const nodes = testNodes(({ api }) => {
      create(api, 'Node', node('n1'));
      create(api, 'Service', web());
    });
    const { api, clock } = nodes.plane;
    const written: number[] = [];
    const told: number[] = [];
    api.store('EndpointSlice').watch(() => written.push(clock.nowUs));
    nodes.proxy.onEndpoints((_, endpoints) => told.push(endpoints.length));
    nodes.runTo(5);
    // Twenty pods that become ready within four seconds, one every 0.2 s (each container starts 0.2 s after the image).
    for (let k = 0; k < 20; k++) {
      api.bind(create(api, 'Pod', pod(`p${k}`, {}, { labels: LABELS })).id, 'n1');
      nodes.runTo(5 + (k + 1) * 0.2);
    }
    nodes.runTo(30);
    for (let k = 1; k < written.length; k++) expect(written[k] - written[k - 1]).toBeGreaterThanOrEqual(1e6);
    expect(written.length).toBeLessThanOrEqual(8);
    expect(told[told.length - 1]).toBe(20);
    expect(nodes.plane.api.store('EndpointSlice').named('default', 'web')!.endpoints.length).toBe(20);
  });

  it('count as ready from the start when the service publishes addresses that are not', () => {
    const nodes = testNodes(({ api }) => {
      create(api, 'Node', node('n1'));
      create(api, 'Service', web({ publishNotReadyAddresses: true }));
    });
    const { api } = nodes.plane;
    const slow = podSpec(
      {},
      { containers: containers({ name: 'main', readinessProbe: probe({ initialDelaySeconds: 500 }) }) },
    );
    api.bind(create(api, 'Pod', pod('a', {}, { labels: LABELS, ...slow })).id, 'n1');
    nodes.runTo(1.1);
    expect(api.store('EndpointSlice').named('default', 'web')!.endpoints).toMatchObject([
      { ready: true, serving: false },
    ]);
  });

  it('that are terminating but serve are used only when none is ready', () => {
    const ready: Endpoint = { pod: 1, ready: true, serving: true, terminating: false };
    const going: Endpoint = { pod: 2, ready: false, serving: true, terminating: true };
    const dead: Endpoint = { pod: 3, ready: false, serving: false, terminating: true };
    expect(usableEndpoints([ready, going, dead])).toEqual([ready]);
    expect(usableEndpoints([going, dead])).toEqual([going]);
    expect(usableEndpoints([dead])).toEqual([]);
  });
});
