import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cellName } from './fluid-cell.ts';
import { gridCells } from './fluid-grid.ts';
import { type Reference, referenceOf } from './fluid-reference.ts';

/** Simulates those cells of the grid that the file does not have yet: remove a line to measure it anew. */
const path = process.argv[2] ?? 'bench/fluid-reference.json';
const known: Record<string, Reference> = existsSync(path)
  ? (JSON.parse(readFileSync(path, 'utf8')) as Record<string, Reference>)
  : {};
for (const cell of gridCells()) {
  const name = cellName(cell);
  if (known[name] !== undefined) continue;
  known[name] = referenceOf(cell);
  save();
}
save();

function save(): void {
  const lines = gridCells()
    .map(cellName)
    .filter((name) => known[name] !== undefined)
    .map((name) => `  ${JSON.stringify(name)}: ${JSON.stringify(known[name])}`);
  writeFileSync(path, `{\n${lines.join(',\n')}\n}\n`);
}
