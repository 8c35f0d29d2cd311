import { expect, test } from 'vitest';
import { EVERYTHING } from '../../../test/everything-scenario.ts';
import { builtInNames } from '../policy-catalogue.ts';
import { planScenario } from './plan-scenario.ts';

const context = {
  file: 's.yaml',
  title: 's',
  names: builtInNames(() => false),
  resolvePath: (path: string) => path,
};

const fault = (text: string): string => {
  try {
    planScenario(text, context);
  } catch (error) {
    expect((error as Error).name).toBe('InputError');
    return (error as Error).message;
  }
  return 'no fault';
};

const SMALL = `cluster: { zones: [a, b], groups: { big: { cpu: 4, memory: 8Gi, count: 2 } } }
services:
  web: { calls: [db] }
  db: {}
traffic: { web: 10/s }
`;

/** The scenario with one service more written like this, on line 5. */
const withService = (fields: string): string => SMALL.replace('traffic', `  own: { ${fields} }\ntraffic`);

test('a scenario in which nearly every field stands is planned', () => {
  const { variants, seeds } = planScenario(EVERYTHING, context);
  expect([variants.length, seeds]).toEqual([4, [1, 2]]);
});

test.each([
  [
    'calls in a circle',
    SMALL.replace('db: {}', 'db: { calls: [web] }'),
    '4:16: services.db.calls: calls lead in a circle, web -> db -> web, and no request would ever end; remove one of them',
  ],
  [
    'a service that calls itself',
    withService('calls: [own]'),
    '5:17: services.own.calls: calls lead in a circle, own -> own, and no request would ever end; remove one of them',
  ],
  [
    'a circle that is long',
    `cluster: 9 x 4cpu 8Gi\nservices:\n${Array.from({ length: 6000 }, (_, k) => `  s${k}: { calls: [s${(k + 1) % 6000}] }\n`).join('')}`,
    '6002:19: services.s5999.calls: calls lead in a circle, s0 -> s1 -> s2 -> s3 -> s4 -> s5 -> ... -> s5996 -> s5997 -> s5998 -> s5999 -> s0, and no request would ever end; remove one of them',
  ],
  [
    'users who never think',
    `duration: 1h\nmodel: discrete\n${SMALL.replace('calls: [db]', 'work: 10us').replace('10/s', '{ users: 3000, think: 0s }')}`,
    // 20 replicas of 10 places serve 20 million a second, 7.2e10 in an hour; 3,000 users could ask for more.
    '7:17: traffic.web: some 7.2e+10 requests are too many to follow one by one; write model: auto or fluid, or run shorter',
  ],
  [
    'a recording that begins at no time',
    SMALL.replace('10/s', '{ series: { file: a.csv, from: 199-807-07 15:00 } }'),
    '5:48: traffic.web.series.from: "199-807-07 15:00" is neither a date nor a time from the beginning; write it like 1998-07-07 18:00 or 30h',
  ],
  ['seeds that run backwards', `seeds: 5..1\n${SMALL}`, '1:8: seeds: the range "5..1" runs backwards; write "1..5"'],
  ['a name that every object has', `${SMALL}__proto__: 1\n`, '6:12: nothing can be called "__proto__"; rename it'],
  [
    'a second document',
    `${SMALL}---\n${SMALL}`,
    '6:1: a second document begins here, and only one is read; split the file',
  ],
  [
    'services that wait for each other',
    withService('startsAfter: [own]'),
    '5:23: services.own.startsAfter: own -> own wait for each other, and none would ever start; remove one of them',
  ],
  [
    'a CPU limit below the request',
    withService('cpu: 1, cpuLimit: 500m'),
    '5:28: services.own.cpuLimit: the limit 500m is below the request 1000m; raise the limit or lower cpu',
  ],
  [
    'a memory limit below the request',
    withService('memory: 1Gi, memoryLimit: 512Mi'),
    '5:36: services.own.memoryLimit: the limit 512Mi is below the request 1Gi; raise the limit or lower memory',
  ],
  [
    'a replica larger than every node',
    withService('cpu: 8'),
    '5:8: services.own: a replica requests 8000m CPU, 512Mi of memory, which no node has; the largest, big-1, has 4000m and 8Gi',
  ],
  ['min above max', withService('min: 5, max: 3'), '5:15: services.own.min: min 5 is above max 3; swap them'],
  [
    'more replicas than max',
    withService('replicas: 5, max: 3'),
    '5:28: services.own.max: max 3 is below replicas 5; raise max or lower replicas',
  ],
  [
    'a group whose min is above max',
    SMALL.replace('count: 2', 'count: 2, min: 3, max: 2'),
    '1:80: cluster.groups.big.min: min 3 is above max 2; swap them',
  ],
  [
    'a zone that is not there',
    SMALL.replace('count: 2', 'zones: [c]'),
    '1:73: cluster.groups.big.zones[0]: the cluster has no zone "c"; did you mean "a"?',
  ],
  [
    'a zone of clients that is not there',
    SMALL.replace('web: 10/s', 'web: { rate: 10/s, from: x }'),
    '5:37: traffic.web.from: the cluster has no zone "x"; did you mean "a"?',
  ],
  [
    'traffic for nobody',
    SMALL.replace('web: 10/s', 'wbe: 10/s'),
    '5:17: traffic.wbe: there is no service "wbe"; did you mean "web"?',
  ],
  [
    'traffic without a rate',
    SMALL.replace('10/s', '{ to: db }'),
    '5:17: traffic.web: it does not say how many requests; write rate: 200/s, or another shape',
  ],
  ['a negative rate', SMALL.replace('10/s', '-10/s'), '5:17: traffic.web: "-10/s" is negative; write it like 200/s'],
  ['a negative replica count', withService('replicas: -1'), '5:20: services.own.replicas must be at least 0, not -1'],
  [
    'a duration of nothing',
    `duration: 0s\n${SMALL}`,
    '1:11: duration: "0s" is no time at all; write a time above 0 such as 30s',
  ],
  ['no number', withService('priority: .nan'), '5:20: services.own.priority must be a number, not NaN'],
  [
    'an unknown instance type',
    'cluster: 3 x m5.xlrage\nservices: { web: {} }\n',
    '1:10: cluster: there is no instance type "m5.xlrage"; did you mean "m5.xlarge"?',
  ],
  [
    'an unknown service in weather',
    `${SMALL}weather: ["replica-crash(service=wbe)"]\n`,
    '6:11: weather[0]: there is no service "wbe"; did you mean "web"?',
  ],
  [
    'weather without end',
    `${SMALL}weather: ["script(effect=down, at=1us, for=1us, every=2us)"]\n`,
    '6:11: weather[0]: it makes more than 50000 events in 3600 s; write longer times between them',
  ],
  [
    'a policy for a service nobody has',
    `${SMALL}policies: { scaling: { wbe: fixed } }\n`,
    '6:29: policies.scaling.wbe: there is no service "wbe"; did you mean "web"?',
  ],
  [
    'a node policy that could do nothing',
    `${SMALL}policies: { nodes: cluster-autoscaler }\n`,
    '6:20: policies.nodes: no group of nodes may grow or shrink, so it has nothing to decide; give a group min and max',
  ],
  [
    'an objective without room',
    `${SMALL}objectives: [web 100%]\n`,
    '6:14: objectives[0]: "100%" leaves no room for a single fault; write a share between, such as 99.9%',
  ],
  [
    'too many measurements',
    `duration: 60d\nmetrics: { scrape: 1s }\n${SMALL}`,
    '2:20: metrics.scrape: a scrape every 1 s makes 5184000 measurements, and 1000000 are the most; scrape less often or run shorter',
  ],
  [
    'too many requests to follow',
    `model: discrete\n${SMALL.replace('10/s', '100M/s')}`,
    '6:17: traffic.web: some 3.6e+11 requests are too many to follow one by one; write model: auto or fluid, or run shorter',
  ],
  [
    'nothing that runs',
    'cluster: 1 x 4cpu 8Gi\n',
    '1:1: services: nothing runs in this scenario; write at least one service, or jobs',
  ],
  [
    'an empty list',
    SMALL.replace('10/s', '[]'),
    '5:17: traffic.web: the list is empty; write at least one value, or leave the field out',
  ],
  [
    'oneOf beside something else',
    SMALL.replace('10/s', '{ oneOf: [1/s, 2/s], to: db }'),
    '5:42: traffic.web has "to" beside oneOf; put it into each of the alternatives',
  ],
  [
    'a service with a name that cannot be',
    SMALL.replace('db: {}', 'db: {}\n  "a b": {}'),
    '5:3: services: "a b" is not a name; write letters, digits, - and _, a letter first',
  ],
  [
    'a trace without its folder',
    SMALL.replace('10/s', '{ series: { preset: worldcup98 } }'),
    '5:27: traffic.web.series: "trace:worldcup98/requests_per_minute.csv" is looked for below BATON_TRACE_DIR, which is not set; set it to the folder of your traces, or add a made shape under "otherwise"',
  ],
  [
    'a tag',
    withService('cpu: !!binary aGVsbG8='),
    '5:24: a value with a tag such as !!binary is not known here; write plain text',
  ],
  [
    'broken YAML',
    SMALL.replace('{ calls: [db] }', '{ calls: [db }'),
    '3:21: this is not YAML: flow sequence in block collection must be sufficiently indented and end with a ]',
  ],
])('%s', (_what, text, sentence) => {
  expect(fault(text)).toBe(`s.yaml:${sentence}`);
});

test('users are counted by what replicas can serve at most', () => {
  // 3 million users with 5 s of thought and 20 ms of work could ask 600,000 times a second, 2.1e9 times in an hour;
  // 20 replicas of 10 places serve 10,000 a second.
  const users = SMALL.replace('10/s', '{ users: 3000000 }');
  expect(fault(`duration: 1h\nmodel: discrete\n${users}`)).toBe('no fault');
});

test('a region that only objects know is no region', () => {
  const text = SMALL.replace('zones:', 'carbon: constructor, zones:');
  expect(fault(text)).toContain('no carbon intensity known for the region "constructor"');
});

test('--set names nothing that every object has', () => {
  expect(() => planScenario(SMALL, context, ['services.__proto__.cpu=1'])).toThrow(
    '--set services.__proto__.cpu=1: nothing can be called "__proto__"; name another field',
  );
  expect(() => planScenario(SMALL, context, ['seeds=5..1'])).toThrow(
    '--set seeds=5..1: seeds: the range "5..1" runs backwards; write "1..5"',
  );
});

test('lists that multiply beyond measure are refused before they fill the memory', () => {
  const many = `[${Array.from({ length: 40 }, (_, k) => k + 1).join(', ')}]`;
  const text = withService(`replicas: ${many}, concurrency: ${many}, priority: ${many}, imageLayers: ${many}`);
  expect(fault(text)).toBe('s.yaml:1:1: its lists multiply to 2560000 variants, and 2000 are the most; shorten a list');
});

test('aliases that multiply, hold themselves or nest too deeply are refused', () => {
  const bomb = Array.from({ length: 12 }, (_, k) => `a${k + 1}: &a${k + 1} [${Array(9).fill(`*a${k}`).join(', ')}]`);
  expect(fault(`a0: &a0 x\n${bomb.join('\n')}\n`)).toMatch(/^s\.yaml:2:\d+: the file's aliases \(\*name\) stand for/);
  expect(fault('cluster: &c [*c]\n')).toMatch(/^s\.yaml:1:14: the file's aliases/);
  expect(fault(`cluster: ${'['.repeat(60)}${']'.repeat(60)}\n`)).toMatch(/^s\.yaml:1:\d+: maps and lists are nested/);
  expect(fault(`cluster: ${'['.repeat(200_000)}`)).toMatch(/^s\.yaml:1:\d+: /);
});

test('a made shape stands in for a trace that is not there, with a remark', () => {
  const text = SMALL.replace('10/s', '{ series: { preset: worldcup98, peak: 50/s }, otherwise: { rate: 7/s } }');
  expect(planScenario(text, context).notes).toEqual([
    'BATON_TRACE_DIR is not set, so traffic "web" has a made shape in place of worldcup98/requests_per_minute.csv',
  ]);
  const there = planScenario(text, { ...context, traceDirectory: '/traces' });
  expect(there.notes).toEqual([]);
  expect(there.variants[0].scenario.traffic).toMatchObject({
    web: { series: { file: '/traces/worldcup98/requests_per_minute.csv' } },
  });
});
