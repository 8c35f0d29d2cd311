import { expect, test } from 'vitest';
import { openNamed, plannedScenarios } from '../../experiment/local/scenarios-here.ts';
import type { RunPlan } from '../../experiment/run-plan.ts';
import { sentTraffic } from './sent-traffic.ts';
import { trafficOfRun } from './run-traffic.ts';

/** The first run of a scenario that ships, cut short. */
function shipped(name: string): RunPlan {
  const named = openNamed(`scenarios/${name}.yaml`, ['duration=2m']);
  if (named.kind !== 'scenario') throw new Error(`${name} is no scenario`);
  const planned = plannedScenarios([named.planned], [1]);
  return planned.runs((policy) => policy, planned.digests())[0];
}

test.each(['retry-storm', 'dependency-cascade', 'kubernetes-autoscaling'])(
  'the requests of %s can be written down and sent again',
  async (name) => {
    const plan = (await trafficOfRun(shipped(name)))!;
    expect(plan.durationUs).toBe(120e6);
    expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
    const { services, traffic } = sentTraffic(plan);
    expect(traffic.length).toBeGreaterThan(0);
    for (const { service } of traffic) expect(services[service]).toBeDefined();
  },
);

test('a calibration is nothing that requests are told', async () => {
  const plain = shipped('retry-storm');
  const calibration = { startUs: {}, stopUs: {}, serviceFactor: { '*': 2 }, requestUs: 5000 };
  const calibrated: RunPlan = { ...plain, scenario: { ...plain.scenario!, calibration } };
  expect(await trafficOfRun(calibrated)).toEqual(await trafficOfRun(plain));
});
