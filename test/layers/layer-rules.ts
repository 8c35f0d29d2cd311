import { builtinModules } from 'node:module';
import { posix } from 'node:path';
import { moduleFacts } from './module-facts.ts';

/** Source texts by path from the root of the project, with forward slashes. */
export type Sources = ReadonlyMap<string, string>;

/** A layer, and the layers it may import besides itself. Imports point one way: no layer is above and below another. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  'src/sim': [],
  'src/policies': ['src/sim'],
  'src/orchestrators': ['src/sim', 'src/policies'],
  'src/workloads': ['src/sim'],
  'src/experiment': ['src/sim', 'src/policies', 'src/orchestrators', 'src/workloads'],
  'src/experiment/local': ['src/sim', 'src/policies', 'src/orchestrators', 'src/workloads', 'src/experiment'],
  'src/reporting': ['src/sim'],
  'src/live': [
    'src/sim',
    'src/policies',
    'src/orchestrators',
    'src/workloads',
    'src/experiment',
    'src/experiment/local',
    'src/reporting',
  ],
  'src/index.ts': [
    'src/sim',
    'src/policies',
    'src/orchestrators',
    'src/workloads',
    'src/experiment',
    'src/experiment/local',
    'src/reporting',
  ],
};
const ABOVE_ALL = ['src/cli', 'bench', 'playground'];

/** The types of a finished comparison: what reporting shows. Types only, so nothing of experiment comes along. */
const TYPES_FOR_REPORTING = 'src/experiment/comparison.ts';

/** These touch no file, network, clock, chance or console: that is why they run in Node, a worker and a web page alike. */
const PURE = new Set([
  'src/sim',
  'src/policies',
  'src/orchestrators',
  'src/workloads',
  'src/experiment',
  'src/reporting',
]);

/** Statistics may use logarithms: they read results, nothing is decided or fingerprinted by them. */
const EXACT = new Set([...PURE].filter((layer) => layer !== 'src/experiment'));

/** Every breach of the layers in these sources, one sentence each, in order of path. `packages`: what may be imported by name. */
export function layerBreaches(sources: Sources, packages: readonly string[]): string[] {
  const breaches: string[] = [];
  const edges = new Map<string, string[]>();
  for (const path of [...sources.keys()].sort()) {
    const layer = layerOf(path);
    if (layer === undefined || path.endsWith('.test.ts')) continue;
    const { imports, impurities } = moduleFacts(path, sources.get(path)!);
    const say = (line: number, sentence: string) => breaches.push(`${path}:${line} ${sentence}`);
    const targets: string[] = [];
    for (const { specifier, typeOnly, line } of imports) {
      const target = specifier.startsWith('.') ? posix.join(posix.dirname(path), specifier) : undefined;
      if (target === undefined) {
        const reason = packageBreach(layer, specifier, packages);
        if (reason !== undefined) say(line, reason);
        continue;
      }
      // What is imported as a type only is not loaded, so a helper may take a type from the file that it helps.
      if (!typeOnly) targets.push(target);
      if (!sources.has(target)) say(line, `imports ${target}, which is not there`);
      else if (!mayImport(layer, target, typeOnly)) say(line, `imports ${target}: ${layer} must not know of it`);
    }
    edges.set(path, targets);
    for (const { what, line, inexact } of impurities) {
      const forbidden = inexact ? EXACT.has(layer) : PURE.has(layer);
      if (forbidden) say(line, `uses ${what}: ${layer} must be ${inexact ? 'exact on every engine' : 'pure'}`);
    }
  }
  return [...breaches, ...cycles(edges).map((cycle) => `${cycle[0]} imports itself: ${cycle.join(' -> ')}`)];
}

/** The layer a file belongs to; undefined for what the rules leave alone (tests, tools, configuration). */
export function layerOf(path: string): string | undefined {
  const layers = [...Object.keys(MAY_IMPORT), ...ABOVE_ALL].filter(
    (layer) => path === layer || path.startsWith(`${layer}/`),
  );
  const deepest = layers.sort((a, b) => b.length - a.length)[0];
  return deepest ?? (path.startsWith('src/') ? posix.dirname(path) : undefined);
}

function mayImport(layer: string, target: string, typeOnly: boolean): boolean {
  const targetLayer = layerOf(target);
  if (target.endsWith('.test.ts') || targetLayer === undefined) return false;
  if (targetLayer === layer) return true;
  if (layer === 'src/reporting' && typeOnly && target === TYPES_FOR_REPORTING) return true;
  if (ABOVE_ALL.includes(layer)) return !ABOVE_ALL.includes(targetLayer);
  return MAY_IMPORT[layer]?.includes(targetLayer) ?? false;
}

function packageBreach(layer: string, specifier: string, packages: readonly string[]): string | undefined {
  const name = specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
  if (specifier.startsWith('node:') || builtinModules.includes(specifier))
    return PURE.has(layer) ? `imports ${specifier}: ${layer} must run in a web page too` : undefined;
  // A user's policy has a path that only the run knows.
  if (specifier === '(computed)' && !PURE.has(layer)) return undefined;
  if (!layer.startsWith('src/') || packages.includes(name)) return undefined;
  return `imports ${specifier}, which is not among the dependencies of package.json`;
}

/** Files that, when loaded, load themselves: one cycle for each way in which the search comes back to where it was. */
function cycles(edges: ReadonlyMap<string, readonly string[]>): string[][] {
  const done = new Set<string>();
  const trail: string[] = [];
  const found: string[][] = [];
  const visit = (path: string) => {
    if (trail.includes(path)) found.push([...trail.slice(trail.indexOf(path)), path]);
    if (done.has(path)) return;
    done.add(path);
    trail.push(path);
    for (const target of edges.get(path) ?? []) visit(target);
    trail.pop();
  };
  for (const path of edges.keys()) visit(path);
  return found;
}
