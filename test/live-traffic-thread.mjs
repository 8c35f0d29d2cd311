// The load generator's thread from its sources, which Node 20 does not read: for tests that run before anything is built.
import { register } from 'node:module';

const hook = `
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { transform } from ${JSON.stringify(import.meta.resolve('sucrase'))};
export async function load(url, context, next) {
  if (!url.startsWith('file:') || !url.endsWith('.ts')) return next(url, context);
  const text = readFileSync(fileURLToPath(url), 'utf8');
  const { code } = transform(text, { transforms: ['typescript'], disableESTransforms: true });
  return { format: 'module', source: code, shortCircuit: true };
}`;
register(`data:text/javascript,${encodeURIComponent(hook)}`);
await import('../src/live/traffic/traffic-worker.ts');
