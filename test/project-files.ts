import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Made by tools, or not ours. */
const SKIPPED = new Set(['node_modules', 'dist', 'coverage', 'baton-out', '.git']);

/** The project's files whose path from the root (forward slashes) matches, sorted. Tests run in the project's root. */
export function projectFiles(pattern: RegExp): string[] {
  const found: string[] = [];
  const visit = (folder: string) => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      if (SKIPPED.has(entry.name)) continue;
      const path = join(folder, entry.name).replaceAll('\\', '/');
      if (entry.isDirectory()) visit(path);
      else if (pattern.test(path)) found.push(path);
    }
  };
  visit('.');
  return found.sort();
}
