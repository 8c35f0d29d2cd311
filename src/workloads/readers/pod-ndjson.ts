import { InputError } from '../../sim/input-error.ts';
import type { PodRequest } from '../../sim/pod-request.ts';
import { clearRow, type PodSource } from '../../sim/pod-source.ts';
import { ArrivalOrder, type OrderRule } from '../arrival-order.ts';
import type { ByteSource } from '../byte-source.ts';
import type { DropReport } from '../drop-report.ts';
import { gunzip } from '../gunzip.ts';
import { LineReader } from '../line-reader.ts';
import { quoted } from '../../sim/quantity.ts';
import { listText, pairsText } from '../text-lists.ts';
import {
  fillIdentity,
  fillTimes,
  POD_FIELDS,
  REQUEST_FIELDS,
  requestOf,
  REQUIRED_FIELDS,
  type FieldTexts,
  type PodField,
} from './pod-fields.ts';

const EXAMPLE = '{"arrives": "0s", "runs": "90s", "cpu": "1500m", "mem": "2Gi"}';
const REQUESTS_KEPT = 65_536;

export interface PodNdjsonOptions {
  /** Whether pods must be in time order; default `by-arrival`. */
  readonly order?: OrderRule;
}

/**
 * Our own pod list as one JSON object a line, with the keys of POD_FIELDS. Values are texts with units as in the CSV,
 * or numbers: cores, bytes, seconds. Lists may be JSON arrays, pairs JSON objects; null is the same as absent. Reads
 * gzip too. Throws InputError with file, line and key.
 */
export function podNdjson(bytes: ByteSource, report: DropReport, options: PodNdjsonOptions = {}): PodSource {
  const lines = new LineReader(gunzip(bytes));
  const order = new ArrivalOrder(options.order);
  const where = (): string => `${lines.name}:${lines.line}`;
  const requests = new Map<string, PodRequest>();
  const texts = {} as Record<PodField, string>;
  let read = 0;
  const fields: FieldTexts = {
    text: (field) => texts[field],
    parse(field, parse) {
      try {
        return parse(texts[field]);
      } catch (error) {
        if (error instanceof InputError) throw new InputError(`${where()}: field "${field}": ${error.message}`);
        throw error;
      }
    },
  };

  function take(line: string): void {
    const value = objectOf(line, where);
    for (const field of POD_FIELDS) texts[field] = '';
    for (const [key, item] of Object.entries(value)) {
      if ((POD_FIELDS as readonly string[]).includes(key)) texts[key as PodField] = textOfValue(key, item, where);
      else
        report.note(
          `${lines.name}: key ${quoted(key)} is not known and was left out; known are ${POD_FIELDS.join(', ')}`,
        );
    }
    for (const field of REQUIRED_FIELDS)
      if (texts[field] === '')
        throw new InputError(`${where()}: field "${field}": it is missing; write it like ${EXAMPLE}`);
  }

  function request(): PodRequest {
    const key = REQUEST_FIELDS.map((field) => texts[field]).join('\n');
    let known = requests.get(key);
    if (known === undefined) {
      if (requests.size >= REQUESTS_KEPT) requests.clear();
      requests.set(key, (known = requestOf(fields)));
    }
    return known;
  }

  return {
    next(row) {
      while (lines.next()) {
        const line = lines.text();
        if (line.trim() === '') continue;
        read++;
        report.rowsRead++;
        take(line);
        clearRow(row);
        fillTimes(row, fields);
        row.request = request();
        fillIdentity(row, fields);
        order.check(row.arrivesUs, where);
        report.podsGiven++;
        return true;
      }
      if (read === 0) throw new InputError(`${bytes.name}: the file is empty; write one pod a line, like ${EXAMPLE}`);
      return false;
    },
  };
}

function objectOf(line: string, where: () => string): object {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new InputError(`${where()}: ${quoted(line)} is not JSON; write one object a line, like ${EXAMPLE}`);
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw new InputError(`${where()}: ${quoted(line)} is not a JSON object; write it like ${EXAMPLE}`);
}

function textOfValue(key: string, value: unknown, where: () => string): string {
  if (value === null) return '';
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return String(value);
  const items = typeof value === 'object' ? Object.values(value) : undefined;
  if (items?.every((item) => typeof item === 'string' || typeof item === 'number')) {
    if (!Array.isArray(value)) return pairsText(value as Record<string, string | number>);
    return listText(items.map(String), key === 'gpu_models' ? '|' : ';');
  }
  throw new InputError(
    `${where()}: field "${key}": ${quoted(JSON.stringify(value))} is not a text, a number or a list of them; write it like ${EXAMPLE}`,
  );
}
