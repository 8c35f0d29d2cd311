import { expect, test } from 'vitest';
import { fc } from '../../../test/fuzz.ts';
import { randomKubernetes, specOf } from '../../../test/random-kubernetes.ts';
import { KubernetesRun, runKubernetes } from '../../orchestrators/kubernetes/kubernetes-run.ts';
import { servingContainer, statusOf } from '../../orchestrators/kubernetes/behaviour/serving-container.ts';
import { hasEnded } from '../../orchestrators/kubernetes/objects/pod-state.ts';
import { checkScript } from './check-script.ts';
import { KubernetesCamera } from './kubernetes-camera.ts';
import { filmedScript } from './script-fixture.ts';
import { ScriptState } from './script-state.ts';

interface Sight {
  readonly node: string;
  readonly runs: boolean;
  readonly ready: boolean;
}
type Scene = Record<string, Sight>;

/** What the API server knows of the pods that kubelets have taken, on nodes that are heard. */
function sceneOf({ run }: KubernetesCamera, isOver: (id: number) => boolean): { scene: Scene; heard: string[] } {
  const scene: Scene = {};
  const { api, nodes, machines } = run;
  const isHeard = (name: string): boolean =>
    nodes.kubelets.controlPlaneUp && nodes.kubelets.beats(name) && machines.state(name).works;
  for (const pod of api.pods.all()) {
    const { nodeName } = pod.spec;
    if (nodeName === undefined || pod.status.startUs === undefined || !isHeard(nodeName) || isOver(pod.id)) continue;
    const { namespace, name } = pod.metadata;
    const status = statusOf(pod, servingContainer(pod.spec).name);
    // A process that was started anew and has not been seen yet still counts as waiting.
    const isNew = nodes.kubelets
      .run(pod.id)
      ?.containers.some(({ role, state }) => role === 'main' && state === 'starting');
    const boots = status?.state === 'waiting' && (status.restartCount === 0 || isNew === true) && !hasEnded(pod);
    scene[namespace === 'default' ? name : `${namespace}.${name}`] = {
      node: nodeName,
      runs: boots || (status?.state === 'running' && !hasEnded(pod)),
      ready: pod.status.ready && !hasEnded(pod),
    };
  }
  return { scene, heard: [...api.nodes.all()].map(({ metadata }) => metadata.name).filter(isHeard) };
}

test('at every moment of any run the script has the containers that kubelets tell of', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1e6 }), (seed) => {
      const world = randomKubernetes(seed);
      const camera = new KubernetesCamera(new KubernetesRun(specOf(world), { seed }));
      const { steps } = camera.builder;
      // What had ended before the run began is no container of it.
      const over = new Set([...camera.run.api.pods.all()].filter(hasEnded).map(({ id }) => id));
      const seen: { done: number; atUs: number; scene: Scene; heard: string[] }[] = [];
      for (let nextUs = 0, goesOn = true; goesOn; goesOn = camera.step()) {
        const { nowUs } = camera.run.plane.clock;
        if (nowUs < nextUs) continue;
        nextUs = nowUs + 20e6;
        seen.push({ done: steps.length, atUs: nowUs, ...sceneOf(camera, (id) => over.has(id)) });
      }
      const script = filmedScript(camera.builder, camera.run.spec.durationUs);
      expect(checkScript(script)).toEqual([]);
      const state = new ScriptState(script);
      for (const { done, scene, heard, atUs } of seen) {
        while (state.done < done) state.advance(steps[state.done]);
        const folded: Scene = {};
        for (const k of state.there) {
          const pod = state.pods[k];
          const node = script.nodes[pod.node].name;
          if (!heard.includes(node)) continue;
          folded[script.pods[k].name.replace(/-x\d+$/, '')] = {
            node,
            runs: pod.state === 'running' || pod.state === 'paused',
            ready: pod.isReady,
          };
        }
        expect(folded, `at ${atUs}`).toEqual(scene);
      }
      expect(camera.run.result().fingerprint).toBe(runKubernetes(specOf(world), { seed }).fingerprint);
    }),
    { numRuns: 4 },
  );
}, 180_000);
