import { KubernetesRun } from '../src/orchestrators/kubernetes/kubernetes-run.ts';
import type { Counted } from './counter-scenarios.ts';
import { clusterOf, type ClusterSize } from './kubernetes-clusters.ts';

const SMALL = { nodes: 60, deployments: 20, daemonSets: 5 };
/** What a change of a component would show in first. */
const QUALITY = ['meanWaitS', 'replicaDeficitS', 'evictions', 'scalingActions', 'nodeHours', 'goodShare'];

/** Kubernetes clusters with all of their control plane: one that starts from nothing, one that loses a zone while it lives. */
export function clusterCounters(): Record<string, Counted> {
  return {
    'kubernetes, from nothing': told({ ...SMALL, services: 0, autoscaled: 0, hours: 1, cold: true }),
    'kubernetes, an hour': told({ ...SMALL, services: 2, autoscaled: 2, hours: 1, cold: false }),
  };
}

function told(size: ClusterSize): Counted {
  const { work, fingerprint, metrics, counts } = new KubernetesRun(clusterOf(size), { seed: 1 }).run();
  const { events, decisions, nodeEvaluations, fluidSteps = 0 } = work;
  const quality = Object.fromEntries(QUALITY.filter((name) => name in metrics).map((name) => [name, metrics[name]]));
  const { arrived, finished, killed } = counts;
  return { events, decisions, nodeEvaluations, fluidSteps, fingerprint, arrived, finished, killed, ...quality };
}
