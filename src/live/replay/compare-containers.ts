import type { ContainerState, ContainerSummary } from '../engine/engine.ts';
import { POD_LABEL } from '../labels.ts';
import type { ReplayScript } from '../script/replay-script.ts';
import type { ExpectedContainer } from './expected-state.ts';

/**
 * Containers there are against those there should be, as sentences; none: equal. A job that may have ended just now is
 * no difference, nor whether one that was told to stop has done so already.
 */
export function compareContainers(
  script: ReplayScript,
  expected: readonly ExpectedContainer[],
  found: readonly ContainerSummary[],
): string[] {
  const differences: string[] = [];
  const stateOf = new Map<string, ContainerState>();
  for (const { labels, name, state } of found) {
    const pod = labels[POD_LABEL] ?? '';
    if (stateOf.has(pod)) differences.push(`${pod} has two containers; the second is ${name}`);
    else stateOf.set(pod, state);
  }
  for (const { pod, state, endsByItself } of expected) {
    const { name } = script.pods[pod];
    const is = stateOf.get(name);
    stateOf.delete(name);
    if (is === undefined) differences.push(`${name} is missing`);
    else if (!agrees(state, is, endsByItself)) differences.push(`${name} ${IS[is]} and ${SHOULD[state]}`);
  }
  for (const [name, state] of stateOf) differences.push(`${name} ${IS[state]} and should be gone`);
  return differences.sort();
}

function agrees(want: ExpectedContainer['state'], is: ContainerState, endsByItself: boolean): boolean {
  return AGREE[want].includes(is) || (want === 'running' && endsByItself && is === 'exited');
}

const AGREE: Readonly<Record<ExpectedContainer['state'], readonly ContainerState[]>> = {
  running: ['running', 'restarting'],
  paused: ['paused'],
  ending: ['running', 'exited', 'removing', 'dead'],
  exited: ['exited', 'dead'],
};

const IS: Readonly<Record<ContainerState, string>> = {
  created: 'was never started',
  running: 'runs',
  paused: 'is paused',
  restarting: 'is started again and again',
  exited: 'has exited',
  removing: 'is being removed',
  dead: 'is dead',
};

const SHOULD: Readonly<Record<ExpectedContainer['state'], string>> = {
  running: 'should run',
  paused: 'should be paused',
  ending: 'should end',
  exited: 'should have exited',
};
