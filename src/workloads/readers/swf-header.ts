/** What the comment lines at the head of an SWF log say: `; MaxProcs: 100` becomes MaxProcs -> "100". */
export type SwfHeader = Readonly<Record<string, string>>;

/** Adds a comment line (without its `;`) to the header; lines that are not `Name: value` continue the one before. */
export function addHeaderLine(header: Map<string, string>, comment: string): void {
  const text = comment.trim();
  if (text === '') return;
  const match = /^([A-Za-z][A-Za-z ]*?)\s*:\s*(.*)$/.exec(text);
  if (match !== null) {
    const [, name, value] = match;
    const before = header.get(name);
    header.set(name, before === undefined ? value : `${before}\n${value}`);
    return;
  }
  const last = [...header.keys()].at(-1);
  if (last !== undefined) header.set(last, `${header.get(last)}\n${text}`);
}

/** The whole number a header field begins with, or undefined when it has none. */
export function headerNumber(header: ReadonlyMap<string, string>, name: string): number | undefined {
  const digits = /^\d{1,15}/.exec(header.get(name) ?? '');
  return digits === null ? undefined : Number(digits[0]);
}
