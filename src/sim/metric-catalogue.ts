/** One number of a run that policies are compared by. */
export interface Metric {
  readonly name: string;
  /** For headings. */
  readonly title: string;
  /** '' for plain ratios and counts; shares are 0 to 1 and shown as per cent. */
  readonly unit: 's' | 'share' | 'ratio' | 'nodes' | 'count' | 'node-hours';
  readonly better: 'lower' | 'higher' | 'neither';
  /** What it means, in a sentence. */
  readonly meaning: string;
}

const metric = (
  name: string,
  title: string,
  unit: Metric['unit'],
  better: Metric['better'],
  meaning: string,
): Metric => ({ name, title, unit, better, meaning });

function spread(name: string, title: string, unit: Metric['unit'], meaning: string): Metric[] {
  return [
    metric(`mean${name}`, `Mean ${title}`, unit, 'lower', `${meaning}, mean over pods that started.`),
    metric(`p50${name}`, `Median ${title}`, unit, 'lower', `${meaning}, median.`),
    metric(`p90${name}`, `90th percentile ${title}`, unit, 'lower', `${meaning}, 90th percentile.`),
    metric(`p99${name}`, `99th percentile ${title}`, unit, 'lower', `${meaning}, 99th percentile.`),
    metric(`max${name}`, `Largest ${title}`, unit, 'lower', `${meaning}, the worst pod.`),
  ];
}

/** Every metric a run may report, in the order of reports. */
export const METRICS: readonly Metric[] = [
  metric('placedShare', 'Pods placed', 'share', 'higher', 'Pods that started, of those that arrived.'),
  metric('refusedShare', 'Pods refused', 'share', 'lower', 'Pods turned away, of those that arrived.'),
  metric('pendingAtEnd', 'Pods left waiting', 'count', 'lower', 'Pods still waiting when the run ended.'),
  ...spread('WaitS', 'wait', 's', 'Time from arrival to start'),
  ...spread('FlowS', 'flow time', 's', 'Time from arrival to finish'),
  ...spread('Slowdown', 'slowdown', 'ratio', 'Flow time over run time'),
  ...spread(
    'BoundedSlowdown',
    'bounded slowdown',
    'ratio',
    'Flow time over run time, run times below 10 s counted as 10 s, never below 1 (Feitelson et al. 1997)',
  ),
  metric('makespanS', 'Makespan', 's', 'lower', 'From the first arrival to the last finish.'),
  metric(
    'cpuAllocatedShare',
    'CPU allocated',
    'share',
    'neither',
    'CPU requested by running pods over capacity, mean over time.',
  ),
  metric(
    'memAllocatedShare',
    'Memory allocated',
    'share',
    'neither',
    'Memory requested by running pods over capacity, mean over time.',
  ),
  metric(
    'gpuAllocatedShare',
    'GPU allocated',
    'share',
    'neither',
    'GPU requested by running pods over capacity, mean over time.',
  ),
  metric(
    'cpuPeakShare',
    'Peak CPU allocated',
    'share',
    'higher',
    'The most CPU allocated at any moment, over capacity.',
  ),
  metric(
    'memPeakShare',
    'Peak memory allocated',
    'share',
    'higher',
    'The most memory allocated at any moment, over capacity.',
  ),
  metric(
    'gpuPeakShare',
    'Peak GPU allocated',
    'share',
    'higher',
    'The most GPU allocated at any moment, over capacity.',
  ),
  metric(
    'fragmentation',
    'Fragmentation',
    'share',
    'lower',
    'Free capacity (GPU if the cluster has any, else CPU) on nodes where a random pod of this workload would not fit, of all free capacity; mean over sampled times. After FGD (Weng et al., ATC 2023).',
  ),
  metric(
    'nodesUsedMean',
    'Nodes in use',
    'nodes',
    'lower',
    'Nodes that host a pod, mean over time: what an elastic fleet would pay for.',
  ),
  metric('nodesUsedPeak', 'Peak nodes in use', 'nodes', 'lower', 'The most nodes that hosted a pod at one moment.'),
  metric(
    'nodeHours',
    'Node-hours',
    'node-hours',
    'lower',
    'Hours of nodes that hosted a pod, summed: the price of the run on an elastic fleet.',
  ),
  metric(
    'jainFairness',
    'Fairness (Jain)',
    'ratio',
    'higher',
    "Jain's index of users' mean bounded slowdown: 1 when all users wait alike, 1/users when one bears it all.",
  ),
  metric('worstUserSlowdown', 'Worst user', 'ratio', 'lower', 'Mean bounded slowdown of the user served worst.'),
  metric('decisions', 'Decisions', 'count', 'neither', 'Attempts to find a node for a pod.'),
  metric(
    'nodeEvaluations',
    'Node evaluations',
    'count',
    'lower',
    'Times a node was asked whether a pod fits: the work of deciding.',
  ),
];

export const metricByName: ReadonlyMap<string, Metric> = new Map(METRICS.map((one) => [one.name, one]));
