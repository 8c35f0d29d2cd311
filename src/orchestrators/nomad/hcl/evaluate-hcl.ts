import { InputError } from '../../../sim/input-error.ts';
import { suggestion } from '../../../sim/nearest-name.ts';
import { HCL_FUNCTIONS, OUTSIDE_FUNCTIONS, textOf } from './hcl-functions.ts';
import type { HclExpression, HclFor, HclValue } from './hcl-syntax.ts';

/** What names stand for: `var`, `local`, and those of `for` and `dynamic` around. */
export interface HclScope {
  readonly file: string;
  readonly names: Readonly<Record<string, HclValue>>;
  /** Told of a function whose result lies outside of the file (`file("x")`, `timestamp()`). */
  readonly outside?: (name: string, line: number) => void;
}

/** These are known only where a task runs, so texts keep them as they are (Nomad, "Variable interpolation"). */
const RUNTIME_ROOT = /^(?:attr|node|meta|env|device|unique|driver|NOMAD_\w*|CONSUL_\w*|VAULT_\w*)$/;

/** What an expression comes to. Throws an InputError that names the line. */
export function evaluateHcl(expression: HclExpression, scope: HclScope): HclValue {
  const of = (part: HclExpression): HclValue => evaluateHcl(part, scope);
  switch (expression.kind) {
    case 'literal':
      return expression.value;
    case 'template':
      return template(expression, scope);
    case 'tuple':
      return expression.items.map(of);
    case 'object':
      return Object.fromEntries(expression.items.map(({ key, value }) => [textOf(of(key)), of(value)]));
    case 'name':
      if (Object.hasOwn(scope.names, expression.name)) return scope.names[expression.name];
      if (RUNTIME_ROOT.test(expression.name)) return `\${${expression.name}}`;
      return fail(
        scope,
        expression,
        `"${expression.name}" is not known here${suggestion(expression.name, [...Object.keys(scope.names), 'attr', 'node', 'meta', 'env'])}`,
      );
    case 'attribute': {
      const runtime = runtimeText(expression);
      return runtime === undefined ? member(of(expression.of), expression.name, expression, scope) : `\${${runtime}}`;
    }
    case 'index': {
      const runtime = runtimeText(expression);
      if (runtime !== undefined) return `\${${runtime}}`;
      const [whole, key] = [of(expression.of), of(expression.key)];
      if (Array.isArray(whole) && typeof key === 'number') {
        if (key >= 0 && key < whole.length) return whole[key];
        return fail(scope, expression, `the list has ${whole.length} items and none at [${key}]`);
      }
      return member(whole, textOf(key), expression, scope);
    }
    case 'splat': {
      const whole = of(expression.of);
      const items = Array.isArray(whole) ? whole : whole === null ? [] : [whole];
      return items.map((item) =>
        expression.names.reduce((value, name) => member(value, name, expression, scope), item),
      );
    }
    case 'call':
      return call(expression, scope);
    case 'unary': {
      const value = of(expression.of);
      return expression.sign === '!' ? !isTrue(value, expression, scope) : -numberOf(value, expression, scope);
    }
    case 'binary':
      return binary(expression, scope);
    case 'conditional':
      return isTrue(of(expression.test), expression, scope) ? of(expression.yes) : of(expression.no);
    case 'for':
      return forEach(expression, scope);
    default:
      return expression satisfies never;
  }
}

function template({ parts }: Extract<HclExpression, { kind: 'template' }>, scope: HclScope): HclValue {
  const pieces = parts.map((part): HclValue => {
    if (typeof part === 'string') return part;
    return isKnownLater(part.expression, scope) ? `\${${part.source.trim()}}` : evaluateHcl(part.expression, scope);
  });
  // A text that is one expression and nothing else has that expression's kind.
  return pieces.length === 1 ? pieces[0] : pieces.map(textOf).join('');
}

/** Whether an expression begins with a name that only a client can tell. */
function isKnownLater(expression: HclExpression, scope: HclScope): boolean {
  if (expression.kind === 'attribute' || expression.kind === 'index') return isKnownLater(expression.of, scope);
  return (
    expression.kind === 'name' && !Object.hasOwn(scope.names, expression.name) && RUNTIME_ROOT.test(expression.name)
  );
}

/** `attr.kernel.name`, `meta["rack"]` without quotes around them: what they are, as text. */
function runtimeText(expression: HclExpression): string | undefined {
  if (expression.kind === 'name') return RUNTIME_ROOT.test(expression.name) ? expression.name : undefined;
  if (expression.kind === 'attribute') {
    const of = runtimeText(expression.of);
    return of === undefined ? undefined : `${of}.${expression.name}`;
  }
  if (expression.kind === 'index' && expression.key.kind === 'literal') {
    const of = runtimeText(expression.of);
    return of === undefined ? undefined : `${of}.${expression.key.value}`;
  }
  return undefined;
}

function member(of: HclValue, name: string, at: HclExpression, scope: HclScope): HclValue {
  if (of !== null && typeof of === 'object' && !Array.isArray(of)) {
    if (Object.hasOwn(of, name)) return of[name];
    const root = at.kind === 'attribute' && at.of.kind === 'name' ? at.of.name : undefined;
    const what =
      root === 'var'
        ? `there is no variable "${name}"`
        : root === 'local'
          ? `there is no local "${name}"`
          : `there is no "${name}" in it`;
    const hint =
      Object.keys(of).length === 0
        ? root === 'var'
          ? `; write variable "${name}" { default = ... }`
          : ''
        : suggestion(name, Object.keys(of));
    return fail(scope, at, `${what}${hint}`);
  }
  return fail(scope, at, `"${name}" is asked of what has no attributes`);
}

function call({ name, args, line }: Extract<HclExpression, { kind: 'call' }>, scope: HclScope): HclValue {
  const at = { line };
  if (OUTSIDE_FUNCTIONS.has(name)) {
    scope.outside?.(name, line);
    return '';
  }
  if (name === 'try' || name === 'can') {
    for (const arg of args) {
      try {
        const value = evaluateHcl(arg, scope);
        return name === 'can' ? true : value;
      } catch (error) {
        if (!(error instanceof InputError)) throw error;
      }
    }
    return name === 'can' ? false : fail(scope, at, 'none of the values of try() can be had');
  }
  if (!Object.hasOwn(HCL_FUNCTIONS, name))
    return fail(scope, at, `there is no function "${name}"${suggestion(name, Object.keys(HCL_FUNCTIONS))}`);
  return HCL_FUNCTIONS[name](...args.map((arg) => evaluateHcl(arg, scope)));
}

function binary(expression: Extract<HclExpression, { kind: 'binary' }>, scope: HclScope): HclValue {
  const { sign } = expression;
  const left = evaluateHcl(expression.left, scope);
  if (sign === '&&' || sign === '||') {
    const first = isTrue(left, expression, scope);
    if (first === (sign === '||')) return first;
    return isTrue(evaluateHcl(expression.right, scope), expression, scope);
  }
  const right = evaluateHcl(expression.right, scope);
  if (sign === '==' || sign === '!=') return (JSON.stringify(left) === JSON.stringify(right)) === (sign === '==');
  const [a, b] = [numberOf(left, expression, scope), numberOf(right, expression, scope)];
  switch (sign) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
    case '%':
      if (b === 0) return fail(scope, expression, 'cannot divide by 0');
      return sign === '/' ? a / b : a % b;
    case '<':
      return a < b;
    case '<=':
      return a <= b;
    case '>':
      return a > b;
    default:
      return a >= b;
  }
}

function forEach({ names, over, key, value, only, line }: HclFor, scope: HclScope): HclValue {
  const whole = evaluateHcl(over, scope);
  if (whole === null || typeof whole !== 'object') return fail(scope, { line }, '"for" needs a list or an object');
  const entries: [HclValue, HclValue][] = Array.isArray(whole)
    ? whole.map((item, place) => [place, item])
    : Object.keys(whole)
        .sort()
        .map((one) => [one, whole[one]]);
  const keys: string[] = [];
  const values: HclValue[] = [];
  for (const [place, item] of entries) {
    const inner: HclScope = {
      ...scope,
      names: {
        ...scope.names,
        ...(names.length === 1 ? { [names[0]]: item } : { [names[0]]: place, [names[1]]: item }),
      },
    };
    if (only !== undefined && !isTrue(evaluateHcl(only, inner), only, inner)) continue;
    if (key !== undefined) keys.push(textOf(evaluateHcl(key, inner)));
    values.push(evaluateHcl(value, inner));
  }
  return key === undefined ? values : Object.fromEntries(keys.map((one, place) => [one, values[place]]));
}

function isTrue(value: HclValue, at: { readonly line: number }, scope: HclScope): boolean {
  if (typeof value === 'boolean') return value;
  if (value === 'true' || value === 'false') return value === 'true';
  return fail(scope, at, `${JSON.stringify(value)} is neither true nor false`);
}

function numberOf(value: HclValue, at: { readonly line: number }, scope: HclScope): number {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof number === 'number' && Number.isFinite(number)) return number;
  return fail(scope, at, `${JSON.stringify(value)} is no number`);
}

function fail(scope: HclScope, { line }: { readonly line: number }, what: string): never {
  throw new InputError(`${scope.file}:${line}: ${what}`);
}
