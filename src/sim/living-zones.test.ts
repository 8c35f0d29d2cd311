import { expect, test } from 'vitest';
import { constantTraffic, familyPolicy, group, living, minutes, seconds, service } from '../../test/living-cluster.ts';
import { horizontalPolicies } from '../policies/autoscaling/index.ts';
import { balancingPolicies } from '../policies/balancing/index.ts';
import { BETWEEN_ZONES } from './fleet/billing.ts';
import { LivingSimulation } from './living-simulation.ts';
import { PATIENT, type Traffic } from './requests/traffic.ts';
import type { ServiceSpec } from './services/service-spec.ts';

function requesting(over: Partial<ServiceSpec['requests']>, replicas: number): ServiceSpec {
  const web = service('web', { replicas });
  return { ...web, requests: { ...web.requests, ...over } };
}

test('zone-aware balancing costs less than random: what crosses is billed by the GiB', () => {
  const from = (fromZone: number): Traffic => ({
    name: `users-${fromZone}`,
    service: 0,
    fromZone,
    client: PATIENT,
    source: { kind: 'open', spacing: 'poisson', curve: { at: () => 50, untilUs: () => Infinity } },
  });
  const [random, aware] = ['random', 'zone-aware'].map((name) => {
    const balancing = familyPolicy(balancingPolicies, name);
    const spec = living({
      durationUs: minutes(5),
      zones: ['a', 'b'],
      groups: [group({ zones: ['a', 'b'], initial: 2, min: 2, max: 2 })],
      services: [requesting({ balancing }, 8)],
      traffic: () => [from(0), from(1)],
      usdPerGbBetweenZones: 0.02,
      requestBytes: 2 ** 20,
    });
    const simulation = new LivingSimulation(spec, { seed: 1 });
    const { cost } = simulation.run().living!;
    const { crossZone, arrived } = simulation.world.requests.services[0];
    // A mebibyte a call: 1024 of them are a GiB for two cents, and the service bears it.
    expect(cost.byGroup[BETWEEN_ZONES]).toBeCloseTo((crossZone / 1024) * 0.02, 9);
    return { share: crossZone / arrived, usd: cost.byGroup[BETWEEN_ZONES], totalUsd: cost.totalUsd };
  });
  // 100 a second for 5 minutes, half of them cross: 15,000 / 1024 x $0.02 = $0.293.
  expect(random.share).toBeGreaterThan(0.45);
  expect(Math.abs(random.usd - 0.293)).toBeLessThan(0.03);
  expect(aware.usd).toBeLessThan(random.usd / 5);
  expect(aware.totalUsd).toBeLessThan(random.totalUsd);
});

test('an activator holds what a service scaled to zero gets until a replica is back', () => {
  const scaled = (holdUs: number): { failed: number; served: number; inFlight: number; noEndpoint: number } => {
    const traffic = constantTraffic(0)(() => {
      throw new Error('draws nothing');
    })[0];
    const horizontal = familyPolicy(horizontalPolicies, 'queue-or-rate', { cooldown: minutes(5) });
    const spec = living({
      durationUs: minutes(12),
      services: [requesting({ holdUs, queueLimit: Infinity }, 1)],
      scaling: [{ horizontal, minReplicas: 0, maxReplicas: 5 }],
      // Nobody for ten minutes, then one request every ten seconds.
      traffic: () => [
        {
          ...traffic,
          source: {
            kind: 'open',
            spacing: 'even',
            curve: {
              at: (timeUs) => (timeUs < minutes(10) ? 0 : 0.1),
              untilUs: (timeUs) => (timeUs < minutes(10) ? minutes(10) : Infinity),
            },
          },
        },
      ],
    });
    const simulation = new LivingSimulation(spec, { seed: 1 });
    while (simulation.world.nowUs < minutes(9)) simulation.step();
    expect(simulation.world.ready[0]).toBe(0);
    const { services } = simulation.run().living!;
    const { failed, served, inFlight, failedBy } = services[0];
    return { failed, served, inFlight, noEndpoint: failedBy['noEndpoint'] };
  };
  // Without one the queue is never seen, since what fails at once is never in flight: all of the 12 fail.
  const without = scaled(0);
  expect(without.served).toBe(0);
  expect(without.failed).toBe(without.noEndpoint);
  expect(without.failed).toBeGreaterThanOrEqual(11);
  // With one the first is in flight when the scaler looks; a minute is enough for a scrape, a look and 5 s of start.
  const held = scaled(seconds(60));
  expect(held.failed).toBe(0);
  expect(held.served + held.inFlight).toBe(without.failed);
  expect(held.served).toBeGreaterThanOrEqual(11);
});
