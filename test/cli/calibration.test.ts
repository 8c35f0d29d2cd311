import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { calibrate } from '../../src/live/calibration/calibrate.ts';
import { replayFixture } from '../replay-fixture.ts';
import { baton, folderWith } from './baton.ts';

const SCENARIO = `
name: Shop
duration: 4m
cluster: { groups: { general: { instance: m5.xlarge, count: 3 } } }
services:
  web: { cpu: 500m, memory: 256Mi, replicas: 4, work: exponential 20ms, concurrency: 2, boot: 6s }
traffic:
  web: 40/s
deployments:
  - { service: web, at: 1m }
`;
const calibration = calibrate([replayFixture({ seed: 1 })]);
const folder = folderWith({
  'shop.yaml': SCENARIO,
  'calibration.json': JSON.stringify(calibration),
  'other.json': '{"format":"something/1"}',
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Told {
  readonly id: string;
  readonly fingerprint: string;
}

test('--calibration makes another run, the same each time', () => {
  const told = (...flags: string[]): Told => {
    const { code, stdout, stderr } = baton(folder, 'run', 'shop.yaml', '--json', ...flags);
    expect(stderr).not.toContain('error');
    expect(code).toBe(0);
    const { id, fingerprint } = JSON.parse(stdout) as Told;
    return { id, fingerprint };
  };
  const plain = told();
  const calibrated = told('--calibration', 'calibration.json');
  expect(calibrated.id).not.toBe(plain.id);
  expect(calibrated.fingerprint).not.toBe(plain.fingerprint);
  expect(told('--calibration', 'calibration.json')).toEqual(calibrated);
});

test('what cannot be calibrated is told in a sentence', () => {
  const sentence = (...args: string[]): string => {
    const { code, sentences } = baton(folder, ...args);
    expect(code).toBe(2);
    return sentences.join(' ');
  };
  expect(sentence('run', 'shop.yaml', '--calibration', 'other.json')).toContain('other.json: this is no calibration');
  expect(sentence('run', 'shop.yaml', '--calibration', 'none.json')).toContain('none.json');
  expect(sentence('run', '--calibration', 'calibration.json')).toContain('none is named');
  expect(sentence('run', 'kubernetes-rolling-update', '--calibration', join(folder, 'calibration.json'))).toContain(
    'run it without --calibration',
  );
});
