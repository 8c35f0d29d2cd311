import { expect, test } from 'vitest';
import { builtInNames } from '../policy-catalogue.ts';
import { planScenario, type LivingVariant, type PlannedScenario } from './plan-scenario.ts';

const context = {
  file: 's.yaml',
  title: 's',
  names: builtInNames((token) => token.startsWith('./')),
  resolvePath: (path: string) => `here/${path}`,
};

const plan = (text: string, settings: string[] = [], traceDirectory?: string): PlannedScenario<LivingVariant> =>
  planScenario(text, { ...context, ...(traceDirectory !== undefined && { traceDirectory }) }, settings);

const fault = (text: string, settings: string[] = []): string => {
  try {
    plan(text, settings);
  } catch (error) {
    expect((error as Error).name).toBe('InputError');
    return (error as Error).message;
  }
  return 'no fault';
};

const SHOP = `duration: 30m
cluster:
  zones: [a, b]
  groups:
    general: { cpu: 4, memory: 16Gi, count: 2, min: 1, max: 6 }
services:
  web: { cpu: 500m, memory: 256Mi, work: exponential 5ms, calls: [cart, db] }
  cart: { calls: [{ service: db, chance: 50% }] }
  db: { replicas: 1, work: lognormal 3ms sigma 0.5 }
traffic:
  web: { rate: 100/s, spike: { at: 10m, peak: 400/s } }
weather:
  - script(effect=down, at=10m, for=5m, zones=a)
policies:
  scaling: [fixed, target-utilisation(cpu=60%)]
  nodes: fixed
objectives:
  - web 99.9%
  - web 99% within 300ms
`;

test('the smallest scenario has defaults for the rest', () => {
  const { variants, title, seeds } = plan('cluster: 2 x 4cpu 16Gi\nservices: { web: {} }\ntraffic: { web: 50/s }\n');
  expect([title, seeds, variants.length]).toEqual(['s', undefined, 1]);
  const [{ scenario, cluster, policy, workload }] = variants;
  expect([cluster.name, workload.name, policy.name]).toEqual(['2 x 4cpu 16Gi', 's', 'least-allocated']);
  expect(scenario).toMatchObject({ duration: 3600e6, model: 'auto', traffic: { web: 50 } });
  expect(scenario.services?.['web']).toMatchObject({ cpu: 500, memory: 2 ** 29, replicas: 2, concurrency: 10 });
});

test('units are read where they stand', () => {
  const [{ scenario }] = plan(SHOP).variants;
  expect(scenario.duration).toBe(1800e6);
  expect(scenario.services?.['db'].work).toEqual({ kind: 'lognormal', meanUs: 3000, sigma: 0.5 });
  expect(scenario.objectives).toEqual([
    { service: 'web', target: 0.999 },
    { service: 'web', target: 0.99, withinUs: 300_000 },
  ]);
});

test('lists below policies make rows, all others make cells', () => {
  const text = SHOP.replace('rate: 100/s', 'rate: [100/s, 200/s]').replace('count: 2', 'count: [2, 3]');
  const { variants, policies } = plan(text);
  expect(variants).toHaveLength(2 * 2 * 2);
  expect(policies.map((one) => one.name)).toEqual(['fixed', 'target-utilisation(cpu=60%)']);
  expect([...new Set(variants.map((one) => one.cluster.name))]).toEqual([
    'general, groups.general.count=2',
    'general, groups.general.count=3',
  ]);
  expect([...new Set(variants.map((one) => one.workload.name))]).toEqual(['s, web.rate=100/s', 's, web.rate=200/s']);
});

test('oneOf works where a list is a list by nature, and nothing is an alternative too', () => {
  const storm = SHOP.replace('  - script(', '  - oneOf: [null, "registry-down"]\n  - script(');
  expect(plan(storm).variants.map((one) => [one.scenario.weather?.length, one.workload.name])).toEqual([
    [1, 's, no weather'],
    [1, 's, no weather'],
    [2, 's, weather=registry-down'],
    [2, 's, weather=registry-down'],
  ]);
});

test('a setting replaces a field, and faults of it name it', () => {
  expect(plan(SHOP, ['duration=1h', 'policies.scaling=fixed']).variants).toMatchObject([
    { scenario: { duration: 3600e6 }, policy: { name: 'least-allocated + fixed + fixed' } },
  ]);
  expect(fault(SHOP, ['duration=never'])).toBe(
    '--set duration=never: duration: "never" is not a time; write it like 90s, 1.5h, 250ms or 3d',
  );
  expect(fault(SHOP, ['polices.scaling=fixed'])).toBe(
    '--set polices.scaling=fixed: a scenario has no field "polices"; did you mean "policies"?',
  );
});

test.each([
  [
    'a misspelt key',
    SHOP.replace('traffic:', 'trafic:'),
    's.yaml:10:1: a scenario has no field "trafic"; did you mean "traffic"?',
  ],
  [
    'a misspelt field',
    SHOP.replace('memory: 256Mi', 'memry: 256Mi'),
    's.yaml:7:21: services.web has no field "memry"; did you mean "memory"?',
  ],
  [
    'a misspelt policy',
    SHOP.replace('nodes: fixed', 'nodes: fixd'),
    's.yaml:16:10: policies.nodes: there is no node policy called "fixd"; did you mean "fixed"?',
  ],
  [
    'backfilling that plans ahead',
    SHOP.replace('nodes: fixed', 'backfill: easy'),
    's.yaml:16:13: policies.backfill: "easy" plans ahead by run times, and in a living cluster pods and machines go before their time; write any or strict',
  ],
  [
    'a misspelt option',
    SHOP.replace('cpu=60%', 'cpus=60%'),
    's.yaml:15:20: policies.scaling: target-utilisation has no option "cpus"; did you mean "cpu"?',
  ],
  [
    'a service nobody has',
    SHOP.replace('[cart, db]', '[cart, bd]'),
    's.yaml:7:73: services.web.calls[1]: there is no service "bd"; did you mean "db"?',
  ],
])('%s', (_what, text, sentence) => {
  expect(fault(text)).toBe(sentence);
});
