import { KubernetesRun } from '../src/orchestrators/kubernetes/kubernetes-run.ts';
import type { Benchmark, BenchTask, Sample } from './benchmark.ts';
import { cpuTime } from './cpu-time.ts';
import { clusterOf, type ClusterSize } from './kubernetes-clusters.ts';

const LARGE = { nodes: 5000, deployments: 2000, daemonSets: 50 };
const MIDDLE = { nodes: 500, deployments: 200, daemonSets: 5 };
const TRIAL = { nodes: 30, deployments: 10, daemonSets: 5 };

/** Whole Kubernetes clusters through all of their control plane. */
export const cluster: Benchmark = {
  name: 'cluster',
  summary:
    'Kubernetes clusters with everything in them: scheduler, workload controllers, kubelets, endpoints, records. 5,000 nodes whose 100,000 pods of mixed forms start from nothing; 500 nodes that live for a day with rollouts, disruption budgets and a third of the machines down for 20 minutes; and 20 services that call each other, each with an HPA, for an hour. The time of the last two includes coming to rest first.',
  repeat: 1,
  tasks: ({ tiny }) => {
    const [large, middle] = tiny ? [TRIAL, TRIAL] : [LARGE, MIDDLE];
    const [days, services] = tiny ? [0.25, 2] : [1, 20];
    return [
      task(`${large.nodes} nodes from nothing`, { ...large, services: 0, autoscaled: 0, hours: 6, cold: true }),
      task(`${middle.nodes} nodes for ${24 * days} h`, {
        ...middle,
        services: 0,
        autoscaled: 0,
        hours: 24 * days,
        cold: false,
      }),
      task(`${services} services with traffic for 1 h`, {
        ...middle,
        services,
        autoscaled: services,
        hours: 1,
        cold: false,
      }),
    ];
  },
  verdicts: (rows, { tiny }) =>
    tiny
      ? []
      : [
          { text: '5,000 nodes and 100,000 pods are there within 60 CPU seconds', met: rows[0].cpuS <= 60 },
          {
            text: 'they all take less than 3 GB of memory',
            met: rows.every(({ peakRssBytes }) => peakRssBytes <= 3e9),
          },
        ],
};

function task(name: string, size: ClusterSize): BenchTask {
  return { name, measure: () => measure(size) };
}

function measure(size: ClusterSize): Sample {
  const { value: result, cpuS } = cpuTime(() => new KubernetesRun(clusterOf(size), { seed: 1 }).run());
  const { events, decisions, nodeEvaluations, requests = 0 } = result.work;
  const simulatedS = Math.round((result.endUs - result.startUs) / 1e6);
  const { arrived, running, pending } = result.counts;
  return {
    cpuS,
    amount: events,
    unit: 'events',
    fingerprint: result.fingerprint,
    work: {
      events,
      decisions,
      nodeEvaluations,
      requests: Math.round(requests),
      pods: arrived,
      running,
      pending,
      simulatedS,
    },
  };
}
