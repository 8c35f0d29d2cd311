import { InputError } from '../sim/input-error.ts';
import { experimentSchema, type ExperimentText } from './experiment-schema.ts';
import { schemaFault } from './schema-fault.ts';
import { readYaml } from './yaml-text.ts';

const WORDS = { whole: 'an experiment', missing: '`baton init` shows how to write it' };

/**
 * Reads an experiment from YAML (or JSON, which is YAML too).
 * Throws an InputError whose sentence names the first fault as file:line:column.
 */
export function parseExperiment(text: string, file: string): ExperimentText {
  const { data, at, atKey } = readYaml(text, file);
  if (data === null || data === undefined)
    throw new InputError(`${file}: the file holds no experiment; \`baton init\` writes one to begin with`);
  const parsed = experimentSchema.safeParse(data);
  if (parsed.success) return data as ExperimentText;
  const { path, key, sentence } = schemaFault(experimentSchema, parsed.error.issues, data, WORDS);
  throw new InputError(`${key === undefined ? at(path) : atKey(path, key)}: ${sentence}`);
}
