import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openNamed } from '../../src/experiment/local/scenarios-here.ts';
import { specHere } from '../../src/experiment/local/execute-kubernetes.ts';
import { answerHere, whatIf } from '../../src/experiment/local/explain-kubernetes.ts';
import { runKubernetes } from '../../src/orchestrators/kubernetes/kubernetes-run.ts';
import { changeOf } from '../../src/orchestrators/kubernetes/changes/change-text.ts';
import type { ClusterChange, KubernetesSpec } from '../../src/orchestrators/kubernetes/kubernetes-spec.ts';

let folder = '';
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'baton-bad-manifests-'))));
afterAll(() => rmSync(folder, { recursive: true }));

const NODE = `apiVersion: v1
kind: Node
metadata: { name: n1 }
status: { allocatable: { cpu: '4', memory: 16Gi } }
---
`;
const pod = (name: string, spec = '', annotations = '{}'): string => `apiVersion: v1
kind: Pod
metadata: { name: ${name}, annotations: ${annotations} }
spec: { ${spec} containers: [{ name: c, image: nginx, resources: { requests: { cpu: 100m } } }] }
---
`;

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

/** What `baton run` would run. */
function specOf(path: string): KubernetesSpec {
  const named = openNamed(path, []);
  if (named.kind !== 'scenario') throw new Error('an experiment');
  return specHere(named.planned.variants[0].kubernetes!, () => undefined);
}

/** The sentence with which a path is refused, without the folder. */
function refusal(path: string): string {
  try {
    specOf(path);
    return 'taken';
  } catch (error) {
    const { name, message } = error as Error;
    return name === 'InputError' ? message.replaceAll(`${folder}/`, '') : `${name}: ${message}`;
  }
}

test.each([
  [
    'cannot be read',
    pod('a', '', "{ baton.dev/duration: '-5s' }"),
    /^x\.yaml:8:\d+: metadata\.annotations\["baton\.dev\/duration"\]: "-5s" is negative/,
  ],
  [
    'is unknown',
    pod('a', '', '{ baton.dev/durration: 5s }'),
    /^x\.yaml:8:\d+: metadata\.annotations\["baton\.dev\/durration"\]: there is no such annotation; did you mean "baton\.dev\/duration"\?$/,
  ],
])('an annotation that %s is told where it stands', (_, text, sentence) =>
  expect(refusal(file('x.yaml', NODE + text))).toMatch(sentence),
);

test('pipes, links in a circle and empty folders are told; links upwards are not followed', () => {
  const pipe = join(folder, 'pipe.yaml');
  execFileSync('mkfifo', [pipe]);
  expect(refusal(pipe)).toBe(
    'pipe.yaml: this is a pipe or a device, and a scenario is read several times; save it to a file and name that',
  );
  rmSync(pipe);
  symlinkSync('circle', join(folder, 'circle'));
  expect(refusal(join(folder, 'circle'))).toMatch(/^circle: its links lead in a circle/);
  const below = join(folder, 'below');
  mkdirSync(join(below, 'deeper'), { recursive: true });
  expect(refusal(below)).toMatch(/^below: the folder holds no manifests/);
  symlinkSync('..', join(below, 'deeper', 'up'));
  file('below/n1.yaml', NODE);
  expect(refusal(below)).toBe('taken');
});

test.each([
  [
    'pods that a LimitRange makes impossible',
    'apiVersion: v1\nkind: LimitRange\nmetadata: { name: l }\nspec: { limits: [{ type: Container, default: { cpu: 50m } }] }\n---\n',
    0,
  ],
  [
    'a quota of nothing',
    "apiVersion: v1\nkind: ResourceQuota\nmetadata: { name: q }\nspec: { hard: { pods: '0' } }\n---\n",
    0,
  ],
  [
    'a namesake',
    'apiVersion: v1\nkind: Service\nmetadata: { name: s }\nspec: { selector: {}, ports: [{ port: 80 }] }\n---\n',
    1,
  ],
])('%s: the run ends', (_, text, running) => {
  const { counts } = runKubernetes(specOf(file('y.yaml', NODE + text + pod('a'))), { seed: 1 });
  expect(counts.running).toBe(running);
});

test('questions about pods that are not there, and changes that cannot be, are answered in sentences', () => {
  const spec = specOf(file('z.yaml', NODE + pod('a') + pod('gated', 'schedulingGates: [{ name: x/y }],')));
  const ask = (question: Parameters<typeof answerHere>[2]) => () => answerHere(spec, 1, question, () => undefined);
  expect(ask({ pod: 'b' })).toThrow('there was no pod called "b"');
  expect(ask({ pod: '__proto__' })).toThrow('there was no pod called "__proto__"');
  expect(ask({ pod: 'a', attempt: 9 })).toThrow('there was one attempt to place pod default/a, so none has number 9');
  expect(ask({ pod: 'gated', attempt: 1 })).toThrow('there were 0 attempts');
  expect(ask({ pod: 'a', atUs: 1e15 })().nowUs).toBe(3600e6);
  const change = (text: string) => ({ text, change: changeOf(text) as ClusterChange });
  expect(() => whatIf(spec, 1, { pod: 'a' }, [change('kubectl cordon nosuch')], undefined, () => undefined)).toThrow(
    'there is no node "nosuch"',
  );
});
