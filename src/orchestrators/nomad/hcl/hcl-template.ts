import { InputError } from '../../../sim/input-error.ts';
import { closingBrace } from './hcl-lexer.ts';
import type { HclToken } from './hcl-lexer.ts';
import type { HclExpression, HclTemplatePart } from './hcl-syntax.ts';

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', '"': '"', '\\': '\\' };

/**
 * The text between quotes or of a heredoc, with its `${ }`. `%{ }` directives stay as they are written: job files have
 * them in the templates that a client renders, where they have no effect here.
 */
export function hclTemplate(
  token: HclToken,
  file: string,
  expression: (source: string, line: number) => HclExpression,
): HclExpression {
  const { text, line, isHeredoc } = token;
  const parts: HclTemplatePart[] = [];
  let plain = '';
  let here = line + (isHeredoc === true ? 1 : 0);
  const fail = (what: string): never => {
    throw new InputError(`${file}:${here}: ${what}`);
  };
  for (let at = 0; at < text.length; at++) {
    const sign = text[at];
    if (sign === '\n') here++;
    if (sign === '\\' && isHeredoc !== true) {
      at++;
      const code = /^[uU]/.test(text[at]) ? text.slice(at + 1, at + (text[at] === 'u' ? 5 : 9)) : undefined;
      if (
        code !== undefined &&
        /^(?:[0-9a-fA-F]{4}|00[01][0-9a-fA-F]{5})$/.test(code) &&
        parseInt(code, 16) <= 0x10ffff
      ) {
        plain += String.fromCodePoint(parseInt(code, 16));
        at += code.length;
      } else if (Object.hasOwn(ESCAPES, text[at])) plain += ESCAPES[text[at]];
      else fail(`"\\${text[at] ?? ''}" is no escape of HCL; write \\\\ for a backslash`);
    } else if ((sign === '$' || sign === '%') && text.startsWith(`${sign}{`, at + 1)) {
      // A doubled sign stands for itself.
      plain += `${sign}{`;
      at += 2;
    } else if (sign === '$' && text[at + 1] === '{') {
      const close = closingBrace(text, at + 2);
      if (close < 0) fail('"${" has no closing brace');
      const source = text.slice(at + 2, close);
      if (plain !== '') parts.push(plain);
      plain = '';
      parts.push({ expression: expression(source.replace(/^~|~$/g, ''), here), source });
      at = close;
    } else plain += sign;
  }
  if (parts.length === 0) return { kind: 'literal', line, value: plain };
  if (plain !== '') parts.push(plain);
  return { kind: 'template', line, parts };
}
