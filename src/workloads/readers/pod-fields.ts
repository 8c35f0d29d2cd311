import { InputError } from '../../sim/input-error.ts';
import type { PodRequest } from '../../sim/pod-request.ts';
import {
  bytesOfQuantity,
  cpuMilliOf,
  durationOrForeverUs,
  durationUs,
  gpuShareMilliOf,
  wholeNumberOf,
} from '../../sim/quantity.ts';
import { amountsOf, listOf, pairsOf } from '../text-lists.ts';
import type { PodRow } from '../../sim/pod-source.ts';

/** The fields of our own pod lists (CSV columns, NDJSON keys) that make up the request. */
export const REQUEST_FIELDS = [
  'cpu',
  'mem',
  'storage',
  'gpus',
  'gpu',
  'gpu_models',
  'node_selector',
  'tolerations',
  'extended',
] as const;

/** All fields of our own pod lists, in the order in which they are written. */
export const POD_FIELDS = [
  'name',
  'arrives',
  'runs',
  'estimate',
  'priority',
  'user',
  'gang',
  'gang_size',
  ...REQUEST_FIELDS,
] as const;

export const REQUIRED_FIELDS = ['arrives', 'cpu', 'mem'] as const;
export type PodField = (typeof POD_FIELDS)[number];

/** A row's fields by name, as text; an absent one is ''. */
export interface FieldTexts {
  text(field: PodField): string;
  /** What `parse` makes of the field; an InputError gets the place in front. */
  parse<T>(field: PodField, parse: (text: string) => T): T;
}

/** The request that a row's fields say; absent and empty parts are left out. */
export function requestOf(fields: FieldTexts): PodRequest {
  const has = (field: PodField): boolean => fields.text(field).trim() !== '';
  const storageBytes = has('storage') ? fields.parse('storage', bytesOfQuantity) : 0;
  const share = has('gpu');
  const gpuCount = has('gpus') ? fields.parse('gpus', (text) => wholeNumberOf(text, 0, 31)) : share ? 1 : 0;
  const gpuModels = fields.parse('gpu_models', (text) => listOf(text, '|'));
  const nodeSelector = fields.parse('node_selector', pairsOf);
  const tolerations = fields.parse('tolerations', (text) => listOf(text, ';'));
  const extended = fields.parse('extended', amountsOf);
  return {
    cpuMilli: fields.parse('cpu', cpuMilliOf),
    memBytes: fields.parse('mem', bytesOfQuantity),
    ...(storageBytes > 0 && { storageBytes }),
    ...(gpuCount > 0 && { gpuCount, gpuMilli: share ? fields.parse('gpu', gpuShareMilliOf) : 1000 }),
    ...(gpuCount > 0 && gpuModels.length > 0 && { gpuModels }),
    ...(Object.keys(nodeSelector).length > 0 && { nodeSelector }),
    ...(tolerations.length > 0 && { tolerations }),
    ...(Object.keys(extended).length > 0 && { extended }),
  };
}

/** Fills everything but the request and the times that the reader has already filled in its own faster way. */
export function fillIdentity(row: PodRow, fields: FieldTexts): void {
  row.name = fields.text('name') || undefined;
  row.user = fields.text('user') || undefined;
  row.gang = fields.text('gang') || undefined;
  const priority = fields.text('priority');
  if (priority !== '')
    row.priority = fields.parse('priority', (text) =>
      wholeNumberOf(text, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER),
    );
  if (fields.text('gang_size') !== '') row.gangSize = fields.parse('gang_size', gangSizeOf);
  if (row.gang === undefined && row.gangSize !== 1)
    fields.parse('gang', () => {
      throw new InputError(`it is empty although gang_size is ${row.gangSize}; give every member the gang's name`);
    });
  if (row.gang !== undefined && fields.text('gang_size') === '')
    fields.parse('gang_size', () => {
      throw new InputError('it is empty although the pod is in a gang; write the number of its members');
    });
}

/** Fills the times from their texts. */
export function fillTimes(row: PodRow, fields: FieldTexts): void {
  row.arrivesUs = fields.parse('arrives', durationUs);
  row.runsUs = fields.parse('runs', durationOrForeverUs);
  row.estimateUs = fields.parse('estimate', durationOrForeverUs);
}

function gangSizeOf(text: string): number {
  return wholeNumberOf(text, 1, 100_000_000);
}
