import { InputError } from '../../../sim/input-error.ts';

/**
 * Regular expressions as Java writes them, the part that people use for names: signs, `.`, `[a-z]`, `[^…]`, `\d \w \s`,
 * `(…)`, `(?:…)`, `|`, `* + ? {m,n}`, `^` and `$` at the ends. The whole text must match, as with Java's `matches`.
 * All states are followed at once, so no pattern takes more than pattern times text, whatever it is.
 */
export function javaPattern(pattern: string): (text: string) => boolean {
  const machine = new PatternParser(pattern).machine();
  return (text) => runs(machine, text);
}

type SignTest = (code: number) => boolean;

/** State `k` reads a sign by `tests[k]` and goes to `next[k][0]`, or splits to all of `next[k]` without reading. */
interface Machine {
  readonly tests: (SignTest | undefined)[];
  readonly next: number[][];
  readonly start: number;
  readonly accept: number;
}

const MOST_STATES = 5000;

type Piece =
  | { readonly kind: 'sign'; readonly test: SignTest }
  | { readonly kind: 'sequence' | 'choice'; readonly of: readonly Piece[] }
  | { readonly kind: 'repeat'; readonly of: Piece; readonly least: number; readonly most: number };

class PatternParser {
  private readonly pattern: string;
  private at = 0;

  constructor(pattern: string) {
    this.pattern = pattern;
  }

  machine(): Machine {
    if (this.pattern.startsWith('^')) this.at = 1;
    const piece = this.choice(0);
    if (this.at < this.pattern.length) this.fail('")" closes nothing; write "\\)"');
    const machine: Machine = { tests: [undefined], next: [[]], start: 0, accept: 0 };
    return { ...machine, start: build(machine, piece, 0) };
  }

  private choice(depth: number): Piece {
    if (depth > 30) this.fail('groups are nested too deep; write it flatter');
    const of = [this.sequence(depth)];
    while (this.pattern[this.at] === '|') {
      this.at++;
      of.push(this.sequence(depth));
    }
    return of.length === 1 ? of[0] : { kind: 'choice', of };
  }

  private sequence(depth: number): Piece {
    const of: Piece[] = [];
    while (this.at < this.pattern.length && !'|)'.includes(this.pattern[this.at])) {
      if (this.pattern[this.at] === '$' && this.at === this.pattern.length - 1) {
        this.at++;
        break;
      }
      of.push(this.repeated(this.one(depth)));
    }
    return { kind: 'sequence', of };
  }

  private repeated(piece: Piece): Piece {
    const sign = this.pattern[this.at];
    const bounds = /^\{(\d{1,3})(?:(,)(\d{1,3})?)?\}/.exec(this.pattern.slice(this.at));
    let least = 0;
    let most = Infinity;
    if (sign === '*' || sign === '+' || sign === '?') {
      least = sign === '+' ? 1 : 0;
      most = sign === '?' ? 1 : Infinity;
      this.at++;
    } else if (bounds !== null) {
      least = Number(bounds[1]);
      most = bounds[2] === undefined ? least : bounds[3] === undefined ? Infinity : Number(bounds[3]);
      if (most < least) this.fail('the bounds of {m,n} are the wrong way round; write the smaller one first');
      this.at += bounds[0].length;
    } else return piece;
    // Reluctant or not makes no difference to whether the whole text matches.
    if (this.pattern[this.at] === '?') this.at++;
    else if ('*+'.includes(this.pattern[this.at] ?? ' '))
      this.fail('possessive quantifiers are not known; write "*", "+" or "?" once');
    return { kind: 'repeat', of: piece, least, most };
  }

  private one(depth: number): Piece {
    const sign = this.pattern[this.at++];
    switch (sign) {
      case '(': {
        if (this.pattern.startsWith('?:', this.at)) this.at += 2;
        else if (this.pattern[this.at] === '?') this.fail('groups with (?…) are not known; write (…)');
        const inside = this.choice(depth + 1);
        if (this.pattern[this.at++] !== ')') this.fail('a group is not closed; write ")"');
        return inside;
      }
      case '.':
        return { kind: 'sign', test: (code) => code !== 10 };
      case '[':
        return { kind: 'sign', test: this.signs() };
      case '\\':
        return { kind: 'sign', test: this.escaped() };
      case '*':
      case '+':
      case '?':
        return this.fail(`"${sign}" repeats nothing; write "\\${sign}", or ".${sign}" for anything`);
      case '^':
      case '$':
        return this.fail(`"${sign}" may stand at the ends only; the whole text must match anyway`);
      default: {
        const code = sign.charCodeAt(0);
        return { kind: 'sign', test: (other) => other === code };
      }
    }
  }

  private escaped(): SignTest {
    const sign = this.pattern[this.at++];
    if (sign === undefined) this.fail('a "\\" stands at the end; write "\\\\"');
    const named = CLASSES[sign.toLowerCase()];
    if (named !== undefined && /[a-z]/i.test(sign)) return sign === sign.toLowerCase() ? named : (code) => !named(code);
    if (/[a-z0-9]/i.test(sign)) this.fail(`"\\${sign}" is not known; \\d, \\w, \\s and escaped signs are`);
    const code = sign.charCodeAt(0);
    return (other) => other === code;
  }

  private signs(): SignTest {
    const negated = this.pattern[this.at] === '^';
    if (negated) this.at++;
    const tests: SignTest[] = [];
    for (;;) {
      const sign = this.pattern[this.at++];
      if (sign === undefined) this.fail('a "[" is not closed; write "]"');
      if (sign === ']' && tests.length > 0) break;
      if (sign === '&' && this.pattern[this.at] === '&') this.fail('"&&" in [] is not known; write the signs out');
      if (sign === '[') this.fail('"[" in [] is not known; write "\\["');
      if (sign === '\\') {
        tests.push(this.escaped());
        continue;
      }
      const from = sign.charCodeAt(0);
      let to = from;
      if (this.pattern[this.at] === '-' && this.pattern[this.at + 1] !== ']' && this.at + 1 < this.pattern.length) {
        to = this.pattern.charCodeAt(this.at + 1);
        this.at += 2;
        if (to < from) this.fail('a range in [] is the wrong way round; write the smaller sign first');
      }
      tests.push((code) => code >= from && code <= to);
    }
    return (code) => tests.some((test) => test(code)) !== negated;
  }

  private fail(sentence: string): never {
    throw new InputError(`pattern "${this.pattern}": ${sentence}`);
  }
}

const CLASSES: Readonly<Record<string, SignTest>> = {
  d: (code) => code >= 48 && code <= 57,
  w: (code) => (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122) || code === 95,
  s: (code) => code === 32 || (code >= 9 && code <= 13),
};

/** Adds the states of a piece that goes on at `to`; where it begins. */
function build(machine: Machine, piece: Piece, to: number): number {
  const { tests, next } = machine;
  const add = (test: SignTest | undefined, targets: number[]): number => {
    if (tests.length > MOST_STATES) throw new InputError('the pattern stands for far too much; make it shorter');
    tests.push(test);
    return next.push(targets) - 1;
  };
  switch (piece.kind) {
    case 'sign':
      return add(piece.test, [to]);
    case 'sequence':
      return piece.of.reduceRight((after, one) => build(machine, one, after), to);
    case 'choice':
      return add(
        undefined,
        piece.of.map((one) => build(machine, one, to)),
      );
    case 'repeat': {
      let after = to;
      if (piece.most === Infinity) {
        const loop = add(undefined, [to]);
        next[loop].push(build(machine, piece.of, loop));
        after = loop;
      } else
        for (let k = piece.least; k < piece.most; k++) after = add(undefined, [to, build(machine, piece.of, after)]);
      for (let k = 0; k < piece.least; k++) after = build(machine, piece.of, after);
      return after;
    }
    default:
      return piece satisfies never;
  }
}

function runs({ tests, next, start, accept }: Machine, text: string): boolean {
  let now = new Set<number>();
  const enter = (state: number, into: Set<number>): void => {
    const open = [state];
    for (let one = open.pop(); one !== undefined; one = open.pop()) {
      if (into.has(one)) continue;
      into.add(one);
      if (tests[one] === undefined) open.push(...next[one]);
    }
  };
  enter(start, now);
  for (let k = 0; k < text.length && now.size > 0; k++) {
    const code = text.charCodeAt(k);
    const then = new Set<number>();
    for (const state of now) if (tests[state]?.(code) === true) enter(next[state][0], then);
    now = then;
  }
  return now.has(accept);
}
