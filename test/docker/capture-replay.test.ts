import { expect } from 'vitest';
import { openNamed, plannedScenarios } from '../../src/experiment/local/scenarios-here.ts';
import { dockerEngine } from '../../src/live/engine/docker-engine.ts';
import { guardedEngine } from '../../src/live/engine/guarded-engine.ts';
import { POD_LABEL, ROLE_LABEL, RUN_LABEL } from '../../src/live/labels.ts';
import { conduct } from '../../src/live/replay/conduct.ts';
import { recordScript } from '../../src/live/script/record-script.ts';
import type { ReplayScript } from '../../src/live/script/replay-script.ts';
import { ensureWorkload } from '../../src/live/workload/ensure-workload.ts';
import { podImages } from '../../src/live/workload/pod-images.ts';
import { captureBeside } from './capture-beside.ts';
import { startDocker } from './docker-daemon.ts';
import { dockerTest } from './docker-test.ts';

const SPEED = 60;

dockerTest(
  'a replay of 60 pods and more, captured, goes through the simulator in the same sequence of container states',
  async () => {
    const script = await liveReplay();
    expect(script.pods.length).toBeGreaterThanOrEqual(60);
    expect(script.nodes.length).toBe(4);
    const { socket } = await startDocker();
    const engine = guardedEngine(await dockerEngine({ by: 'socket', path: socket }));
    const workloadImage = await ensureWorkload(engine);
    const beside = await captureBeside([engine], { [RUN_LABEL]: script.runId, [ROLE_LABEL]: 'pod' });
    const scale = { scaleCpu: 'shares', scaleMem: 1 } as const;
    const record = await conduct(script, {
      engineOf: () => engine,
      imageFor: podImages(script, { workloadImage, act: 'none', speed: SPEED, ...scale }),
      speed: SPEED,
      ...scale,
    });
    const { history, outcome, check } = await beside.end();
    engine.close();

    expect(check.differences).toEqual([]);
    expect(outcome.troubles).toEqual([]);
    expect(history.nodes.map((one) => one.name).sort()).toEqual(script.nodes.map((one) => one.name).sort());
    // Every pod that was started was seen, from its creation to its removal, on the node that the run had placed it on.
    const states = new Map(
      history.containers.map((one) => [one.labels[POD_LABEL], one.states.map(({ state }) => state)]),
    );
    const startedOn = new Map(
      script.steps.flatMap((step) =>
        step.do === 'start' ? [[script.pods[step.pod].name, script.nodes[step.node].name]] : [],
      ),
    );
    expect([...states.keys()].sort()).toEqual([...startedOn.keys()].sort());
    for (const { node, labels } of history.containers)
      expect(history.nodes[node].name).toBe(startedOn.get(labels[POD_LABEL]));
    for (const [pod, list] of states) {
      expect([pod, list[0], list.at(-1)]).toEqual([pod, 'created', 'removed']);
      expect([pod, list.filter((state) => state === 'running').length]).toEqual([
        pod,
        1 + pausesAndRestarts(script, pod),
      ]);
    }
    expect(check.changes).toBeGreaterThanOrEqual(4 * 60);
    expect(record.leftBehind).toBe(0);
  },
);

async function liveReplay(): Promise<ReplayScript> {
  const named = openNamed('live-replay', []);
  if (named.kind !== 'scenario') throw new Error('live-replay is no scenario');
  const planned = plannedScenarios([named.planned], [1]);
  const [plan] = planned.runs((policy) => policy, planned.digests());
  return recordScript(plan);
}

/** How often a pod's container is set running again. */
function pausesAndRestarts({ pods, steps }: ReplayScript, name: string): number {
  return steps.filter((step) => (step.do === 'resume' || step.do === 'restart') && pods[step.pod].name === name).length;
}
