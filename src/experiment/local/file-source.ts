import { closeSync, openSync, readSync } from 'node:fs';
import type { ByteSource } from '../../workloads/byte-source.ts';
import { readable, requireFile } from './read-input.ts';

/**
 * A file's bytes, read as they are asked for. `onRead` hears of every piece, so that whoever watches the reader knows
 * that it gets on. The file is closed at its end, or with the process.
 */
export function fileSource(path: string, what: string, onRead: () => void = () => {}): ByteSource {
  requireFile(path, what);
  let handle: number | undefined;
  let ended = false;
  return {
    name: path,
    read(buffer) {
      if (ended) return 0;
      onRead();
      try {
        handle ??= openSync(path, 'r');
        const count = readSync(handle, buffer, 0, buffer.length, null);
        if (count > 0 || buffer.length === 0) return count;
        ended = true;
        closeSync(handle);
        return 0;
      } catch (error) {
        throw readable(error, path, what);
      }
    },
  };
}
