import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { connectEngine } from '../../src/live/engine/connect-engine.ts';
import type { Engine } from '../../src/live/engine/engine.ts';
import { guardedEngine } from '../../src/live/engine/guarded-engine.ts';
import { POD_LABEL, ROLE_LABEL, RUN_LABEL } from '../../src/live/labels.ts';
import type { ReplayRecord } from '../../src/live/replay/replay-record.ts';
import { readScript } from '../../src/live/script/read-script.ts';
import type { ReplayScript } from '../../src/live/script/replay-script.ts';
import { folderWith, runningBaton } from '../cli/baton.ts';
import { captureBeside } from './capture-beside.ts';
import { startDocker } from './docker-daemon.ts';
import { dockerTest } from './docker-test.ts';

dockerTest(
  'a rollout, a dead machine, a crowd and jobs: every decision is carried out, containers are as simulated, nothing is left; what was captured meanwhile goes through the simulator in the same sequence of states',
  async () => {
    const { socket } = await startDocker();
    const docker = `unix://${socket}`;
    const { engine: plain } = await connectEngine({ docker });
    const engine = guardedEngine(plain);
    const before = await leftOn(engine);
    const beside = await captureBeside([engine], { [RUN_LABEL]: '', [ROLE_LABEL]: 'pod' });
    const folder = folderWith({});
    const replay = runningBaton(folder, 'replay', 'live-replay', '--docker', docker, '--speed', '60', '--json');
    const { code, stdout, stderr } = await replay.end;
    const captured = await beside.end();

    expect(code, stderr).toBe(0);
    const { runId } = JSON.parse(stdout) as { runId: string };
    const kept = join(folder, 'baton-out/replays', runId);
    const script = readScript(join(kept, 'script.json'));
    const record = JSON.parse(readFileSync(join(kept, 'record.json'), 'utf8')) as ReplayRecord;
    checkStory(script);
    expect(record.outcome).toBe('finished');
    expect(record.steps.filter(({ outcome }) => outcome !== 'done')).toEqual([]);
    expect(record.steps.length).toBe(script.steps.length);
    expect(record.checkpoints.length).toBeGreaterThanOrEqual(10);
    expect(record.checkpoints.flatMap(({ differences }) => differences)).toEqual([]);
    expect(record.checkpoints.every(({ expected, found }) => expected > 0 && found === expected)).toBe(true);
    expect(record.leftBehind).toBe(0);
    expect(await leftOn(engine)).toEqual(before);
    engine.close();

    const { history, check, outcome } = captured;
    expect(outcome.troubles).toEqual([]);
    expect(check.differences).toEqual([]);
    expect(check.changes).toBeGreaterThanOrEqual(4 * 60);
    checkCaptured(script, history);
  },
  { timeoutMs: 600_000 },
);

/** What the run is meant to hold; without it the rest would prove little. */
function checkStory(script: ReplayScript): void {
  expect(script.pods.length).toBeGreaterThanOrEqual(60);
  expect(script.nodes.length).toBe(4);
  const count = (what: string): number => script.steps.filter((step) => step.do === what).length;
  expect(count('node-down')).toBe(1);
  const happened = script.predicted.living!.decisions.map(({ by }) => by);
  expect(happened).toContain('deployment');
  expect(happened).toContain('horizontal');
}

/** Every pod that was started was seen, from its creation to its removal, on the node that the run had placed it on. */
function checkCaptured(
  script: ReplayScript,
  { containers, nodes }: Awaited<ReturnType<Awaited<ReturnType<typeof captureBeside>>['end']>>['history'],
): void {
  const startedOn = new Map(
    script.steps.flatMap((step) =>
      step.do === 'start' ? [[script.pods[step.pod].name, script.nodes[step.node].name]] : [],
    ),
  );
  expect(containers.map(({ labels }) => labels[POD_LABEL]).sort()).toEqual([...startedOn.keys()].sort());
  for (const { labels, node, states } of containers) {
    const pod = labels[POD_LABEL];
    expect([pod, nodes[node].name]).toEqual([pod, startedOn.get(pod)]);
    expect([pod, states[0].state, states.at(-1)?.state]).toEqual([pod, 'created', 'removed']);
    const runs = states.filter(({ state }) => state === 'running').length;
    expect([pod, runs]).toEqual([pod, 1 + restarts(script, pod)]);
  }
}

/** How often a pod's container is set running again. */
function restarts({ pods, steps }: ReplayScript, name: string): number {
  return steps.filter((step) => (step.do === 'resume' || step.do === 'restart') && pods[step.pod].name === name).length;
}

/** Containers and networks of anybody. */
async function leftOn(engine: Engine): Promise<number[]> {
  const [containers, networks] = await Promise.all([engine.list({}), engine.listNetworks({})]);
  return [containers.length, networks.length];
}
