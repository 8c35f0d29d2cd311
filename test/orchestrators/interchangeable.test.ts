import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { OrchestratedRun } from '../../src/orchestrators/data-plane/orchestrated-run.ts';
import { baton, folderWith } from '../cli/baton.ts';
import { opened, plansOfText } from './opened-scenario.ts';

const NAMES = ['kubernetes', 'swarm', 'mesos', 'ecs', 'nomad'] as const;

const scenario = (choice: string, service = ''): string => `
duration: 2m
cluster: { groups: { big: { cpu: 8, memory: 32Gi, count: 2, labels: { disk: ssd } }, small: { cpu: 4, memory: 16Gi, count: 2 } } }
services: { web: { cpu: 500m, memory: 512Mi, replicas: 6, ${service} } }
policies: { orchestrator: ${choice} }
`;

/** Replicas by machine at the end, those without any left out. */
async function placed(choice: string, service = ''): Promise<Record<string, number>> {
  const { run, result } = await opened(plansOfText(scenario(choice, service))[0]);
  while (run.step());
  expect(result().living!.services.map(({ atEnd }) => atEnd)).toEqual([{ desired: 6, ready: 6 }]);
  const counts: Record<string, number> = {};
  const count = (machine: string): void => void (counts[machine] = (counts[machine] ?? 0) + 1);
  if (run instanceof OrchestratedRun) {
    for (const { order, state } of run.containers.all())
      if (state === 'up') count(run.machines.specs[order.machine].name);
  } else for (const { spec } of run.api.pods.all()) count(spec.nodeName!);
  return counts;
}

describe.each(NAMES)('%s', (name) => {
  test('best-fit packs, worst-fit and node-spread do not', async () => {
    // Six of half a core fit on one small machine, which the first of them goes to as the fullest.
    expect(Object.values(await placed(`${name}+best-fit`))).toEqual([6]);
    expect(Object.keys(await placed(`${name}+best-fit`))[0]).toMatch(/^small-/);
    // The emptiest by share: two on each big one for one on each small one.
    expect(await placed(`${name}+worst-fit`)).toEqual({ 'big-1': 2, 'big-2': 2, 'small-1': 1, 'small-2': 1 });
    expect(Object.keys(await placed(`${name}+node-spread`))).toHaveLength(4);
  });

  test('its own filters still hold', async () => {
    const onSsd = await placed(`${name}+best-fit`, 'nodeLabels: { disk: ssd }');
    expect(Object.keys(onSsd).every((machine) => machine.startsWith('big-'))).toBe(true);
    expect(Object.values(onSsd)).toEqual([6]);
  });

  test('FGD chooses, too', async () => {
    const counts = Object.values(await placed(`${name}+fgd`));
    expect(counts.reduce((sum, one) => sum + one, 0)).toBe(6);
  });
});

test("a user's own policy file chooses for each of them", () => {
  const mine =
    "export default { name: 'mine', score: (_pod: unknown, node: { cpuFreeMilli: number }) => -node.cpuFreeMilli };\n";
  const folder = folderWith({ 'mine.ts': mine, 's.yaml': scenario('swarm') });
  const orchestrators = NAMES.map((name) => `${name}+./mine.ts`).join();
  const { code, stderr } = baton(
    folder,
    'compare',
    's.yaml',
    '--orchestrators',
    orchestrators,
    '--seeds',
    '1',
    '--out',
    'o',
  );
  expect([code, stderr.replaceAll(/^\d+\/\d+ .*\n/gm, '')]).toEqual([0, '']);
  const { runs } = JSON.parse(readFileSync(join(folder, 'o', 'result.json'), 'utf8')) as {
    runs: { result: { curves: { nodesUsed: number[] } } }[];
  };
  expect(runs.map(({ result }) => Math.max(...result.curves.nodesUsed))).toEqual([1, 1, 1, 1, 1]);
});

test('who is not known is told where it stands, with what there is', () => {
  const fault = (choice: string) => () => plansOfText(scenario(choice));
  expect(fault('swarm+bestfit')).toThrow(
    'test.yaml:5:27: policies.orchestrator: there is no placement policy called "bestfit"; did you mean "best-fit"?',
  );
  expect(fault('{ name: nomad, placement: worst-fitt }')).toThrow(
    /^test\.yaml:5:\d+: policies\.orchestrator: there is no placement policy called "worst-fitt"; did you mean "worst-fit"\?$/,
  );
});

test.each(['classic-spread', 'classic-binpack', 'classic-random'])('the old Swarm chooses by %s', async (strategy) => {
  const counts = Object.values(await placed(`swarm+${strategy}`));
  if (strategy === 'classic-binpack') expect(counts).toEqual([6]);
  else expect(counts.length).toBeGreaterThan(1);
});
