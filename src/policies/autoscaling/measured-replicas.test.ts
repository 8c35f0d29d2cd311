import { expect, test } from 'vitest';
import { minutes, seconds } from '../../sim/time.ts';
import { measuredReplicas } from './measured-replicas.ts';
import { replica } from './observation-fixture.ts';

const RULES = { cpuInitialisationUs: seconds(300), initialReadinessUs: seconds(30), windowUs: seconds(15) };
const NOW = minutes(60);
function groupOf(given: Parameters<typeof replica>[0], resource: 'cpu' | 'memory' = 'cpu'): string | undefined {
  const { ready, missing, unready } = measuredReplicas([replica(given)], resource, NOW, RULES);
  return ready ? 'ready' : missing ? 'missing' : unready ? 'unready' : undefined;
}

test('replicas that are ending are left out, pending ones are unready, those without a sample are missing', () => {
  expect(groupOf({ state: 'terminating' })).toBeUndefined();
  expect(groupOf({ state: 'pending', startedUs: -1, sampledUs: -1 })).toBe('unready');
  expect(groupOf({ state: 'starting', sampledUs: -1 })).toBe('unready');
  expect(groupOf({ state: 'ready', sampledUs: -1 })).toBe('missing');
  expect(groupOf({})).toBe('ready');
});

test('a young replica counts once it is ready and a whole sample was taken after that', () => {
  // Started 100 s ago (within 300 s), ready since 20 s: the sample must be from 5 s ago or later.
  const young = { startedUs: NOW - seconds(100), changedUs: NOW - seconds(20) };
  expect(groupOf({ ...young, sampledUs: NOW - seconds(6) })).toBe('unready');
  expect(groupOf({ ...young, sampledUs: NOW - seconds(5) })).toBe('ready');
  expect(groupOf({ ...young, state: 'unready', sampledUs: NOW })).toBe('unready');
});

test('an old replica that is not ready counts if it has been ready before', () => {
  // Started 400 s ago. Changed within 30 s of its start: never ready. Later: it was ready and has lost it.
  const startedUs = NOW - seconds(400);
  expect(groupOf({ state: 'unready', startedUs, changedUs: startedUs + seconds(29) })).toBe('unready');
  expect(groupOf({ state: 'unready', startedUs, changedUs: startedUs + seconds(30) })).toBe('ready');
  expect(groupOf({ state: 'starting', startedUs, changedUs: -1 })).toBe('unready');
});

test('readiness is no matter for memory', () => {
  expect(groupOf({ state: 'unready', startedUs: NOW - seconds(10) }, 'memory')).toBe('ready');
});

test('usage and requests are summed by group, usage in whole units, and replicas without a request are counted', () => {
  const sums = measuredReplicas(
    [
      replica({ cpuUsageMilli: 299.6 }),
      replica({ cpuUsageMilli: 500, cpuRequestMilli: 2000 }),
      replica({ sampledUs: -1, cpuRequestMilli: 700 }),
      replica({ state: 'pending', cpuRequestMilli: 0 }),
    ],
    'cpu',
    NOW,
    RULES,
  );
  expect(sums).toEqual({
    ready: 2,
    usage: 800,
    request: 3000,
    missing: 1,
    missingRequest: 700,
    unready: 1,
    unreadyRequest: 0,
    requestless: 1,
  });
});
