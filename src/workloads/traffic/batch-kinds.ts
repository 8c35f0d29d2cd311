import { azureVmBatch, fixedBatch, geometricBatch, weightedBatch, type BatchSizes } from './batch-sizes.ts';
import type { TrafficField, TrafficOptions } from './traffic-kind.ts';

/** A way in which requests come together that a scenario can name. */
export interface BatchKind {
  readonly name: string;
  readonly summary: string;
  readonly source: string;
  readonly fields: readonly TrafficField[];
  readonly make: (options: TrafficOptions) => BatchSizes;
}

export const BATCH_KINDS: readonly BatchKind[] = [
  {
    name: 'fixed',
    summary: 'always so many at once',
    source: 'a control',
    fields: [{ name: 'size', kind: 'count', minimum: 1, required: true, meaning: 'Requests in a batch.' }],
    make: (options) => fixedBatch(options['size'] as number),
  },
  {
    name: 'geometric',
    summary: 'one or more, each further one with the same chance; dispersion 2 mean - 1',
    source: 'textbook',
    fields: [
      { name: 'mean', kind: 'number', minimum: 1, required: true, meaning: 'Mean number of requests in a batch.' },
    ],
    make: (options) => geometricBatch(options['mean'] as number),
  },
  {
    name: 'weighted',
    summary: 'sizes with weights',
    source: 'any measured table',
    fields: [
      { name: 'sizes', kind: 'numbers', minimum: 1, required: true, meaning: 'The sizes.' },
      {
        name: 'weights',
        kind: 'numbers',
        minimum: 0,
        required: true,
        meaning: 'How often each comes, relative to the others.',
      },
    ],
    make: (options) => weightedBatch(options['sizes'] as readonly number[], options['weights'] as readonly number[]),
  },
  {
    name: 'azure-vm',
    summary: 'mostly one, at times hundreds: 57 % single, p90 7, p99 68, largest 1,404; dispersion about 100',
    source: 'Azure Public Dataset V1; batches after Bergsma et al., SOSP 2021',
    fields: [],
    make: azureVmBatch,
  },
];
