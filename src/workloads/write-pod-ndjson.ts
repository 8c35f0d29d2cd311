import { blankRow, clearRow, type PodRow, type PodSource } from '../sim/pod-source.ts';
import { podTexts } from './pod-texts.ts';
import { POD_FIELDS } from './readers/pod-fields.ts';

const PODS_A_CHUNK = 1000;

/** A source as our own NDJSON, one pod a line, in chunks; what is not said is left out. `podNdjson` reads it back. */
export function* writePodNdjson(source: PodSource): Generator<string, void, undefined> {
  const row = blankRow();
  let lines: string[] = [];
  for (clearRow(row); source.next(row); clearRow(row)) {
    lines.push(lineOf(row));
    if (lines.length >= PODS_A_CHUNK) {
      yield lines.join('');
      lines = [];
    }
  }
  if (lines.length > 0) yield lines.join('');
}

function lineOf(row: PodRow): string {
  const texts = podTexts(row);
  const said = POD_FIELDS.filter((field) => texts[field] !== '').map((field) => [field, texts[field]]);
  return `${JSON.stringify(Object.fromEntries(said))}\n`;
}
