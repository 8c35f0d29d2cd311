import { appOfScenario } from '../src/experiment/orchestrated/app-of-scenario.ts';
import { specOfScenario } from '../src/experiment/orchestrated/spec-of-scenario.ts';
import { builtInNames } from '../src/experiment/policy-catalogue.ts';
import { livingSpecOf } from '../src/experiment/scenario/living-spec-of.ts';
import { planScenario } from '../src/experiment/scenario/plan-scenario.ts';
import type { OrchestratedSpec } from '../src/orchestrators/data-plane/orchestrated-spec.ts';
import { orchestratorNamed } from '../src/orchestrators/index.ts';
import type { DataPlaneOrchestrator } from '../src/orchestrators/orchestrator.ts';
import { filesOfApp } from '../src/orchestrators/translate/files-of-app.ts';
import { backfillPolicy } from '../src/policies/backfilling/index.ts';
import { builtInPlacement } from '../src/policies/placement/index.ts';
import { queuePolicy } from '../src/policies/queueing/index.ts';

/** Every tenth service gets requests. */
const isBusy = (service: number): boolean => service % 10 === 0;

/** How large and how long. */
export interface FleetSize {
  readonly machines: number;
  readonly services: number;
  /** Of each service. */
  readonly replicas: number;
  readonly minutes: number;
}

/**
 * A fleet in three zones: a tenth of the services gets requests, few and long, with a rush that their scaling answers; machines
 * crash (one of 300 every two minutes or so), a zone is lost for five minutes, and two services get new versions.
 */
function scenarioOf({ machines, services, replicas, minutes }: FleetSize): object {
  const names = Array.from({ length: services }, (_, k) => `service-${k}`);
  const perReplica = 0.05;
  return {
    duration: `${minutes}m`,
    model: 'discrete',
    cluster: {
      zones: ['a', 'b', 'c'],
      groups: { node: { cpu: 8, memory: '32Gi', count: machines, boot: '90s', price: '$0.4/h' } },
    },
    services: Object.fromEntries(
      names.map((name, k) => [
        name,
        {
          cpu: '500m',
          memory: '1Gi',
          replicas,
          max: isBusy(k) ? Math.ceil(1.4 * replicas) : replicas,
          min: replicas,
          work: 'exponential 10s',
          concurrency: 4,
          cpuPerRequest: '300m',
          boot: '8s',
          image: '200M',
          readiness: { period: '10s', timeout: '2s' },
        },
      ]),
    ),
    traffic: Object.fromEntries(
      names
        .filter((_, k) => isBusy(k))
        .map((name) => [
          name,
          {
            rate: `${perReplica * replicas}/s`,
            spike: {
              at: `${minutes / 10}m`,
              rise: '2m',
              peak: `${2 * perReplica * replicas}/s`,
              plateau: `${minutes / 5}m`,
              decay: 'linear',
              fall: '2m',
            },
            client: { timeout: '2m', retries: 1 },
          },
        ]),
    ),
    weather: [
      'node-crash(mean-time-between=10h,lasts-median=8m)',
      `script(effect=down, at=${minutes / 2}m, for=5m, zones=a)`,
    ],
    deployments: [
      { service: names[0], at: `${minutes / 4}m`, work: '1.1x' },
      { service: names[1], at: `${(3 * minutes) / 4}m`, work: '0.9x' },
    ],
    objectives: names.slice(0, 1).map((name) => `${name} 99% within 1m`),
    policies: { scaling: 'target-utilisation(cpu=60%)' },
  };
}

/** The fleet under an orchestrator of the data plane. */
export function orchestratedFleet(name: DataPlaneOrchestrator, size: FleetSize): OrchestratedSpec {
  const scenario = scenarioOf(size) as { readonly policies: object };
  const text = JSON.stringify({ ...scenario, policies: { ...scenario.policies, orchestrator: name } });
  const { variants } = planScenario(text, {
    file: 'fleet.json',
    title: 'A fleet',
    names: builtInNames(() => false),
    resolvePath: (path) => path,
  });
  const plan = variants[0].scenario;
  const living = livingSpecOf(plan, {
    placement: builtInPlacement('least-allocated').create,
    queue: queuePolicy('fifo'),
    backfill: backfillPolicy('any')!,
    open: noFile,
    pods: noFile,
  });
  const files = filesOfApp(name, appOfScenario(plan, living)).files.map((one) => ({ file: one.name, text: one.text }));
  return specOfScenario(living, orchestratorNamed(name), files, {});
}

function noFile(): never {
  throw new Error('a fleet that is measured reads no files');
}
