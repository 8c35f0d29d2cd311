import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';

const MANIFEST = `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: 3
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      containers: [{ name: web, image: 'web:1', resources: { requests: { cpu: 500m, memory: 128Mi } } }]
`;
const SCENARIO = `
orchestrator: kubernetes
duration: 5m
manifests: [web.yaml]
cluster: 2 x m5.xlarge name=node zone=a,b
steps: [{ at: 2m, run: kubectl set image deployment/web web=web:2 }]
`;

const folder = mkdtempSync(join(tmpdir(), 'baton-kubernetes-outputs-'));
const at = (name: string): string => join(folder, name);
const read = (name: string): string => readFileSync(at(name), 'utf8');
const baton = (...args: string[]) =>
  spawnSync(process.execPath, ['dist/cli/main.js', 'run', at('scenario.yaml'), ...args], { encoding: 'utf8' });

beforeAll(() => {
  writeFileSync(at('web.yaml'), MANIFEST);
  writeFileSync(at('scenario.yaml'), SCENARIO);
});

test('a run writes its journal, its series in every format and a trace with the pods on their nodes', () => {
  const plain = JSON.parse(baton('--json').stdout) as { fingerprint: string };
  const files = ['--journal', at('j.ndjson'), '--trace', at('t.json')];
  const series = ['s.csv', 's.om', 's.ndjson', 's.parquet'].map(at);
  const { status, stdout, stderr } = baton('--json', ...files, '--series', series.join(','));
  expect(status, stderr).toBe(0);
  expect((JSON.parse(stdout) as { fingerprint: string }).fingerprint).toBe(plain.fingerprint);
  const records = read('j.ndjson')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { timeUs: number; kind: string; pod: number; node?: string });
  const of = (kind: string) => records.filter((one) => one.kind === kind);
  // Three pods, and three of the new image, which replace them one by one after two minutes.
  expect(of('arrive')).toHaveLength(6);
  expect(of('place')).toHaveLength(6);
  for (const { node } of of('place')) expect(node).toMatch(/^node-[ab]-1$/);
  expect(of('place').filter(({ timeUs }) => timeUs >= 120e6)).toHaveLength(3);
  expect(of('finish')).toHaveLength(3);
  const trace = JSON.parse(read('t.json')) as { traceEvents: { ph: string; cat?: string; dur?: number }[] };
  expect(trace.traceEvents.filter(({ ph, cat }) => ph === 'X' && cat === 'pod')).toHaveLength(6);
  expect(read('s.csv').split('\n')[0]).toBe('timeUs,name,queue,zone,service,unit,value');
  expect(read('s.om')).toContain('# EOF');
  for (const file of series) expect(existsSync(file), file).toBe(true);
});

test('a manifest is not written over', () => {
  const { status, stderr } = baton('--journal', at('web.yaml'));
  expect(status).toBe(2);
  expect(stderr).toContain('web.yaml: the journal would be written over this input; name another file');
  expect(read('web.yaml')).toBe(MANIFEST);
});

test('what has no terminal is shown line by line', () => {
  const { status, stderr } = baton('--live');
  expect(status, stderr).toBe(0);
  expect(stderr).toMatch(/0:05:00 of 0:05:00 \(100 %\), 2 of 2 nodes ready, web 3\/3 .*, finished\n$/);
});
