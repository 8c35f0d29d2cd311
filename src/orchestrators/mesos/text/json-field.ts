import { InputError } from '../../../sim/input-error.ts';
import { nearestName } from '../../../sim/nearest-name.ts';
import type { FileNotes } from '../../file-notes.ts';
import { readDocument, type ManifestDocument } from '../../kubernetes/manifests/text/manifest-document.ts';

type Path = readonly (string | number)[];

/** The fields that an object may have: those that are modelled, and those that have no effect here. */
export interface KnownFields {
  readonly modelled: readonly string[];
  readonly ignored: readonly string[];
}

/** Names separated by spaces. */
export function knownFields(modelled: string, ignored = ''): KnownFields {
  const words = (text: string): string[] => text.split(/\s+/).filter((word) => word !== '');
  return { modelled: words(modelled), ignored: words(ignored) };
}

/** A value of a JSON file and the way to it. A faulty one stops the reading with a sentence of where it stands. */
export class JsonField {
  readonly value: unknown;
  private readonly document: ManifestDocument;
  private readonly path: Path;
  private readonly notes: FileNotes;

  constructor(document: ManifestDocument, value: unknown, path: Path, notes: FileNotes) {
    this.document = document;
    this.value = value ?? undefined;
    this.path = path;
    this.notes = notes;
  }

  get isPresent(): boolean {
    return this.value !== undefined;
  }

  get isList(): boolean {
    return Array.isArray(this.value);
  }

  get isObject(): boolean {
    return typeof this.value === 'object' && this.value !== null && !Array.isArray(this.value);
  }

  has(key: string): boolean {
    return this.isObject && Object.hasOwn(this.value as object, key);
  }

  child(key: string): JsonField {
    const value = this.has(key) ? (this.value as Record<string, unknown>)[key] : undefined;
    return new JsonField(this.document, value, [...this.path, key], this.notes);
  }

  /** `container.portMappings[0].hostPort`. */
  get name(): string {
    let name = '';
    for (const key of this.path) name += typeof key === 'number' ? `[${key}]` : `${name === '' ? '' : '.'}${key}`;
    return name;
  }

  /** `file:line:column`. */
  get where(): string {
    return this.document.at(this.path);
  }

  fault(sentence: string): never {
    throw new InputError(`${this.where}: ${this.name === '' ? '' : `${this.name}: `}${sentence}`);
  }

  /** Its name without places in lists, and without the groups and apps that it is in: `healthChecks.path`. */
  private get plainName(): string {
    const names = this.path.filter((key) => typeof key === 'string');
    const begin = names.findIndex((name) => name !== 'apps' && name !== 'groups');
    return names.slice(Math.max(0, begin)).join('.');
  }

  /** An object with no fields but these; what has no effect is noted. */
  object(known?: KnownFields): this {
    if (!this.isPresent) return this;
    if (!this.isObject) this.fault(`${shown(this.value)} is not an object; write fields in braces`);
    if (known === undefined) return this;
    for (const key of Object.keys(this.value as object)) {
      if (known.modelled.includes(key)) continue;
      if (known.ignored.includes(key)) {
        const field = this.child(key);
        if (field.isPresent) this.notes.withoutEffect(field.where, field.plainName);
      } else {
        const near = nearestName(key, [...known.modelled, ...known.ignored]);
        const instead = near === undefined ? `known: ${known.modelled.join(', ')}` : `did you mean "${near}"?`;
        this.child(key).fault(`there is no such field; ${instead}`);
      }
    }
    return this;
  }

  items(): readonly JsonField[] {
    if (!this.isPresent) return [];
    if (!Array.isArray(this.value)) this.fault(`${shown(this.value)} is not a list; write it in brackets`);
    return (this.value as unknown[]).map((one, k) => new JsonField(this.document, one, [...this.path, k], this.notes));
  }

  entries(): readonly (readonly [key: string, field: JsonField])[] {
    this.object();
    return this.isPresent ? Object.keys(this.value as object).map((key) => [key, this.child(key)] as const) : [];
  }

  text(fallback = ''): string {
    if (!this.isPresent) return fallback;
    if (typeof this.value !== 'string') this.fault(`${shown(this.value)} is not a text; write it in quotes`);
    return this.value;
  }

  requiredText(): string {
    if (!this.isPresent || this.value === '') this.fault('it is missing; write it');
    return this.text();
  }

  texts(): readonly string[] {
    return this.items().map((one) => one.text());
  }

  boolean(fallback = false): boolean {
    if (!this.isPresent) return fallback;
    if (typeof this.value !== 'boolean')
      this.fault(`${shown(this.value)} is neither true nor false; write one of them`);
    return this.value;
  }

  number(fallback: number, least = 0, most = 1e12): number {
    if (!this.isPresent) return fallback;
    const { value } = this;
    if (typeof value !== 'number') this.fault(`${shown(value)} is not a number; write a number without quotes`);
    if (!(value >= least)) this.fault(`${value} is less than ${least}; write ${least} or more`);
    if (value > most) this.fault(`${value} is more than ${most}; write at most that`);
    return value;
  }

  whole(fallback: number, least = 0, most = 1e9): number {
    const value = this.number(fallback, least, most);
    if (!Number.isInteger(value)) this.fault(`${value} is not a whole number; write one, such as ${Math.ceil(value)}`);
    return value;
  }

  oneOf<T extends string>(known: readonly T[], fallback: T): T {
    if (!this.isPresent) return fallback;
    const text = this.text();
    const found = known.find((one) => one === text);
    if (found !== undefined) return found;
    const near = nearestName(text, known);
    return this.fault(
      `there is no "${text}"; ${near === undefined ? `write one of ${known.join(', ')}` : `did you mean "${near}"?`}`,
    );
  }

  /** Texts by name; numbers and booleans are taken as they are written. */
  strings(): Readonly<Record<string, string>> {
    return Object.fromEntries(
      this.entries().map(([key, field]) => {
        const { value } = field;
        if (typeof value === 'number' || typeof value === 'boolean') return [key, String(value)];
        return [key, field.text()];
      }),
    );
  }
}

/** A file of JSON. */
export function readJsonFile(file: string, text: string, notes: FileNotes): JsonField {
  if (!/^\s*[[{]/.test(text))
    throw new InputError(`${file}:1:1: this is not JSON; files of Mesos and Marathon begin with { or [`);
  const part = { role: 'document', text, json: true, line: 1, column: 1, item: 0 } as const;
  const document = readDocument(part, file);
  return new JsonField(document, document.data, [], notes);
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 40 ? `${text.slice(0, 40)}...` : text;
}
