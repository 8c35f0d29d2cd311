import type { NativeFile } from '../native-file.ts';
import type { AppModel, Dialect, Translation } from './app-model.ts';
import { dialectOfAll } from './detect-dialect.ts';
import { WRITERS } from './files-of-app.ts';
import { READERS } from './readers.ts';

export interface WholeTranslation extends Translation {
  readonly from: Dialect;
  readonly model: AppModel;
}

/**
 * Files of one dialect as files of another, with all that is lost on the way. `from`: absent: found by their contents.
 * Throws an InputError.
 */
export function translateFiles(
  files: readonly NativeFile[],
  to: Dialect,
  from = dialectOfAll(files),
): WholeTranslation {
  const read = READERS[from](files);
  const written = WRITERS[to](read.model);
  return { from, model: read.model, files: distinct(written.files), losses: [...read.losses, ...written.losses] };
}

/** Names that two files have get a number, without regard to case. */
function distinct(files: Translation['files']): Translation['files'] {
  const seen = new Map<string, number>();
  return files.map((one) => {
    const key = one.name.toLowerCase();
    const count = (seen.get(key) ?? 0) + 1;
    seen.set(key, count);
    return count === 1 ? one : { ...one, name: one.name.replace(/^([^.]*)/, `$1-${count}`) };
  });
}
