import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { transform } from 'sucrase';

interface Loaded {
  format: string;
  source: string;
  shortCircuit: true;
}

/** Loads TypeScript on Nodes that cannot: a hook for `module.register`, which keeps lines where they were. */
export async function load<Context>(
  url: string,
  context: Context,
  next: (url: string, context: Context) => Promise<unknown>,
): Promise<unknown> {
  if (!url.startsWith('file:') || !/\.m?ts$/.test(url)) return next(url, context);
  const path = fileURLToPath(url);
  const { code } = transform(readFileSync(path, 'utf8'), {
    transforms: ['typescript'],
    disableESTransforms: true,
    filePath: path,
  });
  const loaded: Loaded = { format: 'module', source: code, shortCircuit: true };
  return loaded;
}
