import type { Constant } from '../constants.ts';
import { US_PER_SECOND, minutes, seconds } from '../../sim/time.ts';

const MASTER = 'apache/mesos src/master/constants.hpp';
const FLAGS = 'apache/mesos src/master/flags.cpp';
const AGENT = 'apache/mesos src/slave/constants.hpp';
const MARATHON = 'mesosphere/marathon docs/docs/command-line-flags.md';
const APP = 'mesosphere/marathon docs/docs/rest-api/public/api/v2/types/app.raml';
const HEALTH = 'mesosphere/marathon core/health';

function time(valueUs: number, meaning: string, source: string): Constant {
  return { value: valueUs, unit: 'us', meaning, source, isModellingChoice: false };
}
function count(value: number, meaning: string, source: string): Constant {
  return { value, unit: 'count', meaning, source, isModellingChoice: false };
}
function choice(value: number, unit: Constant['unit'], meaning: string, source: string): Constant {
  return { value, unit, meaning, source, isModellingChoice: true };
}

function again(constant: Constant): Constant {
  return { ...constant, least: 1000 };
}

/** Every number that decides when Mesos, Marathon and the batch frameworks do something. */
export const mesosConstants = {
  allocationInterval: time(seconds(1), 'between two allocations to all frameworks', MASTER),
  minAllocatableCpuMilli: count(10, 'an offer has so many millicores or the memory below', MASTER),
  minAllocatableMemBytes: count(32 * 1024 * 1024, 'an offer has so many bytes or the CPU above', MASTER),
  defaultRefuse: time(
    seconds(5),
    'refuse_seconds when a framework says nothing',
    'apache/mesos include/mesos/mesos.proto',
  ),
  usesRandomSorter: count(0, '1: role_sorter and framework_sorter are random instead of drf', FLAGS),
  agentPingTimeout: time(seconds(15), 'between two pings of an agent, and for its answer', MASTER),
  maxAgentPingTimeouts: count(5, 'pings in a row without an answer until an agent is unreachable', MASTER),
  agentReregisterTimeout: time(minutes(10), 'for agents to come back when a new master leads', MASTER),
  agentRemovalInterval: time(
    0,
    'at most one agent is declared unreachable in so long (0: no limit)',
    `${FLAGS} agent_removal_rate_limit`,
  ),
  agentRegistrationBackoff: time(
    seconds(1),
    'an agent registers within so long, at random',
    `${AGENT} registration_backoff_factor`,
  ),
  executorRegistrationTimeout: time(minutes(1), 'for an executor to start, image included', AGENT),
  executorShutdownGrace: time(seconds(5), 'for an executor to end when it is shut down', AGENT),
  taskKillGrace: time(seconds(3), 'from SIGTERM to SIGKILL', 'apache/mesos src/launcher/executor.cpp'),
  executorCpuMilli: count(100, 'CPU of a default executor', `${AGENT} DEFAULT_EXECUTOR_CPUS`),
  executorMemBytes: count(32 * 1024 * 1024, 'memory of a default executor', `${AGENT} DEFAULT_EXECUTOR_MEM`),
  firstPort: count(31_000, 'ports of an agent begin here', `${AGENT} DEFAULT_PORTS`),
  lastPort: count(32_000, 'ports of an agent end here', `${AGENT} DEFAULT_PORTS`),
  executorStart: choice(
    seconds(0.3),
    'us',
    'from an order to launch until an executor asks for its image',
    'forking an executor and its registration; no number is published',
  ),
  containerRemoveDelay: choice(
    seconds(30),
    'us',
    'until a container that has ended is removed',
    'docker_remove_delay is 6 h; nothing but names depends on it',
  ),
  messageDelay: choice(seconds(0.001), 'us', 'a message between master, agents and frameworks', 'a local network'),
  fixedRevocableShare: choice(
    0,
    'share',
    'of an agent offered as revocable on top (fixed resource estimator)',
    'the noop estimator is the default',
  ),

  maxInstancesPerOffer: count(5, 'instances that Marathon launches from one offer', MARATHON),
  launchTokens: count(100, 'launches until the tokens are refreshed', MARATHON),
  launchTokenRefreshInterval: time(seconds(30), 'between two refreshes of launch tokens', MARATHON),
  declineOfferDuration: time(seconds(120), 'refuse_seconds of an offer that nothing matched', MARATHON),
  resendOfferDuration: time(
    seconds(5),
    'refuse_seconds of an offer that should be seen again soon',
    'apache/mesos include/mesos/mesos.proto',
  ),
  acceptOfferDuration: time(
    0,
    'refuse_seconds of what is left of an offer that was taken; 0: it is offered again at once',
    'mesosphere/marathon core/launcher/impl/TaskLauncherImpl.scala',
  ),
  minReviveOffersInterval: time(seconds(5), 'between two revives of offers', MARATHON),
  reviveOffersRepetitions: count(3, 'times that a revive is repeated', `${MARATHON} revive_offers_repetitions`),
  scaleAppsInterval: again(time(minutes(5), 'between two checks of instance counts', MARATHON)),
  scaleAppsInitialDelay: time(seconds(15), 'until the first check of instance counts', MARATHON),
  reconciliationInterval: again(time(minutes(10), 'between two reconciliations of task states', MARATHON)),
  taskLaunchTimeout: time(minutes(5), 'for a task to get from staging to running', MARATHON),
  frameworkFailoverTimeout: time(
    seconds(604_800),
    'tasks of a scheduler that is away are kept for so long',
    `${MARATHON} failover_timeout`,
  ),
  maxRunningDeployments: count(100, 'deployments at a time', `${MARATHON} max_running_deployments`),
  killChunkSize: count(100, 'kills that are on their way at once', MARATHON),
  killRetryInterval: time(seconds(30), 'until a kill that nobody confirmed is sent again', MARATHON),
  overdueTasksInterval: time(
    seconds(30),
    'between two looks for tasks that take too long to launch',
    'mesosphere/marathon core/task/jobs OverdueInstancesActor',
  ),
  expungeDelay: time(
    seconds(8),
    'until an unreachable instance with expungeAfterSeconds 0 is forgotten',
    'mesosphere/marathon docs/docs/unreachable-strategy (8 to 11 s)',
  ),
  defaultBackoff: time(seconds(1), 'backoffSeconds', APP),
  defaultBackoffFactorMilli: count(1150, 'backoffFactor in thousandths', APP),
  defaultMaxLaunchDelay: time(seconds(300), 'maxLaunchDelaySeconds (older releases: 3600 s)', APP),
  healthGracePeriod: time(seconds(300), 'gracePeriodSeconds', HEALTH),
  healthInterval: time(seconds(60), 'intervalSeconds of health checks', HEALTH),
  healthTimeout: time(seconds(20), 'timeoutSeconds of health checks', HEALTH),
  healthMaxFailures: count(3, 'maxConsecutiveFailures', HEALTH),
  mesosHealthDelay: time(seconds(15), 'delaySeconds of Mesos health checks', HEALTH),
  marathonHealthFirst: time(seconds(5), 'most until the first check by Marathon itself', HEALTH),
  readinessInterval: time(seconds(30), 'intervalSeconds of readiness checks', APP),
  readinessTimeout: time(seconds(10), 'timeoutSeconds of readiness checks', APP),
  loadBalancerDelay: choice(
    seconds(2),
    'us',
    "until marathon-lb has heard of an event and HAProxy's new configuration works",
    'marathon-lb reloads about once a second; no number is published',
  ),

  batchDeclineDuration: choice(
    seconds(5),
    'us',
    'refuse_seconds of a batch framework that has no use for an offer',
    "Mesos' default",
  ),
  batchRestartDelay: choice(
    seconds(1),
    'us',
    'until a failed run of a job is tried again',
    "Metronome launches through Marathon's queue, whose backoff begins at 1 s",
  ),
  batchHoldsOffers: choice(
    0,
    'count',
    '1: batch frameworks hold offers as Aurora does',
    'Metronome declines what it does not use',
  ),
  heldOfferOrder: choice(
    0,
    'count',
    'held offers are tried at random (0) or those with least CPU first (1)',
    "RANDOM is Aurora's default offer_order",
  ),
  batchTakesRevocable: choice(
    0,
    'count',
    '1: batch frameworks take revocable resources',
    'a capability that a framework has or not',
  ),
  heldOfferTime: time(
    minutes(5),
    'offers are held for so long (held offers)',
    'apache/aurora src/main/java/org/apache/aurora/scheduler/offers',
  ),
  heldOfferJitter: time(
    minutes(1),
    'and up to so long more',
    'apache/aurora src/main/java/org/apache/aurora/scheduler/offers',
  ),
} as const satisfies Readonly<Record<string, Constant>>;

export type MesosValues = Readonly<Record<keyof typeof mesosConstants, number>>;

/** Whole seconds of a file as microseconds. */
export const secondsUs = (value: number): number => Math.round(value * US_PER_SECOND);
