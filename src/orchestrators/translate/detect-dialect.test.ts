import { expect, test } from 'vitest';
import { dialectOf, dialectOfAll } from './detect-dialect.ts';
import { translateFiles } from './translate-files.ts';

const COMPOSE = { file: 'compose.yaml', text: 'services:\n  web:\n    image: nginx\n' };
const MANIFEST = { file: 'pod.yaml', text: 'kind: Pod\napiVersion: v1\nmetadata: { name: a }\n' };

test.each([
  ['compose', COMPOSE.text],
  ['kubernetes', MANIFEST.text],
  ['kubernetes', '{ "kind": "List",\n  "apiVersion": "v1", "items": [] }'],
  ['marathon', '{ "id": "/web", "cmd": "sleep 100", "instances": 2 }'],
  ['marathon', '{ "id": "/shop", "groups": [] }'],
  ['marathon', '{ "id": "report", "run": { "cpus": 1 } }'],
  ['ecs', '{ "family": "web", "containerDefinitions": [] }'],
  ['ecs', 'AWSTemplateFormatVersion: "2010-09-09"\nResources: {}\n'],
  ['nomad', 'job "web" {\n  type = "service"\n}\n'],
  ['nomad', '{ "Job": { "ID": "web", "TaskGroups": [] } }'],
])('%s is told by its contents: %s', (dialect, text) => {
  expect(dialectOf({ file: 'x', text })).toBe(dialect);
});

test('what is nothing of these is said, and files of two dialects are refused', () => {
  expect(() => dialectOf({ file: 'notes.txt', text: 'hello' })).toThrow(/^notes\.txt: this is neither a compose file/);
  expect(() => dialectOfAll([COMPOSE, MANIFEST])).toThrow(
    'compose.yaml is of compose and pod.yaml of kubernetes; translate them one after the other',
  );
});

test('faults are those of the reader of the source: file, line, field, suggestion', () => {
  const bad = { file: 'shop.yaml', text: 'services:\n  web:\n    imagee: nginx\n' };
  expect(() => translateFiles([bad], 'nomad')).toThrow(
    'shop.yaml:3:5: services.web: there is no field "imagee"; did you mean "image"?',
  );
});

test('a restart window is what Marathon has not: its backoff grows instead', () => {
  const stack = `${COMPOSE.text}    deploy:\n      restart_policy: { delay: 5s, window: 120s }\n`;
  const { files, losses } = translateFiles([{ file: 'c.yaml', text: stack }], 'marathon');
  expect(JSON.parse(files[0].text)).toMatchObject({ id: '/web', backoffSeconds: 5 });
  expect(losses).toContainEqual({
    kind: 'not-expressible',
    service: 'web',
    field: 'restart.windowUs',
    value: '2m',
    instead: 'Marathon has no window; its backoff grows instead',
  });
});

test('two Services on one port: the routing mesh gives it to the first', () => {
  const pod = (name: string): string => `---
apiVersion: v1
kind: Pod
metadata: { name: ${name}, labels: { app: ${name} } }
spec: { containers: [{ name: a, image: nginx, ports: [{ containerPort: 8080 }] }] }
---
apiVersion: v1
kind: Service
metadata: { name: ${name} }
spec: { type: LoadBalancer, selector: { app: ${name} }, ports: [{ port: 80, targetPort: 8080 }] }
`;
  const { files, losses } = translateFiles([{ file: 'm.yaml', text: pod('one') + pod('two') }], 'compose');
  expect(files[0].text).toContain('- 80:8080\n');
  expect(losses.map(({ service, value, instead }) => `${service} ${value}: ${instead}`)).toContain(
    'two 80:8080: the port is published by another service already; the swarm chooses one',
  );
});
