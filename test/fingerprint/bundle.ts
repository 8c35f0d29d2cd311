import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { build, type Plugin, type Rolldown } from 'vite';

/** The bundle puts its exports into a global of this name. */
export const BUNDLE_NAME = 'batonScenario';

/**
 * The scenario and the core that it needs as one script for a page, made of `dist`, that is, of what is shipped.
 * Throws when the core needs anything that a page does not have.
 */
export async function bundleScenario(entry = resolve('test/fingerprint/scenario.ts')): Promise<string> {
  const foreign: string[] = [];
  const result = await build({
    configFile: false,
    logLevel: 'error',
    plugins: [fromDist(), refuseBuiltins(foreign)],
    build: {
      write: false,
      minify: false,
      target: 'es2022',
      lib: { entry, formats: ['iife'], name: BUNDLE_NAME },
    },
  });
  if (foreign.length > 0) throw new Error(`the core imports what a page does not have: ${foreign.join(', ')}`);
  const [{ output }] = result as Rolldown.RolldownOutput[] as [Rolldown.RolldownOutput];
  const [chunk] = output;
  if (output.length !== 1 || chunk.imports.length > 0) throw new Error('the scenario did not become one script');
  return chunk.code;
}

/** Takes src/x.ts from dist/x.js. */
function fromDist(): Plugin {
  return {
    name: 'from-dist',
    enforce: 'pre',
    resolveId(specifier, importer) {
      if (importer === undefined || !specifier.startsWith('.')) return undefined;
      const source = resolve(importer, '..', specifier);
      const inSrc = source.startsWith(resolve('src'));
      if (!inSrc) return undefined;
      const built = source.replace(resolve('src'), resolve('dist')).replace(/\.ts$/, '.js');
      if (!existsSync(built)) throw new Error(`${built} is not there; run npm run build`);
      return built;
    },
  };
}

/** Notes imports of Node's own modules by our files. A package may ask for one and do without, as seedrandom does. */
function refuseBuiltins(foreign: string[]): Plugin {
  return {
    name: 'refuse-builtins',
    enforce: 'pre',
    resolveId(specifier, importer) {
      const ours = importer !== undefined && !importer.includes('node_modules');
      if (specifier.startsWith('node:') && ours) foreign.push(`${specifier} in ${importer}`);
      return undefined;
    },
  };
}
