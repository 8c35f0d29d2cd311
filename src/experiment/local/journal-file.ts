import { closeSync, constants, openSync, statSync, writeSync } from 'node:fs';
import { JOURNAL_KINDS, type JournalSink } from '../../sim/journal.ts';
import type { NodeSpec } from '../../sim/node-spec.ts';
import { InputError } from '../../sim/input-error.ts';

const PLACE = JOURNAL_KINDS.indexOf('place');

export interface JournalFile extends JournalSink {
  close(): void;
}

/**
 * A journal as NDJSON, one record a line: `{"timeUs":…,"kind":"place","pod":…,"node":"…"}`; `name` on arrivals that
 * have one, `devices` (bits of the GPU devices taken) on placements that took some.
 */
export function journalFile(path: string, nodes: readonly NodeSpec[] | ((node: number) => string)): JournalFile {
  const nameOf = typeof nodes === 'function' ? nodes : (node: number) => nodes[node].name;
  const handle = orSentence(path, () => {
    // A pipe that nobody reads would wait for ever; asked without waiting, it says so.
    if (statSync(path, { throwIfNoEntry: false })?.isFIFO())
      closeSync(openSync(path, constants.O_WRONLY | constants.O_NONBLOCK));
    return openSync(path, 'w');
  });
  return {
    write(batch) {
      const lines: string[] = [];
      for (let k = 0; k < batch.count; k++) {
        const kind = batch.kind[k];
        const node = batch.node[k];
        lines.push(
          JSON.stringify({
            timeUs: batch.timeUs[k],
            kind: JOURNAL_KINDS[kind],
            pod: batch.pod[k],
            name: batch.name[k],
            node: node < 0 ? undefined : nameOf(node),
            devices: kind === PLACE && batch.detail[k] !== 0 ? batch.detail[k] : undefined,
          }),
        );
      }
      const bytes = Buffer.from(`${lines.join('\n')}\n`);
      orSentence(path, () => {
        for (let at = 0; at < bytes.length;) at += writeSync(handle, bytes, at);
      });
    },
    close: () => closeSync(handle),
  };
}

/** Does it, and says what the file system has against it. */
function orSentence<T>(path: string, write: () => T): T {
  try {
    return write();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const reason = code === 'ENXIO' ? 'it is a pipe that nobody reads' : code;
    throw new InputError(`${path}: the journal cannot be written (${reason}); name another file`);
  }
}
