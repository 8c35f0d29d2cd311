import { fc } from '../../../test/fuzz.ts';
import { expect, test } from 'vitest';
import { InputError } from '../../sim/input-error.ts';
import { clusterText } from './cluster-text.ts';

const GI = 1024 ** 3;

test('groups of machines in a line', () => {
  const nodes = clusterText('2 x 32cpu 128Gi 4xA10 zone=a | 1.5cpu 2Gi disk=ssd taint=spot pods=10 storage=1Ti');
  expect(nodes).toEqual([
    { name: 'node-0', cpuMilli: 32_000, memBytes: 128 * GI, gpuCount: 4, gpuModel: 'A10', zone: 'a' },
    { name: 'node-1', cpuMilli: 32_000, memBytes: 128 * GI, gpuCount: 4, gpuModel: 'A10', zone: 'a' },
    {
      name: 'node-2',
      cpuMilli: 1500,
      memBytes: 2 * GI,
      labels: { disk: 'ssd' },
      taints: ['spot'],
      podLimit: 10,
      storageBytes: 1024 * GI,
    },
  ]);
  expect(clusterText('4000m 8Gi | 2000m 8Gi').map((node) => node.cpuMilli)).toEqual([4000, 2000]);
  expect(clusterText('3x 1cpu 1Gi 8xgpu zone=a,b name=big extended.fpga=2')).toEqual(
    ['a', 'b', 'a'].map((zone, k) => ({
      name: `big-${k}`,
      cpuMilli: 1000,
      memBytes: GI,
      gpuCount: 8,
      zone,
      extended: { fpga: 2 },
    })),
  );
});

test.each([
  ['', 'cluster "": group "" says no CPU'],
  ['32cpu', 'cluster "32cpu": group "32cpu" says no memory'],
  ['32cpu 1Gi |', 'cluster "32cpu 1Gi |": group "" says no CPU'],
  ['0 x 1cpu 1Gi', 'cluster "0 x 1cpu 1Gi": "0" is not a whole number from 1 to 2000000'],
  ['9999999 x 1cpu 1Gi', 'is not a whole number from 1 to 2000000'],
  ['1cpu 1Gi 40xA10', '"40" is not a whole number from 1 to 31'],
  ['1cpu 1Gi fast', '"fast" is not a part of a machine; write it like'],
  ['1cpu 1Gi zone=', '"zone" has no value'],
])('%s is refused with a sentence', (text, sentence) => {
  expect(() => clusterText(text)).toThrow(InputError);
  expect(() => clusterText(text)).toThrow(sentence);
});

test('any text gives machines or an InputError', () => {
  const words = fc.constantFrom(
    '3',
    'x',
    '|',
    '32cpu',
    '4000m',
    '128Gi',
    '4xA10',
    'zone=a',
    '=',
    'cpu',
    '2x',
    '.',
    'a=b',
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(words).map((all) => all.join(' ')),
      ),
      (text) => {
        try {
          expect(clusterText(text).length).toBeGreaterThan(0);
        } catch (error) {
          expect(error).toBeInstanceOf(InputError);
        }
      },
    ),
    { numRuns: 1000 },
  );
});
