import { InputError } from '../../../sim/input-error.ts';
import { hclTokens } from './hcl-lexer.ts';
import type { HclToken } from './hcl-lexer.ts';
import { hclTemplate } from './hcl-template.ts';
import type { HclAttribute, HclBlock, HclBody, HclExpression, HclFor, HclObjectItem } from './hcl-syntax.ts';

/** Operators that bind tighter come later (HCL native syntax specification, "Operations"). */
const BINARY = [['||'], ['&&'], ['==', '!='], ['<', '<=', '>', '>='], ['+', '-'], ['*', '/', '%']];
const DEEPEST = 200;

/** Reads a file in HCL's native syntax. Throws an InputError that names the line. */
export function parseHcl(text: string, file: string): HclBody {
  return new Parser(hclTokens(text, file), file).wholeFile();
}

class Parser {
  private at = 0;
  private depth = 0;

  private readonly tokens: readonly HclToken[];
  private readonly file: string;

  constructor(tokens: readonly HclToken[], file: string) {
    this.tokens = tokens;
    this.file = file;
  }

  wholeFile(): HclBody {
    return this.body('end');
  }

  whole(): HclExpression {
    this.skipNewlines();
    const expression = this.expression();
    this.skipNewlines();
    if (this.peek().kind !== 'end') this.unexpected('the end of the expression');
    return expression;
  }

  private body(until: 'end' | '}'): HclBody {
    const attributes: HclAttribute[] = [];
    const blocks: HclBlock[] = [];
    this.deeper();
    for (;;) {
      this.skipNewlines();
      const token = this.peek();
      if (until === 'end' ? token.kind === 'end' : this.isSign('}')) break;
      if (token.kind !== 'name' && token.kind !== 'text')
        this.unexpected(until === 'end' ? 'an attribute or a block' : 'an attribute, a block or }');
      this.at++;
      if (this.takeSign('=')) {
        const same = attributes.find(({ name }) => name === token.text);
        if (same !== undefined)
          this.fail(`"${token.text}" is set twice, first in line ${same.line}; leave one of the two`, token.line);
        attributes.push({ name: token.text, line: token.line, value: this.expression() });
        this.endOfItem(until);
      } else blocks.push(this.block(token, until));
    }
    this.depth--;
    return { attributes, blocks };
  }

  private block({ text: type, line }: HclToken, until: 'end' | '}'): HclBlock {
    const labels: string[] = [];
    while (this.peek().kind === 'text' || this.peek().kind === 'name') labels.push(this.next().text);
    if (!this.takeSign('{')) this.unexpected(`= or { after "${type}"`);
    const body = this.body('}');
    this.at++;
    this.endOfItem(until);
    return { type, labels, line, body };
  }

  private endOfItem(until: 'end' | '}'): void {
    const { kind } = this.peek();
    if (kind === 'newline' || kind === 'end' || (until === '}' && this.isSign('}'))) return;
    // One line may hold several items of a block in old files, with commas between them.
    if (this.takeSign(',')) return;
    this.unexpected('a new line');
  }

  expression(): HclExpression {
    this.deeper();
    const test = this.binary(0);
    this.depth--;
    if (!this.takeSign('?')) return test;
    this.skipNewlines();
    const yes = this.expression();
    this.skipNewlines();
    this.needSign(':');
    this.skipNewlines();
    return { kind: 'conditional', line: test.line, test, yes, no: this.expression() };
  }

  private binary(level: number): HclExpression {
    if (level === BINARY.length) return this.unary();
    let left = this.binary(level + 1);
    while (this.peek().kind === 'sign' && BINARY[level].includes(this.peek().text)) {
      const sign = this.next().text;
      this.skipNewlines();
      left = { kind: 'binary', line: left.line, sign, left, right: this.binary(level + 1) };
    }
    return left;
  }

  private unary(): HclExpression {
    const { line } = this.peek();
    for (const sign of ['-', '!'] as const)
      if (this.takeSign(sign)) {
        this.deeper();
        const of = this.unary();
        this.depth--;
        return { kind: 'unary', line, sign, of };
      }
    return this.postfix(this.primary());
  }

  private postfix(first: HclExpression): HclExpression {
    let of = first;
    for (;;) {
      const { line } = this.peek();
      if (this.takeSign('.')) {
        const name = this.next();
        if (name.kind === 'sign' && name.text === '*') of = { kind: 'splat', line, of, names: this.splatNames() };
        else if (name.kind === 'number')
          of = { kind: 'index', line, of, key: { kind: 'literal', line, value: Number(name.text) } };
        else if (name.kind === 'name') of = { kind: 'attribute', line, of, name: name.text };
        else this.unexpected('a name after "."', -1);
      } else if (this.takeSign('[')) {
        if (this.takeSign('*')) {
          this.needSign(']');
          of = { kind: 'splat', line, of, names: this.splatNames() };
        } else {
          const key = this.expression();
          this.needSign(']');
          of = { kind: 'index', line, of, key };
        }
      } else return of;
    }
  }

  private splatNames(): string[] {
    const names: string[] = [];
    while (this.isSign('.') && this.tokens[this.at + 1].kind === 'name') {
      this.at++;
      names.push(this.next().text);
    }
    return names;
  }

  private primary(): HclExpression {
    const token = this.next();
    const { kind, text, line } = token;
    if (kind === 'number') return { kind: 'literal', line, value: Number(text) };
    if (kind === 'text')
      return hclTemplate(token, this.file, (source, at) =>
        new Parser(hclTokens(source, this.file, at), this.file).whole(),
      );
    if (kind === 'name') {
      if (text === 'true' || text === 'false') return { kind: 'literal', line, value: text === 'true' };
      if (text === 'null') return { kind: 'literal', line, value: null };
      if (this.takeSign('(')) return { kind: 'call', line, name: text, args: this.items(')') };
      return { kind: 'name', line, name: text };
    }
    if (kind === 'sign' && text === '(') {
      this.skipNewlines();
      const inner = this.expression();
      this.skipNewlines();
      this.needSign(')');
      return inner;
    }
    if (kind === 'sign' && text === '[') {
      this.skipNewlines();
      if (this.peek().text === 'for' && this.peek().kind === 'name') return this.forExpression(line, ']');
      return { kind: 'tuple', line, items: this.items(']') };
    }
    if (kind === 'sign' && text === '{') {
      this.skipNewlines();
      if (this.peek().text === 'for' && this.tokens[this.at + 1].kind === 'name') return this.forExpression(line, '}');
      return { kind: 'object', line, items: this.objectItems() };
    }
    return this.unexpected('a value', -1);
  }

  private items(close: ')' | ']'): HclExpression[] {
    const items: HclExpression[] = [];
    for (;;) {
      this.skipNewlines();
      if (this.takeSign(close)) return items;
      items.push(this.expression());
      this.takeSign('...');
      this.skipNewlines();
      if (!this.takeSign(',') && !this.isSign(close)) this.unexpected(`, or ${close}`);
    }
  }

  private objectItems(): HclObjectItem[] {
    const items: HclObjectItem[] = [];
    for (;;) {
      this.skipNewlines();
      if (this.takeSign('}')) return items;
      const token = this.peek();
      // A bare name is a key as it stands; a name in brackets is evaluated.
      const key: HclExpression =
        token.kind === 'name' && !this.isCallAhead()
          ? { kind: 'literal', line: this.next().line, value: token.text }
          : this.expression();
      if (!this.takeSign('=') && !this.takeSign(':')) this.unexpected('= after the key');
      this.skipNewlines();
      items.push({ key, value: this.expression() });
      if (!this.takeSign(',') && this.peek().kind !== 'newline' && !this.isSign('}'))
        this.unexpected('a new line, a comma or }');
    }
  }

  private isCallAhead(): boolean {
    const after = this.tokens[this.at + 1];
    return after.kind === 'sign' && (after.text === '(' || after.text === '.' || after.text === '[');
  }

  private forExpression(line: number, close: ']' | '}'): HclFor {
    this.at++;
    const names = [this.needName()];
    if (this.takeSign(',')) names.push(this.needName());
    if (this.needName() !== 'in') this.unexpected('"in"', -1);
    const over = this.expression();
    this.skipNewlines();
    this.needSign(':');
    this.skipNewlines();
    const first = this.expression();
    const key = close === '}' ? first : undefined;
    if (key !== undefined) this.needSign('=>');
    const value = key === undefined ? first : this.expression();
    this.takeSign('...');
    this.skipNewlines();
    const hasOnly = this.peek().kind === 'name' && this.peek().text === 'if';
    if (hasOnly) this.at++;
    const only = hasOnly ? this.expression() : undefined;
    this.skipNewlines();
    this.needSign(close);
    return {
      kind: 'for',
      line,
      names,
      over,
      value,
      ...(key === undefined ? {} : { key }),
      ...(only === undefined ? {} : { only }),
    };
  }

  private peek(): HclToken {
    return this.tokens[this.at];
  }
  private next(): HclToken {
    const token = this.tokens[this.at];
    if (token.kind !== 'end') this.at++;
    return token;
  }
  private isSign(sign: string): boolean {
    return this.peek().kind === 'sign' && this.peek().text === sign;
  }
  private takeSign(sign: string): boolean {
    if (!this.isSign(sign)) return false;
    this.at++;
    return true;
  }
  private needSign(sign: string): void {
    if (!this.takeSign(sign)) this.unexpected(sign);
  }
  private needName(): string {
    if (this.peek().kind !== 'name') this.unexpected('a name');
    return this.next().text;
  }
  private skipNewlines(): void {
    while (this.peek().kind === 'newline') this.at++;
  }
  private deeper(): void {
    if (++this.depth > DEEPEST) this.fail(`blocks and brackets lie more than ${DEEPEST} deep; write fewer`);
  }
  private unexpected(wanted: string, back = 0): never {
    const token = this.tokens[Math.max(0, this.at + back)];
    const found =
      token.kind === 'end'
        ? 'the file ends'
        : token.kind === 'newline'
          ? 'the line ends'
          : `"${token.text.slice(0, 40)}" stands`;
    this.fail(`${found} where ${wanted} was expected`, token.line);
  }
  private fail(what: string, line = this.peek().line): never {
    throw new InputError(`${this.file}:${line}: ${what}`);
  }
}
