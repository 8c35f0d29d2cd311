import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { NativeFile } from '../native-file.ts';
import { DIALECTS, type AppModel } from './app-model.ts';
import { dialectOf } from './detect-dialect.ts';
import { WRITERS } from './files-of-app.ts';
import { READERS } from './readers.ts';
import { translateFiles } from './translate-files.ts';

/** Files that belong together: each folder of `scenarios/real-world`, and each file of `scenarios/native`. */
function sources(): [string, NativeFile[]][] {
  const found: [string, NativeFile[]][] = [];
  const read = (file: string): NativeFile => ({ file, text: readFileSync(file, 'utf8') });
  for (const folder of readdirSync('scenarios/real-world').sort()) {
    const path = join('scenarios/real-world', folder);
    const files = readdirSync(path)
      .sort()
      .map((name) => read(join(path, name)));
    found.push([path, files.filter(({ text }) => /^\s*"?(- )?apiVersion/m.test(text))]);
  }
  for (const orchestrator of readdirSync('scenarios/native').sort()) {
    const folder = join('scenarios/native', orchestrator);
    if (!statSync(folder).isDirectory()) continue;
    if (orchestrator === 'ecs') {
      // Services, task definitions and what scales them stand in files of their own.
      found.push([
        folder,
        readdirSync(folder)
          .sort()
          .map((name) => read(join(folder, name)))
          .filter(isNative),
      ]);
      continue;
    }
    for (const name of readdirSync(folder).sort()) {
      const path = join(folder, name);
      const files = statSync(path).isDirectory()
        ? readdirSync(path)
            .sort()
            .map((one) => read(join(path, one)))
        : [read(path)];
      if (/\.(ya?ml|json|hcl|nomad)$/.test(files[0].file) && isNative(files[0])) found.push([path, files]);
    }
  }
  return found;
}

/** Scenarios stand beside the files that they name. */
const isNative = (file: NativeFile): boolean => {
  try {
    return dialectOf(file) !== undefined && !/^(orchestrator|policies|duration):/m.test(file.text);
  } catch {
    return false;
  }
};

const nativeOf = (files: readonly { readonly name: string; readonly text: string }[]): NativeFile[] =>
  files.map(({ name, text }) => ({ file: name, text }));

describe.each(sources())('%s', (_, files) => {
  test.each(DIALECTS)('goes into %s, whose reader takes it', (to) => {
    const done = translateFiles(files, to);
    if (done.files.length === 0) return;
    const again = READERS[to](nativeOf(done.files));
    expect(again.losses.filter(({ kind }) => kind === 'ignored-by-source')).toEqual([]);
    // The same text from the same files.
    expect(translateFiles(files, to).files).toEqual(done.files);
  });

  test('keeps its meaning in its own dialect', () => {
    const from = dialectOf(files[0]);
    const { model } = READERS[from](files);
    const written = WRITERS[from](model);
    if (written.files.length === 0) return;
    const again = READERS[from](nativeOf(written.files)).model;
    expect(
      differences(model, again).filter(
        (one) => !written.losses.some(({ service, field }) => one.startsWith(`${service} ${field.split('.')[0]}`)),
      ),
    ).toEqual([]);
  });
});

/** `shop/web ports`: fields of services that differ. */
function differences(before: AppModel, after: AppModel): string[] {
  const found: string[] = [];
  const name = (one: AppModel['services'][number]): string =>
    one.group === '' ? one.name : `${one.group}/${one.name}`;
  for (const service of before.services) {
    const other = after.services.find((one) => name(one) === name(service));
    if (other === undefined) {
      found.push(`${name(service)} is not there`);
      continue;
    }
    for (const key of new Set([...Object.keys(service), ...Object.keys(other)]) as Set<keyof typeof service>)
      if (sorted(service[key]) !== sorted(other[key]))
        found.push(`${name(service)} ${key}: ${sorted(service[key])} became ${sorted(other[key])}`);
  }
  return found;
}

function sorted(value: unknown): string {
  return JSON.stringify(value, (_, one: unknown) =>
    typeof one === 'object' && one !== null && !Array.isArray(one)
      ? Object.fromEntries(Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1)))
      : one,
  );
}
