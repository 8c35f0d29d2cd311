import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { slowTest } from '../../../test/slow.ts';
import { plansOf, shippedNames } from '../../../test/scenarios/shipped-scenario.ts';
import { runHere } from '../../experiment/local/run-here.ts';
import { openNamed, plannedScenarios } from '../../experiment/local/scenarios-here.ts';
import type { RunPlan } from '../../experiment/run-plan.ts';
import { openKubernetes } from '../../experiment/local/execute-kubernetes.ts';
import { checkScript } from './check-script.ts';
import { KubernetesCamera } from './kubernetes-camera.ts';
import { parseScript } from './read-script.ts';
import { replayPeaks } from '../safety/replay-peaks.ts';
import { recordScript } from './record-script.ts';
import type { StepKind } from './replay-script.ts';
import type { ReplayScript } from './replay-script.ts';
import { filmedScript, stepLines } from './script-fixture.ts';
import { ScriptState } from './script-state.ts';
import { scriptText } from './write-script.ts';

/** Everything that holds of any script of a plan. */
async function expectGood(plan: RunPlan): Promise<ReplayScript> {
  const script = await recordScript(plan);
  expect(checkScript(script)).toEqual([]);
  const text = scriptText(script);
  expect(parseScript(text, 'script.json')).toEqual(script);
  expect(scriptText(await recordScript(plan))).toBe(text);
  const { result } = await runHere(plan);
  expect(script.fingerprint).toBe(result!.fingerprint);
  expect(script.predicted.metrics).toEqual(result!.metrics);
  return script;
}

/** The plan of a scenario written here. */
function planOf(text: string): RunPlan {
  const folder = mkdtempSync(join(tmpdir(), 'baton-record-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'here.yaml');
  writeFileSync(path, text);
  return firstOf(path);
}

function firstOf(named: string): RunPlan {
  const opened = openNamed(named, []);
  if (opened.kind !== 'scenario') throw new Error(`${named} is no scenario`);
  const planned = plannedScenarios([opened.planned], [1]);
  return planned.runs((policy) => policy, planned.digests())[0];
}

const SMALL = ['live-replay', 'live-balancers', 'capacity-crunch', 'kubernetes-node-loss', 'kubernetes-drain'];

test.each(SMALL)('%s becomes a script', async (name) => {
  const script = await expectGood(plansOf(name, [1])[0]);
  const state = new ScriptState(script);
  state.advanceTo(Infinity);
  // All services of these have their pods on machines that work at the end, or on one that was lost.
  const ready = script.predicted.living!.services.reduce((sum, { atEnd }) => sum + (atEnd?.ready ?? 0), 0);
  const seen = [...state.there].filter((pod) => state.pods[pod].isReady);
  if (name !== 'capacity-crunch') expect(seen.length).toBeGreaterThanOrEqual(ready);
});

test.each(['shop', 'data'])('the manifests of %s become a script', async (folder) => {
  const script = await expectGood(firstOf(`scenarios/real-world/${folder}`));
  expect(script.pods.length).toBeGreaterThan(3);
  expect(script.pods.every(({ image }) => image !== undefined)).toBe(true);
});

slowTest('every shipped scenario under every variant becomes a script', async () => {
  for (const name of shippedNames())
    for (const plan of plansOf(name, [1])) {
      const script = await recordScript(plan);
      expect(checkScript(script), plan.policy.name).toEqual([]);
      expect(scriptText(parseScript(scriptText(script), name))).toBe(scriptText(script));
    }
});

test('the replay that ships has what a replay is to show, and fits a small engine', async () => {
  for (const plan of plansOf('live-replay', [1, 2, 3]).slice(0, 3)) {
    const script = await recordScript(plan);
    const { containersAtOnce, cpuMilli, memBytes } = replayPeaks(script, {
      speed: 1,
      scaled: (cpu, mem) => ({ cpuMilli: cpu, memBytes: mem }),
      isOnNode: () => true,
      startsPerSecond: 3,
      publishes: true,
    });
    const count = (what: StepKind): number => script.steps.filter((step) => step.do === what).length;
    expect(script.nodes.length).toBe(4);
    expect(script.pods.length).toBeGreaterThanOrEqual(60);
    expect(containersAtOnce).toBeLessThanOrEqual(35);
    expect(cpuMilli).toBeLessThan(2000);
    expect(memBytes).toBeLessThan(2 ** 30);
    expect(script.durationUs / 60e6).toBe(14);
    expect([count('node-down'), count('node-up')]).toEqual([1, 1]);
    expect(count('kill')).toBeGreaterThan(2);
    expect(count('finish')).toBeGreaterThan(20);
    expect(count('stop')).toBeGreaterThan(15);
    for (const pod of script.pods) {
      expect(pod.cpuMilli).toBeLessThanOrEqual(100);
      expect(pod.memBytes).toBeLessThanOrEqual(40 * 2 ** 20);
    }
  }
});

const POD_OF = `
spec: { containers: [{ name: main, image: "example/app:1", resources: { requests: { cpu: 100m, memory: 64Mi }, limits: { memory: 128Mi } } }] }`;

test('pods of Kubernetes do what their kubelets do', async () => {
  const plan = planOf(`name: Here
orchestrator: kubernetes
duration: 10m
cluster: 2 x 2cpu 4Gi name=node
steps:
  - { at: 1m, run: kubectl delete pod told }
  - { at: 2m, run: stop machine node-1 }
  - { at: 2m30s, run: start machine node-1 }
weather:
  - script(effect=slow, speed=0.5, at=5m, for=20s, nodes=node-2)
  - script(effect=cut-off, at=6m, for=10s, nodes=node-2)
---
apiVersion: v1
kind: Pod
metadata: { name: stays, annotations: { baton.dev/boot: 3s } }${POD_OF.replace('{ containers', '{ nodeName: node-1, containers')}
---
apiVersion: v1
kind: Pod
metadata: { name: other }${POD_OF.replace('{ containers', '{ nodeName: node-2, containers')}
---
apiVersion: v1
kind: Pod
metadata: { name: told, annotations: { baton.dev/stop: 2s } }${POD_OF.replace('{ containers', '{ nodeName: node-2, terminationGracePeriodSeconds: 7, containers')}
---
apiVersion: v1
kind: Pod
metadata: { name: sum, annotations: { baton.dev/duration: 40s, baton.dev/exit-code: "3" } }${POD_OF.replace('{ containers', '{ restartPolicy: Never, nodeName: node-2, containers')}
---
apiVersion: v1
kind: Pod
metadata: { name: loops, annotations: { baton.dev/duration: 30s } }${POD_OF.replace('{ containers', '{ nodeName: node-2, containers')}
`);
  const { run } = openKubernetes(plan, plan.kubernetes!, {});
  const camera = new KubernetesCamera(run);
  const runTo = (atS: number): void => {
    while (run.plane.clock.nowUs < atS * 1e6 && camera.step());
  };
  // No scenario's weather lets a machine stand still altogether.
  runTo(240);
  run.machines.slow('node-2', 0);
  runTo(260);
  run.machines.slow('node-2', 1);
  runTo(601);
  const script = filmedScript(camera.builder, 600e6);

  expect(checkScript(script)).toEqual([]);
  const lines = stepLines(script).map((line) => line.replace(/^(\d+)\S*/, '$1').replace(/\.\d+ s$/, ' s'));
  const of = (name: string): string[] => lines.filter((line) => line.split(' ')[2] === name && !line.startsWith('0 '));
  expect(of('told')).toEqual(['60 stop told 7 s (deleted)', '62 gone told']);
  expect(of('sum')).toEqual(['40 finish sum']);
  expect(script.pods.find(({ name }) => name === 'sum')).toEqual({
    name: 'sum',
    workload: 'default/sum',
    image: 'example/app:1',
    cpuMilli: 100,
    memBytes: 64 * 2 ** 20,
    memLimitBytes: 128 * 2 ** 20,
    cpuUseMilli: 30,
    memUseBytes: 40_265_318,
    bootUs: 0,
    runsUs: 40e6,
    exitCode: 3,
    restart: 'never',
  });
  expect(of('stays')).toEqual([
    '120 kill stays (node-1 is down: its machine stops)',
    // The machine works at 150 s, its kubelet 15 s later.
    '165 restart stays boots 0 s',
    '166 ready stays',
  ]);
  expect(of('other')).toEqual(['240 pause other (node-2 stands still)', '270 resume other']);
  expect(of('loops').slice(0, 5)).toEqual([
    '30 kill loops (its process ended with exit code 0)',
    '30 restart loops boots 1 s',
    '31 ready loops',
    '61 kill loops (its process ended with exit code 0)',
    // CrashLoopBackOff.
    '70 restart loops boots 0 s',
  ]);
  expect([...of('node-1'), ...of('node-2')]).toEqual([
    '120 node-down node-1 (its machine stops)',
    '150 node-up node-1',
    '300 node-speed node-2 0.5 (its machine is slow)',
    '320 node-speed node-2 1 (it is over)',
    '360 node-cut-off node-2 (nobody reaches it over the network)',
    '370 node-back node-2',
  ]);
});
