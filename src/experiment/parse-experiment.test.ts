import { expect, test } from 'vitest';
import { experimentJsonSchema } from './experiment-schema.ts';
import { parseExperiment } from './parse-experiment.ts';

const fault = (text: string): string => {
  try {
    parseExperiment(text, 'e.yaml');
  } catch (error) {
    return (error as Error).message;
  }
  return 'no fault';
};

const GOOD = `clusters: 4 x 8cpu 32Gi
workloads:
  - file: a.csv
    transforms: [scale-arrivals=2]
policies: [best-fit, {placement: [first-fit, best-fit], backfill: easy}]
seeds: 1..3
`;

test('reads a good experiment', () => {
  expect(parseExperiment(GOOD, 'e.yaml')).toMatchObject({ seeds: '1..3', workloads: [{ file: 'a.csv' }] });
});

test('names the line and column of a misspelt field and what was meant', () => {
  expect(fault(GOOD.replace('policies', 'polices'))).toBe(
    'e.yaml:5:1: an experiment has no field "polices"; did you mean "policies"?',
  );
  expect(fault(GOOD.replace('transforms', 'transform'))).toBe(
    'e.yaml:4:5: workloads[0] has no field "transform"; did you mean "transforms"?',
  );
  expect(fault(GOOD.replace('backfill', 'backfil'))).toBe(
    'e.yaml:5:57: policies[1] has no field "backfil"; did you mean "backfill"?',
  );
});

test('names a missing field', () => {
  expect(fault(GOOD.replace(/^policies.*\n/m, ''))).toContain('the field "policies" is missing');
});

test('names a value of the wrong kind', () => {
  expect(fault(GOOD.replace('1..3', 'true'))).toBe('e.yaml:6:8: seeds must be text or a number or a list, not true');
  expect(fault(`${GOOD}whenFull: drop\n`)).toBe('e.yaml:7:11: whenFull cannot be "drop"; write "wait" or "refuse"');
});

test('names the place where YAML breaks', () => {
  expect(fault('clusters: [a\nseeds: 1')).toMatch(/^e\.yaml:2:\d+: this is not YAML: /);
  expect(fault('')).toBe('e.yaml: the file holds no experiment; `baton init` writes one to begin with');
});

test('publishes a JSON Schema with the same fields', () => {
  const schema = experimentJsonSchema() as { properties: object; required: string[]; additionalProperties: boolean };
  expect(Object.keys(schema.properties)).toEqual([
    'name',
    'clusters',
    'workloads',
    'policies',
    'seeds',
    'whenFull',
    'stopAfter',
  ]);
  expect(schema.required).toEqual(['clusters', 'workloads', 'policies']);
  expect(schema.additionalProperties).toBe(false);
});
