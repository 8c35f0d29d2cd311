import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { livingResult } from '../../../test/living-fixture.ts';
import { InputError } from '../../sim/input-error.ts';
import { parseScript, readScript } from './read-script.ts';
import type { ScriptStep } from './replay-script.ts';
import { handScript } from './script-fixture.ts';
import { scriptText, writeScript } from './write-script.ts';

const STEPS: readonly ScriptStep[] = [
  { atUs: 0, do: 'start', pod: 0, node: 0 },
  { atUs: 0, do: 'ready', pod: 0 },
  { atUs: 0, do: 'rotate-in', pod: 0, weight: 0.25 },
  { atUs: 5, do: 'kill', pod: 0, why: 'bug' },
  { atUs: 5, do: 'restart', pod: 0, bootUs: 12.5 },
  { atUs: 6, do: 'resize', pod: 0, cpuMilli: 1, memBytes: 2, memLimitBytes: 3 },
  { atUs: 9, do: 'stop', pod: 0, graceUs: 30e6, why: 'fewer' },
  { atUs: 9, do: 'gone', pod: 0 },
  { atUs: 9, do: 'node-speed', node: 1, speed: 0.5, why: 'heat' },
];

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'baton-script-'));
  onTestFinished(() => rmSync(path, { recursive: true }));
  return path;
}

test('what is written is read again, and written alike', () => {
  const { timeline, services, objectives, happenings, decisions } = livingResult();
  const script = handScript(STEPS, {
    isCalibrated: true,
    predicted: {
      living: { timeline, services, objectives, happenings, decisions },
      metrics: { meanWaitS: 0.25, never: Number.NaN, most: Infinity, least: -Infinity },
    },
    notes: ['something was left out'],
  });
  expect(timeline.series.some(({ values }) => values.some(Number.isNaN))).toBe(true);
  const path = join(folder(), 'script.json');
  writeScript(path, script);
  const read = readScript(path);
  expect(read).toEqual(script);
  expect(scriptText(read)).toBe(readFileSync(path, 'utf8'));
});

test('a line a pod and a line a step', () => {
  const lines = scriptText(handScript(STEPS)).split('\n');
  expect(lines).toContain('{"atUs":5,"do":"kill","pod":0,"why":"bug"},');
  expect(lines.length).toBeLessThan(40);
});

const HOW = 'give the script.json that `baton replay` wrote';

test.each([
  ['nodes[0].cpuMilli must be a number, not "1"', '"cpuMilli":1000', '"cpuMilli":"1"'],
  ['pods[0].cpuMilli must be at least 0, not -5', '"cpuMilli":100,', '"cpuMilli":-5,'],
  ['nodes[0] has no field "cpuMili"; did you mean "cpuMilli"?', '"cpuMilli":1000', '"cpuMilli":1000,"cpuMili":1'],
  ['steps[3] has no field "wy"; did you mean "why"?', '"why":"bug"', '"why":"bug","wy":""'],
  ['the field "steps[3].why" is missing; write the script again with `baton replay`', ',"why":"bug"', ''],
  ['the field "services" is missing; write the script again with `baton replay`', '"services": [', '"pods": ['],
  ['step 0 (start at 0 µs): there is no pod 9', '"pod":0', '"pod":9'],
  ['step 1 (ready at 0 µs): p-1 has never been started', '"ready","pod":0', '"ready","pod":1'],
  [
    `this is no script ("format" is "baton-replay-script/2", not "baton-replay-script/1"); ${HOW}`,
    'script/1"',
    'script/2"',
  ],
  [`this is no script ("format" is missing, not "baton-replay-script/1"); ${HOW}`, '"format"', '"Format"'],
])('%s', (said, from, to) => {
  const text = scriptText(handScript(STEPS));
  expect(text).toContain(from);
  expect(() => parseScript(text.replace(from, to), 's.json')).toThrow(new InputError(`s.json: ${said}`));
});

test('what is no JSON, and no file, is said so', () => {
  const path = join(folder(), 'script.json');
  expect(() => readScript(path)).toThrow(/script\.json: /);
  writeFileSync(path, '{ "format": ');
  expect(() => readScript(path)).toThrow(`${path}: this is not JSON; ${HOW}`);
});
