import { expect, test } from 'vitest';
import { variantLabels } from './variant-names.ts';

const labelOf = (value: unknown): readonly string[] =>
  variantLabels([{ path: ['policies', 'orchestrator'], value, index: 1, of: 3 }]).policies;

test('an orchestrator is called by its name, with what of it is not as it is upstream', () => {
  expect(labelOf('swarm')).toEqual(['swarm']);
  expect(labelOf('swarm+best-fit')).toEqual(['swarm+best-fit']);
  expect(labelOf({ name: 'nomad' })).toEqual(['nomad']);
  expect(labelOf({ name: 'nomad', placement: 'best-fit' })).toEqual(['nomad+best-fit']);
  expect(labelOf({ name: 'nomad', constants: {} })).toEqual(['nomad']);
  expect(labelOf({ name: 'swarm', placement: 'fgd', constants: { heartbeatPeriod: '2s', heartbeatGrace: 4 } })).toEqual(
    ['swarm+fgd(heartbeatPeriod=2s, heartbeatGrace=4)'],
  );
  expect(labelOf({ placement: 'fgd' })).toEqual(['orchestrator 2']);
});
