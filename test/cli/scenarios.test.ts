import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { baton, folderWith } from './baton.ts';

const SMALL = `duration: 2m
cluster: { zones: [a, b], groups: { big: { cpu: 4, memory: 8Gi, count: 2, price: $0.1/h } } }
services:
  web: { calls: [db], work: exponential 5ms }
  db: { work: exponential 2ms }
traffic: { web: 20/s }
policies: { placement: [least-allocated, best-fit] }
objectives: [web 99%]
`;

const EXPERIMENT = `clusters: 2 x 4cpu 8Gi
workloads: { generate: uniform-mix, options: { pods: 20 } }
policies: [first-fit, best-fit]
seeds: 1
`;

const RECORDED = `cluster: 2 x 4cpu 8Gi
services: { web: {} }
traffic: { web: { requests: { file: text.csv } } }
`;

const folder = folderWith({
  'j.json': '{ "cluster": "2 x 4cpu 8Gi", "services": { "web": {} } }',
  'r.yaml': RECORDED,
  'text.csv': 'duration: 1m\n',
  's.yaml': SMALL,
  'e.yaml': EXPERIMENT,
  'bad.yaml': SMALL.replace('traffic', 'trafic'),
});

interface RunJson {
  readonly fingerprint: string;
  readonly policy: string;
  readonly living: { readonly services: readonly { readonly service: string; readonly arrived: number }[] };
}

describe('baton run', () => {
  test('runs the variant that is asked for, by number or by name', () => {
    const byNumber = JSON.parse(baton(folder, 'run', 's.yaml', '--variant', '2', '--json').stdout) as RunJson;
    const byName = JSON.parse(baton(folder, 'run', 's.yaml', '--variant', byNumber.policy, '--json').stdout) as RunJson;
    expect(byNumber.policy).not.toBe('least-allocated');
    expect(byName.fingerprint).toBe(byNumber.fingerprint);
    const none = baton(folder, 'run', 's.yaml', '--variant', 'nobody');
    expect([none.code, none.stderr]).toEqual([2, expect.stringContaining('has no variant "nobody"')]);
  });

  test('runs the first variant of a scenario, says so, and gives the same again', () => {
    const first = baton(folder, 'run', 's.yaml', '--json');
    expect(first.code).toBe(0);
    expect(first.stderr).toContain('the scenario has 2 variants, and this runs the first of them (least-allocated)');
    const result = JSON.parse(first.stdout) as RunJson;
    expect(result.living.services.map((one) => one.service)).toEqual(['web', 'db']);
    const again = JSON.parse(baton(folder, 'run', 's.yaml', '--json').stdout) as RunJson;
    expect(again.fingerprint).toBe(result.fingerprint);
    const other = baton(folder, 'run', 's.yaml', '--json', '--seed', '2', '--set', 'policies.placement=best-fit');
    expect(other.stderr).not.toContain('variants');
    const different = JSON.parse(other.stdout) as RunJson;
    expect([different.policy, different.fingerprint === result.fingerprint]).toEqual(['best-fit', false]);
  });

  test('prints services, promises and money', () => {
    const { stdout } = baton(folder, 'run', 's.yaml', '--set', 'policies.placement=best-fit');
    expect(stdout).toMatch(/^service +arrived +served/m);
    expect(stdout).toMatch(/^web: 99 % .* yes/m);
    // Two machines at $0.10 an hour for two minutes: 2 x 0.1 / 30.
    expect(stdout).toContain('cost $0.0067');
  });
});

describe('baton compare', () => {
  test('compares the variants of a scenario, and finds finished runs again', () => {
    const first = baton(folder, 'compare', 's.yaml', '--seeds', '1..2', '--out', 'out', '--workers', '2');
    expect([first.code, first.sentences]).toEqual([0, []]);
    expect(first.stdout).toContain('s on big');
    const { runs, cells } = JSON.parse(readFileSync(join(folder, 'out/result.json'), 'utf8')) as {
      runs: { policy: string; status: string }[];
      cells: { policies: string[] }[];
    };
    expect(runs.map((one) => one.status)).toEqual(Array(4).fill('finished'));
    expect(cells.map((one) => one.policies)).toEqual([['least-allocated', 'best-fit']]);
    const again = baton(folder, 'compare', 's.yaml', '--seeds', '1..3', '--out', 'out', '--resume', '--no-report');
    expect(again.stderr).toContain('4 of 6 runs were in out already');
  });

  test('takes an experiment file without a flag', () => {
    const { code, stdout } = baton(folder, 'compare', 'e.yaml', '--out', 'out-e', '--no-report');
    expect([code, stdout.includes('best-fit')]).toEqual([0, true]);
  });
});

test.each([
  [['run', 'bad.yaml'], 'bad.yaml:6:1: a scenario has no field "trafic"; did you mean "traffic"?'],
  [['run', 'nothing.yaml'], 'nothing.yaml: there is no such file; a scenario is read from here'],
  [['run', 's.yaml', '--set', 'duration=0s'], '--set duration=0s: duration: "0s" is no time at all'],
  [['run', 's.yaml', '--set', 'duration'], '--set duration: write it like --set duration=1h'],
  [['run', 's.yaml', '--workload', 'a.csv'], '--workload describes an experiment, not a scenario'],
  [['run', '--set', 'duration=1h'], '--set replaces fields of a scenario, and none is named'],
  [['run', 's.yaml', '--seed', '1..3'], '--seed 1..3 is 3 seeds, and this command runs one'],
  [['run', 's.yaml', '--journal', 's.yaml'], 's.yaml: the journal would be written over this input'],
  [['run', 'j.json', '--trace', 'j.json'], 'j.json: the trace would be written over this input'],
  [['run', 's.yaml', '--journal', 'a.csv', '--series', 'a.csv'], 'a.csv: the journal is written there too'],
  [['run', 's.yaml', '--series', 'gone/a.csv'], 'gone/a.csv: there is no such folder for the series; make it first'],
  [['run', 'r.yaml'], 'traffic.web: there is no column of times'],
  [['compare', 's.yaml', '--out', 's.yaml'], 's.yaml: cannot be written (ENOTDIR); name another folder with --out'],
  [['compare', 'e.yaml', 's.yaml'], 'e.yaml: this is an experiment, which stands alone'],
  [['compare', 'e.yaml', '--set', 'x=1'], 'e.yaml: --set is for scenarios, and this is an experiment'],
  [['init', 'x.yaml', '--kind', 'web'], 'there is no starter called "web"'],
])('%j: one sentence and exit code 2', (args, sentence) => {
  const { code, sentences } = baton(folder, ...args);
  expect([code, sentences.length]).toEqual([2, 1]);
  expect(sentences[0]).toContain(sentence);
});

test('starters, the schema and the list of scenarios are printed', () => {
  expect(baton(folder, 'init', 'new.yaml', '--kind', 'failures').stdout.trim()).toBe('new.yaml');
  expect(readFileSync(join(folder, 'new.yaml'), 'utf8')).toContain('# A scenario');
  expect(JSON.parse(baton(folder, 'schema', 'scenario').stdout)).toMatchObject({ title: 'Baton scenario' });
  expect(JSON.parse(baton(folder, 'schema').stdout)).toMatchObject({ title: 'Baton experiment' });
  expect(JSON.parse(baton(folder, 'schema', 'kubernetes').stdout)).toMatchObject({
    title: 'Baton scenario of a Kubernetes cluster',
    properties: { manifests: {}, steps: {} },
  });
  expect(baton(folder, 'scenarios').code).toBe(0);
  expect(baton(folder, 'policies', 'scaling').stdout).toContain('Options of target-utilisation');
});

test('the Kubernetes starter runs as it is, and the scenarios of Kubernetes are listed', () => {
  expect(baton(folder, 'init', 'cluster.yaml', '--kind', 'kubernetes').stdout.trim()).toBe('cluster.yaml');
  const ran = baton(folder, 'run', 'cluster.yaml', '--set', 'duration=2m', '--set', 'steps=[]', '--json');
  expect([ran.code, ran.stderr]).toEqual([0, expect.stringContaining('the scenario has 2 variants')]);
  expect(JSON.parse(ran.stdout)).toHaveProperty('living');
  const listed = baton(folder, 'scenarios').stdout;
  for (const name of ['autoscaling', 'drain', 'karpenter', 'node-loss', 'packing', 'preemption', 'rolling-update'])
    expect(listed).toMatch(new RegExp(`^kubernetes-${name} +\\S`, 'm'));
});
