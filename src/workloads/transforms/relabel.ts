import { InputError } from '../../sim/input-error.ts';
import type { PodRequest } from '../../sim/pod-request.ts';
import type { PodRow, PodSource } from '../../sim/pod-source.ts';
import type { RandomStream } from '../../sim/random.ts';
import { factorOf, quoted, wholeNumberOf } from '../../sim/quantity.ts';
import { PerGang } from './per-gang.ts';
import { scaledTime } from './scaled-time.ts';

/** Writes one new value into a row. */
export type RowChange = (row: PodRow) => void;

/** What can be relabelled: how a value is read, as a change of a row. */
const FIELDS: Readonly<Record<string, (value: string) => RowChange>> = {
  user: (value) => (row) => (row.user = value),
  priority: (value) => {
    const priority = wholeNumberOf(value, Number.MIN_SAFE_INTEGER);
    return (row) => (row.priority = priority);
  },
  name: (value) => (row) => (row.name = row.name === undefined ? undefined : value + row.name),
  estimate: estimateChange,
  'gpu-model': modelChange,
};

/** The fields that `relabelChange` knows. */
export const RELABEL_FIELDS: readonly string[] = Object.keys(FIELDS);

/**
 * The change that writes a value into a field: `user` and `priority` take the value, `name` gets it as a prefix,
 * `estimate` is `run` (the true run time), `none` or like `2x` (twice what was said), `gpu-model` a model or `any`.
 */
export function relabelChange(field: string, value: string): RowChange {
  if (!Object.hasOwn(FIELDS, field))
    throw new InputError(`${quoted(field)} cannot be relabelled; write one of ${RELABEL_FIELDS.join(', ')}`);
  return FIELDS[field](value);
}

/** Applies to each pod one of the changes, drawn at random when there are several; a gang gets the same for all. */
export function relabel(source: PodSource, changes: readonly RowChange[], random: RandomStream): PodSource {
  const chosen = new PerGang<RowChange>();
  const draw = (): RowChange => changes[changes.length === 1 ? 0 : random.below(changes.length)];
  return {
    next(row) {
      if (!source.next(row)) return false;
      chosen.decide(row, draw)(row);
      return true;
    },
  };
}

function estimateChange(value: string): RowChange {
  if (value === 'run') return (row) => (row.estimateUs = row.runsUs);
  if (value === 'none') return (row) => (row.estimateUs = Infinity);
  if (!value.endsWith('x'))
    throw new InputError(`${quoted(value)} is not an estimate; write run, none or a factor like 2x`);
  const factor = factorOf(value.slice(0, -1));
  return (row) => (row.estimateUs = scaledTime(row.estimateUs, factor));
}

function modelChange(value: string): RowChange {
  const changed = new WeakMap<PodRequest, PodRequest>();
  return (row) => {
    if (!row.request.gpuCount) return;
    let request = changed.get(row.request);
    if (request === undefined) {
      const { gpuModels: _, ...rest } = row.request;
      request = value === 'any' ? rest : { ...rest, gpuModels: [value] };
      changed.set(row.request, request);
    }
    row.request = request;
  };
}
