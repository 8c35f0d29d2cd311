import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { fixtureSpec, machineSpecs } from '../../data-plane/data-plane-fixture.ts';
import { OrchestratedRun } from '../../data-plane/orchestrated-run.ts';
import { PLAIN_PROCESS } from '../../data-plane/process-behaviour.ts';
import type { EcsLoop } from '../ecs-loop.ts';
import { ecs } from '../index.ts';

const FOLDER = 'scenarios/native/ecs';
/** Files that belong together, each in at least one set. */
const SETS: readonly (readonly string[])[] = [
  ['web-task-definition.json', 'web-service.json', 'web-target-group.json', 'web-scaling.json'],
  ['api-fargate.json', 'api-services.json'],
  ['log-agent-daemon.yaml'],
  ['queue-worker.json'],
  ['cluster-capacity.json', 'nightly-report.json'],
  ['shop-stack.yaml'],
];

const filesOf = (names: readonly string[]) =>
  names.map((name) => ({ file: `${FOLDER}/${name}`, text: readFileSync(`${FOLDER}/${name}`, 'utf8') }));

describe('files as people have them', () => {
  test('each belongs to a set', () => {
    expect(
      readdirSync(FOLDER)
        .filter((name) => /\.(json|ya?ml)$/.test(name))
        .sort(),
    ).toEqual(SETS.flat().sort());
  });

  test.each(SETS.map((names) => [names.join(', '), names] as const))(
    '%s: read without a fault, at rest after 20 minutes',
    (_title, names) => {
      const native = ecs.read(filesOf(names));
      expect(native.workloads.length).toBeGreaterThan(0);
      for (const note of native.notes)
        expect(note).toMatch(/^scenarios\/native\/ecs\/\S+?:(\d+: | without effect on a run: .*line \d+)/);
      const machines = machineSpecs(6, ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'], { instanceType: 'm5.xlarge' });
      const job = { ...PLAIN_PROCESS, runs: { kind: 'constant' as const, meanUs: 90e6 } };
      const kinds = new Map(native.workloads.map(({ name, kind }) => [name, kind]));
      const loop = ecs.loop(native, {
        constants: {},
        behaviourOf: (name) => (kinds.get(name) === 'job' ? job : PLAIN_PROCESS),
      });
      const run = new OrchestratedRun(
        fixtureSpec(loop, { durationUs: 1200e6, machines, zones: ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'] }),
        { seed: 1 },
      );
      while (run.step());
      const { services, world } = run.loop as EcsLoop;
      expect(run.loop.isQuiet()).toBe(true);
      for (const { name, kind, replicas } of native.workloads) {
        const found = services.find(({ file }) => file.name === name);
        const running = [...(found?.tasks ?? [])].filter(({ lastStatus }) => lastStatus === 'RUNNING').length;
        const scaled = native.scalableTargets.find(({ service }) => service === name);
        const wanted = kind === 'job' ? 0 : kind === 'daemon' ? world.instances.size : replicas;
        if (scaled === undefined) expect([name, running]).toEqual([name, wanted]);
        else {
          expect([name, running]).toEqual([name, found?.desiredCount]);
          expect(running).toBeGreaterThanOrEqual(scaled.min);
          expect(running).toBeLessThanOrEqual(scaled.max);
        }
      }
    },
  );

  test('what they say is what is read', () => {
    const web = ecs.read(filesOf(SETS[0]));
    expect(web.workloads[0]).toMatchObject({
      name: 'web',
      replicas: 6,
      cpuMilli: 500,
      memBytes: 768 * 2 ** 20,
      ports: [8080],
      labels: { team: 'storefront' },
    });
    expect(web.targetGroups[0]).toMatchObject({
      name: 'web',
      intervalUs: 10e6,
      healthyThreshold: 2,
      unhealthyThreshold: 3,
      deregistrationDelayUs: 30e6,
      slowStartUs: 60e6,
    });
    const api = ecs.read(filesOf(SETS[1]));
    expect(api.taskDefinitions[0]).toMatchObject({
      family: 'orders-api',
      revision: 41,
      architecture: 'arm64',
      cpuUnits: 512,
      memMib: 1024,
    });
    expect(api.services[0].placing.launchType).toBe('FARGATE');
    const batch = ecs.read(filesOf(SETS[4]));
    expect(batch.autoScalingGroups[0].instanceType).toBe('m5.xlarge');
    expect(batch.runTasks[0].placing.providers).toEqual([{ provider: 'on-demand', base: 0, weight: 1 }]);
    const shop = ecs.read(filesOf(SETS[5]));
    expect(shop.services[0]).toMatchObject({
      name: 'shop',
      cluster: 'shop',
      family: 'shop',
      desiredCount: 3,
      breaker: { rollback: true },
    });
    expect(shop.taskDefinitions[0].containers[0]).toMatchObject({
      image: '123456789012.dkr.ecr.us-east-1.amazonaws.com/shop:1.42.0',
      labels: { 'Com.Example.Team': 'shop' },
    });
    expect(shop.scalingPolicies[0]).toMatchObject({ service: 'shop', target: 70 });
    expect(shop.targetGroups[0]).toMatchObject({ name: 'TargetGroup', deregistrationDelayUs: 60e6 });
  });
});
