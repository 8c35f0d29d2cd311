import { writeAtomically } from '../../experiment/local/result-store.ts';
import type { ReplayScript } from './replay-script.ts';

/** Writes a script to a file, whole or not at all. */
export function writeScript(path: string, script: ReplayScript): void {
  writeAtomically(path, scriptText(script));
}

/** Fields in the order in which they are written. */
const ORDER: Readonly<Record<keyof ReplayScript, true>> = {
  format: true,
  runId: true,
  title: true,
  policy: true,
  seed: true,
  fingerprint: true,
  isCalibrated: true,
  durationUs: true,
  nodes: true,
  services: true,
  pods: true,
  steps: true,
  predicted: true,
  traffic: true,
  notes: true,
};

/** A script as JSON, a pod or step a line; equal scripts have equal texts. `readScript` gives back what was written. */
export function scriptText(script: ReplayScript): string {
  const fields = Object.keys(ORDER).flatMap((name) => {
    const value = script[name as keyof ReplayScript];
    if (value === undefined) return [];
    const isList = Array.isArray(value) && value.length > 0;
    return [`${JSON.stringify(name)}: ${isList ? `[\n${value.map(json).join(',\n')}\n]` : json(value)}`];
  });
  return `{\n${fields.join(',\n')}\n}\n`;
}

const json = (value: unknown): string => JSON.stringify(value, plain);

/** JSON knows no number without an end, and takes what is not a number for null. Keys are in the order of the alphabet. */
function plain(_key: string, value: unknown): unknown {
  if (value === Infinity) return 'Infinity';
  if (value === -Infinity) return '-Infinity';
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
