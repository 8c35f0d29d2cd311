import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { transform } from 'sucrase';

interface Loaded {
  format: string;
  source: string;
  shortCircuit: true;
}

/** An import or export at the beginning of a line: what no CommonJS file has. */
const MODULE_SYNTAX =
  /^\s*(?:export\s*[{*]|export\s+(?:default|const|let|var|function|class|async)\b|import\s*["'{*]|import\s+\w)/m;

/**
 * Loads a user's program as it is meant, a hook for `module.register`: TypeScript on every Node, with its lines where
 * they were, and modules also where a package.json of the folder says that they are CommonJS (as `npm init` writes).
 */
export async function load<Context extends { format?: string | null }>(
  url: string,
  context: Context,
  next: (url: string, context: Context) => Promise<unknown>,
): Promise<unknown> {
  if (!url.startsWith('file:') || url.includes('/node_modules/')) return next(url, context);
  const typed = /\.m?ts$/.test(url);
  if (!typed && (!url.endsWith('.js') || context.format === 'module')) return next(url, context);
  const path = fileURLToPath(url);
  const text = readFileSync(path, 'utf8');
  if (!typed && !MODULE_SYNTAX.test(text)) return next(url, context);
  const source = typed
    ? transform(text, { transforms: ['typescript'], disableESTransforms: true, filePath: path }).code
    : text;
  const loaded: Loaded = { format: 'module', source, shortCircuit: true };
  return loaded;
}
