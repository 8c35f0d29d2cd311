import type { JournalSink } from '../../sim/journal.ts';

/** One record of a run's journal. */
export interface JournalRecord {
  readonly timeUs: number;
  readonly kind: number;
  readonly pod: number;
  readonly node: number;
  readonly detail: number;
  readonly name: string | undefined;
}

/** A journal's sink that keeps its records until they are taken. */
export class RecordList implements JournalSink {
  private records: JournalRecord[] = [];

  write: JournalSink['write'] = ({ count, timeUs, kind, pod, node, detail, name }) => {
    for (let k = 0; k < count; k++)
      this.records.push({
        timeUs: timeUs[k],
        kind: kind[k],
        pod: pod[k],
        node: node[k],
        detail: detail[k],
        name: name[k],
      });
  };

  /** Those since the last call, in their order. */
  take(): JournalRecord[] {
    const { records } = this;
    this.records = [];
    return records;
  }
}
