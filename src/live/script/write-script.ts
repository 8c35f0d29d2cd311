import { writeAtomically } from '../../experiment/local/result-store.ts';
import type { ReplayScript } from './replay-script.ts';

/** Writes a script to a file, whole or not at all. */
export function writeScript(path: string, script: ReplayScript): void {
  writeAtomically(path, scriptText(script));
}

/** A script as JSON, a pod or step a line; equal scripts have equal texts. `readScript` gives back what was written. */
export function scriptText(script: ReplayScript): string {
  const fields = Object.entries(script).map(([name, value]) => {
    const isList = Array.isArray(value) && value.length > 0;
    return `${JSON.stringify(name)}: ${isList ? `[\n${value.map(json).join(',\n')}\n]` : json(value)}`;
  });
  return `{\n${fields.join(',\n')}\n}\n`;
}

const json = (value: unknown): string => JSON.stringify(value, plain);

/** JSON knows no number without an end, and takes what is not a number for null. */
function plain(_key: string, value: unknown): unknown {
  return value === Infinity ? 'Infinity' : value === -Infinity ? '-Infinity' : value;
}
