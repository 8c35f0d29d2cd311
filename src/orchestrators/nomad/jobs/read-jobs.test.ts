import { expect, test } from 'vitest';
import { InputError } from '../../../sim/input-error.ts';
import { nomad } from '../index.ts';
import type { NomadJob } from './nomad-jobs.ts';

const S = 1e6;
const MIB = 1024 * 1024;
const read = (text: string, file = 'web.nomad.hcl') => nomad.read([{ file, text }]);
const SMALL =
  'job "web" {\n  group "app" {\n    task "main" {\n      driver = "docker"\n      config {\n        image = "web:1"\n      }\n    }\n  }\n}\n';

test('defaults of a service (spec sections 2, 6, 7)', () => {
  const [job] = read(SMALL).jobs;
  expect(job).toMatchObject({
    type: 'service',
    priority: 50,
    datacenters: ['*'],
    nodePool: 'default',
    allAtOnce: false,
  });
  const [group] = job.groups;
  expect(group).toMatchObject({
    count: 1,
    diskMb: 300,
    restart: { attempts: 2, intervalUs: 1800 * S, delayUs: 15 * S, mode: 'fail' },
    reschedule: { unlimited: true, delayUs: 30 * S, delayFunction: 'exponential', maxDelayUs: 3600 * S },
    update: {
      maxParallel: 1,
      healthCheck: 'checks',
      minHealthyUs: 10 * S,
      healthyDeadlineUs: 300 * S,
      progressDeadlineUs: 600 * S,
      autoRevert: false,
      autoPromote: false,
      canary: 0,
      staggerUs: 30 * S,
    },
    migrate: { maxParallel: 1, minHealthyUs: 10 * S, healthyDeadlineUs: 300 * S },
    disconnect: { lostAfterUs: 0, stopOnClientAfterUs: 0, replace: true, reconcile: 'best_score' },
  });
  expect(group.tasks[0]).toMatchObject({ cpuMhz: 100, memoryMb: 300, killTimeoutUs: 5 * S, image: 'web:1' });
  const [workload] = read(SMALL).workloads;
  expect(workload).toMatchObject({ name: 'web', kind: 'service', replicas: 1, cpuMilli: 100, memBytes: 300 * MIB });
});

test('defaults of batch: 3 restarts in 24 h, one rescheduling after 5 s', () => {
  const [job] = read(SMALL.replace('{\n', '{\n  type = "batch"\n')).jobs;
  expect(job.groups[0].restart).toMatchObject({ attempts: 3, intervalUs: 86_400 * S });
  expect(job.groups[0].reschedule).toMatchObject({
    unlimited: false,
    attempts: 1,
    delayUs: 5 * S,
    delayFunction: 'constant',
  });
  expect(job.groups[0].update).toBeUndefined();
});

test('the same job in HCL, as the API has it, and in HCL’s JSON syntax', () => {
  const hcl = read(`job "web" {
    datacenters = ["dc1"]
    group "app" {
      count = 3
      constraint {
        attribute = "\${attr.cpu.arch}"
        value     = "amd64"
      }
      network {
        port "http" { to = 8080 }
      }
      task "main" {
        driver = "docker"
        config { image = "web:1" }
        env { A = "b" }
        kill_timeout = "20s"
        resources {
          cpu    = 500
          memory = 256
        }
      }
    }
  }`);
  const api = read(
    JSON.stringify({
      Job: {
        ID: 'web',
        Name: 'web',
        Datacenters: ['dc1'],
        TaskGroups: [
          {
            Name: 'app',
            Count: 3,
            Constraints: [{ LTarget: '${attr.cpu.arch}', RTarget: 'amd64', Operand: '=' }],
            Networks: [{ DynamicPorts: [{ Label: 'http', To: 8080 }] }],
            Tasks: [
              {
                Name: 'main',
                Driver: 'docker',
                Config: { image: 'web:1' },
                Env: { A: 'b' },
                KillTimeout: 20_000_000_000,
                Resources: { CPU: 500, MemoryMB: 256 },
              },
            ],
          },
        ],
      },
    }),
    'web.json',
  );
  const keyed = read(
    JSON.stringify({
      job: {
        web: {
          datacenters: ['dc1'],
          group: {
            app: {
              count: 3,
              constraint: { attribute: '${attr.cpu.arch}', value: 'amd64' },
              network: { port: { http: { to: 8080 } } },
              task: {
                main: {
                  driver: 'docker',
                  config: { image: 'web:1' },
                  env: { A: 'b' },
                  kill_timeout: '20s',
                  resources: { cpu: 500, memory: 256 },
                },
              },
            },
          },
        },
      },
    }),
    'web.json',
  );
  const plain = ({ file: _, line: __, ...job }: NomadJob) => job;
  expect(api.jobs.map(plain)).toEqual(hcl.jobs.map(plain));
  expect(keyed.jobs.map(plain)).toEqual(hcl.jobs.map(plain));
  expect(api.workloads).toEqual(hcl.workloads);
});

test('a job with several groups has a workload for each; lifecycle tasks hold what they need at the same time', () => {
  const task = (name: string, cpu: number, hook = '') =>
    `task "${name}" {\ndriver = "exec"\n${hook}\nresources {\ncpu = ${cpu}\nmemory = 100\n}\n}`;
  const sidecar = 'lifecycle {\nhook = "prestart"\nsidecar = true\n}';
  const before = 'lifecycle {\nhook = "prestart"\n}';
  const { workloads } = read(
    `job "shop" {\ngroup "a" {\n${task('m', 500)}\n${task('s', 100, sidecar)}\n${task('p', 300, before)}\n}\ngroup "b" {\n${task('m', 200)}\n}\n}`,
  );
  expect(workloads.map(({ name, cpuMilli }) => [name, cpuMilli])).toEqual([
    ['shop/a', 600],
    ['shop/b', 200],
  ]);
});

test('what has no effect is told once each, with its line', () => {
  const text = SMALL.replace(
    'driver = "docker"',
    'driver = "docker"\n      vault {\n        role = "x"\n      }\n      template {\n        data = "y"\n      }',
  );
  const { notes } = read(text);
  expect(notes).toEqual([
    'web.nomad.hcl:8: job "web" > group "app" > task "main": "template" has no effect here: files that clients render change nothing that is modelled',
    'web.nomad.hcl:5: job "web" > group "app" > task "main": "vault" has no effect here: tokens and secrets are there at once',
  ]);
});

const replaced = (from: string, to: string): string => SMALL.replace(from, to);

test.each([
  [
    replaced('driver = "docker"', 'drivr = "docker"'),
    'web.nomad.hcl:3: job "web" > group "app" > task "main" has no driver',
  ],
  [
    replaced('group "app" {', 'group "app" {\n    cuont = 2'),
    'web.nomad.hcl:3: job "web" > group "app" does not know "cuont"; did you mean "count"?',
  ],
  [
    replaced('group "app" {', 'group "app" {\n    updaet {}'),
    'web.nomad.hcl:3: job "web" > group "app" does not know the block "updaet"; did you mean "update"?',
  ],
  [replaced('group "app" {', 'group "app" {\n    count = "many"'), '"count" is "many"; write a whole number'],
  [replaced('{\n', '{\n  type = "servce"\n'), '"type" cannot be "servce"; did you mean "service"?'],
  [replaced('{\n', '{\n  priority = 200\n'), '"priority" is 200; write a number from 1 to 100'],
  [
    replaced('group "app" {', 'group "app" {\n    restart {\n      delay = "15 sec"\n    }'),
    '"delay" is "15 sec"; write a duration like "30s"',
  ],
  [
    replaced('group "app" {', 'group "app" {\n    update {\n      min_healthy_time = "10m"\n    }'),
    'has a healthy_deadline that is not after its min_healthy_time',
  ],
  [
    replaced('group "app" {', 'group "app" {\n    restart {\n      attempts = 10\n      interval = "1m"\n    }'),
    'which do not fit into the interval of 60 s',
  ],
  [
    replaced(
      'group "app" {',
      'group "app" {\n    spread {\n      attribute = "${node.datacenter}"\n      target "a" {\n        percent = 80\n      }\n      target "b" {\n        percent = 40\n      }\n    }',
    ),
    'has targets of 120 percent together',
  ],
  [
    replaced(
      'group "app" {',
      'group "app" {\n    constraint {\n      attribute = "${node.class}"\n      operator = "=~"\n      value = "x"\n    }',
    ),
    '"operator" cannot be "=~"',
  ],
  [replaced('{\n', '{\n  type = "batch"\n  periodic {\n    cron = "* * *"\n  }\n'), 'has 3 fields instead of five'],
  [replaced('{\n', '{\n  periodic {\n    cron = "@daily"\n  }\n'), 'is for batch and sysbatch jobs'],
  ['variable "x" {}\n', 'variable "x" has no default'],
  ['locals {\n  a = local.b\n  b = local.a\n}\n', 'web.nomad.hcl:2: local "a" needs itself'],
  ['jobb "x" {}\n', 'a job file has no block "jobb"; did you mean "job"?'],
  ['', 'there is no job in this file'],
  [`${SMALL}${SMALL}`, 'there is a job "web" in web.nomad.hcl:1 already'],
])('a fault is told with file, line, field and what to write: %#', (text, sentence) => {
  expect(() => read(text)).toThrow(InputError);
  expect(() => read(text)).toThrow(sentence);
});

test.each([
  [
    '{"Job": {"ID": "a", "TaskGroups": [{"Name": "g", "Cuont": 2, "Tasks": [{"Name": "t", "Driver": "exec"}]}]}}',
    'does not know "Cuont"; did you mean "count"?',
  ],
  ['{"Job": {"ID": "a",}', 'a.json:1: is no JSON'],
  ['{"Jobb": 1}', 'a.json:1: there is no job in this file'],
  ['{"Job": 1}', 'a.json:1: "job" must be an object'],
])('faults in JSON: %s', (text, sentence) => {
  expect(() => read(text, 'a.json')).toThrow(InputError);
  expect(() => read(text, 'a.json')).toThrow(sentence);
});
