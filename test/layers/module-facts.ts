import { parseSync } from 'vite';

/** One import of a file, static or dynamic, and re-exports. */
export interface ImportFact {
  specifier: string;
  /** `import type`: nothing of it remains when the program runs. */
  typeOnly: boolean;
  line: number;
}

/** What the rules of the layers look at in one source file. */
export interface ModuleFacts {
  imports: ImportFact[];
  /** Uses of what the pure folders must not touch, each as it would stand in a sentence: `console`, `Math.exp`. */
  impurities: Impurity[];
}

interface Impurity {
  what: string;
  /** It computes, but the last bit may differ between engines. */
  inexact: boolean;
  line: number;
}

type Syntax = { type: string; start: number } & Record<string, unknown>;

/** Clocks, chance, files, network, the world outside, and what depends on the machine's language or memory. */
const IMPURE_GLOBALS = new Set(
  (
    'Date performance console process fetch crypto setTimeout setInterval setImmediate queueMicrotask Buffer ' +
    'globalThis global require __dirname __filename eval Function Intl WeakRef FinalizationRegistry ' +
    'XMLHttpRequest WebSocket EventSource'
  ).split(' '),
);

/** ECMAScript fixes these to the last bit; exp, log, pow, sin and their like may differ between engines. */
const EXACT_MATH = new Set(
  'floor ceil round trunc min max abs sqrt imul clz32 fround sign PI E LN2 LN10 LOG2E LOG10E SQRT2 SQRT1_2'.split(' '),
);

/** Their answer depends on the language the machine is set to. */
const LOCALE_METHODS = new Set('localeCompare toLocaleString toLocaleLowerCase toLocaleUpperCase'.split(' '));

/** Names that are not uses of a variable. */
const NAME_KEYS = new Set(['imported', 'exported', 'label']);

/** Parses TypeScript and collects imports and impurities; throws on a syntax error. */
export function moduleFacts(path: string, source: string): ModuleFacts {
  const { program, errors } = parseSync(path, source);
  if (errors.length > 0) throw new Error(`${path}: ${errors[0].message}`);
  const facts: ModuleFacts = { imports: [], impurities: [] };
  const lineOf = (node: Syntax) => source.slice(0, node.start).split('\n').length;
  const statements = program.body as unknown as Syntax[];
  const ownToFile = new Set(statements.flatMap((statement) => namesDeclaredBy(unwrapped(statement))));
  for (const statement of statements) {
    // A parameter called `process` is not Node's process. Seen by top-level statement, which is near enough to scopes.
    const own = new Set(ownToFile);
    walk(statement, undefined, (node) => {
      for (const name of namesDeclaredBy(node)) own.add(name);
    });
    walk(statement, undefined, (node, parent) => look(node, parent, own));
  }
  return facts;

  function look(node: Syntax, parent: Syntax | undefined, own: ReadonlySet<string>): void {
    const imported = importOf(node);
    if (imported) facts.imports.push({ ...imported, line: lineOf(node) });
    const impurity = impurityOf(node, parent);
    if (impurity !== undefined && !own.has(impurity))
      facts.impurities.push({ what: impurity, inexact: false, line: lineOf(node) });
    const inexact = inexactMathOf(node);
    if (inexact !== undefined) facts.impurities.push({ what: inexact, inexact: true, line: lineOf(node) });
  }
}

function unwrapped(statement: Syntax): Syntax {
  return (statement['declaration'] as Syntax | null | undefined) ?? statement;
}

/** The variables that a node itself brings into being: declarations, parameters. Types do not count. */
function namesDeclaredBy(node: Syntax): string[] {
  if (node.type === 'VariableDeclaration') return (node['declarations'] as Syntax[]).flatMap((d) => namesIn(d['id']));
  const parameters = Array.isArray(node['params']) ? (node['params'] as unknown[]).flatMap(namesIn) : [];
  if (node.type === 'CatchClause') return namesIn(node['param']);
  return /^(Function|Class)Declaration$/.test(node.type) ? [...parameters, ...namesIn(node['id'])] : parameters;
}

/** The names in a pattern: `{ a, b: [c, ...d], e = 1 }` has a, c, d and e. */
function namesIn(pattern: unknown): string[] {
  if (!isSyntax(pattern)) return [];
  if (pattern.type === 'Identifier') return [pattern['name'] as string];
  const parts = ['properties', 'elements', 'items'].flatMap((key) => (pattern[key] as unknown[] | undefined) ?? []);
  return [...parts, pattern['argument'], pattern['left'], pattern.type === 'Property' && pattern['value']].flatMap(
    namesIn,
  );
}

function importOf(node: Syntax): Omit<ImportFact, 'line'> | undefined {
  const source = node['source'] as { value?: unknown } | null | undefined;
  const isImport = /^(Import|ExportNamed|ExportAll)Declaration$|^ImportExpression$|^TSImportType$/.test(node.type);
  if (!isImport || !source) return undefined;
  const specifier = typeof source.value === 'string' ? source.value : '(computed)';
  const kind = node['importKind'] ?? node['exportKind'];
  return { specifier, typeOnly: kind === 'type' || node.type === 'TSImportType' };
}

function impurityOf(node: Syntax, parent: Syntax | undefined): string | undefined {
  if (node.type === 'MetaProperty') return 'import.meta';
  if (node.type === 'Identifier') {
    const name = node['name'] as string;
    if (IMPURE_GLOBALS.has(name)) return name;
    // Nobody can see what becomes of Math once it is passed on.
    if (name === 'Math' && namedMember(parent) === undefined) return 'Math as a value';
  }
  const member = namedMember(node);
  if (member === 'random' && isMath(node['object'])) return 'Math.random';
  return member !== undefined && LOCALE_METHODS.has(member) ? member : undefined;
}

function inexactMathOf(node: Syntax): string | undefined {
  const member = namedMember(node);
  if (member !== undefined && isMath(node['object']) && member !== 'random' && !EXACT_MATH.has(member))
    return `Math.${member}`;
  const isPower = node['operator'] === '**' || node['operator'] === '**=';
  const operands = [node['left'], node['right']] as Syntax[];
  // A constant such as 2 ** 53 is exact everywhere, and so are powers of bigints.
  const isExact = () => operands.every(isWholeLiteral) || operands.some((side) => typeof side['bigint'] === 'string');
  return isPower && !isExact() ? '**, which is Math.pow' : undefined;
}

/** `b` of `a.b`; undefined for anything else. */
function namedMember(node: Syntax | undefined): string | undefined {
  if (node?.type !== 'MemberExpression' || node['computed']) return undefined;
  return (node['property'] as Syntax)['name'] as string;
}

function isMath(node: unknown): boolean {
  return (node as Syntax)['name'] === 'Math';
}

function isWholeLiteral(node: Syntax): boolean {
  return node.type === 'Literal' && Number.isInteger(node['value']) && (node['value'] as number) >= 0;
}

function walk(
  node: Syntax,
  parent: Syntax | undefined,
  visit: (node: Syntax, parent: Syntax | undefined) => void,
): void {
  visit(node, parent);
  for (const [key, child] of Object.entries(node)) {
    const isName = NAME_KEYS.has(key) || ((key === 'key' || key === 'property') && !node['computed']);
    if (isName) continue;
    for (const item of Array.isArray(child) ? (child as unknown[]) : [child])
      if (isSyntax(item)) walk(item, node, visit);
  }
}

function isSyntax(value: unknown): value is Syntax {
  return typeof value === 'object' && value !== null && typeof (value as Syntax).type === 'string';
}
