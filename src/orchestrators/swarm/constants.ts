import type { Constant, Constants } from '../constants.ts';

const us = (value: number, meaning: string, source: string): Constant => ({
  value,
  unit: 'us',
  meaning,
  source,
  isModellingChoice: false,
});
const count = (value: number, meaning: string, source: string): Constant => ({
  value,
  unit: 'count',
  meaning,
  source,
  isModellingChoice: false,
});
const chosen = (constant: Constant): Constant => ({ ...constant, isModellingChoice: true });

const DISPATCHER = 'swarmkit manager/dispatcher/dispatcher.go';
const SESSION = 'swarmkit agent/agent.go, agent/session.go';
const GOSSIP = 'memberlist DefaultLANConfig; moby daemon/libnetwork/networkdb/cluster.go';

/** All times and numbers of a swarm that its files do not set. */
export const SWARM_CONSTANTS = {
  heartbeatPeriod: us(5e6, 'mean time between two heartbeats of a node', DISPATCHER),
  heartbeatEpsilon: us(0.5e6, 'greatest difference from it, drawn anew at each heartbeat', DISPATCHER),
  heartbeatGrace: count(3, 'periods without a heartbeat after which a node is DOWN', DISPATCHER),
  unknownGrace: count(
    6,
    'the same for a node that a new leader has not heard yet',
    'swarmkit manager/dispatcher/nodes.go',
  ),
  registrationsMost: count(3, 'registrations of a node within the window', 'swarmkit manager/dispatcher/nodes.go'),
  registrationWindow: us(8e6, 'window in which registrations are counted', DISPATCHER),
  nodeDownPeriod: us(24 * 3600e6, 'how long a node is DOWN until its tasks are ORPHANED', DISPATCHER),
  statusBatch: us(0.1e6, 'how often reported states are written', DISPATCHER),
  assignmentBatch: us(0.1e6, 'quiet time before assignments are sent to a node', DISPATCHER),
  assignmentBatchMost: count(100, 'changes that are sent without waiting', DISPATCHER),
  sessionBackoffStart: us(0.1e6, 'first bound of the wait before a new session', SESSION),
  sessionBackoffMost: us(8e6, 'greatest bound of the wait before a new session', SESSION),
  rpcTimeout: us(5e6, 'how long a node waits for an answer of the managers', SESSION),
  commitDebounce: us(50e3, 'quiet time before the scheduler runs', 'swarmkit manager/scheduler/scheduler.go'),
  commitDebounceMost: us(1e6, 'how long changes put the scheduler off', 'swarmkit manager/scheduler/scheduler.go'),
  failuresThatCount: count(
    5,
    'recent failures that put a node behind all others',
    'swarmkit manager/scheduler/nodeinfo.go',
  ),
  failureMemory: us(300e6, 'how long a failure is recent', 'swarmkit manager/scheduler/nodeinfo.go'),
  oldTaskTimeout: us(60e6, 'longest wait for the old task to stop', 'swarmkit manager/orchestrator/restart/restart.go'),
  taskHistory: count(5, 'tasks kept for each slot', 'swarmkit manager/manager.go'),
  reaperBatch: us(0.25e6, 'how often old tasks are removed', 'swarmkit manager/orchestrator/taskreaper/task_reaper.go'),
  reaperMost: count(
    1000,
    'slots that are cleaned without waiting',
    'swarmkit manager/orchestrator/taskreaper/task_reaper.go',
  ),
  gossipConverge: us(
    2e6,
    'wait between leaving the load balancers and SIGTERM on overlay networks',
    'moby daemon/cluster/executor/container/controller.go',
  ),
  gossipInterval: us(0.2e6, 'until the other nodes know of a new or a removed backend', GOSSIP),
  gossipProbe: us(1e6, 'time between two probes of nodes by each other', GOSSIP),
  gossipSuspicion: count(4, 'suspicion, in probe intervals times max(1, log10 of nodes)', GOSSIP),
  gossipConfirmation: chosen(
    us(
      2e6,
      'up to which, drawn evenly, the others are late to confirm a suspicion',
      'chosen so that small clusters drop a lost node after 5 to 8 s',
    ),
  ),
  gossipRejoin: us(1e6, 'how often lost neighbours are tried again', GOSSIP),
  containerCreate: chosen(us(0.3e6, 'to create a container whose image is there', 'chosen; docker publishes none')),
  containerStart: chosen(
    us(
      0.5e6,
      'from the order to start until the process runs',
      'chosen so that a crashed node is made good 0.8 s after its restart delay, as measured',
    ),
  ),
  containerExit: chosen(
    us(
      0.4e6,
      'from the end of a process until the engine says so',
      'chosen so that a crashed task runs again after 6.4 s, as measured',
    ),
  ),
  daemonStart: chosen(
    us(
      2e6,
      'from a machine that works until its engine speaks to the managers',
      'chosen; depends on disk and containers',
    ),
  ),
  registryStall: us(
    20e6,
    'how long a pull tries a registry that does not answer',
    'measured with dockerd 20.10.24 without name service',
  ),
  managers: chosen(
    count(1, 'machines that are managers, the first ones, where none has the label node.role: manager', 'chosen'),
  ),
  shuffledTies: chosen(
    count(
      0,
      '1: nodes that are equal are taken in an order drawn by the seed; 0: in their own order',
      'Go maps have no order: upstream is arbitrary',
    ),
  ),
  classicOvercommit: {
    ...count(0.05, 'share by which classic Swarm lets a node be overbooked', 'classicswarm cluster/swarm/cluster.go'),
    unit: 'share',
  },
} as const satisfies Constants;

/** Values by name, as control loops read them. */
export type SwarmValues = Readonly<Record<keyof typeof SWARM_CONSTANTS, number>>;
