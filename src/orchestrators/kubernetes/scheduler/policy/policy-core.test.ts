import { describe, expect, test } from 'vitest';
import { builtInPlacement } from '../../../../policies/placement/index.ts';
import { stream } from '../../../../sim/random.ts';
import { coreNode, corePod, place } from '../core-fixture.ts';
import { defaultConfiguration } from '../default-profile.ts';
import { IndexedCore } from '../indexed/indexed-core.ts';
import { ReferenceCore } from '../reference/reference-core.ts';
import { PolicyCore } from './policy-core.ts';

const [profile] = defaultConfiguration('1.36').profiles;

function coreWith(policy: string, isIndexed = false): PolicyCore {
  const streams = (name: string) => stream(1, name);
  const random = streams('scheduler/ties');
  return new PolicyCore({
    inside: isIndexed ? new IndexedCore(profile, { random }) : new ReferenceCore(profile, { random }),
    placement: builtInPlacement(policy).create,
    typicalPods: [{ cpuMilli: 1000, gpuCount: 0, gpuMilli: 0, gpuModels: [], share: 1 }],
    streams,
    clock: { nowUs: 0 } as ConstructorParameters<typeof PolicyCore>[0]['clock'],
  });
}

describe.each([false, true])("a placement policy behind kube-scheduler's filters (indexed: %s)", (isIndexed) => {
  test('best-fit fills one node before the next, where the default spreads', () => {
    const core = coreWith('best-fit', isIndexed);
    for (const name of ['a', 'b', 'c']) core.addNode(coreNode(name));
    const pods = Array.from({ length: 6 }, (_, k) => corePod(`web-${k}`, { cpu: '1', memory: '1Gi' }));
    expect(pods.map((pod) => place(core, pod))).toEqual(['a', 'a', 'a', 'a', 'b', 'b']);
    core.removePod(pods[0]);
    expect(place(core, corePod('late', { cpu: '1', memory: '1Gi' }))).toBe('a');
  });

  test('filters hold: a taint and a selector keep their meaning', () => {
    const core = coreWith('best-fit', isIndexed);
    core.addNode(coreNode('full', { cpu: '1', memory: '1Gi' }));
    core.addNode(
      coreNode('tainted', undefined, {}, { taints: [{ key: 'dedicated', value: '', effect: 'NoSchedule' }] }),
    );
    core.addNode(coreNode('open', undefined, { disk: 'ssd' }));
    expect(place(core, corePod('large', { cpu: '2', memory: '1Gi' }))).toBe('open');
    expect(place(core, corePod('picky', { cpu: '1', memory: '1Gi' }, { nodeSelector: { disk: 'ssd' } }))).toBe('open');
  });

  test('a refusal is the one of the scheduler itself', () => {
    const core = coreWith('fgd', isIndexed);
    core.addNode(coreNode('a'));
    expect(place(core, corePod('huge', { cpu: '9', memory: '1Gi' }))).toMatch(
      /^0\/1 nodes are available: 1 Insufficient cpu\./,
    );
  });

  test('a node that is gone is no candidate, and one that comes is', () => {
    const core = coreWith('worst-fit', isIndexed);
    core.addNode(coreNode('a', { cpu: '8', memory: '32Gi' }));
    core.addNode(coreNode('b'));
    expect(place(core, corePod('one', { cpu: '1', memory: '1Gi' }))).toBe('a');
    core.removeNode('a');
    expect(place(core, corePod('two', { cpu: '1', memory: '1Gi' }))).toBe('b');
    core.addNode(coreNode('c', { cpu: '8', memory: '32Gi' }));
    expect(place(core, corePod('three', { cpu: '1', memory: '1Gi' }))).toBe('c');
  });
});
