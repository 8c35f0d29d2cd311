import { describe, expect, test } from 'vitest';
import { fc } from '../../../test/fuzz.ts';
import {
  DIALECTS,
  fullServiceName,
  plainService,
  type AppModel,
  type AppService,
  type Dialect,
  type Loss,
} from './app-model.ts';
import { WRITERS } from './files-of-app.ts';
import { READERS } from './readers.ts';

const percent = fc.constantFrom(0, 0.25, 0.5, 1);
const time = fc.integer({ min: 5, max: 120 }).map((seconds) => seconds * 1e6);
const optional = <T>(of: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(of, { nil: undefined });

/** Every field without the undefined ones. */
const filled = <T extends object>(value: T): T =>
  Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as T;

const check = fc
  .record({
    test: fc.constantFrom(
      { kind: 'command' as const, command: ['pg_isready', '-U', 'shop'] },
      { kind: 'http' as const, path: '/ready', port: 8080, scheme: 'http' as const },
      { kind: 'tcp' as const, port: 8080 },
    ),
    intervalUs: time,
    timeoutUs: fc.constant(3e6),
    retries: fc.integer({ min: 1, max: 5 }),
    startPeriodUs: optional(time),
  })
  .map(filled);

/** Services as people have them, of everything that the model can say. */
const service: fc.Arbitrary<AppService> = fc
  .record({
    replicas: fc.integer({ min: 1, max: 8 }),
    env: fc.dictionary(fc.stringMatching(/^[A-Z]{1,6}$/), fc.stringMatching(/^[ -~]{0,12}$/), { maxKeys: 2 }),
    args: optional(fc.constantFrom(['serve'], ['--name', "it's $HOME"])),
    labels: fc.constantFrom({}, { tier: 'web' }, { 'baton.dev/boot': '90% 10s, 10% 20s', note: 'two words' }),
    ports: fc.constantFrom(
      [],
      [{ container: 8080, published: 80, protocol: 'tcp' as const, mode: 'balanced' as const }],
      [{ container: 9100, published: 9100, protocol: 'tcp' as const, mode: 'host' as const }],
    ),
    resources: fc.constantFrom(
      { request: {}, limit: {} },
      { request: { cpuMilli: 250, memBytes: 2 ** 28 }, limit: { memBytes: 2 ** 29 } },
      { request: { cpuMilli: 1000, memBytes: 2 ** 30 }, limit: { cpuMilli: 2000, memBytes: 2 ** 30 }, gpus: 1 },
    ),
    readiness: optional(check),
    liveness: optional(check),
    stopGraceUs: optional(time),
    update: optional(
      fc
        .record({
          parallelism: optional(fc.integer({ min: 1, max: 3 })),
          order: optional(fc.constantFrom('stop-first' as const, 'start-first' as const)),
          minHealthyShare: optional(percent),
          maxSurgeShare: optional(percent),
          failureAction: optional(fc.constantFrom('pause' as const, 'rollback' as const, 'continue' as const)),
          monitorUs: optional(time),
          deadlineUs: optional(time),
          delayUs: optional(time),
        })
        .map(filled),
    ),
    restart: optional(
      fc
        .record({
          condition: optional(fc.constantFrom('any' as const, 'on-failure' as const, 'none' as const)),
          delayUs: optional(time),
          maxAttempts: optional(fc.integer({ min: 1, max: 5 })),
          windowUs: optional(time),
          backoffFactor: optional(fc.constantFrom(1, 2, 3)),
          maxDelayUs: optional(time),
        })
        .map(filled),
    ),
    constraint: optional(
      fc.constantFrom(
        { key: 'label:disk', operator: 'in' as const, values: ['ssd'] },
        { key: 'zone', operator: 'in' as const, values: ['a', 'b'] },
        { key: 'arch', operator: 'not-in' as const, values: ['arm64'] },
        { key: 'label:gpu', operator: 'exists' as const, values: [] },
      ),
    ),
    spread: optional(fc.record({ key: fc.constantFrom('zone', 'hostname'), isHard: fc.boolean() })),
    maxPerMachine: optional(fc.integer({ min: 1, max: 3 })),
    priority: optional(fc.constantFrom({ value: 70 }, { value: 1_000_000 })),
    autoscaling: optional(fc.constant({ min: 1, max: 8, metrics: [{ metric: 'cpu' as const, target: 0.6 }] })),
    disruption: optional(fc.constant({ minHealthyShare: 0.5 })),
    replaceAfterUs: optional(time),
  })
  .map(({ constraint, spread, maxPerMachine, ...rest }) => {
    const base = plainService('web', 'registry.example/web:1');
    return {
      ...base,
      ...filled(rest),
      placement: {
        ...base.placement,
        constraints: constraint === undefined ? [] : [constraint],
        spread: spread === undefined ? [] : [spread],
        ...(maxPerMachine !== undefined && { maxPerMachine }),
      },
    } as AppService;
  });

const throughFiles = (model: AppModel, dialect: Dialect): { model: AppModel; losses: readonly Loss[] } => {
  const { files, losses } = WRITERS[dialect](model);
  const read = READERS[dialect](files.map(({ name, text }) => ({ file: name, text })));
  return { model: read.model, losses: [...losses, ...read.losses] };
};

/** Fields that differ, but for those of which a loss tells. */
function untold(before: AppModel, after: AppModel, losses: readonly Loss[]): string[] {
  const told = new Set(losses.map(({ field }) => field.split('.')[0]));
  // Where there is one check for both, what is told of one is told of the other.
  if (told.has('liveness') || told.has('readiness')) ['liveness', 'readiness'].forEach((one) => told.add(one));
  return before.services.flatMap((one, place) => {
    const other = after.services.at(place);
    if (other === undefined) return [`${fullServiceName(one)} is not there`];
    return [...new Set([...Object.keys(one), ...Object.keys(other)])]
      .filter((key) => !told.has(key) && meaning(one, key) !== meaning(other, key))
      .map((key) => `${key}: ${meaning(one, key)} became ${meaning(other, key)}`);
  });
}

/** A service that is restarted whatever happens is one of which nothing is said, and so is an empty policy. */
function meaning(one: AppService, key: string): string {
  const value = one[key as keyof AppService];
  if (key !== 'restart' && key !== 'update') return ordered(value);
  const kept = Object.entries(value ?? {}).filter(([field, said]) => field !== 'condition' || said !== 'any');
  return kept.length === 0 ? 'nothing' : ordered(Object.fromEntries(kept));
}

function ordered(value: unknown): string {
  return JSON.stringify(value, (_, one: unknown) =>
    typeof one === 'object' && one !== null && !Array.isArray(one)
      ? Object.fromEntries(Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1)))
      : one,
  );
}

describe.each(DIALECTS)('%s', (dialect) => {
  test('what is written and read again has lost only what was told', () => {
    fc.assert(
      fc.property(service, (one) => {
        const model = { services: [one], notes: [] };
        const back = throughFiles(model, dialect);
        expect(untold(model, back.model, back.losses)).toEqual([]);
      }),
      { numRuns: 100 },
    );
  });

  test('what it has said once it says again: files made of its own files are the same files', () => {
    fc.assert(
      fc.property(service, (one) => {
        const { model } = throughFiles({ services: [one], notes: [] }, dialect);
        const again = throughFiles(model, dialect);
        expect(untold(model, again.model, [])).toEqual([]);
        expect(WRITERS[dialect](again.model).files).toEqual(WRITERS[dialect](model).files);
      }),
      { numRuns: 50 },
    );
  });
});

test('a test that finds nothing would pass always: a field that goes untold is found', () => {
  const model = { services: [{ ...plainService('web', 'x'), stopGraceUs: 5e6 }], notes: [] };
  expect(untold(model, { services: [plainService('web', 'x')], notes: [] }, [])).toEqual([
    'stopGraceUs: 5000000 became undefined',
  ]);
});
