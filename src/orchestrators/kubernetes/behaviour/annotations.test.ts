import { describe, expect, test } from 'vitest';
import { ANNOTATIONS, PREFIX } from './annotation-table.ts';
import { annotationFaults, ofContainer, podAnnotations } from './annotations.ts';
import { levelCurveOf } from './level-text.ts';
import { readServiceAnnotations } from './service-annotations.ts';

const complaint = (annotations: Record<string, string>, kind = 'Pod'): string =>
  annotationFaults(kind, annotations)
    .map(({ annotation, sentence }) => `${annotation}: ${sentence}`)
    .join('\n');

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

  test('mistakes are told with the annotation', () => {
    expect(complaint({ 'baton.dev/bot': '2s' })).toBe(
      'baton.dev/bot: there is no such annotation; did you mean "baton.dev/boot"?',
    );
    expect(complaint({ 'baton.dev/boot': '2 parsecs', 'baton.dev/stop': 'soon' })).toMatch(
      /^baton.dev\/boot: "2 parsecs": cannot read.*\nbaton.dev\/stop: "soon"/,
    );
    expect(complaint({ 'baton.dev/traffic': 'lots' })).toMatch(/"lots" is no level over time; write it like/);
    expect(complaint({ 'baton.dev/balancing': 'randm' })).toMatch(/did you mean "random"\?$/);
    expect(complaint({ 'baton.dev/memory-usage': '1Gi + 5' })).toMatch(/"5" is no growth/);
    expect(complaint({ 'other.dev/anything': '!', 'baton.dev/exit-code': '137' })).toBe('');
    expect(complaint({ 'baton.dev/boot': '1s' }, 'Deployment')).toBe(
      'baton.dev/boot: it has no meaning on a Deployment; write it on the pod: in spec.template.metadata.annotations of its workload',
    );
  });

  test('every annotation of the table can be read as its example says', () => {
    for (const { name, on, example } of ANNOTATIONS) {
      if (on === 'scaler') continue;
      expect(complaint({ [PREFIX + name]: example }), name).toBe('');
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
