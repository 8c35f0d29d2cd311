import { describe, expect, test } from 'vitest';
import type { HorizontalPolicy, HorizontalScaler, ServicePoint } from '../../sim/scaling/horizontal-policy.ts';
import { seconds } from '../../sim/time.ts';
import { withDefaults, type PolicyOptions } from '../policy-family.ts';
import { examineHorizontal } from './examine-horizontal.ts';
import { horizontalPolicies } from './index.ts';

const VARIANTS: Readonly<Record<string, readonly PolicyOptions[]>> = {
  fixed: [{ replicas: 3 }],
  'target-utilisation': [
    { cpu: 0.5, memory: 0.6, requests: 10 },
    { up: '4/15s 100%/15s', down: 'min 10%/60s 2/30s', upStabilisation: seconds(60) },
    { up: 'disabled', down: 'disabled', requests: 5 },
  ],
  'target-tracking': [{ cpu: 0.5, memory: 0.5, requestsPerMinute: 300 }],
  'step-scaling': [
    { metric: 'inFlight', high: 5, low: 1, type: 'change', out: '0:1 5:3', in: '0:-1' },
    { metric: 'requestsPerMinute', high: 500, low: 100, type: 'exact', out: '0:5 100:8', in: '0:2' },
  ],
  'queue-or-rate': [{ queue: 3, rate: 20, activation: 1, cooldown: seconds(30) }],
  predictive: [
    { method: 'seasonal-naive', season: seconds(600), slot: seconds(60) },
    { season: seconds(900), slot: seconds(60) },
  ],
  scheduled: [{ plan: '00:10 3; Mon 00:30 7; 01:00 1' }],
  'rate-plan': [{ wait: 0.1 }, { beta: 3 }],
};

for (const family of horizontalPolicies)
  test(`${family.name} passes the exam, by default and with options`, () => {
    for (const options of [{}, ...(VARIANTS[family.name] ?? [])]) {
      const policy = family.make(withDefaults(family, options), `${family.name} ${JSON.stringify(options)}`);
      for (let seed = 1; seed <= 12; seed++) expect(examineHorizontal(policy, seed)).toEqual([]);
    }
  });

test('names are unique, and so are the options of each, with whole sentences for meanings', () => {
  expect(new Set(horizontalPolicies.map(({ name }) => name)).size).toBe(horizontalPolicies.length);
  for (const { name, options } of horizontalPolicies) {
    expect(new Set(options.map((option) => option.name)).size, name).toBe(options.length);
    for (const option of options) expect(option.meaning, `${name} ${option.name}`).toMatch(/^[A-Z].*\.$/);
  }
});

describe('the exam fails a policy that', () => {
  const bad = (decide: HorizontalScaler['decide'], periodUs = seconds(15)): HorizontalPolicy => ({
    name: 'bad',
    periodUs,
    make: () => ({ decide }),
  });
  const faults = (decide: HorizontalScaler['decide']) =>
    [1, 2, 3].flatMap((seed) => examineHorizontal(bad(decide), seed));

  test('divides by what is not there', () => {
    const sentences = faults(({ points }) => ({
      replicas: Math.ceil((points.at(-1)?.cpuShare ?? NaN) * 5),
      why: 'cpu',
    }));
    expect(sentences.join('\n')).toContain('asks for NaN replicas');
  });

  test('trusts that there is a point', () => {
    const sentences = faults(({ points }) => ({ replicas: points[points.length - 1].ready, why: 'ready' }));
    expect(sentences.join('\n')).toContain('it throws');
  });

  test('asks for halves or for fewer than none', () => {
    expect(faults(() => ({ replicas: 1.5, why: 'half' })).join()).toContain('asks for 1.5');
    expect(faults(() => ({ replicas: -1, why: 'less' })).join()).toContain('asks for -1');
  });

  test('gives no reason, or one with a hole', () => {
    expect(faults(() => ({ replicas: 1, why: ' ' })).join()).toContain('its reason');
    expect(faults(() => ({ replicas: 1, why: 'cpu NaN %' })).join()).toContain('its reason');
  });

  test('remembers between runs', () => {
    let calls = 0;
    expect(faults(() => ({ replicas: calls++, why: 'counts its calls' })).join()).toContain('the same history gives');
  });

  test('changes what it is shown', () => {
    const sentences = faults(({ points }) => {
      (points as ServicePoint[]).reverse();
      return { replicas: 1, why: 'reversed' };
    });
    expect(sentences.join()).toContain('changes what it is shown');
  });

  test('has no period', () => {
    expect(
      examineHorizontal(
        bad(() => ({ replicas: 1, why: 'one' }), 0),
        1,
      ).join(),
    ).toContain('its period');
  });
});
