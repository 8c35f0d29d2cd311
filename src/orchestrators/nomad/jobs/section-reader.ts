import { InputError } from '../../../sim/input-error.ts';
import { nearestName, suggestion } from '../../../sim/nearest-name.ts';
import type { HclValue } from '../hcl/hcl-syntax.ts';
import { durationOf } from './duration.ts';
import type { Section, SectionField } from './section.ts';

/** Where readers say what they leave out, and of what. */
export interface JobReports {
  readonly file: string;
  note(sentence: string): void;
}

interface Bounds {
  readonly least?: number;
  readonly most?: number;
}

/** Reads one block field by field. What nobody has asked for when `done` is called is unknown, and refused. */
export class SectionReader {
  readonly section: Section;
  /** `job "web" > group "app"`. */
  readonly path: string;
  readonly reports: JobReports;
  private readonly asked = new Set<string>();

  constructor(section: Section, path: string, reports: JobReports) {
    this.section = section;
    this.path = path;
    this.reports = reports;
  }

  get line(): number {
    return this.section.line;
  }

  label(what: string): string {
    const [label] = this.section.labels;
    if (label === undefined || label === '') this.fail(`has no name; write ${what}`);
    return label;
  }

  has(name: string): boolean {
    return this.section.fields.has(name) || this.section.sections.some(({ type }) => type === name);
  }

  text(name: string, otherwise: string, oneOf?: readonly string[]): string {
    const field = this.take(name);
    if (field === undefined) return otherwise;
    const { value } = field;
    if (value === null || typeof value === 'object') this.failField(field, 'is no text');
    const text = String(value);
    if (oneOf !== undefined && !oneOf.includes(text))
      this.failField(field, `cannot be "${text}"${suggestion(text, oneOf)}${nearHint(text, oneOf)}`);
    return text;
  }

  flag(name: string, otherwise: boolean): boolean {
    const field = this.take(name);
    if (field === undefined) return otherwise;
    const { value } = field;
    if (value === true || value === 'true' || value === 1) return true;
    if (value === false || value === 'false' || value === 0) return false;
    return this.failField(field, `is ${JSON.stringify(value)}; write true or false`);
  }

  whole(name: string, otherwise: number, { least = 0, most = 2 ** 31 }: Bounds = {}): number {
    const field = this.take(name);
    if (field === undefined) return otherwise;
    const number = asNumber(field.value);
    if (number === undefined || !Number.isInteger(number))
      return this.failField(field, `is ${shown(field.value)}; write a whole number`);
    if (number < least || number > most)
      return this.failField(field, `is ${number}; write a number from ${least} to ${most}`);
    return number;
  }

  /** A number that need not be whole. */
  number(name: string, otherwise: number): number {
    const field = this.take(name);
    if (field === undefined) return otherwise;
    const number = asNumber(field.value);
    return number ?? this.failField(field, `is ${shown(field.value)}; write a number`);
  }

  durationUs(name: string, otherwiseUs: number): number {
    const field = this.take(name);
    if (field === undefined) return otherwiseUs;
    const us = durationOf(field.value);
    return us ?? this.failField(field, `is ${shown(field.value)}; write a duration like "30s", "5m" or "1h30m"`);
  }

  texts(name: string, otherwise: readonly string[]): readonly string[] {
    const field = this.take(name);
    if (field === undefined) return otherwise;
    const { value } = field;
    const items = typeof value === 'string' ? [value] : value;
    if (!Array.isArray(items) || items.some((item) => item === null || typeof item === 'object'))
      return this.failField(field, 'is no list of texts; write ["...", "..."]');
    return items.map(String);
  }

  map(name: string): Readonly<Record<string, string>> {
    const field = this.take(name);
    if (field === undefined) return {};
    const { value } = field;
    if (value === null || typeof value !== 'object' || Array.isArray(value))
      return this.failField(field, 'is no map; write { key = "value" }');
    return Object.fromEntries(
      Object.entries(value).map(([key, one]) => [key, typeof one === 'object' ? JSON.stringify(one) : String(one)]),
    );
  }

  /** As it stands; undefined: not written. */
  raw(name: string): SectionField | undefined {
    return this.take(name);
  }

  sections(type: string): readonly SectionReader[] {
    this.asked.add(type);
    return this.section.sections
      .filter((one) => one.type === type)
      .map((one) => {
        const label = one.labels[0] === undefined ? type : `${type} "${one.labels[0]}"`;
        return new SectionReader(one, `${this.path} > ${label}`, this.reports);
      });
  }

  /** The only block of a type. */
  one(type: string): SectionReader | undefined {
    const [first, second] = this.sections(type);
    if (second !== undefined)
      throw new InputError(
        `${this.reports.file}:${second.line}: ${this.path} has "${type}" twice, first in line ${first.line}; leave one of the two`,
      );
    return first;
  }

  /** Fields and blocks that Nomad knows and that change nothing here; `why` goes on from "has no effect here". */
  ignore(names: readonly string[], why: string): void {
    for (const name of names) {
      this.asked.add(name);
      const line = this.section.fields.get(name)?.line ?? this.section.sections.find(({ type }) => type === name)?.line;
      if (line !== undefined)
        this.reports.note(`${this.reports.file}:${line}: ${this.path}: "${name}" has no effect here: ${why}`);
    }
  }

  /** What Nomad knows and what asks nothing of a simulation, without a word. */
  accept(...names: readonly string[]): void {
    for (const name of names) this.asked.add(name);
  }

  /** Refuses what is unknown. */
  done(): void {
    const known = [...this.asked].sort();
    for (const { name, shown: as, line } of this.section.fields.values())
      if (!this.asked.has(name)) this.failAt(line, `does not know "${as}"${hint(name, known)}`);
    for (const { type, line } of this.section.sections)
      if (!this.asked.has(type)) this.failAt(line, `does not know the block "${type}"${hint(type, known)}`);
  }

  fail(what: string): never {
    return this.failAt(this.section.line, what);
  }

  failField(field: SectionField, what: string): never {
    throw new InputError(`${this.reports.file}:${field.line}: ${this.path}: "${field.shown}" ${what}`);
  }

  private failAt(line: number, what: string): never {
    throw new InputError(`${this.reports.file}:${line}: ${this.path} ${what}`);
  }

  private take(name: string): SectionField | undefined {
    this.asked.add(name);
    const field = this.section.fields.get(name);
    return field?.value === null ? undefined : field;
  }
}

const asNumber = (value: HclValue): number | undefined => {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
};

const shown = (value: HclValue): string => JSON.stringify(value).slice(0, 60);
const nearHint = (text: string, known: readonly string[]): string =>
  nearestName(text, known) === undefined ? '' : ` (one of ${known.join(', ')})`;
const hint = (name: string, known: readonly string[]): string => suggestion(name.slice(0, 60), known);
