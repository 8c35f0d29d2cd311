/** What can happen to a pod. The numbers are part of the fingerprint: never give an old one a new meaning. */
export const JOURNAL_KINDS = [
  'arrive',
  'queue',
  'place',
  'finish',
  'refuse',
  'evict',
  'kill',
  // What is no pod's: `pod` is then the number of a service, replica or node.
  'requests',
  'replica',
  'node',
  'decide',
] as const;
export type JournalKind = (typeof JOURNAL_KINDS)[number];

export const ARRIVE = 0;
export const QUEUE = 1;
export const PLACE = 2;
export const FINISH = 3;
export const REFUSE = 4;
export const EVICT = 5;
export const KILL = 6;
/** Counts of a service's requests at a scrape. */
export const REQUESTS = 7;
/** A replica has changed its state. */
export const REPLICA = 8;
/** A node has changed its state. */
export const NODE = 9;
/** An autoscaler has decided. */
export const DECIDE = 10;

/** Records in the order in which they happened, as columns; only the first `count` entries are meant. */
export interface JournalBatch {
  count: number;
  timeUs: Float64Array;
  /** Index into JOURNAL_KINDS. */
  kind: Uint8Array;
  /** The pod's number in order of arrival. */
  pod: Float64Array;
  /** -1 where no node is concerned. */
  node: Int32Array;
  /** For `place` the bits of the GPU devices taken; else 0. */
  detail: Int32Array;
  /** The pod's name in the trace, on `arrive`; undefined: called by its number. */
  name: (string | undefined)[];
}

/** Receives the journal in pieces; a piece is used again after the call returns. */
export interface JournalSink {
  write(batch: JournalBatch): void;
}

const BATCH = 4096;

/**
 * Everything that happened, in order. The journal itself is kept only by who asks for it; its fingerprint, a 64-bit
 * hash over all records, is always computed. Two runs with equal fingerprints did the same things at the same times.
 */
export class Journal {
  /** Records so far. */
  records = 0;
  private low = 0x9e3779b9 | 0;
  private high = 0x7f4a7c15 | 0;
  private readonly sink: JournalSink | undefined;
  private readonly batch: JournalBatch | undefined;

  constructor(sink?: JournalSink) {
    this.sink = sink;
    if (sink)
      this.batch = {
        count: 0,
        timeUs: new Float64Array(BATCH),
        kind: new Uint8Array(BATCH),
        pod: new Float64Array(BATCH),
        node: new Int32Array(BATCH),
        detail: new Int32Array(BATCH),
        name: [],
      };
  }

  record(timeUs: number, kind: number, pod: number, node: number, detail: number, name?: string): void {
    this.records++;
    // Two lanes in the manner of MurmurHash3 (A. Appleby, public domain), each fed half of the words, then crossed.
    const low = mix(this.low, (timeUs >>> 0) ^ Math.imul(pod >>> 0, 0x9e3779b1));
    const what = ((timeUs / 4294967296) | 0) ^ (kind << 24) ^ detail;
    const high = mix(this.high, what ^ Math.imul(node + 1, 0x2545f491));
    this.low = (low + high) | 0;
    this.high = high ^ Math.imul(low, 0x27d4eb2f);
    const batch = this.batch;
    if (batch === undefined) return;
    const k = batch.count++;
    batch.timeUs[k] = timeUs;
    batch.kind[k] = kind;
    batch.pod[k] = pod;
    batch.node[k] = node;
    batch.detail[k] = detail;
    batch.name[k] = name;
    if (batch.count === BATCH) this.flush();
  }

  /** Hands what is collected to the sink. */
  flush(): void {
    if (this.batch === undefined || this.batch.count === 0) return;
    this.sink!.write(this.batch);
    this.batch.count = 0;
  }

  /** 16 hexadecimal digits. */
  get fingerprint(): string {
    const low = finish(this.low ^ this.records);
    const high = finish(this.high ^ low);
    return hex(high) + hex(low);
  }
}

function mix(hash: number, word: number): number {
  let k = Math.imul(word, 0xcc9e2d51);
  k = (k << 15) | (k >>> 17);
  const h = hash ^ Math.imul(k, 0x1b873593);
  return (Math.imul((h << 13) | (h >>> 19), 5) + 0xe6546b64) | 0;
}

function finish(hash: number): number {
  let h = hash ^ (hash >>> 16);
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return h ^ (h >>> 16);
}

const hex = (word: number): string => (word >>> 0).toString(16).padStart(8, '0');
