/** What a metric's number counts; '' has no place here: a plain ratio is `ratio`, a plain number `count`. */
export type MetricUnit =
  | 's'
  | 'ms'
  | 'minutes'
  | 'share'
  | 'ratio'
  | 'nodes'
  | 'count'
  | 'node-hours'
  | 'replica-hours'
  | 'replica-seconds'
  | 'usd'
  | 'usd-per-million'
  | 'kWh'
  | 'kg';

/** One number of a run that policies are compared by. */
export interface Metric {
  readonly name: string;
  /** For headings. */
  readonly title: string;
  /** Shares are 0 to 1 and shown as per cent. */
  readonly unit: MetricUnit;
  readonly better: 'lower' | 'higher' | 'neither';
  /** What it means, in a sentence. */
  readonly meaning: string;
}

const metric = (name: string, title: string, unit: MetricUnit, better: Metric['better'], meaning: string): Metric => ({
  name,
  title,
  unit,
  better,
  meaning,
});

function spread(name: string, title: string, unit: MetricUnit, meaning: string): Metric[] {
  return [
    metric(`mean${name}`, `Mean ${title}`, unit, 'lower', `${meaning}, mean over pods that started.`),
    metric(`p50${name}`, `Median ${title}`, unit, 'lower', `${meaning}, median.`),
    metric(`p90${name}`, `90th percentile ${title}`, unit, 'lower', `${meaning}, 90th percentile.`),
    metric(`p99${name}`, `99th percentile ${title}`, unit, 'lower', `${meaning}, 99th percentile.`),
    metric(`max${name}`, `Largest ${title}`, unit, 'lower', `${meaning}, the worst pod.`),
  ];
}

/** What only a living cluster reports: requests, promises, money and what it took. */
const LIVING: readonly Metric[] = [
  metric(
    'sloViolatedMinutes',
    'Violated objectives',
    'minutes',
    'lower',
    'Minutes in which at least one objective, taken for that minute alone, was broken.',
  ),
  metric('sloKeptShare', 'Objectives kept', 'share', 'higher', 'Objectives kept over the whole run, of all.'),
  metric(
    'errorBudgetUsed',
    'Error budget used',
    'ratio',
    'lower',
    'Bad requests over those the objective allows, over the whole run (or in the worst window of an objective with one), of the objective that used most; above 1 it is broken.',
  ),
  metric(
    'worstBurn1h',
    'Worst burn rate (1 h)',
    'ratio',
    'lower',
    'The highest share of bad requests in any hour over the share allowed: at 1 the budget lasts exactly as long as promised.',
  ),
  metric(
    'timeToRecoverS',
    'Time to recover',
    's',
    'lower',
    'The longest stretch of minutes in which one objective was broken: how long it took to be met again.',
  ),
  metric('costUsd', 'Cost', 'usd', 'lower', 'What nodes, disks and traffic between zones cost over the run.'),
  metric('idleCostUsd', 'Idle cost', 'usd', 'lower', 'The part of the cost that paid for capacity no pod requested.'),
  metric(
    'usdPerMillionRequests',
    'Cost per million requests',
    'usd-per-million',
    'lower',
    'Cost over requests from outside that were served, in millions.',
  ),
  metric(
    'goodShare',
    'Answered requests',
    'share',
    'higher',
    'Requests from outside that were answered before their client gave up, of those that ended; an objective may ask for more.',
  ),
  metric('errorShare', 'Failed requests', 'share', 'lower', 'Requests that failed or timed out, of those that came.'),
  metric('meanLatencyMs', 'Mean latency', 'ms', 'lower', 'Time to the answer of requests from outside, mean.'),
  metric('p50LatencyMs', 'Median latency', 'ms', 'lower', 'Time to the answer of requests from outside, median.'),
  metric('p90LatencyMs', '90th percentile latency', 'ms', 'lower', 'Time to the answer, 90th percentile.'),
  metric('p99LatencyMs', '99th percentile latency', 'ms', 'lower', 'Time to the answer, 99th percentile.'),
  metric('p999LatencyMs', '99.9th percentile latency', 'ms', 'lower', 'Time to the answer, 99.9th percentile.'),
  metric('requestsOffered', 'Requests offered', 'count', 'neither', 'Requests that came from outside.'),
  metric('retriesShare', 'Retries', 'share', 'lower', 'Calls that repeated one that failed, of all calls.'),
  metric(
    'replicaDeficitS',
    'Replicas missing',
    'replica-seconds',
    'lower',
    'Replicas asked for and not ready, summed over time.',
  ),
  metric(
    'lostReplicaS',
    'Replicas lost',
    'replica-seconds',
    'lower',
    'Replicas asked for that do not really answer, whatever the orchestrator believes, summed over time.',
  ),
  metric('replicaHours', 'Replica-hours', 'replica-hours', 'lower', 'Hours of replicas on nodes, summed.'),
  metric('cpuUsedShare', 'CPU used', 'share', 'neither', 'CPU used over capacity of the nodes there, mean over time.'),
  metric('evictions', 'Evictions', 'count', 'lower', 'Pods put off their node: drained, preempted, or the node lost.'),
  metric('restarts', 'Restarts', 'count', 'lower', 'Processes started again: crashed, hung or out of memory.'),
  metric('oomKills', 'Killed out of memory', 'count', 'lower', 'Replicas killed because they needed more memory.'),
  metric('scalingActions', 'Scaling actions', 'count', 'neither', 'Times an autoscaler changed a number.'),
  metric('nodesBought', 'Nodes bought', 'count', 'neither', 'Nodes that were started during the run.'),
  metric('energyKWh', 'Energy', 'kWh', 'lower', 'Estimate from power by CPU use of each instance type.'),
  metric('carbonKg', 'Carbon', 'kg', 'lower', 'Energy times the carbon of a kilowatt-hour, in kg of CO2 equivalent.'),
];

/** Every metric a run may report, in the order of reports. */
export const METRICS: readonly Metric[] = [
  ...LIVING,
  metric('placedShare', 'Pods placed', 'share', 'higher', 'Pods that started, of those that arrived.'),
  metric('refusedShare', 'Pods refused', 'share', 'lower', 'Pods turned away, of those that arrived.'),
  metric('pendingAtEnd', 'Pods left waiting', 'count', 'lower', 'Pods still waiting when the run ended.'),
  ...spread('WaitS', 'wait', 's', 'Time from arrival to start'),
  ...spread('ReadyS', 'time to ready', 's', 'Time from the creation of a pod until it was ready for the first time'),
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
