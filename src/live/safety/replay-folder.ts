import { join } from 'node:path';
import { InputError } from '../../sim/input-error.ts';
import { isRunId } from '../script/run-id.ts';

/** Where replays are kept unless told otherwise. */
export const REPLAYS_FOLDER = 'baton-out/replays';

/** The folder in which a run's replay is kept. Throws an InputError for what is no id. */
export function folderOf(root: string, runId: string): string {
  // An id names a folder, and must not lead out of the one it is in.
  if (!isRunId(runId))
    throw new InputError(`"${runId}" is no id of a run; write it as baton replay printed it, like 3f2a9c…`);
  return join(root, runId);
}
