import { readTextFile } from '../../experiment/local/read-input.ts';
import { fieldText, schemaFault } from '../../experiment/schema-fault.ts';
import { InputError } from '../../sim/input-error.ts';
import { checkScript } from './check-script.ts';
import { SCRIPT_FORMAT, type ReplayScript } from './replay-script.ts';
import { SCRIPT } from './script-schema.ts';

const WORDS = { whole: 'a script', missing: 'write the script again with `baton replay`' };

/** Reads a script from a file. Throws an InputError that names the first thing that is wrong with it. */
export function readScript(path: string): ReplayScript {
  return parseScript(readTextFile(path, 'a script'), path);
}

/** The script that a text holds; `where` is the beginning of sentences about it. */
export function parseScript(text: string, where: string): ReplayScript {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    throw new InputError(`${where}: this is not JSON; give the script.json that \`baton replay\` wrote`);
  }
  const { format } = Object(data) as { format?: unknown };
  if (format !== SCRIPT_FORMAT)
    throw new InputError(
      `${where}: this is no script ("format" is ${JSON.stringify(format) ?? 'missing'}, not "${SCRIPT_FORMAT}"); give the script.json that \`baton replay\` wrote`,
    );
  const read = SCRIPT.safeParse(data);
  if (!read.success) {
    const { path, sentence } = schemaFault(SCRIPT, read.error.issues, data, WORDS);
    const field = fieldText(path);
    throw new InputError(`${where}: ${sentence.includes(field) ? sentence : `${field}: ${sentence}`}`);
  }
  const [fault] = checkScript(read.data);
  if (fault !== undefined) throw new InputError(`${where}: ${fault}`);
  return read.data;
}
