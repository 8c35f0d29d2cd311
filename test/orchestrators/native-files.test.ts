import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openNamed, plannedScenarios } from '../../src/experiment/local/scenarios-here.ts';
import { OrchestratedRun } from '../../src/orchestrators/data-plane/orchestrated-run.ts';
import { folderWith } from '../cli/baton.ts';
import { projectFiles } from '../project-files.ts';
import { opened } from './opened-scenario.ts';

/** The run that naming a path alone means. */
async function runOf(path: string): Promise<Awaited<ReturnType<typeof opened>> & { run: OrchestratedRun }> {
  const named = openNamed(path, []);
  if (named.kind !== 'scenario') throw new Error(`${path} is no scenario`);
  const planned = plannedScenarios([named.planned], [1]);
  const [plan] = planned.runs((policy) => policy, planned.digests());
  const one = await opened(plan);
  if (!(one.run instanceof OrchestratedRun)) throw new Error(`${path} is of Kubernetes`);
  return { ...one, run: one.run };
}

const FILES = projectFiles(/^scenarios\/native\/[a-z]+\/[^/]+$/);
// Stacks of their own, of which several publish port 80.
const FOLDERS = ['mesos', 'ecs', 'nomad'].map((name) => `scenarios/native/${name}`);
// A file of ECS may be beside a service, as weights are beside apps, and means nothing without it.
const ALONE = FILES.filter((path) => !path.includes('/ecs/') && !path.endsWith('weights.json'));

test.each([...FOLDERS, ...ALONE])('%s runs by its name alone', async (path) => {
  const { run, result } = await runOf(path);
  while (run.step());
  const { counts, living } = result();
  expect(counts.arrived).toBe(counts.finished + counts.running + counts.pending + counts.refused + counts.killed);
  expect(JSON.stringify([living!.notes, living!.waiting])).not.toMatch(/undefined|NaN|\[object Object\]/);
});

const SWARM = 'services:\n  web: { image: "shop/web:1", deploy: { replicas: 2 } }\n  old: { image: "shop/old:1" }\n';
const APP = (id: string): object => ({
  id,
  instances: 2,
  cpus: 0.2,
  mem: 64,
  cmd: 'sleep 1d',
  container: { docker: { image: `shop${id}:1` } },
});
const TASK = (name: string): object => ({
  family: name,
  containerDefinitions: [{ name, image: `shop/${name}:1`, cpu: 128, memory: 128 }],
});
const JOB = (name: string): string =>
  `job "${name}" {\n group "${name}" {\n count = 2\n task "${name}" {\n driver = "docker"\n config {\n image = "shop/${name}:1"\n }\n }\n }\n}\n`;

/** Steps in each system's own words: web from 2 to 5, machine general-1 emptied, old removed, more applied. */
const SYSTEMS: readonly [string, Readonly<Record<string, string>>, readonly string[]][] = [
  [
    'swarm',
    { 'a.yml': SWARM, 'more.yml': 'services:\n  more: { image: "shop/more:1" }\n' },
    [
      'docker service scale web=5',
      'docker node update --availability drain general-1',
      'docker service rm old',
      'docker stack deploy -c more.yml shop',
      'docker service update --image shop/web:2 web',
    ],
  ],
  [
    'mesos',
    { 'a.json': JSON.stringify([APP('/web'), APP('/old')]), 'more.json': JSON.stringify(APP('/more')) },
    [
      'dcos marathon app update /web instances=5',
      'drain general-1',
      'dcos marathon app remove /old',
      'apply more.json',
      'update web shop/web:2',
    ],
  ],
  [
    'ecs',
    {
      'a.json': JSON.stringify([
        TASK('web'),
        { serviceName: 'web', taskDefinition: 'web', desiredCount: 2 },
        TASK('old'),
        { serviceName: 'old', taskDefinition: 'old', desiredCount: 1 },
      ]),
      'more.json': JSON.stringify([TASK('more'), { serviceName: 'more', taskDefinition: 'more', desiredCount: 1 }]),
    },
    [
      'aws ecs update-service --service web --desired-count 5',
      'aws ecs update-container-instances-state --container-instances general-1 --status DRAINING',
      'remove old',
      'apply more.json',
      'update web shop/web:2',
    ],
  ],
  [
    'nomad',
    { 'a.hcl': JOB('web') + JOB('old'), 'more.hcl': JOB('more') },
    [
      'nomad job scale web 5',
      'nomad node drain -enable general-1',
      'nomad job stop old',
      'nomad job run more.hcl',
      'update web shop/web:2',
    ],
  ],
];

describe.each(SYSTEMS)('%s', (name, files, steps) => {
  test('steps in its own words are done: scaled, drained, removed, applied, updated', async () => {
    const scenario = {
      orchestrator: name,
      files: [Object.keys(files)[0]],
      duration: '40m',
      cluster: { groups: { general: { instance: 'm5.large', count: 4 } } },
      traffic: { web: '5/s' },
      weather: ['script(effect=down, at=30m, for=2m, nodes=general-2)'],
      steps: steps.map((run, index) => ({ at: `${1 + 4 * index}m`, run })),
    };
    const folder = folderWith({ ...files, 'n.yaml': JSON.stringify(scenario) });
    const { run, result } = await runOf(join(folder, 'n.yaml'));
    while (run.step());
    const up = [...run.containers.all()].filter(({ state }) => state === 'up').map(({ order }) => order);
    const of = (image: string): number => up.filter((order) => order.image === image).length;
    expect(['shop/web:1', 'shop/web:2', 'shop/old:1'].map(of)).toEqual([0, 5, 0]);
    expect(of('shop/more:1')).toBeGreaterThan(0);
    expect(up.some(({ machine }) => run.machines.specs[machine].name === 'general-1')).toBe(false);
    const { services, happenings, incidents } = result().living!;
    expect(services.map(({ service }) => service)).toContain(services.find(({ arrived }) => arrived > 0)!.service);
    expect(services.find(({ arrived }) => arrived > 0)!.served).toBeGreaterThan(10_000);
    expect(happenings.length).toBeGreaterThan(0);
    expect(incidents!.map(({ about }) => about)).toEqual(['general-2']);
  });
});
