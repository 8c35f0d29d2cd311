import { describe, expect, test } from 'vitest';
import { stream } from '../../sim/random.ts';
import type { TimedWeather } from '../../sim/weather/timed-weather.ts';
import type { WeatherEvent } from '../../sim/weather/weather-event.ts';
import { machineSpecs, modelledService, steadyTraffic } from '../data-plane/data-plane-fixture.ts';
import { EcsRun, service, taskDefinition } from './ecs-fixture.ts';

const S = 1e6;
const END_US = 1800 * S;
const port = { portMappings: [{ containerPort: 80 }] };
const fargate = { requiresCompatibilities: ['FARGATE'], networkMode: 'awsvpc', cpu: '512', memory: '1024' };

/** Everything at once: an ALB service that is scaled and rebalanced, Fargate Spot, daemons, a capacity provider, tasks run once. */
const files = [
  taskDefinition('web', { ...port, healthCheck: { command: ['CMD', 'x'], interval: 10 } }),
  service('web', 4, {
    loadBalancers: [{ targetGroupArn: 'web', containerName: 'app', containerPort: 80 }],
    availabilityZoneRebalancing: 'ENABLED',
    deploymentConfiguration: { deploymentCircuitBreaker: { enable: true, rollback: true } },
    capacityProviderStrategy: [{ capacityProvider: 'nodes', weight: 1 }],
  }),
  { Name: 'web', TargetGroupAttributes: [{ Key: 'deregistration_delay.timeout_seconds', Value: '20' }] },
  { ResourceId: 'service/default/web', MinCapacity: 2, MaxCapacity: 9 },
  {
    PolicyName: 'cpu',
    ResourceId: 'service/default/web',
    PolicyType: 'TargetTrackingScaling',
    TargetTrackingScalingPolicyConfiguration: {
      TargetValue: 50,
      PredefinedMetricSpecification: { PredefinedMetricType: 'ECSServiceAverageCPUUtilization' },
    },
  },
  { AutoScalingGroupName: 'group', MinSize: 2, MaxSize: 8, DesiredCapacity: 4, AvailabilityZones: ['a', 'b'] },
  {
    name: 'nodes',
    autoScalingGroupProvider: {
      autoScalingGroupArn: 'group',
      managedScaling: { status: 'ENABLED', instanceWarmupPeriod: 60 },
    },
  },
  taskDefinition('cart', {}, fargate),
  service('cart', 3, {
    capacityProviderStrategy: [
      { capacityProvider: 'FARGATE', base: 1, weight: 1 },
      { capacityProvider: 'FARGATE_SPOT', weight: 2 },
    ],
  }),
  taskDefinition('agent', { cpu: 32, memory: 64 }),
  service('agent', 0, { schedulingStrategy: 'DAEMON' }),
  taskDefinition('batch'),
  { taskDefinition: 'batch', count: 5 },
];

function drawnWeather(seed: number): TimedWeather[] {
  const random = stream(seed, 'ecs-weather');
  const weather: TimedWeather[] = [];
  for (let k = 0; k < 10; k++) {
    const node = random.below(4);
    const atUs = random.below(1200) * S;
    const untilUs = atUs + (5 + random.below(400)) * S;
    const cause = 'test';
    const pairs: readonly (readonly [WeatherEvent, WeatherEvent])[] = [
      [
        { kind: 'node-down', node, cause },
        { kind: 'node-up', node, cause },
      ],
      [
        { kind: 'node-cut-off', node, on: true, cause },
        { kind: 'node-cut-off', node, on: false, cause },
      ],
      [
        { kind: 'node-speed', node, speed: 0, cause },
        { kind: 'node-speed', node, speed: 1, cause },
      ],
      [
        { kind: 'drain-begin', node, cause },
        { kind: 'drain-end', node, cause },
      ],
      [
        { kind: 'spot-notice', node, takenUs: untilUs, cause },
        { kind: 'spot-taken', node, cause },
      ],
      [
        { kind: 'registry-down', on: true, cause },
        { kind: 'registry-down', on: false, cause },
      ],
      [
        { kind: 'control-plane-down', on: true, cause },
        { kind: 'control-plane-down', on: false, cause },
      ],
      [
        { kind: 'disk-full', node, on: true, cause },
        { kind: 'disk-full', node, on: false, cause },
      ],
      [
        { kind: 'replica-crash', service: 0, which: random.next(), cause },
        { kind: 'replica-crash', service: 0, which: random.next(), cause },
      ],
    ];
    const [begins, ends] = pairs[random.below(pairs.length)];
    weather.push({ atUs, event: begins }, { atUs: untilUs, event: ends });
  }
  return weather.sort((a, b) => a.atUs - b.atUs);
}

describe('everything at once in any weather', () => {
  test('runs to its end, the same every time; what the control plane counts is what there is', () => {
    for (let seed = 1; seed <= 16; seed++) {
      const make = () =>
        new EcsRun(files, {
          seed,
          weather: drawnWeather(seed),
          constants: { spotInstanceDraining: seed % 2, startReplacementFirst: Math.floor(seed / 2) % 2 },
          behaviour: { batch: { runs: { kind: 'constant', meanUs: 60 * S } } },
          spec: {
            durationUs: END_US,
            machines: machineSpecs(4, ['a', 'b'], { group: 'group', instanceType: 'm5.xlarge' }),
            services: [modelledService('web')],
            traffic: () => [steadyTraffic(0, 5)],
            operations: [
              { atUs: 300 * S, text: 'update', change: { verb: 'update', workload: 'web', image: 'web:2' } },
            ],
          },
        });
      const run = make().finish();
      const { instances, tasks } = run.loop.world;
      for (const { machine, tasks: there, free } of instances.values()) {
        expect(free.cpuUnits, `seed ${seed}`).toBeGreaterThanOrEqual(0);
        for (const task of there)
          expect([tasks.get(task.id)?.id, task.machine], `seed ${seed}`).toEqual([task.id, machine]);
      }
      for (const { file, desiredCount } of run.loop.services) {
        const running = run.running(file.name).length;
        expect(running, `seed ${seed}: ${file.name} wants ${desiredCount}`).toBeGreaterThan(0);
      }
      if (seed <= 2) expect(make().finish().run.result().fingerprint).toBe(run.run.result().fingerprint);
    }
  });
});
