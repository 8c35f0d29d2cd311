import { expect, test } from 'vitest';
import { checkDifferentEngines, engineOfNodes, parseDockerOptions, parseEngineMap } from './engine-map.ts';

const NODES = [
  { name: 'node-1', zone: 'a' },
  { name: 'node-2', zone: 'b' },
  { name: 'big-1', zone: 'b' },
  { name: 'spare' },
];
const names = (yaml: string): string[] => {
  const engines = parseEngineMap(yaml, 'map.yaml');
  return engineOfNodes(engines, NODES, 'map.yaml').map((engine) => engines[engine].name);
};

test('one engine stands for all nodes unless told otherwise', () => {
  expect(parseDockerOptions([])).toEqual([{ name: 'docker' }]);
  expect(parseDockerOptions([''])).toEqual([{ name: 'docker' }]);
  expect(parseDockerOptions(['unix:///x.sock'])).toEqual([{ name: 'docker', docker: 'unix:///x.sock' }]);
  expect(engineOfNodes(parseDockerOptions([]), NODES, '--docker')).toEqual([0, 0, 0, 0]);
});

test('several engines without a map share the nodes in turn', () => {
  const engines = parseDockerOptions(['one=/run/1.sock', 'two=ssh://me@two:22', 'three=']);
  expect(engines).toEqual([
    { name: 'one', docker: '/run/1.sock' },
    { name: 'two', docker: 'ssh://me@two:22' },
    { name: 'three' },
  ]);
  expect(engineOfNodes(engines, NODES, '--docker')).toEqual([0, 1, 2, 0]);
});

test('a name goes before a pattern, a pattern before a zone, and the rest is shared', () => {
  const map = `
    engines:
      - { name: rest }
      - { name: zonal, docker: "tcp://10.0.0.1:2376", zones: [b] }
      - { name: big, nodes: ["big-*"] }
      - { name: exact, nodes: [node-2] }`;
  expect(names(map)).toEqual(['rest', 'exact', 'big', 'rest']);
});

test.each([
  ['engines: []', 'map.yaml: engines: '],
  ['a: [', 'map.yaml: this is not YAML'],
  [
    'engines: [{ name: one, image: x }]',
    'map.yaml: engines.0: Unrecognized key: "image"; a map of engines is written like',
  ],
  ['engines: [{ name: one }, { name: one }]', 'map.yaml: two engines are called "one"; give one another name'],
  [
    'engines: [{ name: one, nodes: ["nod-*"] }]',
    'map.yaml: one: no node of this run is called "nod-*"; it has node-1, node-2',
  ],
  ['engines: [{ name: one, nodes: ["node.1"] }]', 'no node of this run is called "node.1"'],
  ['engines: [{ name: one, zones: [c] }]', 'map.yaml: one: there is no zone "c" in this run; it has a and b'],
  [
    'engines: [{ name: one, nodes: ["node-*"] }]',
    'map.yaml: no engine takes the nodes big-1 and spare; add them to one',
  ],
  [
    'engines: [{ name: one, nodes: ["*"] }, { name: two, nodes: ["big-*"] }]',
    'node big-1 is taken by both one and two',
  ],
])('%s is refused in a sentence', (map, sentence) => {
  expect(() => names(map)).toThrow(sentence);
});

test('several engines need names, and different ones', () => {
  expect(() => parseDockerOptions(['/a', '/b'])).toThrow(
    '--docker /a: of several engines each needs a name, as in --docker one=/a',
  );
  expect(() => parseDockerOptions(['a=/a', 'a=/b'])).toThrow('--docker: two engines are called "a"');
  expect(() =>
    checkDifferentEngines([
      { name: 'a', id: 'X' },
      { name: 'b', id: 'Y' },
      { name: 'c', id: 'X' },
    ]),
  ).toThrow('a and c are the same engine (X); name it once and give it the nodes of both');
});
