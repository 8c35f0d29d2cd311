import { InputError } from '../../../sim/input-error.ts';

export interface Token {
  readonly kind: 'word' | 'text' | 'operator' | '(' | ')' | '[' | ']' | ',' | 'end';
  readonly text: string;
  /** From 1. */
  readonly column: number;
}

const OPERATORS = ['==', '!=', '>=', '<=', '=~', '!~', '&&', '||', '>', '<', '!'];
const SINGLE = ['(', ')', '[', ']', ','] as const;

/** Words, quoted texts, operators and brackets of an expression. A word behind `=~` goes on to the next space. */
export function tokensOf(expression: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  const push = (kind: Token['kind'], text: string, length: number): void => {
    tokens.push({ kind, text, column: at + 1 });
    at += length;
  };
  while (at < expression.length) {
    const sign = expression[at];
    if (/\s/.test(sign)) {
      at++;
      continue;
    }
    const last = tokens.at(-1);
    if (last?.kind === 'operator' && (last.text === '=~' || last.text === '!~') && sign !== '"' && sign !== "'") {
      const pattern = patternAt(expression, at);
      push('text', pattern, pattern.length);
      continue;
    }
    if (sign === '"' || sign === "'") {
      const close = expression.indexOf(sign, at + 1);
      if (close < 0)
        throw new InputError(`column ${at + 1}: the text that begins here has no end; write ${sign} behind it`);
      push('text', expression.slice(at + 1, close), close + 1 - at);
      continue;
    }
    const single = SINGLE.find((one) => one === sign);
    if (single !== undefined) {
      push(single, sign, 1);
      continue;
    }
    // `!exists` and `!in` are words, `!(` is an operator.
    const negated = /^!(exists|in)\b/.exec(expression.slice(at));
    if (negated !== null) {
      push('operator', negated[0], negated[0].length);
      continue;
    }
    const operator = OPERATORS.find((one) => expression.startsWith(one, at));
    if (operator !== undefined) {
      push('operator', operator, operator.length);
      continue;
    }
    const word = /^[^\s()[\],"'=<>!&|]+/.exec(expression.slice(at))?.[0];
    if (word === undefined)
      throw new InputError(`column ${at + 1}: "${sign}" means nothing here; write texts with signs in quotes`);
    push('word', word, word.length);
  }
  tokens.push({ kind: 'end', text: '', column: expression.length + 1 });
  return tokens;
}

/** A pattern without quotes ends at a space, or at the bracket that closes what was open before it. */
function patternAt(expression: string, from: number): string {
  let depth = 0;
  let at = from;
  for (; at < expression.length && !/\s/.test(expression[at]); at++) {
    if (expression[at] === '\\') at++;
    else if (expression[at] === '(') depth++;
    else if (expression[at] === ')' && --depth < 0) break;
  }
  return expression.slice(from, at);
}
