import { expect, test } from 'vitest';
import type { NewObject } from '../api/api-server.ts';
import { deployment, podSpec, service as plainService } from '../cluster-fixture.ts';
import type { AnyObject } from '../objects/kinds.ts';
import type { Service } from '../objects/network.ts';
import { annotatedTraffic } from './annotated-traffic.ts';

function service(name: string, annotations: Record<string, string> = {}, namespace = 'default'): NewObject<Service> {
  return { ...plainService(name, { app: name }), metadata: { name, namespace, annotations } };
}

const within = { zones: ['a', 'b'], epochMs: 0 };
const streams = () => {
  throw new Error('nothing is drawn here');
};

test('services with traffic, and those that they call, in the order in which they are found', () => {
  const web = deployment('web', 3, podSpec());
  const objects: NewObject<AnyObject>[] = [
    service('unused'),
    service('db', { 'baton.dev/timeout': '1s', 'baton.dev/retries': '2' }, 'data'),
    service('cart', { 'baton.dev/calls': 'db.data.svc.cluster.local 1.5' }),
    service('web', { 'baton.dev/traffic': '200/s; spike 0..50/s at 1m for 1m from b', 'baton.dev/calls': 'cart' }),
    { ...web, metadata: { ...web.metadata, annotations: { 'baton.dev/work': '5ms', 'baton.dev/traffic': '1/s' } } },
  ];
  const found = annotatedTraffic(objects, within);
  expect(found.services.map(({ name }) => name)).toEqual(['web', 'cart', 'db']);
  // What the Service does not say comes from the workload behind it; its own traffic comes first.
  expect(found.services[0].requests.work).toEqual({ kind: 'constant', meanUs: 5000 });
  expect(found.traffic(streams).map(({ name, fromZone, service: to }) => [name, fromZone, to])).toEqual([
    ['web', -1, 0],
    ['web-2', 1, 0],
  ]);
  // One and a half calls: one always, another with chance 0.5; their callers wait 1 s and try three times.
  const calls = found.services[1].requests.calls;
  expect(calls[0].map(({ service: to, chance, fanOut }) => [to, chance, fanOut])).toEqual([
    [2, 1, 1],
    [2, 0.5, 1],
  ]);
  expect(calls[0][0].client).toMatchObject({ timeoutUs: 1e6, attempts: 3 });
});

test('what is called must be there, and so must the zone', () => {
  const all =
    (...objects: NewObject<AnyObject>[]) =>
    () =>
      annotatedTraffic(objects, within);
  expect(all(service('web', { 'baton.dev/traffic': '1/s', 'baton.dev/calls': 'crat' }), service('cart'))).toThrow(
    'Service default/web: annotation "baton.dev/calls": there is no Service called "crat"; did you mean "cart"?',
  );
  expect(all(service('web', { 'baton.dev/traffic': '1/s from c' }))).toThrow(/no node is in a zone called "c"/);
});

test('services of one name are told apart by their namespaces', () => {
  const traffic = { 'baton.dev/traffic': '1/s' };
  const found = annotatedTraffic([service('web', traffic, 'a'), service('web', traffic, 'b')], within);
  expect(found.services.map(({ requests }) => requests.name)).toEqual(['a/web', 'b/web']);
});
