import { expect, test } from 'vitest';
import { SWARM_CONSTANTS } from './constants.ts';

const S = 1e6;

/** Numbers as the sources have them that the descriptions beside the constants name, read apart from this code. */
test.each([
  ['heartbeatPeriod', 5 * S],
  ['heartbeatEpsilon', 0.5 * S],
  ['heartbeatGrace', 3],
  ['unknownGrace', 6],
  ['registrationsMost', 3],
  ['registrationWindow', 8 * S],
  ['nodeDownPeriod', 24 * 3600 * S],
  ['statusBatch', 0.1 * S],
  ['assignmentBatch', 0.1 * S],
  ['assignmentBatchMost', 100],
  ['sessionBackoffStart', 0.1 * S],
  ['sessionBackoffMost', 8 * S],
  ['rpcTimeout', 5 * S],
  ['commitDebounce', 0.05 * S],
  ['commitDebounceMost', 1 * S],
  ['failuresThatCount', 5],
  ['failureMemory', 300 * S],
  ['oldTaskTimeout', 60 * S],
  ['taskHistory', 5],
  ['reaperBatch', 0.25 * S],
  ['reaperMost', 1000],
  ['gossipConverge', 2 * S],
  ['gossipInterval', 0.2 * S],
  ['gossipProbe', 1 * S],
  ['gossipSuspicion', 4],
  ['registryStall', 20 * S],
  ['classicOvercommit', 0.05],
] as const)('%s is %d upstream, and no choice of ours', (name, value) => {
  expect(SWARM_CONSTANTS[name]).toMatchObject({ value, isModellingChoice: false });
});
