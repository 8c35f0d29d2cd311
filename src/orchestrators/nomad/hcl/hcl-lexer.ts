import { InputError } from '../../../sim/input-error.ts';

export interface HclToken {
  /** `text`: a template in quotes or a heredoc, whose pieces are still to be read; `newline` ends attributes. */
  readonly kind: 'name' | 'number' | 'text' | 'sign' | 'newline' | 'end';
  /** Of texts: what stands between the quotes, heredocs without their indentation. */
  readonly text: string;
  readonly line: number;
  /** Heredocs know no escapes but `$${` and `%%{`. */
  readonly isHeredoc?: boolean;
}

const SIGNS = ['...', '==', '!=', '<=', '>=', '&&', '||', '=>', ...'{}[]()=,.:?+-*/%<>!'];
const NAME = /[A-Za-z_][A-Za-z0-9_-]*/y;
const NUMBER = /\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const HEREDOC = /<<(-?)([A-Za-z_][A-Za-z0-9_]*)[ \t]*\r?\n/y;

/** Cuts HCL into tokens. `firstLine`: the line at which the text begins in its file. */
export function hclTokens(text: string, file: string, firstLine = 1): HclToken[] {
  const tokens: HclToken[] = [];
  let at = 0;
  let line = firstLine;
  const fail = (what: string): never => {
    throw new InputError(`${file}:${line}: ${what}`);
  };
  const push = (kind: HclToken['kind'], value: string, from = line): void => {
    tokens.push({ kind, text: value, line: from });
  };
  while (at < text.length) {
    const sign = text[at];
    if (sign === '\n') {
      push('newline', '\n');
      line++;
      at++;
    } else if (sign === ' ' || sign === '\t' || sign === '\r' || sign === '\uFEFF') at++;
    else if (sign === '#' || text.startsWith('//', at)) at = endOfLine(text, at);
    else if (text.startsWith('/*', at)) {
      const close = text.indexOf('*/', at + 2);
      if (close < 0) fail('a comment that begins with /* has no end; write */ after it');
      line += newlines(text, at, close);
      at = close + 2;
    } else if (sign === '"') {
      const close = closingQuote(text, at + 1);
      if (close < 0) fail('a text in quotes has no end on its line; write the closing quote, or use a heredoc (<<EOF)');
      push('text', text.slice(at + 1, close));
      line += newlines(text, at, close);
      at = close + 1;
    } else if (text.startsWith('<<', at)) {
      const heredoc = matchAt(HEREDOC, text, at);
      if (heredoc === undefined) fail('cannot read what follows <<; write a heredoc as <<EOF, its lines, and EOF');
      const [whole, indented, mark] = heredoc!;
      const from = at + whole.length;
      const end = heredocEnd(text, from, mark);
      if (end === undefined) fail(`the heredoc <<${mark} has no end; write ${mark} on a line of its own`);
      const body = text.slice(from, end!.bodyEnd);
      tokens.push({ kind: 'text', text: indented === '-' ? withoutIndent(body) : body, line, isHeredoc: true });
      line += newlines(text, at, end!.after);
      at = end!.after;
    } else {
      const name = matchAt(NAME, text, at)?.[0];
      const number = name === undefined ? matchAt(NUMBER, text, at)?.[0] : undefined;
      const known = SIGNS.find((one) => text.startsWith(one, at));
      if (name !== undefined) push('name', name);
      else if (number !== undefined) push('number', number);
      else if (known !== undefined) push('sign', known);
      else fail(`cannot read "${sign}" here; HCL has attributes (name = value) and blocks (name { ... })`);
      at += (name ?? number ?? known)!.length;
    }
  }
  push('end', '');
  return tokens;
}

/** Where the quote closes that opened before `from`, past escapes and nested `${ }`; -1: nowhere. */
function closingQuote(text: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    const sign = text[at];
    if (sign === '"') return at;
    if (sign === '\n') return -1;
    if (sign === '\\') at++;
    else if ((sign === '$' || sign === '%') && text[at + 1] === '{') {
      if (text[at - 1] === sign) continue;
      const close = closingBrace(text, at + 2);
      if (close < 0) return -1;
      at = close;
    }
  }
  return -1;
}

/** Where `${` or `%{` closes, past braces and quotes within; -1: nowhere. */
export function closingBrace(text: string, from: number): number {
  let depth = 1;
  for (let at = from; at < text.length; at++) {
    const sign = text[at];
    if (sign === '{') depth++;
    else if (sign === '}' && --depth === 0) return at;
    else if (sign === '"') {
      const close = closingQuote(text, at + 1);
      if (close < 0) return -1;
      at = close;
    }
  }
  return -1;
}

function heredocEnd(text: string, from: number, mark: string): { bodyEnd: number; after: number } | undefined {
  for (let at = from; at < text.length;) {
    const end = endOfLine(text, at);
    if (text.slice(at, end).trim() === mark) return { bodyEnd: at, after: end };
    at = end + 1;
  }
  return undefined;
}

/** `<<-`: as many blanks fewer at the beginning of each line as the line with the fewest has. */
function withoutIndent(body: string): string {
  const lines = body.split('\n');
  const indents = lines.filter((one) => one.trim() !== '').map((one) => one.length - one.trimStart().length);
  const least = Math.min(...indents, 1000);
  return lines.map((one) => one.slice(Math.min(least, one.length))).join('\n');
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text) ?? undefined;
}

function endOfLine(text: string, at: number): number {
  const end = text.indexOf('\n', at);
  return end < 0 ? text.length : end;
}

function newlines(text: string, from: number, to: number): number {
  let count = 0;
  for (let at = text.indexOf('\n', from); at >= 0 && at < to; at = text.indexOf('\n', at + 1)) count++;
  return count;
}
