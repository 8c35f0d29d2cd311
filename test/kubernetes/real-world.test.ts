import { beforeAll, describe, expect, test } from 'vitest';
import { specHere } from '../../src/experiment/local/execute-kubernetes.ts';
import { openNamed, plannedScenarios } from '../../src/experiment/local/scenarios-here.ts';
import { KubernetesRun } from '../../src/orchestrators/kubernetes/kubernetes-run.ts';
import type { LivingResult } from '../../src/sim/monitoring/living-result.ts';
import { allOf, kubectlDump, USUAL_KINDS, type DumpedKind } from './kubectl-dump.ts';
import { specsOfText } from './text-cluster.ts';

/** A run of a file or folder of manifests, as `baton run` makes it, and the notes of reading it. */
function runOfPath(path: string): { run: KubernetesRun; notes: string[] } {
  const named = openNamed(path, []);
  if (named.kind !== 'scenario') throw new Error(`${path} is no scenario`);
  const planned = plannedScenarios([named.planned], [1]);
  const [{ kubernetes }] = planned.runs((policy) => policy, planned.digests());
  const notes: string[] = [];
  const spec = specHere(kubernetes!, (note) => notes.push(note));
  return { run: new KubernetesRun(spec, { seed: 1 }), notes };
}

describe('a folder of manifests as people write them, unedited, for an hour', () => {
  let run: KubernetesRun;
  let notes: string[];
  let living: LivingResult;
  beforeAll(() => {
    ({ run, notes } = runOfPath('scenarios/real-world'));
    living = run.run().living!;
  });

  test('everything that is wanted is there and ready, and nothing waits', () => {
    for (const { metadata, spec, status } of allOf(run, 'Deployment'))
      expect([metadata.name, status.availableReplicas, status.updatedReplicas]).toEqual([
        metadata.name,
        spec.replicas,
        spec.replicas,
      ]);
    for (const { metadata, spec, status } of allOf(run, 'StatefulSet'))
      expect([metadata.name, status.readyReplicas]).toEqual([metadata.name, spec.replicas]);
    for (const { metadata, status } of allOf(run, 'DaemonSet')) {
      expect([metadata.name, status.numberReady]).toEqual([metadata.name, status.desiredNumberScheduled]);
      expect(status.desiredNumberScheduled).toBeGreaterThan(0);
    }
    for (const { metadata, spec, status } of allOf(run, 'Pod')) {
      expect([metadata.name, spec.nodeName]).not.toEqual([metadata.name, undefined]);
      expect(status.phase).toMatch(/^(Running|Succeeded)$/);
      if (status.phase === 'Running') expect([metadata.name, status.ready]).toEqual([metadata.name, true]);
    }
    expect(allOf(run, 'Pod').length).toBeGreaterThan(50);
    expect(new Set(allOf(run, 'Pod').map(({ metadata }) => metadata.namespace)).size).toBeGreaterThan(5);
    expect(living.happenings.filter(({ kind }) => /failed-[^g]|back-off|refused|evict|unhealthy/.test(kind))).toEqual(
      [],
    );
  });

  test('jobs end, and those of a schedule have begun on time', () => {
    for (const { metadata, status } of allOf(run, 'Job'))
      if (status.finishedUs !== undefined) expect([metadata.name, status.outcome]).toEqual([metadata.name, 'Complete']);
    expect(allOf(run, 'Job').length).toBeGreaterThanOrEqual(2);
    expect(allOf(run, 'CronJob').some(({ status }) => status.lastScheduleUs !== undefined)).toBe(true);
  });

  test('what has no effect is told in one sentence, each thing once', () => {
    const silent = notes.filter((note) => note.startsWith('not modelled, so without effect here: '));
    expect(silent).toHaveLength(1);
    const things = silent[0].split(': ')[1].split(', ');
    expect(things.length).toBeGreaterThan(10);
    expect(new Set(things).size).toBe(things.length);
    for (const kind of ['ConfigMap', 'Secret', 'Ingress', 'NetworkPolicy', 'PrometheusRule (monitoring.coreos.com)'])
      expect(things).toContain(kind);
    // Nothing that these manifests hold is unknown to Kubernetes, and nodes stand in for those that they do not hold.
    expect(notes.filter((note) => /no field of|no kind/.test(note))).toEqual([]);
    expect(notes.filter((note) => /stand in/.test(note))).toHaveLength(1);
  });
});

describe('what kubectl get -A -o yaml prints of a cluster in the middle of a busy hour', () => {
  let before: KubernetesRun;
  beforeAll(() => {
    before = runOfPath('scenarios/real-world').run;
    before.runUntil(2400e6);
  });

  /** The cluster of a dump, with further manifests, for an hour. */
  function goOn(kinds: readonly DumpedKind[], more = '', head = ''): { run: KubernetesRun; notes: string[] } {
    const notes: string[] = [];
    const scenario = `orchestrator: kubernetes\n${head}manifests: [dump.yaml]\n---\n${more}`;
    const text = kubectlDump(before, kinds).replaceAll(/\bnode-(?:\w+)-\d\b/g, renamed);
    const [{ spec }] = specsOfText(scenario, (note) => notes.push(note), { 'dump.yaml': text });
    return { run: new KubernetesRun(spec, { seed: 1 }), notes };
  }

  /** Clouds name nodes otherwise than stand-ins are called. */
  const renamed = (name: string): string => name.replace(/^node-(\w+)-(\d)$/, 'ip-10-0-$2.eu-$1.internal');
  const names = (run: KubernetesRun): string[] =>
    allOf(run, 'Pod')
      .map(({ metadata }) => `${metadata.namespace}/${metadata.name}`)
      .sort();
  const places = (run: KubernetesRun): Map<string, string | undefined> =>
    new Map(
      allOf(run, 'Pod').map(({ metadata, spec }) => [
        `${metadata.namespace}/${metadata.name}`,
        renamed(spec.nodeName!),
      ]),
    );

  test('runs on for an hour: no pod is created or deleted, and all stay where they are', () => {
    const { run, notes } = goOn(USUAL_KINDS);
    const was = places(before);
    expect(names(run)).toEqual(names(before));
    run.run();
    expect(names(run)).toEqual(names(before));
    expect(places(run)).toEqual(was);
    // Whatever only an API server writes is known, and what is not there is told.
    const told = notes.filter((note) => !/(has no effect here|written by the API server for itself)$/.test(note));
    expect(told.map((note) => note.split(':')[0].split(' ')[0]).sort()).toEqual([
      'HorizontalPodAutoscaler',
      ...Array.from({ length: 6 }, () => 'Namespace'),
      'Pod',
      'PriorityClass',
      'PriorityClass',
    ]);
    for (const { metadata, status } of allOf(run, 'Pod'))
      if (status.phase === 'Running') expect([metadata.name, status.ready]).toEqual([metadata.name, true]);
  });

  test('takes a Deployment more, whose pods are placed among those that are there', () => {
    const more = `
apiVersion: apps/v1
kind: Deployment
metadata: { name: added }
spec:
  replicas: 6
  selector: { matchLabels: { app: added } }
  template:
    metadata: { labels: { app: added } }
    spec: { containers: [{ name: app, image: added:1, resources: { requests: { cpu: '1', memory: 1Gi } } }] }
`;
    const { run } = goOn(USUAL_KINDS, more, 'duration: 20m\n');
    run.run();
    const added = allOf(run, 'Pod').filter(({ metadata }) => metadata.labels['app'] === 'added');
    expect(added).toHaveLength(6);
    for (const { spec, status } of added) expect([spec.nodeName !== undefined, status.ready]).toEqual([true, true]);
    expect(names(run).filter((name) => !name.startsWith('default/added'))).toEqual(names(before));
  });

  test.each<[string, readonly DumpedKind[]]>([
    ['without ReplicaSets', USUAL_KINDS.filter((kind) => kind !== 'ReplicaSet')],
    ['of nodes, pods and Deployments', ['Node', 'Pod', 'Deployment']],
    ['of nodes and pods', ['Node', 'Pod']],
  ])('%s it runs on without churn as well', (_, kinds) => {
    const { run } = goOn(kinds, '', 'duration: 20m\n');
    run.run();
    expect(names(run)).toEqual(names(before));
    expect(places(run)).toEqual(places(before));
  });

  test('of pods alone: stand-ins take the place of the nodes that they name', () => {
    const { run, notes } = goOn(['Pod'], '', 'duration: 20m\n');
    expect(notes.some((note) => /stand in/.test(note))).toBe(true);
    run.run();
    expect(names(run)).toEqual(names(before));
    expect(places(run)).toEqual(places(before));
  });

  test('of pods alone, with machines given: the scheduler places them anew', () => {
    const { run, notes } = goOn(['Pod'], '', 'duration: 20m\ncluster: 6 x m5.4xlarge zone=a,b\n');
    expect(notes.some((note) => /places them anew/.test(note))).toBe(true);
    run.run();
    const live = allOf(run, 'Pod').filter(({ status }) => status.phase === 'Running');
    expect(live.length).toBeGreaterThan(30);
    for (const { spec } of live) expect(spec.nodeName).toMatch(/^nodes?-/);
  });

  test('with some of its nodes left out: what ran there is taken away, as in a cluster', () => {
    const all = kubectlDump(before, ['Node', 'Pod']);
    const [gone] = allOf(before, 'Node');
    const { metadata } = gone;
    const text = all.replace(new RegExp(`    name: ${metadata.name}$`, 'm'), '    name: another');
    const notes: string[] = [];
    const scenario = 'orchestrator: kubernetes\nmanifests: [dump.yaml]\n';
    const [{ spec }] = specsOfText(scenario, (note) => notes.push(note), { 'dump.yaml': text });
    const run = new KubernetesRun(spec, { seed: 1 });
    expect(notes.some((note) => note.includes(`(${metadata.name}); the pod garbage collector`))).toBe(true);
    run.run();
    const was = allOf(before, 'Pod');
    expect(allOf(run, 'Pod').length).toBe(was.filter(({ spec: { nodeName } }) => nodeName !== metadata.name).length);
  });

  test('of nodes alone: an empty cluster', () => {
    const { run } = goOn(['Node']);
    run.run();
    expect(names(run)).toEqual([]);
    expect(allOf(run, 'Node').map(({ metadata }) => metadata.name)).toEqual(
      allOf(before, 'Node').map(({ metadata }) => renamed(metadata.name)),
    );
    for (const { status } of allOf(run, 'Node'))
      expect(status.conditions.find(({ type }) => type === 'Ready')?.status).toBe('True');
  });
});
