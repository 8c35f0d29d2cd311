import { expect, test } from 'vitest';
import type { Traffic } from '../../../sim/requests/traffic.ts';
import { modelledService, steadyTraffic } from '../../data-plane/data-plane-fixture.ts';
import { EcsRun, service, taskDefinition } from '../ecs-fixture.ts';

const S = 1e6;
const target = { ServiceNamespace: 'ecs', ResourceId: 'service/default/web', MinCapacity: 2, MaxCapacity: 10 };
const tracking = (value: number, metric = 'ECSServiceAverageCPUUtilization') => ({
  PolicyName: 'track',
  ResourceId: 'service/default/web',
  PolicyType: 'TargetTrackingScaling',
  TargetTrackingScalingPolicyConfiguration: {
    TargetValue: value,
    PredefinedMetricSpecification: { PredefinedMetricType: metric },
  },
});

/** `high` requests a second between 5 and 15 minutes, 20 otherwise. */
function spike(high: number): Traffic {
  const during = (timeUs: number): boolean => timeUs >= 300 * S && timeUs < 900 * S;
  const curve = {
    at: (timeUs: number) => (during(timeUs) ? high : 20),
    untilUs: (timeUs: number) => (timeUs < 300 * S ? 300 * S : timeUs < 900 * S ? 900 * S : Infinity),
  };
  return { ...steadyTraffic(0, 1), source: { kind: 'open', curve, spacing: 'even' } };
}

test.each([
  ['CPU', tracking(60)],
  ['requests', tracking(3000, 'ALBRequestCountPerTarget')],
])(
  'target tracking of %s on the data plane: out after 3 minutes of a spike, in after 15 minutes below it',
  (_name, policy) => {
    const web = modelledService('web', { workMs: 20, concurrency: 16, cpuPerRequestMilli: 100 });
    const run = new EcsRun([taskDefinition('web'), service('web', 2), target, policy], {
      spec: { services: [web], traffic: () => [spike(290)], durationUs: 3000 * S },
    });
    const changes: [number, number][] = [];
    run.finish(({ nowUs, loop }) => {
      const { desiredCount } = loop.services[0];
      if (nowUs >= 0 && changes.at(-1)?.[1] !== desiredCount) changes.push([nowUs / S, desiredCount]);
    });
    expect(changes[0][1]).toBe(2);
    const [outAt, outTo] = changes[1];
    expect(outAt - 300).toBeGreaterThanOrEqual(120);
    expect(outAt - 300).toBeLessThanOrEqual(300);
    expect(outTo).toBeGreaterThan(2);
    expect(Math.max(...changes.map(([, count]) => count))).toBeLessThanOrEqual(10);
    const inAt = changes.find(([at], k) => at > 900 && changes[k][1] < changes[k - 1][1])![0];
    expect(inAt - 900).toBeGreaterThanOrEqual(14 * 60);
    expect(inAt - 900).toBeLessThanOrEqual(17 * 60);
    expect(changes.at(-1)![1]).toBe(2);
    expect(run.running('web').length).toBe(2);
    expect(run.told()).toContain('application-auto-scaling web: 2 -> ');
  },
);
