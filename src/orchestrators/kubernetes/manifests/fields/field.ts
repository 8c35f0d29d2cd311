import { percentOf } from '../../objects/int-or-percent.ts';
import type { IntOrPercent, ResourceList } from '../../objects/meta.ts';
import { parseQuantity } from '../../objects/quantity.ts';
import type { ManifestDocument } from '../text/manifest-document.ts';
import type { FaultList } from './fault-list.ts';
import type { FieldNames } from './field-names.ts';
import type { ReportBook } from './manifest-reports.ts';
import { nearName } from './near-name.ts';
import { parseTimeUs } from './time-text.ts';

/** What is collected while files are read. */
export interface ReadingState {
  readonly faults: FaultList;
  readonly reports: ReportBook;
  /** One copy of every text that is kept, so that no text keeps the file alive which it was cut from. */
  readonly texts: Map<string, string>;
  /** One copy of every part of pods that is kept, by its JSON: pods of one controller are alike in all but names. */
  readonly parts: Map<string, unknown>;
  /** The latest time that an object of a dump mentions, in microseconds since 1970. */
  newestUs: number;
}

/** One object that is read. */
export interface Reading {
  readonly document: ManifestDocument;
  readonly state: ReadingState;
  /** Faults of this object so far. */
  faults: number;
}

/** A value of a manifest and the way to it. What is absent or null has the value undefined; reading it gives the default. */
export class Field {
  readonly value: unknown;
  readonly key: string | number;
  readonly parent: Field | undefined;
  readonly reading: Reading;

  constructor(reading: Reading, value: unknown, parent?: Field, key: string | number = '') {
    this.reading = reading;
    this.value = value ?? undefined;
    this.parent = parent;
    this.key = key;
  }

  get present(): boolean {
    return this.value !== undefined;
  }

  /** A member of a map; absent in what is no map. */
  child(key: string): Field {
    const { value } = this;
    const inside = isMap(value) && Object.hasOwn(value, key) ? value[key] : undefined;
    return new Field(this.reading, inside, this, key);
  }

  path(): (string | number)[] {
    // The object itself may be an item of a list in its document.
    const above = this.parent?.path() ?? [];
    if (this.key !== '') above.push(this.key);
    return above;
  }

  /** `spec.containers[0].image`; with `[]` for every index: the same for all items. */
  name(indices = true): string {
    let name = '';
    for (const key of this.path()) {
      if (typeof key === 'number') name += indices ? `[${key}]` : '[]';
      else if (/^[\w-]+$/.test(key)) name += name === '' ? key : `.${key}`;
      else name += `["${key}"]`;
    }
    return name;
  }

  where(): string {
    return this.reading.document.at(this.path());
  }

  /** Notes that this field cannot be so; the sentence says what it is, and what to write instead. */
  fault(sentence: string): void {
    this.reading.faults++;
    const name = this.name();
    const helm = typeof this.value === 'string' && this.value.includes('{{');
    const hint = helm ? '; this is a Helm template that was not rendered, run "helm template" first' : '';
    this.reading.state.faults.add(`${this.where()}: ${name === '' ? '' : `${name}: `}${sentence}${hint}`);
  }

  /** Says once for all objects that something was decided about this field. */
  note(says: string): void {
    const subject = this.name(false) || String((this.value as { kind?: unknown } | undefined)?.kind);
    this.reading.state.reports.add('note', subject, says, this.reading, () => this.where());
  }

  /** Whether this is a map; reports what it has besides the fields named. */
  isMap(names?: FieldNames): boolean {
    const { value } = this;
    if (value === undefined) return false;
    if (!isMap(value)) {
      this.fault(`${shown(value)} is not a map; write fields below it`);
      return false;
    }
    if (names !== undefined) for (const key in value) if (!names.modelled.has(key)) this.foreign(key, names);
    return true;
  }

  /** The items of a list; none when it is absent. */
  items(): Field[] {
    const { value } = this;
    if (value === undefined) return [];
    if (!Array.isArray(value)) {
      this.fault(`${shown(value)} is not a list; write items that begin with "- "`);
      return [];
    }
    return value.map((one, index) => new Field(this.reading, one, this, index));
  }

  /** A map with any keys. */
  entries(): [key: string, field: Field][] {
    const { value } = this;
    if (value === undefined || !this.isMap()) return [];
    return Object.keys(value as object).map((key) => [this.keep(key), this.child(key)]);
  }

  optionalText(): string | undefined {
    const { value } = this;
    if (value === undefined || typeof value === 'string') return value === undefined ? undefined : this.keep(value);
    if (typeof value === 'object') this.fault(`${shown(value)} stands where a text is expected; write a text`);
    else this.fault(this.readAs(value));
    return undefined;
  }

  text(fallback = ''): string {
    return this.optionalText() ?? fallback;
  }

  /** A text that must be there and not be empty. */
  requiredText(): string {
    const text = this.optionalText();
    if (text === undefined || text === '') {
      if (this.value === undefined || text === '') this.fault('it is missing; write it');
      return '';
    }
    return text;
  }

  texts(): string[] {
    return this.items().map((item) => item.text());
  }

  boolean(fallback = false): boolean {
    const { value } = this;
    if (value === undefined || typeof value === 'boolean') return value ?? fallback;
    this.fault(`${shown(value)} is neither true nor false; write true or false without quotes`);
    return fallback;
  }

  optionalWhole(least = 0, most = 2_147_483_647): number | undefined {
    const { value } = this;
    if (value === undefined) return undefined;
    if (typeof value !== 'number' || !Number.isInteger(value)) {
      const quoted = typeof value === 'string' && /^-?[0-9]+$/.test(value) ? ' without quotes' : '';
      this.fault(`${shown(value)} is not a whole number; write a number${quoted}, such as ${Math.max(1, least)}`);
      return undefined;
    }
    if (value < least || value > most) {
      const bound =
        value < least ? `less than ${least}; write ${least} or more` : `more than ${most}; write at most that`;
      this.fault(`${value} is ${bound}`);
      return undefined;
    }
    return value;
  }

  whole(fallback: number, least = 0, most = 2_147_483_647): number {
    return this.optionalWhole(least, most) ?? fallback;
  }

  oneOf<T extends string>(known: readonly T[], fallback: T): T {
    return this.optionalOneOf(known) ?? fallback;
  }

  optionalOneOf<T extends string>(known: readonly T[]): T | undefined {
    const text = this.optionalText();
    if (text === undefined || text === '') return undefined;
    const found = known.find((one) => one === text);
    if (found === undefined) {
      const near = nearName(text, known);
      this.fault(`there is no "${text}"; write ${near === undefined ? choices(known) : `"${near}"`}`);
    }
    return found;
  }

  /** A number or a percentage of at least 0. */
  optionalIntOrPercent(): IntOrPercent | undefined {
    const { value } = this;
    if (value === undefined) return undefined;
    if (typeof value === 'number') return this.optionalWhole();
    if (typeof value === 'string' && percentOf(value) !== undefined) return this.keep(value);
    this.fault(`${shown(value)} is neither a number nor a percentage; write it like 1 or "25%"`);
    return undefined;
  }

  /** The same where numbers are written as texts too: "5". */
  optionalIntOrPercentText(): IntOrPercent | undefined {
    const { value } = this;
    return typeof value === 'string' && /^[0-9]{1,9}$/.test(value) ? this.keep(value) : this.optionalIntOrPercent();
  }

  /** A quantity as text: `500m`, `1Gi`, `2`. */
  quantity(): string | undefined {
    const { value } = this;
    if (value === undefined) return undefined;
    const written = typeof value === 'number' || typeof value === 'bigint' ? String(value) : value;
    const text = typeof written === 'string' ? written.trim() : undefined;
    const quantity = text === undefined ? undefined : parseQuantity(text);
    if (text === undefined || quantity === undefined) {
      this.fault(`${shown(value)} is not a quantity; write it like "500m", "2" or "1.5Gi"${unitHint(text ?? '')}`);
      return undefined;
    }
    if (/^[A-Za-z]/.test(text)) this.note(`a suffix without a number, which Kubernetes reads as 0`);
    return this.keep(text);
  }

  /** Amounts by resource name, none negative, each as large as a simulation can count. */
  resources(): ResourceList {
    const list: Record<string, string> = {};
    for (const [name, field] of this.entries()) {
      const text = field.quantity();
      if (text === undefined) continue;
      const { nano } = parseQuantity(text)!;
      const largest = name === 'cpu' || name.endsWith('.cpu') ? LARGEST_CPU : LARGEST;
      if (nano < 0n) field.fault(`"${text}" is negative; write 0 or more`);
      else if (nano > largest) field.fault(`"${text}" is more than any cluster has; write a smaller quantity`);
      else list[name] = text;
    }
    return Object.keys(list).length === 0 ? NOTHING : list;
  }

  /** Labels, or another map from texts to texts. */
  strings(): Readonly<Record<string, string>> {
    const map: Record<string, string> = {};
    let any = false;
    for (const [key, field] of this.entries()) {
      map[key] = field.text();
      any = true;
    }
    return any ? map : NOTHING;
  }

  /** A time of a dump in microseconds since 1970; Infinity stands for a time that is not known. */
  timeUs(counts = true): number | undefined {
    const text = this.optionalText();
    if (text === undefined || text === '') return undefined;
    const us = parseTimeUs(text);
    if (us === undefined) this.fault(`"${text}" is not a time; write it like "2026-01-31T12:00:00Z"`);
    else if (counts && us > this.reading.state.newestUs) this.reading.state.newestUs = us;
    return us;
  }

  /** The same text as every time before, in memory of its own. */
  keep(text: string): string {
    const { texts } = this.reading.state;
    const known = texts.get(text);
    if (known !== undefined) return known;
    // A text that is cut from a file keeps all of it in memory; this one does not.
    const copy = JSON.parse(JSON.stringify(text)) as string;
    texts.set(copy, copy);
    return copy;
  }

  /** The same object as for every equal value before; for values that JSON can hold. */
  share<T>(value: T): T {
    const key = JSON.stringify(value);
    const known = this.reading.state.parts.get(key);
    if (known !== undefined) return known as T;
    this.reading.state.parts.set(key, value);
    return value;
  }

  private readAs(value: unknown): string {
    const source = this.reading.document.source(this.path()) ?? String(value);
    const kind = typeof value === 'boolean' ? (value ? 'true' : 'false') : `the number ${String(value)}`;
    const says = source === String(value) ? `${source} is not a text` : `${source} is read as ${kind}`;
    return `${says}; write it in quotes: "${source}"`;
  }

  private foreign(key: string, names: FieldNames): void {
    const field = this.child(key);
    const { reports } = this.reading.state;
    const where = (): string => field.where();
    if (names.ignored.has(key)) {
      if (!isNothing(field.value)) {
        const server = BOOKKEEPING.has(key) || field.path().includes('status');
        const says = server ? 'written by the API server for itself' : 'has no effect here';
        reports.add(server ? 'bookkeeping' : 'field', field.name(false), says, this.reading, where);
      }
      return;
    }
    const near = nearName(key, [...names.modelled, ...names.ignored]);
    const hint = near === undefined ? 'has no effect' : `has no effect; did you mean "${near}"?`;
    reports.add('unknown', field.name(false), `Kubernetes knows no such field, it ${hint}`, this.reading, where);
  }
}

const NOTHING: Readonly<Record<string, never>> = Object.freeze({});
/** 2^63 - 1 thousandths and units: where Kubernetes' own numbers end. */
const LARGEST_CPU = 9_223_372_036_854_775_807_000_000n;
const LARGEST = 9_223_372_036_854_775_807_000_000_000n;
const BOOKKEEPING = new Set(
  'managedFields resourceVersion selfLink generateName status clusterName observedGeneration'.split(' '),
);

/** Whether a value is a map. */
export function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `"a", "b" or "c"`. */
function choices(known: readonly string[]): string {
  const quoted = known.map((one) => `"${one}"`);
  return quoted.length === 1 ? quoted[0] : `${quoted.slice(0, -1).join(', ')} or ${quoted[quoted.length - 1]}`;
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'a map';
  const text = typeof value === 'string' ? JSON.stringify(value) : `${value as number}`;
  return text.length > 60 ? `${text.slice(0, 57)}..."` : text;
}

function isNothing(value: unknown): boolean {
  if (value === undefined || value === '' || value === false) return true;
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}

/** What units people write that Kubernetes does not know. */
function unitHint(text: string): string {
  if (/[0-9 ][KMGTP]i?B$/i.test(text)) return '; without "B"';
  if (/[0-9]K$/.test(text)) return '; kilo is a small "k"';
  if (/[0-9][mg]i$/i.test(text)) return '; the suffix begins with a capital letter';
  return text.includes(' ') ? '; without spaces' : '';
}
