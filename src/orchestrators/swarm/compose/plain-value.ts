/** A scalar as compose files know it. */
export type PlainValue = string | number | boolean | null;

const DECIMAL = /^[-+]?(?:0|[1-9][0-9_]*)$/;
const OCTAL = /^([-+]?)0o?([0-7][0-7_]*)$/;
const HEXADECIMAL = /^([-+]?)0x([0-9a-fA-F_]+)$/;
const BINARY = /^([-+]?)0b([01_]+)$/;
const FRACTION = /^[-+]?(?:\.[0-9][0-9_]*|[0-9][0-9_]*(?:\.[0-9_]*)?)(?:[eE][-+]?[0-9]+)?$/;

/**
 * What an unquoted scalar means to docker's reader (go-yaml 3 without a type to aim at): `yes` and `on` are texts, `010` and
 * `0o10` are eight, digits may be grouped by `_`.
 */
export function plainValue(text: string): PlainValue {
  if (text === '' || text === '~' || /^(?:null|Null|NULL)$/.test(text)) return null;
  if (/^(?:true|True|TRUE)$/.test(text)) return true;
  if (/^(?:false|False|FALSE)$/.test(text)) return false;
  if (DECIMAL.test(text)) return Number(text.replaceAll('_', ''));
  const based = OCTAL.exec(text) ?? HEXADECIMAL.exec(text) ?? BINARY.exec(text);
  if (based !== null) return Number(`${based[1]}1`) * parseInt(based[2].replaceAll('_', ''), baseOf(text));
  if (FRACTION.test(text)) return Number(text.replaceAll('_', ''));
  return text;
}

function baseOf(text: string): number {
  if (HEXADECIMAL.test(text)) return 16;
  return BINARY.test(text) ? 2 : 8;
}
