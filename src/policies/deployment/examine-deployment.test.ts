import { describe, expect, test } from 'vitest';
import type { DeploymentPolicy, DeploymentStep, DeploymentView } from '../../sim/services/deployment-policy.ts';
import { withDefaults, type PolicyFamily, type PolicyOptions } from '../policy-family.ts';
import { blueGreen } from './blue-green.ts';
import { canary } from './canary.ts';
import { ecsRolling } from './ecs-rolling.ts';
import { examineDeployment, type DeploymentPromise } from './examine-deployment.ts';
import { deploymentPolicies } from './index.ts';
import { recreate } from './recreate.ts';
import { rolling } from './rolling.ts';

interface Case {
  readonly family: PolicyFamily<DeploymentPolicy>;
  readonly options: PolicyOptions;
  readonly promise: DeploymentPromise;
}

/** The promise in shares of the replicas asked for, as the documentation of each says it. */
const promise = (
  atMost: (desired: number) => number,
  atLeastReady: (desired: number) => number,
  withStopping = false,
): DeploymentPromise => ({ atMost, atLeastReady, withStopping });
const DOUBLE = promise(
  (desired) => 2 * desired,
  (desired) => desired,
);

const CASES: readonly Case[] = [
  {
    family: rolling,
    options: {},
    promise: promise(
      (n) => n + Math.ceil(n / 4),
      (n) => (n === 0 ? 0 : n - Math.floor(n / 4)),
    ),
  },
  {
    family: rolling,
    options: { surge: '0', unavailable: '0' },
    promise: promise(
      (n) => n,
      (n) => n - 1,
    ),
  },
  {
    family: rolling,
    options: { surge: '1', unavailable: '0' },
    promise: promise(
      (n) => n + 1,
      (n) => n,
    ),
  },
  {
    family: rolling,
    options: { surge: '0', unavailable: '50%', onDeadline: 'roll-back' },
    promise: promise(
      (n) => n,
      (n) => (n === 1 ? 0 : n - Math.floor(n / 2)),
    ),
  },
  {
    family: recreate,
    options: {},
    promise: promise(
      (n) => n,
      () => 0,
      true,
    ),
  },
  { family: blueGreen, options: {}, promise: DOUBLE },
  { family: canary, options: {}, promise: DOUBLE },
  { family: canary, options: { steps: '10%', minimumRequests: 1000 }, promise: DOUBLE },
  { family: ecsRolling, options: {}, promise: { ...DOUBLE, withStopping: true } },
  {
    family: ecsRolling,
    options: { minimumHealthy: 0.5, maximum: 1 },
    promise: promise(
      (n) => n,
      (n) => Math.ceil(n / 2),
      true,
    ),
  },
  {
    family: ecsRolling,
    options: { minimumHealthy: 0.9, maximum: 1.1 },
    promise: promise(
      (n) => Math.floor((n * 110) / 100),
      (n) => Math.ceil((n * 90) / 100),
      true,
    ),
  },
];

for (const { family, options, promise: promised } of CASES)
  test(`${family.name} ${JSON.stringify(options)} keeps its promise over 80 deployments`, () => {
    const policy = family.make(withDefaults(family, options), family.name);
    const ends = new Map<string, number>();
    for (let seed = 1; seed <= 80; seed++) {
      const exam = examineDeployment(policy, promised, seed);
      expect(exam.faults).toEqual([]);
      ends.set(exam.end, (ends.get(exam.end) ?? 0) + 1);
    }
    // The runs are of many kinds: some replicas never become ready, so nobody finishes all, and nobody none.
    expect(ends.get('finished')).toBeGreaterThan(5);
    expect((ends.get('stuck') ?? 0) + (ends.get('roll-back') ?? 0)).toBeGreaterThan(5);
  });

test('every family has a case, a name of its own, and whole sentences for meanings', () => {
  expect(new Set(CASES.map(({ family }) => family))).toEqual(new Set(deploymentPolicies));
  expect(new Set(deploymentPolicies.map(({ name }) => name)).size).toBe(deploymentPolicies.length);
  for (const { name, options } of deploymentPolicies)
    for (const option of options) expect(option.meaning, `${name} ${option.name}`).toMatch(/^[A-Z].*\.$/);
});

describe('the exam fails a policy that', () => {
  const faults = (step: (view: DeploymentView) => DeploymentStep) =>
    [1, 2, 3]
      .flatMap((seed) => examineDeployment({ name: 'bad', make: () => ({ step }) }, DOUBLE, seed).faults)
      .join('\n');

  test('stops the old ones before the new ones are ready', () => {
    expect(
      faults(({ old, new: fresh, desired }) => ({ start: desired - fresh.total, stop: old.total, why: 'all at once' })),
    ).toContain('are promised');
  });

  test('starts without end', () => {
    expect(faults(() => ({ start: 1, stop: 0, why: 'one more' }))).toContain('are allowed');
  });

  test('stops more than there are, or halves', () => {
    expect(faults(() => ({ start: 0, stop: 99, why: 'all and more' }))).toContain('stops 99 of');
    expect(faults(() => ({ start: 0.5, stop: 0, why: 'half' }))).toContain('starts 0.5');
  });

  test('waits in silence', () => {
    expect(faults(() => ({ start: 0, stop: 0, why: 'patience' }))).toContain('nor a word of being stuck');
  });

  test('says that it is finished when it is not', () => {
    expect(faults(() => ({ start: 0, stop: 0, end: 'finished', why: 'done' }))).toContain('finished with');
  });

  test('sends traffic to nobody', () => {
    expect(faults(() => ({ start: 0, stop: 0, trafficShare: 1, why: 'switch' }))).toContain('without a ready replica');
  });
});
