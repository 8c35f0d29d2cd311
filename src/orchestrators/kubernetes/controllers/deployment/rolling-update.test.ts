import { expect, test } from 'vitest';
import { create, controlPlane, deployment, podSpec } from '../../cluster-fixture.ts';
import type { IntOrPercent } from '../../objects/meta.ts';
import type { ReplicaSet } from '../../objects/workloads.ts';
import { replicaSet } from '../workload-fixture.ts';
import { proportionalSteps, MAX_REPLICAS } from './proportional-scaling.ts';
import { newSetReplicas, rolloutBounds, stepOfNewSet, stepsOfOldSets } from './rolling-update.ts';

function spec(replicas: number, maxSurge: IntOrPercent = '25%', maxUnavailable: IntOrPercent = '25%') {
  const strategy = { type: 'RollingUpdate' as const, maxSurge, maxUnavailable };
  return deployment('web', replicas, podSpec(), { strategy }).spec;
}

let made = 0;
function set(replicas: number, availableReplicas: number, createdS = 0): ReplicaSet {
  const object = create(controlPlane().api, 'ReplicaSet', replicaSet(`web-${++made}`, replicas));
  return {
    ...object,
    id: made,
    metadata: { ...object.metadata, creationUs: createdS * 1e6 },
    status: { replicas, readyReplicas: availableReplicas, availableReplicas },
  };
}

test.each<[number, IntOrPercent, IntOrPercent, number, number]>([
  // Table of section 1: surge rounds up, unavailable down.
  [10, '25%', '25%', 3, 2],
  [4, '25%', '25%', 1, 1],
  [3, '25%', '25%', 1, 0],
  [1, '25%', '25%', 1, 0],
  // 10 % of 5 is 0.5, down to 0: both would be 0, so one may be unavailable.
  [5, 0, '10%', 0, 1],
  // More than all of them cannot be unavailable.
  [3, 0, 7, 0, 3],
  [0, '25%', 1, 0, 0],
])('%i replicas, surge %s, unavailable %s: %i and %i', (replicas, maxSurge, maxUnavailable, surge, unavailable) => {
  expect(rolloutBounds(spec(replicas, maxSurge, maxUnavailable))).toEqual({ surge, unavailable });
});

test('10 replicas: the new set begins with 3, then the old one loses 13 - 8 - 3 = 2', () => {
  expect(newSetReplicas(spec(10), 10, 0)).toBe(3);
  const [fresh, old] = [set(3, 0), set(10, 10)];
  expect(stepOfNewSet(spec(10), fresh, [old])).toEqual([]);
  expect(stepsOfOldSets(spec(10), fresh, [old]).map(({ replicas }) => replicas)).toEqual([8]);
});

test('then 11 are there in all, and the new one goes to 5', () => {
  const [step] = stepOfNewSet(spec(10), set(3, 0), [set(8, 8)]);
  expect(step.replicas).toBe(5);
  expect(step.why).toBe('replicas 10 + surge 3 - 11 in all = room for 2 more');
});

test('3 replicas: nothing old goes before the new pod is available', () => {
  expect(newSetReplicas(spec(3), 3, 0)).toBe(1);
  expect(stepsOfOldSets(spec(3), set(1, 0), [set(3, 3)])).toEqual([]);
  expect(stepsOfOldSets(spec(3), set(1, 1), [set(3, 3)]).map(({ replicas }) => replicas)).toEqual([2]);
});

test('5 replicas without surge: the old set goes to 4 first', () => {
  const bounds = spec(5, 0, '10%');
  expect(newSetReplicas(bounds, 5, 0)).toBe(0);
  expect(stepsOfOldSets(bounds, set(0, 0), [set(5, 5)]).map(({ replicas }) => replicas)).toEqual([4]);
});

test('pods that are not available go first, from the oldest set on', () => {
  // 14 in all - 8 - 2 new ones not available = 4 may go: of the oldest 2 unhealthy, of the next 2 of its 3.
  const [oldest, older, fresh] = [set(6, 4, 1), set(5, 2, 2), set(3, 1, 3)];
  const steps = stepsOfOldSets(spec(10), fresh, [oldest, older]);
  // Available are 4 + 2 + 1 = 7, one fewer than 8: no healthy one goes.
  expect(steps.map(({ set: { id }, replicas }) => [id, replicas])).toEqual([
    [oldest.id, 4],
    [older.id, 3],
  ]);
});

test('a new set that is too large shrinks at once', () => {
  expect(stepOfNewSet(spec(4), set(7, 7), [])[0].replicas).toBe(4);
});

test('scaled from 10 to 15 in the middle of a rollout, each set grows by its share', () => {
  // The example of the Kubernetes documentation (concepts/workloads/controllers/deployment, proportional scaling):
  // maxSurge 3, maxUnavailable 2, 8 old and 5 new replicas. Allowed are 15 + 3 = 18, 5 more than 13:
  // 8 * 18/13 = 11.08 -> 11 (+3), 5 * 18/13 = 6.92 -> 7 (+2).
  const sized = (replicas: number, createdS: number): ReplicaSet => {
    const one = set(replicas, replicas, createdS);
    return { ...one, metadata: { ...one.metadata, annotations: { [MAX_REPLICAS]: '13' } } };
  };
  const scaled = create(controlPlane().api, 'Deployment', { ...deployment('web', 15), spec: spec(15, 3, 2) });
  const steps = proportionalSteps(scaled, [sized(8, 1), sized(5, 2)]);
  expect(steps.map(({ replicas }) => replicas)).toEqual([11, 7]);
});

test('what rounding leaves goes to the largest set, of equal ones to the newest', () => {
  const scaled = create(controlPlane().api, 'Deployment', { ...deployment('web', 7), spec: spec(7, 0, 1) });
  const sized = (createdS: number): ReplicaSet => {
    const one = set(2, 2, createdS);
    return { ...one, metadata: { ...one.metadata, annotations: { [MAX_REPLICAS]: '6' } } };
  };
  const [oldest, middle, newest] = [sized(1), sized(2), sized(3)];
  // 2 * 7/6 = 2.33 -> 2 each, and the one that is left over goes to the newest.
  const steps = proportionalSteps(scaled, [oldest, middle, newest]);
  expect(steps.map(({ set: { id }, replicas }) => [id, replicas])).toEqual([
    [newest.id, 3],
    [middle.id, 2],
    [oldest.id, 2],
  ]);
});
