import { appOfScenario } from '../../src/experiment/orchestrated/app-of-scenario.ts';
import { kubernetesOfScenario } from '../../src/experiment/orchestrated/kubernetes-of-scenario.ts';
import { planNative } from '../../src/experiment/orchestrated/plan-native.ts';
import { specOfNative } from '../../src/experiment/orchestrated/spec-of-native.ts';
import { specOfScenario } from '../../src/experiment/orchestrated/spec-of-scenario.ts';
import { livingSpecOf } from '../../src/experiment/scenario/living-spec-of.ts';
import { planScenario } from '../../src/experiment/scenario/plan-scenario.ts';
import type { ScenarioPlan } from '../../src/experiment/scenario/scenario-plan.ts';
import { runOrchestrated } from '../../src/orchestrators/data-plane/orchestrated-run.ts';
import { orchestratorNamed } from '../../src/orchestrators/index.ts';
import { readManifests } from '../../src/orchestrators/kubernetes/manifests/read-manifests.ts';
import { runKubernetes } from '../../src/orchestrators/kubernetes/kubernetes-run.ts';
import type { DataPlaneOrchestrator } from '../../src/orchestrators/orchestrator.ts';
import { filesOfApp } from '../../src/orchestrators/translate/files-of-app.ts';
import { backfillPolicies } from '../../src/policies/backfilling/index.ts';
import { placementPolicy } from '../../src/policies/placement/index.ts';
import { queuePolicies } from '../../src/policies/queueing/index.ts';
import type { RunResult } from '../../src/sim/result.ts';
import fiveOrchestrators from '../../scenarios/five-orchestrators.yaml?raw';
import ecsStack from '../../scenarios/native/ecs/shop-stack.yaml?raw';
import marathonGroup from '../../scenarios/native/mesos/shop-group.json?raw';
import nomadJob from '../../scenarios/native/nomad/web-shop.nomad.hcl?raw';
import swarmStack from '../../scenarios/native/swarm/shop.yaml?raw';

const NAMES = {
  placements: ['best-fit', 'least-allocated'],
  queues: ['fifo'],
  backfills: ['any'],
  isPlacement: () => true,
  isBackfill: () => true,
  isFile: () => false,
};
const CONTEXT = { names: NAMES, resolvePath: (path: string) => path };

/** The shipped comparison in five minutes: a rush, a lost zone, machines that crash now and then, and a new version. */
const SHORTENED = [
  'duration=5m',
  'traffic.web.spike={ at: 20s, rise: 20s, peak: 90/s, plateau: 1m, decay: linear, fall: 30s }',
  'weather=["script(effect=down, at=2m, for=2m, zones=a)", "node-crash(preset=lanl, rate=3000)"]',
  'deployments=[{ service: cart, at: 3m, work: 1.2x, failures: 2% }]',
  'policies.orchestrator=[kubernetes, swarm, mesos, ecs, nomad, nomad+best-fit]',
];

/** A file of each orchestrator's own, and its service that users ask. */
interface OwnFile {
  readonly file: string;
  readonly text: string;
  readonly asked: string;
}
const NATIVE: Readonly<Record<DataPlaneOrchestrator, OwnFile>> = {
  swarm: { file: 'shop.yaml', text: swarmStack, asked: 'web' },
  mesos: { file: 'shop-group.json', text: marathonGroup, asked: 'storefront' },
  ecs: { file: 'shop-stack.yaml', text: ecsStack, asked: 'shop' },
  nomad: { file: 'web-shop.nomad.hcl', text: nomadJob, asked: 'web' },
};

/** Fingerprint and whole result of every run, by what ran. Pure, so that it runs in a page. */
export function orchestratorFingerprints(hash: (text: string) => string): Record<string, string> {
  const fingerprints: Record<string, string> = {};
  const told = (name: string, result: RunResult): void => {
    fingerprints[name] = `${result.fingerprint}, result ${hash(JSON.stringify(result))}`;
  };
  const { variants } = planScenario(fiveOrchestrators, { file: 'five.yaml', title: 'five', ...CONTEXT }, SHORTENED);
  for (const { policy, scenario } of variants) told(`five orchestrators, ${policy.name}`, runOfScenario(scenario));
  for (const [name, file] of Object.entries(NATIVE))
    told(`${name}, ${file.file}`, runOfFile(name as DataPlaneOrchestrator, file));
  return fingerprints;
}

function runOfScenario(scenario: ScenarioPlan): RunResult {
  const living = livingSpecOf(scenario, {
    placement: placementPolicy('least-allocated'),
    queue: queuePolicies.find((one) => one.name === 'fifo')!,
    backfill: backfillPolicies.find((one) => one.name === 'any')!,
    open: noFile,
    pods: noFile,
  });
  const { name, placement } = scenario.policies.orchestrator!;
  const files = filesOfApp(name, appOfScenario(scenario, living)).files.map((one) => ({
    file: one.name,
    text: one.text,
  }));
  const chosen = placement === undefined ? undefined : placementPolicy(placement);
  if (name === 'kubernetes') {
    const { objects } = readManifests(files.map(({ file, text }) => ({ name: file, chunks: [text] })));
    return runKubernetes(kubernetesOfScenario(living, objects, {}, chosen), { seed: 7 });
  }
  return runOrchestrated(specOfScenario(living, orchestratorNamed(name), files, {}, chosen), { seed: 7 });
}

/** A file of the orchestrator's own on machines made for it, from nothing, with a machine lost and processes that die. */
function runOfFile(name: DataPlaneOrchestrator, { file, text, asked }: OwnFile): RunResult {
  const scenario = `
orchestrator: ${name}
files: [${file}]
duration: 8m
coldStart: true
traffic: { users: { to: ${asked}, rate: 20/s, client: { timeout: 1s, retries: 1 } } }
weather:
  - script(effect=down, at=4m, for=3m, mode=one)
  - node-cut-off(mean-time-between=1h)
`;
  const { variants } = planNative(scenario, {
    file: 'native.yaml',
    title: 'native',
    nativeFilesAt: (path) => [path],
    ...CONTEXT,
  });
  const orchestrator = orchestratorNamed(name);
  const plan = variants[0].native!;
  const inputs = { read: () => ({ file, text }), open: noFile, note: () => undefined };
  return runOrchestrated(specOfNative(plan, orchestrator, inputs), { seed: 7 });
}

function noFile(): never {
  throw new Error('what is run here reads no file');
}
