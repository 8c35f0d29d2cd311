import { describe, expect, it } from 'vitest';
import { fc } from '../../../../test/fuzz.ts';
import { stream } from '../../../sim/random.ts';
import type { WorkloadBehaviour } from '../behaviour/workload-behaviour.ts';
import { create, node, pod } from '../cluster-fixture.ts';
import { PodGarbageCollector } from '../controllers/pod-garbage-collector.ts';
import { podResources } from '../objects/pod-resources.ts';
import { containers, probe, type TestNodes, testNodes } from './node-fixture.ts';

const NODES = ['n1', 'n2', 'n3', 'n4'];

/** Ten minutes in which pods come and go, processes fail and machines stop, slow down, are cut off and come back. */
function storm(seed: number, look: (nodes: TestNodes) => void): string {
  const random = stream(seed, 'storm');
  const behaviour: WorkloadBehaviour = {
    imageBytes: (image) => (image.endsWith('0') ? 300e6 : 30e6),
    bootUs: ({ id }, _, restart) => ((id * 7 + restart) % 30) * 1e6,
    exit: ({ id }, { name }, restart) => ({
      afterUs: name === 'init' ? 2e6 : id % 3 === 0 ? ((id * 13 + restart * 5) % 90) * 1e6 : Infinity,
      exitCode: (id + restart) % 4 === 0 ? 1 : 0,
    }),
    stopUs: ({ id }) => (id % 45) * 1e6,
  };
  const nodes = testNodes(
    ({ api }) => {
      for (const name of NODES) create(api, 'Node', node(name, { cpu: '2', memory: '4Gi', pods: '6' }));
      for (let k = 0; k < 4; k++) create(api, 'Pod', pod(`old${k}`, { cpu: '100m' }, { nodeName: NODES[k % 4] }));
    },
    { behaviour },
    seed,
  );
  const { api, clock } = nodes.plane;
  new PodGarbageCollector(nodes.plane).begin();
  const told: string[] = [];
  api.pods.watch((now, before) => {
    const { name } = (now ?? before)!.metadata;
    told.push(`${clock.nowUs} ${name} ${now?.status.phase} ${now?.status.ready} ${now?.status.restarts}`);
    if (now === undefined || before === undefined) return;
    // What has ended stays so, and restarts are never taken back.
    if (before.status.phase === 'Succeeded' || before.status.phase === 'Failed')
      expect(now.status.phase).toBe(before.status.phase);
    expect(now.status.restarts).toBeGreaterThanOrEqual(before.status.restarts);
    if (now.status.ready) expect(now.status.phase).toBe('Running');
  });
  const policies = ['Always', 'OnFailure', 'Never'] as const;
  for (let second = 1; second <= 600; second += 1 + random.below(12)) {
    nodes.runTo(second);
    const target = NODES[random.below(4)];
    const dice = random.below(10);
    if (dice < 5) {
      const main = {
        name: 'main',
        image: `app:${random.below(20)}`,
        ...(random.below(2) === 0 && { readinessProbe: probe({ periodSeconds: 3 }) }),
        ...(random.below(3) === 0 && { livenessProbe: probe({ periodSeconds: 5 }) }),
      };
      const made = create(
        api,
        'Pod',
        pod(
          `p${second}`,
          { cpu: '300m', memory: '256Mi' },
          {
            containers: containers(main),
            initContainers: random.below(3) === 0 ? containers({ name: 'init' }) : [],
            restartPolicy: policies[random.below(3)],
          },
        ),
      );
      api.bind(made.id, target);
    } else if (dice === 5) {
      const all = [...api.pods.all()];
      if (all.length > 0) api.deletePod(all[random.below(all.length)].id);
    } else if (dice === 6) nodes.machines.stop(target);
    else if (dice === 7) nodes.machines.start(target);
    else if (dice === 8) nodes.machines.cutOff(target, random.below(2) === 0);
    else nodes.machines.slow(target, [1, 0.5, 0.1][random.below(3)]);
    look(nodes);
  }
  for (const name of NODES) {
    nodes.machines.start(name);
    nodes.machines.cutOff(name, false);
    nodes.machines.slow(name, 1);
  }
  nodes.runTo(3000);
  look(nodes);
  return told.join('\n');
}

describe('kubelets in a storm', () => {
  it('count what their pods ask for, take no more than their node has, and let go of what is to go', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e6 }), (seed) => {
        let last: TestNodes | undefined;
        storm(seed, (nodes) => {
          last = nodes;
          for (const name of NODES) {
            const runtime = nodes.kubelets.node(name)!;
            const counted = [...runtime.pods.values()].filter((run) => run.counted);
            const cpuMilli = counted.reduce((sum, run) => {
              const found = nodes.plane.api.pods.get(run.id)!;
              return sum + podResources(found.spec).cpuMilli;
            }, 0);
            expect(runtime.used.cpuMilli).toBe(cpuMilli);
            expect(runtime.used.pods).toBe(counted.length);
            expect(runtime.used.cpuMilli).toBeLessThanOrEqual(2000);
            expect(runtime.used.pods).toBeLessThanOrEqual(6);
          }
        });
        // All machines have been well for 40 minutes: nothing is Terminating any more, and what was promised is ready.
        for (const one of last!.plane.api.pods.all()) {
          expect(one.metadata.deletionUs).toBeUndefined();
          const over = one.status.phase === 'Succeeded' || one.status.phase === 'Failed';
          const fails = one.status.containers.some(({ reason }) => reason === 'CrashLoopBackOff');
          const steady = one.id % 3 !== 0 && one.spec.containers[0].livenessProbe === undefined;
          if (steady && !over && !fails) expect(one.status.ready).toBe(true);
        }
        for (const name of NODES) expect(last!.plane.api.nodes.named('', name)!.spec.taints).toEqual([]);
      }),
      { numRuns: 20 },
    );
  });

  it('do the same twice', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e6 }), (seed) => {
        expect(storm(seed, () => {})).toBe(storm(seed, () => {}));
      }),
      { numRuns: 5 },
    );
  });
});
