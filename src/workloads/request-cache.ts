import type { PodRequest } from '../sim/pod-request.ts';
import type { CsvRows } from './csv-rows.ts';

const SLOTS = 16_384;

/**
 * Requests by the bytes of the fields that say them: most rows of a trace ask for what a row before asked for, and get
 * the same object without being parsed. Bounded: two requests that share a slot push each other out.
 */
export class RequestCache {
  private readonly fields: readonly number[];
  private readonly keys: (Uint8Array | undefined)[] = new Array<Uint8Array | undefined>(SLOTS);
  private readonly requests: PodRequest[] = [];

  /** `fields` are the columns that together decide the request. */
  constructor(fields: readonly number[]) {
    this.fields = fields;
  }

  /** The request of the current row, if one with the same bytes is remembered. */
  find(rows: CsvRows): PodRequest | undefined {
    const slot = rows.hash(this.fields) & (SLOTS - 1);
    const key = this.keys[slot];
    return key !== undefined && rows.equals(this.fields, key) ? this.requests[slot] : undefined;
  }

  /** Remembers the request of the current row. */
  keep(rows: CsvRows, request: PodRequest): PodRequest {
    const slot = rows.hash(this.fields) & (SLOTS - 1);
    this.keys[slot] = rows.copy(this.fields);
    this.requests[slot] = request;
    return request;
  }
}
