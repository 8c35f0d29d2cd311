import { describe, expect, test } from 'vitest';
import { InputError } from '../../../sim/input-error.ts';
import { fc } from '../../../../test/fuzz.ts';
import { filesOf, service, taskDefinition } from '../ecs-fixture.ts';
import { isFargateSize, nearestFargateSize } from './fargate-sizes.ts';
import { readEcsFiles } from './read-files.ts';

const read = (...objects: object[]) => readEcsFiles(filesOf(...objects));
const fargate = (cpu: string, memory: string) =>
  taskDefinition('web', {}, { requiresCompatibilities: ['FARGATE'], networkMode: 'awsvpc', cpu, memory });

describe('defaults', () => {
  test('of a service: 100/200, no breaker, no grace; of a DAEMON 0/100 (service_definition_parameters)', () => {
    const { services } = read(
      taskDefinition('web'),
      service('web', 2),
      service('agent', 0, { taskDefinition: 'web', schedulingStrategy: 'DAEMON' }),
    );
    expect(services[0]).toMatchObject({
      minimumHealthyPercent: 100,
      maximumPercent: 200,
      healthGraceUs: 0,
      rebalancing: false,
      cluster: 'default',
    });
    expect(services[0].breaker).toBeUndefined();
    expect(services[1]).toMatchObject({ minimumHealthyPercent: 0, maximumPercent: 100, daemon: true });
  });

  test('of a container: essential, 30 s to stop, health checks each 30 s, 5 s, 3 times', () => {
    const { taskDefinitions } = read(taskDefinition('web', { healthCheck: { command: ['CMD', 'x'] } }));
    const [container] = taskDefinitions[0].containers;
    expect(container).toMatchObject({ essential: true, stopTimeoutUs: 30e6 });
    expect(container.healthCheck).toEqual({ intervalUs: 30e6, timeoutUs: 5e6, retries: 3, startPeriodUs: 0 });
  });

  test('a task reserves its own size, else the sum of its containers, reservations before limits', () => {
    const containers = {
      containerDefinitions: [
        { name: 'a', image: 'a', cpu: 100, memory: 512, memoryReservation: 256 },
        { name: 'b', image: 'b', cpu: 28, memory: 128 },
      ],
    };
    expect(read({ family: 'x', ...containers }).taskDefinitions[0]).toMatchObject({ cpuUnits: 128, memMib: 384 });
    expect(read({ family: 'x', ...containers, cpu: '.25 vCPU', memory: '1GB' }).taskDefinitions[0]).toMatchObject({
      cpuUnits: 256,
      memMib: 1024,
    });
  });

  test('revisions count up within a family; a service takes the one it names, else the latest', () => {
    const files = [
      taskDefinition('web'),
      taskDefinition('web', { image: 'web:2' }),
      service('web', 1, { taskDefinition: 'arn:aws:ecs:eu-west-1:1:task-definition/web:1' }),
    ];
    expect(read(...files).workloads[0].image).toBe('web:1');
    expect(read(...files.slice(0, 2), service('web', 1)).workloads[0].image).toBe('web:2');
  });
});

describe('Fargate sizes: Developer Guide, task-cpu-memory-error', () => {
  test.each([
    [256, 512, true],
    [256, 2048, true],
    [256, 1536, false],
    [512, 4096, true],
    [512, 512, false],
    [1024, 8192, true],
    [2048, 3072, false],
    [4096, 30_720, true],
    [8192, 20_480, true],
    [8192, 18_432, false],
    [16_384, 122_880, true],
    [300, 1024, false],
  ])('%d units with %d MiB: %s', (cpu, memory, is) => {
    expect(isFargateSize(cpu, memory)).toBe(is);
  });

  test('the nearest one holds at least as much', () => {
    expect(nearestFargateSize(300, 900)).toEqual({ cpuUnits: 512, memMib: 1024 });
    expect(nearestFargateSize(256, 3000)).toEqual({ cpuUnits: 512, memMib: 3072 });
    expect(() => read(fargate('256', '3000'))).toThrow(
      'file-1.json:16: memory of task definition "web" does not make a size that Fargate has: cpu 256 with memory 3000; write "cpu": "512", "memory": "3072"',
    );
  });
});

describe('what is wrong is said with file, line, field and what to write', () => {
  test.each([
    [
      [{ ...taskDefinition('web'), netwrokMode: 'bridge' }],
      'file-1.json:11: task definition "web" has no field "netwrokMode"; did you mean "networkMode"?',
    ],
    [
      [taskDefinition('web'), service('web', 1, { desiredcount: 2 })],
      'file-2.json:5: service "web" has no field "desiredcount"; did you mean "desiredCount"?',
    ],
    [
      [taskDefinition('web'), service('wbe', 1, { taskDefinition: 'wbe' })],
      'file-2.json:1: taskDefinition of "wbe" is "wbe", and no file has it; did you mean "web"?',
    ],
    [
      [taskDefinition('web'), service('web', 1, { launchType: 'FARGTE' })],
      'file-2.json:5: launchType of service "web" is "FARGTE"; did you mean "FARGATE"?',
    ],
    [
      [taskDefinition('web'), service('web', 1, { launchType: 'FARGATE' })],
      'write "requiresCompatibilities": ["FARGATE"] there',
    ],
    [[taskDefinition('web', { memory: undefined })], 'memory of container "app" of "web" is missing'],
    [
      [taskDefinition('web', { dependsOn: [{ containerName: 'ap', condition: 'START' }] })],
      'has no container "ap" for "app" to depend on; did you mean "app"?',
    ],
    [
      [
        taskDefinition('web'),
        service('web', 1, { placementConstraints: [{ type: 'memberOf', expression: 'attribute:a = b' }] }),
      ],
      'file-2.json:8: expression of placementConstraints: column 13',
    ],
    [
      [taskDefinition('web'), service('web', 1, { placementStrategy: [{ type: 'binpack', field: 'disk' }] })],
      'write "cpu" or "memory"',
    ],
    [[taskDefinition('web'), service('web', 1, { deploymentConfiguration: { maximumPercent: 50 } })], 'maximumPercent'],
    [
      [
        taskDefinition('web'),
        service('web', 1, { loadBalancers: [{ targetGroupArn: 'x', containerName: 'app', containerPort: 80 }] }),
      ],
      'names port 80 of container "app"',
    ],
    [
      [
        taskDefinition('web'),
        service('web', 1, { capacityProviderStrategy: [{ capacityProvider: 'spott', weight: 1 }] }),
      ],
      'capacity provider "spott" of service "web" is in no file',
    ],
    [
      [taskDefinition('web'), service('web', 1), service('web', 1)],
      'service "web" is there twice, first in file-2.json:1',
    ],
    [[{ hello: 1 }], 'file-1.json:1: this is no object of Amazon ECS'],
    [
      [{ Name: 'web', HealthCheckIntervalSeconds: 2 }],
      'HealthCheckIntervalSeconds of target group "web" is 2; write a number from 5 to 300',
    ],
    [
      [{ ServiceNamespace: 'ecs', ResourceId: 'service/x/web', MinCapacity: 1, MaxCapacity: 3 }],
      'names the service "web", and no file has it',
    ],
    [
      [{ AutoScalingGroupName: 'g', MinSize: 3, MaxSize: 2 }],
      'MaxSize of Auto Scaling group "g" is 2, less than MinSize, 3',
    ],
  ])('%#', (objects, sentence) => {
    expect(() => read(...objects)).toThrow(InputError);
    expect(() => read(...objects)).toThrow(sentence);
  });

  test('text that is no JSON', () => {
    expect(() => readEcsFiles([{ file: 'a.json', text: '{ "family": ' }])).toThrow(
      /^a\.json:\d+: this is neither JSON nor YAML/,
    );
    expect(() => readEcsFiles([{ file: 'a.json', text: '['.repeat(100_000) }])).toThrow('nested');
  });
});

test('what has no effect is one sentence a file, with field and line; empty fields of skeletons are not', () => {
  const { notes } = read({
    ...taskDefinition('web', { environment: [], user: '', privileged: true }),
    taskRoleArn: 'arn:x',
  });
  expect(notes).toEqual([
    'file-1.json: without effect on a run: privileged of container (line 11), taskRoleArn of task definition (line 14)',
  ]);
});

test('whatever a file holds, it is read or refused with a sentence', () => {
  const good = JSON.stringify([
    taskDefinition('web'),
    service('web', 2),
    { Name: 'tg' },
    { AutoScalingGroupName: 'g', MaxSize: 2 },
  ]);
  fc.assert(
    fc.property(
      fc.nat(good.length - 1),
      fc.constantFrom('', '"', '{', '[', '0', '-1', 'null', ':', ',', '}', '1e999', 'x'),
      fc.nat(6),
      (at, put, cut) => {
        try {
          readEcsFiles([{ file: 'a.json', text: good.slice(0, at) + put + good.slice(at + cut) }]);
        } catch (error) {
          expect(error).toBeInstanceOf(InputError);
          expect((error as Error).message).toMatch(/^a\.json:\d+/);
        }
      },
    ),
    { numRuns: 400 },
  );
});
