import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { fc } from '../../../../test/fuzz.ts';
import { InputError } from '../../../sim/input-error.ts';
import { readStack } from './read-stack.ts';

const FOLDER = new URL('../../../../scenarios/native/swarm/', import.meta.url);
const FILES = readdirSync(FOLDER).filter((name) => name.endsWith('.yaml'));
const textOf = (file: string): string => readFileSync(new URL(file, FOLDER), 'utf8');

test('stacks as people write them are read unedited', () => {
  const services = Object.fromEntries(
    FILES.map((file) => [
      file,
      readStack([{ file, text: textOf(file) }])
        .workloads.map(({ name, kind, replicas }) => `${name} ${kind === 'service' ? replicas : kind}`)
        .join(', '),
    ]),
  );
  expect(services).toEqual({
    'canary.yaml': 'stable 9, canary 1, proxy daemon',
    'edge.yaml': 'proxy daemon, site 3, whoami 2',
    'jobs.yaml': 'migrate job, resize-images job, prune job',
    'laptop.yaml': 'app 1, db 1',
    'media.yaml': 'upload 3, encode 4, publish 2',
    'monitoring.yaml': 'node-exporter daemon, cadvisor daemon, prometheus 1, grafana 1',
    'queue.yaml': 'broker-a 1, broker-b 1, broker-c 1, consumer 6',
    'shop.yaml': 'web 4, api 3, worker 2, cache 1, db 1',
    'voting.yaml': 'vote 2, redis 1, worker 1, db 1, result 2',
    'wordpress.yaml': 'wordpress 1, db 1',
  });
});

const PIECES = [
  ': ',
  '- ',
  '{',
  '}',
  '[',
  ']',
  '&a ',
  '*a',
  '<<: *a',
  '"',
  "'",
  '#',
  '|',
  '>',
  '!!binary ',
  '---\n',
  '\n',
  '  ',
  '\t',
  '${',
  '${X}',
  '$',
  'null',
  'true',
  '-1',
  '1e99',
  '0x1',
  '08',
  '.inf',
  'NaN',
  '5s',
  '9999999h',
  '5g',
  'replicas: ',
  'deploy:',
  '__proto__: 1',
  'constructor: {}',
  'toString: 2',
  '\u0000',
  '\u2028',
  '😀',
];

test('files that are broken anywhere are read or refused with file, line and column, and never anything else', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...FILES),
      fc.array(fc.tuple(fc.nat(), fc.nat(12), fc.constantFrom(...PIECES)), { minLength: 1, maxLength: 4 }),
      (file, edits) => {
        let text = textOf(file);
        for (const [at, cut, piece] of edits) {
          const place = at % (text.length + 1);
          text = text.slice(0, place) + piece + text.slice(place + cut);
        }
        try {
          const { services } = readStack([{ file, text }]);
          for (const service of services)
            for (const number of [service.replicas, service.stopGraceUs, service.reservations.memBytes])
              expect(Number.isSafeInteger(number) && number >= 0).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(InputError);
          expect((error as Error).message).toMatch(/^[a-z]+\.yaml:\d+:\d+: ./);
        }
      },
    ),
    { numRuns: 600 },
  );
});

test('the order of files matters to what they both say, and to nothing else', () => {
  fc.assert(
    fc.property(fc.constantFrom(...FILES), fc.constantFrom(...FILES), (one, two) => {
      const files = [one, two].map((file) => ({ file, text: textOf(file) }));
      const names = (order: typeof files) =>
        readStackOrNothing(order)
          ?.services.map(({ name }) => name)
          .sort();
      expect(names(files)).toEqual(names([...files].reverse()));
    }),
    { numRuns: 60 },
  );
});

/** Two stacks may publish the same port; then they are no stack together. */
function readStackOrNothing(files: Parameters<typeof readStack>[0]): ReturnType<typeof readStack> | undefined {
  try {
    return readStack(files);
  } catch {
    return undefined;
  }
}
