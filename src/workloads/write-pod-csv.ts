import { stringify } from 'csv-stringify/browser/esm/sync';
import { blankRow, clearRow, type PodSource } from '../sim/pod-source.ts';
import { podTexts } from './pod-texts.ts';
import { POD_FIELDS } from './readers/pod-fields.ts';

const PODS_A_CHUNK = 1000;

/**
 * A source as the text of our own pod CSV, in chunks, header first; `podCsv` reads the same pods back. All columns are
 * written, so that the header does not depend on the pods.
 */
export function* writePodCsv(source: PodSource): Generator<string, void, undefined> {
  const row = blankRow();
  let records: string[][] = [[...POD_FIELDS]];
  for (clearRow(row); source.next(row); clearRow(row)) {
    const texts = podTexts(row);
    records.push(POD_FIELDS.map((field) => texts[field]));
    if (records.length >= PODS_A_CHUNK) {
      yield textOf(records);
      records = [];
    }
  }
  if (records.length > 0) yield textOf(records);
}

/** Quotes also what a reader could take for a comment, a line end or a byte order mark. */
function textOf(records: readonly (readonly string[])[]): string {
  return stringify(records as string[][], { quoted_match: /^[#\uFEFF]|[\r\n]/ });
}
