import { expect, test } from 'vitest';
import { ApiServer, ownerReference, uidOf } from './api/api-server.ts';
import { create, deployment, pod } from './cluster-fixture.ts';
import type { KubernetesSpec } from './kubernetes-spec.ts';
import { settledObjects } from './settled-cluster.ts';

test('objects of a cluster at rest have uids that no object of the run after it gets', () => {
  const api = new ApiServer();
  const written = { ...deployment('given', 1), metadata: { name: 'given', namespace: 'default', uid: uidOf(3) } };
  create(api, 'Deployment', written);
  const owner = create(api, 'Deployment', deployment('web', 1));
  const made = pod('web-1');
  create(api, 'Pod', { ...made, metadata: { ...made.metadata, ownerReferences: [ownerReference(owner, 'apps/v1')] } });
  const objects = settledObjects(api, { objects: [written] } as unknown as KubernetesSpec);
  const [given, web, one] = ['given', 'web', 'web-1'].map(
    (name) => objects.find(({ metadata }) => metadata.name === name)!.metadata,
  );
  // What a dump says stays, since objects that were not there name it; what was drawn is drawn from elsewhere.
  expect(given.uid).toBe(uidOf(3));
  const drawn = new Set(Array.from({ length: 1000 }, (_, id) => uidOf(id)));
  expect(drawn.has(web.uid!)).toBe(false);
  expect(web.uid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-b[0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(one.ownerReferences?.[0].uid).toBe(web.uid);
});
