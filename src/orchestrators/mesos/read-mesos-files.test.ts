import { describe, expect, test } from 'vitest';
import { InputError } from '../../sim/input-error.ts';
import { fc } from '../../../test/fuzz.ts';
import { readMesosFiles } from './read-mesos-files.ts';

const read = (...texts: (string | object)[]) =>
  readMesosFiles(
    texts.map((text, k) => ({ file: `f${k}.json`, text: typeof text === 'string' ? text : JSON.stringify(text) })),
  );
const MIB = 1024 * 1024;

test('app.raml: everything that is not written has its default', () => {
  const app = read({ id: '/a', cmd: 'x' }).apps.get('/a')!;
  expect(app).toMatchObject({
    framework: 'marathon',
    role: '*',
    resources: { cpuMilli: 1000, memBytes: 128 * MIB, diskBytes: 0, gpuCount: 0 },
    instances: 1,
    upgradeStrategy: { minimumHealthCapacity: 1, maximumOverCapacity: 1 },
    backoffUs: 1e6,
    backoffFactor: 1.15,
    maxLaunchDelayUs: 300e6,
    killSelection: 'YOUNGEST_FIRST',
    unreachableStrategy: { inactiveAfterUs: 0, expungeAfterUs: 0 },
    taskKillGraceUs: 3e6,
    requirePorts: false,
  });
  const [check] = read({ id: '/a', healthChecks: [{ protocol: 'HTTP' }] }).apps.get('/a')!.healthChecks;
  expect(check).toEqual({
    protocol: 'HTTP',
    onAgent: false,
    gracePeriodUs: 300e6,
    intervalUs: 60e6,
    timeoutUs: 20e6,
    maxConsecutiveFailures: 3,
    delayUs: 15e6,
  });
});

test('an app, a list, a group, a job, weights and quota are told apart by what is in them', () => {
  const all = read(
    { id: 'web' },
    [{ id: '/x' }, { id: '/y' }],
    { id: '/g', groups: [{ id: 'inner', apps: [{ id: 'deep', dependencies: ['../top'] }] }], apps: [{ id: 'top' }] },
    { id: 'report', run: { cpus: 1, mem: 32 } },
    [{ role: 'dev', weight: 2.5 }],
    { role: 'dev', guarantee: [{ name: 'cpus', type: 'SCALAR', scalar: { value: 12 } }] },
    { configs: [{ role: 'ops', guarantees: { mem: { value: 1 } }, limits: { mem: { value: 2 } } }] },
  );
  expect([...all.apps.keys()]).toEqual(['/web', '/x', '/y', '/g/top', '/g/inner/deep']);
  expect(all.apps.get('/g/inner/deep')!.dependencies).toEqual(['/g/top']);
  expect([...all.jobs.keys()]).toEqual(['report']);
  expect(all.weights).toEqual([{ role: 'dev', weight: 2.5 }]);
  expect(all.quotas).toEqual([
    { role: 'dev', guarantees: { cpus: 12_000 }, limits: { cpus: 12_000 } },
    { role: 'ops', guarantees: { mem: MIB }, limits: { mem: 2 * MIB } },
  ]);
  expect(all.workloads.map(({ name, kind }) => `${kind} ${name}`)).toEqual([
    'service web',
    'service x',
    'service y',
    'service g/top',
    'service g/inner/deep',
    'job report',
  ]);
});

test('host ports: as written with requirePorts or in mappings, any others are drawn; service ports are what others use', () => {
  const ports = (app: object) => {
    const { hostPorts, servicePorts } = read({ id: '/a', ...app }).apps.get('/a')!;
    return { hostPorts, servicePorts };
  };
  expect(ports({ portDefinitions: [{ port: 80 }] })).toEqual({ hostPorts: [0], servicePorts: [80] });
  expect(ports({ portDefinitions: [{ port: 80 }], requirePorts: true })).toEqual({
    hostPorts: [80],
    servicePorts: [80],
  });
  const portMappings = [{ containerPort: 8080, hostPort: 0, servicePort: 10_000 }, { containerPort: 9090 }];
  expect(ports({ container: { type: 'DOCKER', portMappings } })).toEqual({
    hostPorts: [0],
    servicePorts: [10_000, 9090],
  });
});

test('what has no effect is noted once a field, with its first place', () => {
  expect(read('{\n  "id": "/a",\n  "cmd": "x"\n}').notes).toEqual(['f0.json: without effect on a run: cmd (line 3)']);
  const app = (id: string) => ({ id, networks: [], healthChecks: [{ path: '/' }] });
  expect(read(JSON.stringify({ apps: [app('/a')], groups: [{ id: '/g', apps: [app('b')] }] }, null, 1)).notes).toEqual([
    'f0.json: without effect on a run: networks (2 times, first line 5), healthChecks.path (2 times, first line 8)',
  ]);
});

describe('faults name file, line, field and what to write instead', () => {
  test.each([
    [
      '{\n "id": "/a",\n "instanses": 3\n}',
      'f0.json:3:15: instanses: there is no such field; did you mean "instances"?',
    ],
    [
      '{"id": "/a", "constraints": [["hostname", "UNIQE"]]}',
      'constraints[0][1]: there is no "UNIQE"; did you mean "UNIQUE"?',
    ],
    ['{"id": "/a", "constraints": [["rack", "GROUP_BY"]]}', 'GROUP_BY needs the number of groups; write it like "3"'],
    ['{"id": "/a", "constraints": [["rack", "LIKE", "["]]}', '"[" is not a regular expression'],
    ['{"id": "/a", "cpus": "1"}', 'cpus: "1" is not a number; write a number without quotes'],
    ['{"id": "/a", "instances": 1.5}', 'instances: 1.5 is not a whole number'],
    ['{"id": "/A"}', '"A" cannot be part of an id'],
    ['{"cpus": 1}', 'id: it is missing; write it'],
    ['{"id": "/a", "dependencies": ["/b"]}', '/a depends on /b, and there is no app or group of that id'],
    ['[{"id": "/a"}, {"id": "/a"}]', 'the app /a is written at f0.json:1:9 already'],
    ['[{"id": "/a", "dependencies": ["/b"]}, {"id": "/b", "dependencies": ["/a"]}]', 'dependencies go in a circle'],
    ['{"id": "/a", "unreachableStrategy": "disable"}', 'did you mean "disabled"?'],
    ['{"id": "/a", "upgradeStrategy": {"minimumHealthCapacity": 2}}', '2 is more than 1'],
    ['{"id": "j", "run": {"cpus": 1}, "schedules": [{"cron": "61 * * * *"}]}', 'cannot read "61" as minute'],
    ['{"id": "j", "run": {"cpus": 1, "restart": {"policy": "ALWAYS"}}}', 'there is no "ALWAYS"'],
    ['{"configs": [{"role": "a/b", "limits": {"cpus": {"value": 1}}}]}', 'quota is on top-level roles only; write "a"'],
    ['{"configs": [{"role": "a", "limits": {"cpu": {"value": 1}}}]}', 'there is no such field; did you mean "cpus"?'],
    ['[{"role": "a", "weight": 0}]', '0 is no weight'],
    ['id: /a', 'this is not JSON'],
    ['{"id": ', 'f0.json:1'],
    ['[1, 2]', 'is an object; write fields in braces'],
  ])('%s', (text, sentence) => {
    expect(() => read(text)).toThrow(InputError);
    expect(() => read(text)).toThrow(sentence);
  });

  test('property: whatever the JSON, it is read or refused with an InputError', () => {
    const key = fc.constantFrom(
      'id',
      'apps',
      'groups',
      'run',
      'configs',
      'weight',
      'role',
      'instances',
      'constraints',
      'container',
      'schedules',
      'x',
    );
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { maxDepth: 4 },
        fc.constantFrom('/a', 'b', '*/5 * * * *', ''),
        fc.integer({ min: -3, max: 9 }),
        fc.boolean(),
        fc.constant(null),
        fc.array(tie('tree'), { maxLength: 3 }),
        fc.dictionary(key, tie('tree'), { maxKeys: 4 }),
      ),
    }));
    fc.assert(
      fc.property(fc.dictionary(key, tree, { maxKeys: 6 }), (object) => {
        try {
          read(object);
        } catch (error) {
          expect(error).toBeInstanceOf(InputError);
        }
      }),
      { numRuns: 400 },
    );
  });
});
