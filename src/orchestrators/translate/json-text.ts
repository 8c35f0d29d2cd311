/** JSON as people lay it out: two spaces a level, and in one line what is short and holds nothing but plain values. */
export function jsonText(value: unknown): string {
  return `${textOf(value, '')}\n`;
}

const LONGEST_LINE = 80;

function textOf(value: unknown, indent: string): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const inner = `${indent}  `;
  const isList = Array.isArray(value);
  const parts = isList
    ? value.map((one) => textOf(one, inner))
    : Object.entries(value).map(([key, one]) => `${JSON.stringify(key)}: ${textOf(one, inner)}`);
  const [open, close] = isList ? ['[', ']'] : ['{', '}'];
  if (parts.length === 0) return `${open}${close}`;
  const line = isList ? `[${parts.join(', ')}]` : `{ ${parts.join(', ')} }`;
  const isShort = indent.length + line.length <= LONGEST_LINE && !line.includes('\n') && indent !== '';
  return isShort ? line : `${open}\n${parts.map((part) => `${inner}${part}`).join(',\n')}\n${indent}${close}`;
}
