import { expect, test } from 'vitest';
import { living, minutes, seconds } from '../../../test/living-cluster.ts';
import { LivingSimulation } from '../living-simulation.ts';
import type { HorizontalPolicy } from '../scaling/horizontal-policy.ts';

test('policies see points as old as the metric delay, in order and none twice, however seldom they ask', () => {
  for (const periodUs of [seconds(15), seconds(70), minutes(100)]) {
    const newest: number[] = [];
    const policy: HorizontalPolicy = {
      name: 'looks',
      periodUs,
      make: () => ({
        decide: ({ nowUs, points, current }) => {
          for (let k = 1; k < points.length; k++) expect(points[k].timeUs - points[k - 1].timeUs).toBe(seconds(1));
          newest.push(nowUs - (points.at(-1)?.timeUs ?? nowUs - seconds(30)));
          return { replicas: current, why: 'looks' };
        },
      }),
    };
    const spec = living({
      durationUs: minutes(120),
      traffic: () => [],
      scrapeUs: seconds(1),
      metricDelayUs: seconds(30),
      scaling: [{ horizontal: policy, minReplicas: 2, maxReplicas: 2 }],
    });
    new LivingSimulation(spec, { seed: 1 }).run();
    expect(newest.length).toBe(Math.floor(minutes(120) / periodUs));
    expect(new Set(newest)).toEqual(new Set([seconds(30)]));
  }
});
