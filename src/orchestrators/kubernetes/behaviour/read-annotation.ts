import { InputError } from '../../../sim/input-error.ts';
import type { Labels } from '../objects/meta.ts';
import { PREFIX } from './annotation-table.ts';

/** Reads one annotation, if it is there. What cannot be read throws an InputError that names the annotation. */
export function readAnnotation<T>(annotations: Labels, name: string, one: (text: string) => T): T | undefined {
  const text = annotations[PREFIX + name];
  if (text === undefined) return undefined;
  try {
    return one(text.trim());
  } catch (error) {
    if (error instanceof InputError) throw new InputError(`annotation "${PREFIX}${name}": ${error.message}`);
    throw error;
  }
}
