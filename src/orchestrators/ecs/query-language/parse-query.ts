import { InputError } from '../../../sim/input-error.ts';
import { suggestion } from '../../../sim/nearest-name.ts';
import { javaPattern } from './java-pattern.ts';
import type { Query, Subject } from './query.ts';
import { tokensOf, type Token } from './tokens.ts';

const SUBJECTS: readonly string[] = [
  'agentConnected',
  'agentVersion',
  'ec2InstanceId',
  'registeredAt',
  'runningTasksCount',
  'task:group',
];
const OPERATORS = ['==', '!=', '>', '>=', '<', '<=', 'exists', '!exists', 'in', '!in', '=~', '!~'];
const ALIASES: Readonly<Record<string, string>> = { equals: '==', not_equals: '!=', greater_than: '>', matches: '=~' };
const MOST_CHARACTERS = 2000;

/** Reads an expression. Throws an InputError with column, what is wrong and what to write instead. `not` binds before `and` before `or`. */
export function parseQuery(expression: string): Query {
  if (expression.length > MOST_CHARACTERS)
    throw new InputError(
      `the expression has ${expression.length} characters; ${MOST_CHARACTERS} are the most, make it shorter`,
    );
  const parser = new Parser(tokensOf(expression));
  const query = parser.either(0);
  parser.requireEnd();
  return query;
}

class Parser {
  private readonly tokens: readonly Token[];
  private at = 0;

  constructor(tokens: readonly Token[]) {
    this.tokens = tokens;
  }

  either(depth: number): Query {
    let left = this.both(depth);
    while (this.takeWord('or', '||')) left = { kind: 'or', left, right: this.both(depth) };
    return left;
  }

  requireEnd(): void {
    const token = this.peek();
    if (token.kind !== 'end')
      throw new InputError(
        `column ${token.column}: "${token.text}" stands where "and", "or" or the end should; write one of them`,
      );
  }

  private both(depth: number): Query {
    let left = this.negation(depth);
    while (this.takeWord('and', '&&')) left = { kind: 'and', left, right: this.negation(depth) };
    return left;
  }

  private negation(depth: number): Query {
    if (depth > 50)
      throw new InputError(`column ${this.peek().column}: brackets are nested too deep; write it flatter`);
    if (this.takeWord('not', '!')) return { kind: 'not', of: this.negation(depth + 1) };
    if (this.peek().kind === '(') {
      const open = this.next();
      const inside = this.either(depth + 1);
      if (this.next().kind !== ')')
        throw new InputError(`column ${open.column}: the bracket that opens here is not closed; write ")"`);
      return inside;
    }
    return this.condition();
  }

  private condition(): Query {
    const subject = this.subject();
    const token = this.next();
    const operator = ALIASES[token.text] ?? token.text;
    switch (operator) {
      case 'exists':
      case '!exists':
        return { kind: operator === 'exists' ? 'exists' : 'not-exists', subject };
      case 'in':
      case '!in':
        return { kind: operator === 'in' ? 'in' : 'not-in', subject, values: this.values() };
      case '=~':
      case '!~':
        return { kind: operator === '=~' ? 'matches' : 'not-matches', subject, pattern: this.pattern() };
      case '==':
      case '!=':
      case '>':
      case '>=':
      case '<':
      case '<=':
        return { kind: 'compare', subject, operator, value: this.value() };
      default:
        throw new InputError(
          `column ${token.column}: "${token.text}" is no operator${suggestion(token.text, OPERATORS)}`,
        );
    }
  }

  private subject(): Subject {
    const token = this.next();
    if (token.kind === 'word') {
      if (token.text.startsWith('attribute:')) {
        const name = token.text.slice('attribute:'.length);
        if (name !== '') return { of: 'attribute', name };
        throw new InputError(
          `column ${token.column}: the attribute has no name; write it like attribute:ecs.instance-type`,
        );
      }
      if (token.text === 'task:group') return { of: 'taskGroup' };
      if (SUBJECTS.includes(token.text)) return { of: token.text as Exclude<Subject['of'], 'attribute'> };
    }
    const found =
      token.kind === 'end' ? 'the expression ends where a subject should stand' : `"${token.text}" is no subject`;
    throw new InputError(`column ${token.column}: ${found}${suggestion(token.text, [...SUBJECTS, 'attribute:NAME'])}`);
  }

  private value(): string {
    const token = this.next();
    if (token.kind === 'word' || token.kind === 'text') return token.text;
    throw new InputError(`column ${token.column}: a value is missing; write it like == t3.large`);
  }

  private values(): string[] {
    const open = this.next();
    if (open.kind !== '[')
      throw new InputError(`column ${open.column}: a list is missing; write it like in [t3.small, t3.medium]`);
    const values = [this.value()];
    for (;;) {
      const token = this.next();
      if (token.kind === ']') return values;
      if (token.kind !== ',') throw new InputError(`column ${token.column}: "," or "]" is missing in the list`);
      values.push(this.value());
    }
  }

  private pattern(): (text: string) => boolean {
    const { column } = this.peek();
    try {
      return javaPattern(this.value());
    } catch (error) {
      if (error instanceof InputError) throw new InputError(`column ${column}: ${error.message}`);
      throw error;
    }
  }

  private takeWord(...words: readonly string[]): boolean {
    const { text, kind } = this.peek();
    if ((kind !== 'word' && kind !== 'operator') || !words.includes(text)) return false;
    this.at++;
    return true;
  }

  private peek(): Token {
    return this.tokens[Math.min(this.at, this.tokens.length - 1)];
  }

  private next(): Token {
    const token = this.peek();
    this.at++;
    return token;
  }
}
