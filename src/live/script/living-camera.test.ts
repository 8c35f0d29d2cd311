import { expect, test } from 'vitest';
import { fc } from '../../../test/fuzz.ts';
import { randomLiving } from '../../../test/random-living.ts';
import { LivingSimulation, simulateLiving } from '../../sim/living-simulation.ts';
import type { LivingSpec } from '../../sim/living-spec.ts';
import { checkScript } from './check-script.ts';
import { LivingCamera } from './living-camera.ts';
import type { ReplayScript } from './replay-script.ts';
import { filmedScript } from './script-fixture.ts';
import { ScriptState } from './script-state.ts';

const filmed = (spec: LivingSpec, seed = 1): LivingCamera =>
  new LivingCamera((watch) => new LivingSimulation(spec, { seed, ...watch }));

const scriptOf = ({ builder, simulation }: LivingCamera): ReplayScript =>
  filmedScript(builder, simulation.world.spec.durationUs);

/** What the world has, told as the script would. */
function sceneOf({ simulation }: LivingCamera): Record<string, unknown> {
  const { world, jobs } = simulation;
  const scene: Record<string, unknown> = {};
  for (const replica of world.replicas) {
    if (replica.node < 0 || replica.state === 'gone' || replica.state === 'pending') continue;
    const { state, node } = replica;
    const isPaused = replica.runs && world.nodes.speed[node] === 0;
    const listed = state === 'ready' || (state === 'dead' && replica.wasReady);
    scene[replica.name] = {
      node,
      runs: state !== 'dead' && state !== 'waiting',
      // What is paused cannot answer, whatever the world takes it for.
      ready: state === 'ready' || state === 'terminating' || isPaused ? undefined : false,
      listed: listed && replica.weight > 0,
      stopping: state === 'terminating',
      paused: isPaused,
      cpuMilli: replica.request.cpuMilli,
      memBytes: replica.request.memBytes,
    };
  }
  jobs.onNode.forEach((slots, node) => {
    for (const slot of slots) scene[world.simulation.pods.nameOf(slot)] = { node };
  });
  return scene;
}

/** The same by the script; pods that were bound to a machine that did not run have no container. */
function foldedScene(
  script: ReplayScript,
  state: ScriptState,
  world: Record<string, unknown>,
): Record<string, unknown> {
  const scene: Record<string, unknown> = {};
  for (const k of state.there) {
    const { service } = script.pods[k];
    const pod = state.pods[k];
    const name = script.pods[k].name.replace(/-x\d+$/, '');
    if (service === undefined) scene[name] = { node: pod.node };
    else
      scene[name] = {
        node: pod.node,
        runs: pod.state === 'running' || pod.state === 'paused',
        ready: pod.isReady || pod.isStopping || pod.state === 'paused' ? undefined : false,
        listed: pod.isInRotation,
        stopping: pod.isStopping,
        paused: pod.state === 'paused',
        cpuMilli: pod.cpuMilli,
        memBytes: pod.memBytes,
      };
  }
  for (const [name, one] of Object.entries(world)) {
    const { node } = one as { node: number };
    if (scene[name] === undefined && state.nodes[node].isDown) scene[name] = one;
  }
  return scene;
}

test('at every moment of any run the script has the containers that the world has', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1e6 }), (seed) => {
      const spec = randomLiving(seed);
      const camera = filmed(spec, seed);
      const { steps } = camera.builder;
      const scenes: { done: number; scene: Record<string, unknown> }[] = [];
      for (let nextUs = 0, goesOn = true; goesOn; goesOn = camera.step()) {
        const { nowUs } = camera.simulation.world;
        if (nowUs < nextUs) continue;
        nextUs = nowUs + 5e6;
        scenes.push({ done: steps.length, scene: sceneOf(camera) });
      }
      const script = scriptOf(camera);
      const state = new ScriptState(script);
      for (const { done, scene } of scenes) {
        while (state.done < done) state.advance(steps[state.done]);
        expect(foldedScene(script, state, scene)).toEqual(scene);
      }
      expect(checkScript(script)).toEqual([]);
      const result = camera.simulation.result();
      expect(result.fingerprint).toBe(simulateLiving(spec, { seed }).fingerprint);
    }),
    { numRuns: 15 },
  );
}, 180_000);
