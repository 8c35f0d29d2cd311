import { valuesOf, type Constant, type Constants } from '../constants.ts';

const S = 1e6;
const MINUTE = 60 * S;

const us = (value: number, meaning: string, source: string): Constant & { readonly unit: 'us' } => ({
  value,
  unit: 'us',
  meaning,
  source,
  isModellingChoice: false,
});
const count = (value: number, meaning: string, source: string): Constant & { readonly unit: 'count' } => ({
  value,
  unit: 'count',
  meaning,
  source,
  isModellingChoice: false,
});
const share = (value: number, meaning: string, source: string): Constant & { readonly unit: 'share' } => ({
  value,
  unit: 'share',
  meaning,
  source,
  isModellingChoice: false,
});
const chosen = <C extends Constant>(constant: C): C => ({ ...constant, isModellingChoice: true });

/** Every number that decides when Nomad does something; what job files set is not among them. */
export const NOMAD_CONSTANTS = {
  heartbeatMinTtl: us(10 * S, 'shortest heartbeat TTL', 'nomad/config.go MinHeartbeatTTL'),
  heartbeatsPerSecond: count(
    50,
    'heartbeats a second that TTLs are stretched for',
    'nomad/config.go MaxHeartbeatsPerSecond',
  ),
  heartbeatGrace: us(10 * S, 'how much later than its TTL a heartbeat may come', 'nomad/config.go HeartbeatGrace'),
  failoverHeartbeatTtl: us(
    300 * S,
    'TTL of all nodes after a new leader took over',
    'nomad/config.go FailoverHeartbeatTTL',
  ),
  schedulerWorkers: chosen(
    count(
      4,
      'scheduler workers over all servers',
      'default is the number of CPUs (nomad/config.go NumSchedulers), which the servers have not told',
    ),
  ),
  evaluation: chosen(
    us(1000, 'time a worker needs for one look at a job', 'upstream publishes none; small jobs take about this'),
  ),
  evaluationPerNode: chosen(us(2, 'the same, for each node of the cluster', 'upstream publishes none')),
  planApply: chosen(
    us(5000, 'time to commit one plan through raft', 'upstream publishes none; a few fsyncs and round trips'),
  ),
  evalNackDelay: us(
    1 * S,
    'delay before an evaluation that failed once comes again',
    'nomad/config.go EvalNackInitialReenqueueDelay',
  ),
  evalLaterNackDelay: us(
    20 * S,
    'the same for each later time, compounding',
    'nomad/config.go EvalNackSubsequentReenqueueDelay',
  ),
  evalDeliveryLimit: count(
    3,
    'how often an evaluation is handed out before it fails',
    'nomad/config.go EvalDeliveryLimit',
  ),
  evalFollowUp: us(
    MINUTE,
    'shortest delay before a failed evaluation is followed up',
    'nomad/config.go EvalFailedFollowupBaselineDelay',
  ),
  evalFollowUpRange: us(
    5 * MINUTE,
    'what is added to it at random, at most',
    'nomad/config.go EvalFailedFollowupDelayRange',
  ),
  serviceAttempts: count(
    5,
    'plans in a row without progress before a service or system evaluation gives up',
    'scheduler/generic_sched.go maxServiceScheduleAttempts',
  ),
  batchAttempts: count(
    2,
    'the same for batch and sysbatch',
    'scheduler/generic_sched.go maxBatchScheduleAttempts, scheduler_sysbatch.go',
  ),
  failedEvalUnblock: us(
    MINUTE,
    'how often evaluations that gave up are tried again',
    'nomad/leader.go failedEvalUnblockInterval',
  ),
  affinityLimit: count(
    100,
    'candidates looked at where there are affinities or spreads, at least',
    'nomad/structs/operator.go DefaultNodeLimitForFeasibilityChecks',
  ),
  spreadAlgorithm: count(
    0,
    '1: nodes are ranked by the spread algorithm, 0: bin-packing',
    'operator scheduler configuration, default binpack',
  ),
  preemptService: count(0, '1: service jobs may preempt', 'operator scheduler configuration, default off'),
  preemptBatch: count(0, '1: batch jobs may preempt', 'operator scheduler configuration, default off'),
  preemptSysbatch: count(0, '1: sysbatch jobs may preempt', 'operator scheduler configuration, default off'),
  preemptSystem: count(1, '1: system jobs may preempt', 'operator scheduler configuration, default on'),
  statusSync: us(
    200_000,
    'how often clients tell servers what became of allocations',
    'client/client.go allocSyncIntv',
  ),
  clientPull: chosen(
    us(
      20_000,
      'from a commit until the client has the allocation',
      'a blocking query that answers at once, and a fetch; upstream publishes no time',
    ),
  ),
  clientRetry: chosen(
    us(
      5 * S,
      'how soon a client that heard nobody tries again, at most; drawn',
      'client/client.go retries with a stagger',
    ),
  ),
  clientRestart: chosen(us(2 * S, 'from a machine’s boot until its client has registered', 'upstream publishes none')),
  restartJitterShare: share(
    0.25,
    'what is added to a restart delay at random, at most',
    'client/allocrunner/taskrunner/restarts/restarts.go jitter',
  ),
  hookTaskRuns: chosen(
    us(2 * S, 'how long prestart, poststart and poststop tasks run that are no sidecars', 'no file says it'),
  ),
  serviceRegister: chosen(
    us(
      50_000,
      'from a task’s start or a check’s verdict until balancers know',
      'Consul’s anti-entropy and a blocking query; upstream publishes no time',
    ),
  ),
  consulNodeFailure: chosen(
    us(
      6 * S,
      'from a machine’s silence until Consul takes its services out',
      'memberlist LAN: probe 1 s, suspicion 4 s and more with the size of the cluster',
    ),
  ),
  checkFirstShare: chosen(
    share(
      0.5,
      'when the first check comes, in shares of its interval',
      'Consul staggers checks at random within their interval',
    ),
  ),
  deploymentBatch: us(
    1 * S,
    'the deployment watcher makes evaluations so long after a change',
    'nomad/deploymentwatcher/deployment_watcher.go perJobEvalBatchPeriod',
  ),
  drainDeadline: us(3600 * S, 'when a drain moves what is left', 'command/node_drain.go -deadline'),
  drainPoll: chosen(
    us(
      1 * S,
      'how soon the drainer looks again after an allocation of a draining job changed',
      'nomad/drainer watches with blocking queries',
    ),
  ),
} as const satisfies Constants;

type Known = typeof NOMAD_CONSTANTS;

/** The values under the names by which the control loop reckons: times with their unit behind. */
export type NomadTimes = {
  readonly [Name in keyof Known as Known[Name]['unit'] extends 'us' ? `${Name}Us` : Name]: number;
};

/** The values, with what a scenario has set otherwise. */
export function nomadTimes(otherwise: Readonly<Record<string, number>>): NomadTimes {
  const named = Object.entries(valuesOf(NOMAD_CONSTANTS, otherwise)).map(([name, value]) => [
    (NOMAD_CONSTANTS as Constants)[name].unit === 'us' ? `${name}Us` : name,
    value,
  ]);
  return Object.fromEntries(named) as NomadTimes;
}
