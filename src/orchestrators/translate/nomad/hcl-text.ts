/** A block: `job "web" { … }`. */
export interface HclBlockText {
  readonly type: string;
  readonly label?: string;
  readonly body: readonly HclItem[];
}

export interface HclAttributeText {
  readonly name: string;
  readonly value: HclData;
}

export type HclItem = HclBlockText | HclAttributeText;
export type HclData = string | number | boolean | HclCode | readonly HclData[] | { readonly [key: string]: HclData };

/** A text whose `${…}` are to be filled in by whoever reads it. */
export class HclCode {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

export const block = (
  type: string,
  label: string | undefined,
  body: readonly (HclItem | undefined)[],
): HclBlockText => ({
  type,
  ...(label !== undefined && { label }),
  body: body.filter((one) => one !== undefined),
});

/** Undefined: nothing is said. */
export const attribute = (name: string, value: HclData | undefined): HclAttributeText | undefined =>
  value === undefined ? undefined : { name, value };

/** A block, unless it would be empty. */
export function blockOrNothing(type: string, body: readonly (HclItem | undefined)[]): HclBlockText | undefined {
  const made = block(type, undefined, body);
  return made.body.length === 0 ? undefined : made;
}

/** The items as `nomad fmt` writes them: two spaces a level, equals signs of neighbours one below the other. */
export function hclText(items: readonly HclItem[]): string {
  return `${lines(items, '').join('\n')}\n`;
}

function lines(items: readonly HclItem[], indent: string): string[] {
  const out: string[] = [];
  items.forEach((item, place) => {
    const before = place > 0 ? items[place - 1] : undefined;
    if ('body' in item) {
      if (before !== undefined) out.push('');
      const head = `${indent}${item.type}${item.label === undefined ? '' : ` ${quote(item.label)}`} {`;
      out.push(...(item.body.length === 0 ? [`${head}}`] : [head, ...lines(item.body, `${indent}  `), `${indent}}`]));
      return;
    }
    if (before !== undefined && 'body' in before) out.push('');
    out.push(`${indent}${item.name.padEnd(widthAt(items, place))} = ${valueText(item.value, indent)}`);
  });
  return out;
}

/** The longest name among the attributes that stand together, each in one line. */
function widthAt(items: readonly HclItem[], place: number): number {
  const isPlain = (item: HclItem): boolean => !('body' in item) && !isLong(item.value);
  const here = items[place];
  if ('body' in here) return 0;
  if (!isPlain(here)) return here.name.length;
  let [first, last] = [place, place];
  while (first > 0 && isPlain(items[first - 1])) first--;
  while (last + 1 < items.length && isPlain(items[last + 1])) last++;
  return Math.max(...items.slice(first, last + 1).map((item) => ('body' in item ? 0 : item.name.length)));
}

const isLong = (value: HclData): boolean =>
  (typeof value === 'string' && value.includes('\n')) ||
  (typeof value === 'object' && !Array.isArray(value) && !(value instanceof HclCode));

function valueText(value: HclData, indent: string): string {
  if (value instanceof HclCode) return quote(value.text, false);
  if (typeof value === 'string') return value.includes('\n') ? heredoc(value) : quote(value);
  if (typeof value !== 'object') return String(value);
  if (Array.isArray(value)) return `[${(value as readonly HclData[]).map((one) => valueText(one, indent)).join(', ')}]`;
  const entries = Object.entries(value as Readonly<Record<string, HclData>>);
  if (entries.length === 0) return '{}';
  const width = Math.max(...entries.map(([key]) => keyText(key).length));
  const inner = entries.map(
    ([key, one]) => `${indent}  ${keyText(key).padEnd(width)} = ${valueText(one, `${indent}  `)}`,
  );
  return ['{', ...inner, `${indent}}`].join('\n');
}

export const isIdentifier = (text: string): boolean => /^[A-Za-z_][\w-]*$/.test(text);
const keyText = (key: string): string => (isIdentifier(key) ? key : quote(key));

function quote(text: string, isPlain = true): string {
  const escaped = text
    .replaceAll('\\', '\\\\')
    .replaceAll('"', '\\"')
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r')
    .replaceAll('\t', '\\t');
  return `"${isPlain ? templateFree(escaped) : escaped}"`;
}

/** `${` and `%{` begin something in HCL; doubled signs mean themselves. */
const templateFree = (text: string): string => text.replaceAll('${', '$${').replaceAll('%{', '%%{');

function heredoc(text: string): string {
  return text.endsWith('\n') && !/^EOF$/m.test(text) ? `<<EOF\n${templateFree(text)}EOF` : quote(text);
}
