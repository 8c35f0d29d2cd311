import { expect, test } from 'vitest';
import { baton, folderWith } from './baton.ts';

const SHOP = 'duration: 1m\ncluster: 2 x m5.large\nservices: { web: {} }\n';
const STACK = 'services:\n  web: { image: shop/web:1, deploy: { replicas: 2 } }\n';
const native = (rest: string, files = '[stack.yml]'): string =>
  `orchestrator: swarm\nfiles: ${files}\nduration: 1m\ncluster: 2 x m5.large\n${rest}`;

/** The one sentence with which the command ends. */
function fault(files: Readonly<Record<string, string | Uint8Array>>, ...args: string[]): string {
  const { code, sentences, stderr, stdout } = baton(folderWith({ 'stack.yml': STACK, ...files }), ...args);
  expect([code, sentences.length], stderr).toEqual([2, 1]);
  expect(stderr + stdout).not.toMatch(/\n {4}at |undefined|NaN|\[object Object\]/);
  return sentences[0];
}

test.each([
  ['swarmm', 'there is no orchestrator called "swarmm"; did you mean "swarm"?'],
  ['swarm+', '"swarm+" is no orchestrator with a placement policy; write it like swarm+best-fit'],
  ['swarm+bestfit', 'there is no placement policy called "bestfit"; did you mean "best-fit"?'],
  ['mesos+./gone.js', './gone.js: there is no such file; a policy is read from here'],
])('--orchestrators %s', (written, sentence) =>
  expect(fault({ 's.yaml': SHOP }, 'compare', 's.yaml', '--orchestrators', written, '--no-report')).toContain(sentence),
);

test.each([
  ['{ name: nomadd }', 's.yaml:4:35: policies.orchestrator.name: there is no orchestrator called "nomadd"'],
  [
    '{ name: swarm, constants: { heartbeatPeriods: 3s } }',
    's.yaml:4:73: policies.orchestrator.constants.heartbeatPeriods: Docker Swarm: there is no constant "heartbeatPeriods"; did you mean "heartbeatPeriod"?',
  ],
  [
    '{ name: swarm, constants: { heartbeatPeriod: 3parsec } }',
    'policies.orchestrator.constants.heartbeatPeriod: constant heartbeatPeriod: ',
  ],
  [
    '{ name: mesos, constants: { scaleAppsInterval: 0s } }',
    'constant scaleAppsInterval: "0s" is too short; write at least 0.001s',
  ],
])('policies.orchestrator: %s', (written, sentence) =>
  expect(fault({ 's.yaml': `${SHOP}policies: { orchestrator: ${written} }\n` }, 'run', 's.yaml')).toContain(sentence),
);

test.each<[string, string, string]>([
  ['a file that is not there', native('', '[gone.yml]'), 'n.yaml:2:9: files[0]: gone.yml: there is no such file'],
  [
    'a file of another system',
    native('', '[app.json]'),
    'app.json: this is of Marathon, and the scenario is for swarm',
  ],
  ['an empty file', native('', '[empty.yml]'), 'empty.yml:1:1: a compose file is a map'],
  ['a binary file', native('', '[binary.yml]'), 'binary.yml: this is not UTF-8 text'],
  [
    'a file nested too deep',
    native('', '[deep.json]'),
    'deep.json:1:501: maps and lists are nested more than 40 levels',
  ],
  ['no machine', native('').replace('2 x', '0 x'), 'there will never be a node; write a count above 0'],
  [
    'a constant that there is not',
    native('policies: { constants: { nix: 1 } }'),
    'policies.constants.nix: Docker Swarm',
  ],
  ['traffic to nobody', native('traffic: { wbe: 5/s }'), 'there is no Service called "wbe"; did you mean "web"?'],
  ['a promise of nobody', native('objectives: [wbe 99%]'), 'there is no Service called "wbe"; did you mean "web"?'],
  ['a step that is nothing', native('steps: [{ at: 1s, run: dance }]'), 'steps[0].run: "dance" is nothing that can be'],
  [
    'a step for nobody',
    native('steps: [{ at: 1s, run: scale wbe=3 }]'),
    'there is no service called "wbe"; did you mean',
  ],
  ['a step for no machine', native('steps: [{ at: 1s, run: drain n }]'), 'there is no machine called "n"'],
  [
    'a million replicas',
    native('steps: [{ at: 1s, run: scale web=1000000 }]'),
    'steps[0].run: "1000000" replicas of web are too many; write at most 100000',
  ],
  [
    'a step whose file is not there',
    native('steps: [{ at: 1s, run: apply gone.yml }]'),
    'gone.yml: there is no such file; a native file is read from here',
  ],
  [
    'a step for what has gone',
    native('steps: [{ at: 1s, run: remove web }, { at: 2s, run: scale web=3 }]'),
    'there is no service "web"',
  ],
])('a scenario of native files with %s', (_, text, sentence) =>
  expect(
    fault(
      {
        'n.yaml': text,
        'app.json': '{"id": "/web", "instances": 1, "cmd": "sleep 9"}',
        'empty.yml': '',
        'binary.yml': Uint8Array.of(0, 255, 254, 200),
        'deep.json': '['.repeat(9999) + ']'.repeat(9999),
      },
      'run',
      'n.yaml',
    ),
  ).toContain(sentence),
);

test.each([
  ['every machine lost for good', 'weather: ["script(effect=down, at=10s, for=0)"]'],
  ['a control plane that never works', 'weather: ["script(effect=control-plane-down, at=0, for=0)"]'],
  ['everything scaled to nothing', 'steps: [{ at: 10s, run: scale web=0 }]'],
  ['more than fits', 'steps: [{ at: 10s, run: scale web=500 }]'],
])('%s: the run ends, and nothing in it is unsaid', (_, rest) => {
  const folder = folderWith({ 'stack.yml': STACK, 'n.yaml': native(`traffic: { web: 5/s }\n${rest}`) });
  const { code, stdout, stderr } = baton(folder, 'run', 'n.yaml');
  expect(code, stderr).toBe(0);
  expect(stdout + stderr).not.toMatch(/undefined|NaN|\[object Object\]/);
});
