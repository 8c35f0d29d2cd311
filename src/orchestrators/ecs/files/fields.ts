import type { FileNotes } from '../../file-notes.ts';
import { InputError } from '../../../sim/input-error.ts';
import { nearestName, suggestion } from '../../../sim/nearest-name.ts';
import type { SourceEntry, SourceMap, SourceNode } from './source-tree.ts';

/** The fields of one object of a file. Every reader asks for those it knows; `done` refuses the others. */
export class Fields {
  readonly where: string;
  private readonly what: string;
  private readonly map: SourceMap;
  private readonly notes: FileNotes;
  private readonly known = new Set<string>();

  /** `what`: as sentences call it, `task definition "web"`. */
  constructor(node: SourceNode, what: string, notes: FileNotes) {
    if (node.kind !== 'map') throw new InputError(`${node.where}: ${what} must be an object; write { "…": … }`);
    this.map = node;
    this.where = node.where;
    this.what = what;
    this.notes = notes;
  }

  has(name: string): boolean {
    return this.entry(name) !== undefined;
  }

  /** `file:line` of a field, or of the object when it is not there. */
  whereOf(name: string): string {
    return this.map.entries.get(name)?.where ?? this.where;
  }

  fail(name: string, sentence: string): never {
    throw new InputError(`${this.whereOf(name)}: ${name} of ${this.what} ${sentence}`);
  }

  text(name: string): string | undefined {
    const value = this.scalar(name);
    if (value === undefined) return undefined;
    if (typeof value === 'boolean') this.fail(name, `is ${value}; write a text`);
    return String(value);
  }

  requiredText(name: string, example: string): string {
    const text = this.text(name);
    if (text === undefined || text === '') this.fail(name, `is missing; write it like "${example}"`);
    return text;
  }

  /** One of some words, as AWS writes them. */
  word<W extends string>(name: string, words: readonly W[], otherwise: W): W {
    const text = this.text(name);
    if (text === undefined || text === '') return otherwise;
    const found = words.find((word) => word === text);
    if (found === undefined) this.fail(name, `is "${text}"${suggestion(text, words)}`);
    return found;
  }

  /** A whole number within bounds; texts of digits are numbers too, as CloudFormation has them. */
  integer(name: string, least: number, most: number): number | undefined {
    const value = this.number(name, least, most);
    if (value !== undefined && !Number.isInteger(value)) this.fail(name, `is ${value}; write a whole number`);
    return value;
  }

  number(name: string, least: number, most: number): number | undefined {
    const value = this.scalar(name);
    if (value === undefined) return undefined;
    const number = typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value.trim()) ? Number(value) : value;
    if (typeof number !== 'number' || Number.isNaN(number))
      this.fail(name, `is ${JSON.stringify(value)}; write a number from ${least} to ${most}`);
    if (number < least || number > most) this.fail(name, `is ${number}; write a number from ${least} to ${most}`);
    return number;
  }

  flag(name: string, otherwise: boolean): boolean {
    const value = this.scalar(name);
    if (value === undefined) return otherwise;
    if (value === true || value === 'true') return true;
    if (value === false || value === 'false') return false;
    return this.fail(name, `is ${JSON.stringify(value)}; write true or false`);
  }

  list(name: string): readonly SourceNode[] {
    const node = this.entry(name)?.value;
    if (node === undefined) return [];
    if (node.kind !== 'list') this.fail(name, 'must be a list; write [ … ]');
    return node.items;
  }

  texts(name: string): string[] {
    return this.list(name).map((node) => {
      if (node.kind !== 'scalar' || node.value === null) this.fail(name, 'must be a list of texts');
      return String(node.value);
    });
  }

  /** The fields of an object within this one. */
  within(name: string, what = `${name} of ${this.what}`): Fields | undefined {
    const node = this.entry(name)?.value;
    return node === undefined ? undefined : new Fields(node, what, this.notes);
  }

  /** Values by keys: a list of `{key, value}` (or `name`, `Key`) or an object, which labels are. */
  pairs(name: string): Record<string, string> {
    const node = this.entry(name)?.value;
    if (node === undefined) return {};
    const pairs: Record<string, string> = {};
    const put = (key: string, value: SourceNode | undefined): void => {
      if (key === '__proto__') this.fail(name, 'has the key "__proto__", which nothing can be called; rename it');
      if (value === undefined || value.kind === 'scalar') pairs[key] = String(value?.value ?? '');
    };
    if (node.kind === 'map') for (const [key, { value }] of node.entries) put(key, value);
    else
      for (const one of this.list(name)) {
        if (one.kind !== 'map') this.fail(name, 'must be a list of { "key": …, "value": … }');
        const key = one.entries.get('key') ?? one.entries.get('Key') ?? one.entries.get('name');
        const value = one.entries.get('value') ?? one.entries.get('Value');
        if (key?.value.kind === 'scalar') put(String(key.value.value), value?.value);
      }
    return pairs;
  }

  /** The same of an object that must be there. */
  required(name: string, example: string): Fields {
    return this.within(name) ?? this.fail(name, `is missing; write ${example}`);
  }

  node(name: string): SourceNode | undefined {
    return this.entry(name)?.value;
  }

  /** Known, and without effect here: noted where it says something. `why`: what is done instead. */
  ignore(names: readonly string[], why = ''): void {
    for (const name of names) {
      const entry = this.entry(name);
      if (entry !== undefined && saysSomething(entry.value))
        this.notes.withoutEffect(entry.where, `${name} of ${this.what.replace(/ ".*$/, '')}`, why);
    }
  }

  /** What `describe-…` prints beside what was asked for. */
  printed(names: readonly string[]): void {
    for (const name of names) this.known.add(name);
  }

  /** Throws for what nobody has asked for. */
  done(): void {
    for (const [name, { where }] of this.map.entries) {
      if (this.known.has(name)) continue;
      const near = nearestName(name, this.known);
      const hint = near === undefined ? 'leave it out' : `did you mean "${near}"?`;
      throw new InputError(`${where}: ${this.what} has no field "${name}"; ${hint}`);
    }
  }

  private entry(name: string): SourceEntry | undefined {
    this.known.add(name);
    const entry = this.map.entries.get(name);
    return entry === undefined || (entry.value.kind === 'scalar' && entry.value.value === null) ? undefined : entry;
  }

  private scalar(name: string): string | number | boolean | undefined {
    const node = this.entry(name)?.value;
    if (node === undefined) return undefined;
    if (node.kind !== 'scalar') this.fail(name, 'must be a single value');
    return node.value ?? undefined;
  }
}

/** Skeletons of the AWS CLI are full of empty texts, lists and objects. */
function saysSomething(node: SourceNode): boolean {
  if (node.kind === 'scalar') return node.value !== null && node.value !== '';
  if (node.kind === 'list') return node.items.some(saysSomething);
  return [...node.entries.values()].some(({ value }) => saysSomething(value));
}
