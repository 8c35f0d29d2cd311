import { nearestName } from '../../../../sim/nearest-name.ts';

/** The known name that a misspelt one most likely meant; what is too long for a name is none, and costs no time. */
export function nearName(wrong: string, known: Iterable<string>): string | undefined {
  return wrong.length > 80 ? undefined : nearestName(wrong, known);
}
