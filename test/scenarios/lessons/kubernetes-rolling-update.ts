import { expect } from 'vitest';
import { serviceOf, type Lesson, type Told } from '../shipped-scenario.ts';

/** The careful rollout is noticed by nobody and takes its time; the hasty one fails hundreds of requests in no time. */
export const kubernetesRollingUpdate: Lesson = ([run, ...others]) => {
  expect(others).toEqual([]);
  for (const name of ['careful', 'hasty']) expect(least(run, 'replicas_available', name)).toBeGreaterThanOrEqual(8);
  expect(serviceOf(run, 'careful').failedBy['errorAnswer']).toBe(0);
  expect(run.living.objectives.map(({ kept }) => kept)).toEqual([true, false]);
  // A new pod answers after 8 s, so for about so long its share of the 100 requests a second fails, wave after wave.
  const failed = serviceOf(run, 'hasty').failedBy['errorAnswer'];
  expect(failed).toBeGreaterThan(400);
  expect(failed).toBeLessThan(1500);
  const rolledOut = (name: string): number => {
    const of = run.living.happenings.filter(({ about }) => about === `default/${name}`);
    const at = (kind: string): number => of.find((one) => one.kind === kind)!.timeUs;
    return (at('deployed') - at('deployment')) / 1e6;
  };
  expect(rolledOut('careful')).toBeGreaterThan(2 * rolledOut('hasty'));
};

/** The lowest value of a service's series. */
function least({ living }: Told, series: string, service: string): number {
  const found = living.timeline.series.find(
    ({ name, labels }) => name === `baton_service_${series}` && labels['service'] === service,
  )!;
  return Math.min(...found.values.filter((value) => value >= 0));
}
