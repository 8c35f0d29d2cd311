import { expect, test } from 'vitest';
import { ApiServer } from '../../../api/api-server.ts';
import { create } from '../../../cluster-fixture.ts';
import type { PersistentVolume, PersistentVolumeClaim } from '../../../objects/storage.ts';
import { coreNode, corePod } from '../../core-fixture.ts';
import { DEFAULT_PROFILE } from '../../default-profile.ts';
import { type VolumeObjects, volumesOf } from '../../volume-objects.ts';
import { explainDecision } from '../explain-decision.ts';
import { ReferenceCore } from '../reference-core.ts';

const ZONE = 'topology.kubernetes.io/zone';
const { metadata } = corePod('any');
const { id } = corePod('any');

function claim(volumeName: string, accessMode = 'ReadWriteOnce'): PersistentVolumeClaim {
  const spec = { volumeName, accessModes: [accessMode], requests: {} };
  return { kind: 'PersistentVolumeClaim', id, metadata: { ...metadata, name: 'data' }, spec };
}

function volume(labels: Record<string, string>, zone?: string): PersistentVolume {
  const requirement = { key: ZONE, operator: 'In' as const, values: [zone ?? ''] };
  const nodeAffinity = [{ matchExpressions: [requirement], matchFields: [] }];
  const spec = { capacity: {}, ...(zone !== undefined && { nodeAffinity }) };
  return { kind: 'PersistentVolume', id, metadata: { ...metadata, labels }, spec };
}

/** Nodes a and b in zones of their names, and x in none; what is said about a pod that uses the claim `data`. */
function verdicts(volumes: Partial<VolumeObjects>, using: readonly string[] = []): unknown {
  const core = new ReferenceCore(DEFAULT_PROFILE, {
    volumes: { claim: () => undefined, volume: () => undefined, ...volumes },
  });
  for (const name of ['a', 'b', 'x']) core.addNode(coreNode(name, undefined, name === 'x' ? {} : { [ZONE]: name }));
  const pod = (name: string) => corePod(name, {}, { volumes: [{ name: 'v', persistentVolumeClaim: 'data' }] });
  for (const name of using) core.addPod(pod(`on-${name}`), name);
  return Object.fromEntries(
    explainDecision(core, pod('p')).nodes.map(({ name, rejection }) => [name, rejection?.reasons.join() ?? 'fits']),
  );
}

test('a bound volume is used where its node affinity allows it', () => {
  const volumes = { claim: () => claim('pv'), volume: () => volume({}, 'a') };
  const reason = "node(s) didn't match PersistentVolume's node affinity";
  expect(verdicts(volumes)).toEqual({ a: 'fits', b: reason, x: reason });
});

test('labels of a volume bind it to its zones; a node without any is asked nothing', () => {
  const inZone = (zones: string) => ({ claim: () => claim('pv'), volume: () => volume({ [ZONE]: zones }) });
  const reason = 'node(s) had no available volume zone';
  expect(verdicts(inZone('a'))).toEqual({ a: 'fits', b: reason, x: 'fits' });
  expect(verdicts(inZone('a__b'))).toEqual({ a: 'fits', b: 'fits', x: 'fits' });
  const old = { claim: () => claim('pv'), volume: () => volume({ 'failure-domain.beta.kubernetes.io/zone': 'b' }) };
  expect(verdicts(old)).toEqual({ a: reason, b: 'fits', x: 'fits' });
});

test('a claim for one pod alone keeps every other away, wherever it is used', () => {
  const exclusive = { claim: () => claim('', 'ReadWriteOncePod') };
  const reason = 'node has pod using PersistentVolumeClaim with the same name and ReadWriteOncePod access mode';
  expect(verdicts(exclusive)).toEqual({ a: 'fits', b: 'fits', x: 'fits' });
  expect(verdicts(exclusive, ['a'])).toEqual({ a: reason, b: reason, x: reason });
  expect(verdicts({ claim: () => claim('') }, ['a'])).toEqual({ a: 'fits', b: 'fits', x: 'fits' });
});

test('what nobody describes is provisioned where the pod goes', () => {
  expect(verdicts({})).toEqual({ a: 'fits', b: 'fits', x: 'fits' });
  expect(verdicts({ claim: () => claim('unknown') })).toEqual({ a: 'fits', b: 'fits', x: 'fits' });
});

test('the claims and volumes of an API server', () => {
  const api = new ApiServer();
  const { kind, spec } = claim('pv');
  create(api, 'PersistentVolumeClaim', { kind, spec, metadata: { name: 'data', namespace: 'default' } });
  const { nodeAffinity } = volume({}, 'b').spec;
  const bound = { capacity: {}, ...(nodeAffinity !== undefined && { nodeAffinity }) };
  create(api, 'PersistentVolume', { kind: 'PersistentVolume', spec: bound, metadata: { name: 'pv', namespace: '' } });
  expect(verdicts(volumesOf(api))).toMatchObject({
    b: 'fits',
    x: "node(s) didn't match PersistentVolume's node affinity",
  });
});
