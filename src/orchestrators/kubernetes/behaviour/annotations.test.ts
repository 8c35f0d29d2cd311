import { describe, expect, test } from 'vitest';
import { deployment, pod, podSpec } from '../cluster-fixture.ts';
import type { NewObject } from '../api/api-server.ts';
import type { AnyObject } from '../objects/kinds.ts';
import { ANNOTATIONS, PREFIX } from './annotation-table.ts';
import { checkAnnotations, ofContainer, podAnnotations } from './annotations.ts';
import { levelCurveOf } from './level-text.ts';
import { readServiceAnnotations } from './service-annotations.ts';

const annotated = (annotations: Record<string, string>): NewObject<AnyObject> => {
  const one = pod('web-7');
  return { ...one, metadata: { ...one.metadata, annotations } };
};
const complaint = (object: NewObject<AnyObject>): string => {
  try {
    checkAnnotations(object);
    return '';
  } catch (error) {
    return (error as Error).message;
  }
};

describe('annotations', () => {
  test('one value is for every container, others are by name', () => {
    const { boot, memUsage, imageBytes } = podAnnotations({
      'baton.dev/boot': 'main = exponential 2s; proxy = 100ms',
      'baton.dev/memory-usage': '300Mi + 5%/h',
      'baton.dev/image-size': '1.5Gi',
    });
    expect(ofContainer(boot, 'main')).toEqual({ kind: 'exponential', meanUs: 2e6 });
    expect(ofContainer(boot, 'proxy')).toEqual({ kind: 'constant', meanUs: 100_000 });
    expect(ofContainer(boot, 'other')).toBeUndefined();
    expect(ofContainer(memUsage, 'any')).toEqual({ amount: 300 * 2 ** 20, sharePerHour: 0.05 });
    expect(ofContainer(imageBytes, 'any')).toBe(1.5 * 2 ** 30);
  });

  test('what services say', () => {
    expect(
      readServiceAnnotations({
        'baton.dev/calls': 'auth, cart 0.5 + shop/db 2',
        'baton.dev/objective': '99.9% within 300ms; 99.99%',
        'baton.dev/queue-limit': 'unlimited',
        'baton.dev/timeout': 'never',
      }),
    ).toEqual({
      calls: [
        [{ service: 'auth', mean: 1 }],
        [
          { service: 'cart', mean: 0.5 },
          { service: 'shop/db', mean: 2 },
        ],
      ],
      objectives: [
        { target: 0.999, withinUs: 300_000 },
        { target: 0.9999, withinUs: Infinity },
      ],
      queueLimit: Infinity,
      timeoutUs: Infinity,
    });
  });

  test('mistakes are told with object and annotation', () => {
    expect(complaint(annotated({ 'baton.dev/bot': '2s' }))).toBe(
      'Pod default/web-7: annotation "baton.dev/bot" is not known; did you mean "baton.dev/boot"?',
    );
    expect(complaint(annotated({ 'baton.dev/boot': '2 parsecs' }))).toMatch(
      /^Pod default\/web-7: annotation "baton.dev\/boot": "2 parsecs": cannot read/,
    );
    expect(complaint(annotated({ 'baton.dev/traffic': 'lots' }))).toMatch(
      /"lots" is no level over time; write it like/,
    );
    expect(complaint(annotated({ 'baton.dev/balancing': 'randm' }))).toMatch(/did you mean "random"\?$/);
    expect(complaint(annotated({ 'baton.dev/memory-usage': '1Gi + 5' }))).toMatch(/"5" is no growth/);
    expect(complaint(annotated({ 'other.dev/anything': '!', 'baton.dev/exit-code': '137' }))).toBe('');
    const web = deployment('web', 1);
    expect(complaint({ ...web, metadata: { ...web.metadata, annotations: { 'baton.dev/boot': '1s' } } })).toBe(
      'Deployment default/web: annotation "baton.dev/boot" has no meaning on a Deployment; write it on the pod: in spec.template.metadata.annotations of its workload',
    );
    const bad = deployment('web', 1, podSpec());
    const template = { ...bad.spec.template, metadata: { labels: {}, annotations: { 'baton.dev/stop': 'soon' } } };
    expect(complaint({ ...bad, spec: { ...bad.spec, template } })).toMatch(/^Deployment default\/web: annotation/);
  });

  test('every annotation of the table can be read as its example says', () => {
    for (const { name, on, example } of ANNOTATIONS) {
      if (on === 'scaler') continue;
      expect(complaint(annotated({ [PREFIX + name]: example })), name).toBe('');
    }
  });
});

describe('levels over time', () => {
  const number = (text: string): number => Number(text.replace('/s', ''));
  const at = (text: string, ...timesS: number[]): number[] => {
    const curve = levelCurveOf(text, number, 0);
    return timesS.map((time) => Math.round(curve.at(time * 1e6) * 10) / 10);
  };

  test('a day has its peak where it says, half a day from its lowest point', () => {
    // 15:00 is 54,000 s; values are those of the middle of each minute. A quarter of a day before it is the mean.
    expect(at('diurnal 100..400/s', 54_000, 10_800, 32_400)).toEqual([400, 100, 250.3]);
    expect(at('diurnal 100..400/s peak 03:00', 10_800)).toEqual([400]);
  });

  test('ramps and spikes', () => {
    expect(at('ramp 100..400/s over 100s', 0.5, 50.5, 100, 1000)).toEqual([101.5, 251.5, 400, 400]);
    expect(at('spike 100..900/s at 10m for 5m', 599, 600, 899, 900)).toEqual([100, 900, 900, 100]);
    const spike = levelCurveOf('spike 100..900/s at 10m for 5m', number, 0);
    expect([0, 600e6, 900e6].map((time) => spike.untilUs(time))).toEqual([600e6, 900e6, Infinity]);
  });
});
