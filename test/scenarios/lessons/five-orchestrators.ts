import { expect } from 'vitest';
import { serviceOf, the, type Lesson, type Told } from '../shipped-scenario.ts';

const NAMES = ['kubernetes', 'swarm', 'mesos', 'ecs', 'nomad'];
const SERVICES = ['web', 'catalogue', 'cart'];

/** Seconds from the zone's end until somebody noticed, the balancers stopped, a replacement ran, and all was whole. */
function timesOf({ living }: Told): { noticed: number; unlisted: number; replaced: number; whole: number } {
  const [incident] = living.incidents!;
  const after = (timesUs: readonly (number | undefined)[], best: (...all: number[]) => number): number =>
    (best(...timesUs.filter((one) => one !== undefined)) - incident.atUs) / 1e6;
  const replacements = incident.services.flatMap(({ replicas }) => replicas.filter(({ isBack }) => !isBack));
  return {
    noticed: after([incident.noticedUs], Math.min),
    unlisted: after(
      incident.services.map(({ unlistedUs }) => unlistedUs),
      Math.min,
    ),
    replaced: after(
      replacements.map(({ startedUs }) => startedUs),
      Math.min,
    ),
    whole: after(
      incident.services.map(({ wholeUs }) => wholeUs),
      Math.max,
    ),
  };
}

/** The same machines, traffic and outage; who grows with the rush, and when a lost zone is noticed and made good, differ. */
export const fiveOrchestrators: Lesson = (runs) => {
  const all = NAMES.map((name) => the(runs, name));
  for (const metric of ['requestsOffered', 'nodeHours', 'nodesBought'])
    expect(new Set(all.map(({ metrics }) => metrics[metric])).size, metric).toBe(1);
  for (const { living, policy } of all) {
    expect(
      living.incidents!.map(({ kind, about, machines, atUs, overUs }) => [kind, about, machines.length, atUs, overUs]),
      policy,
    ).toEqual([['zone-outage', 'a', 3, 780e6, 1320e6]]);
    expect(living.services.map(({ service }) => service)).toEqual(SERVICES);
  }
  for (const name of ['kubernetes', 'ecs', 'nomad'])
    expect(serviceOf(the(runs, name), 'web').replicasPeak, name).toBeGreaterThan(6);
  for (const name of ['swarm', 'mesos'])
    for (const [index, most] of [6, 4, 3].entries())
      expect(serviceOf(the(runs, name), SERVICES[index]).replicasPeak, name).toBe(most);
  const [kubernetes, swarm, mesos, ecs, nomad] = all.map(timesOf);
  // 40-50 s without a lease and at most 5 s until somebody looks; then 300 s of toleration.
  expect(kubernetes.noticed).toBeGreaterThanOrEqual(40);
  expect(kubernetes.noticed).toBeLessThanOrEqual(56);
  expect(kubernetes.unlisted).toBeLessThan(60);
  expect(kubernetes.replaced).toBeGreaterThanOrEqual(340);
  expect(kubernetes.whole).toBeLessThan(400);
  for (const quick of [swarm, nomad]) {
    expect(quick.noticed).toBeLessThan(20);
    expect(quick.replaced).toBeLessThan(32);
    expect(quick.whole).toBeLessThan(60);
  }
  expect(mesos.noticed).toBeGreaterThanOrEqual(75);
  expect(mesos.replaced).toBeLessThan(97);
  expect(ecs.whole).toBeGreaterThan(mesos.whole);
  expect(ecs.whole).toBeLessThan(kubernetes.whole);
  // Without a health check of its own a balancer believes the cluster's list: nobody replaces before that is cut.
  for (const one of [kubernetes, swarm]) expect(one.unlisted).toBeLessThan(one.replaced);
};
