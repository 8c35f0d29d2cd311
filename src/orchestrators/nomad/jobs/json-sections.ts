import { LineCounter, isMap, isScalar, isSeq, parseDocument } from 'yaml';
import type { Node, YAMLMap } from 'yaml';
import { InputError } from '../../../sim/input-error.ts';
import { textOf } from '../hcl/hcl-functions.ts';
import type { HclValue } from '../hcl/hcl-syntax.ts';
import { JSON_RENAMES, JSON_SERVER_FIELDS, isDuration, snakeName } from './json-names.ts';
import type { JobSection, Section, SectionField } from './section.ts';

/** Of sections that HCL names by a label, the field that holds it in JSON. */
const LABELLED: Readonly<Record<string, string>> = {
  job: 'id',
  group: 'name',
  task: 'name',
  port: 'label',
  reserved_port: 'label',
  volume: 'name',
  device: 'name',
  target: 'value',
  secret: 'name',
};
/** What is a section in HCL; the API has some of them as lists, or keyed by their label. */
const SECTIONS = new Set([
  ...Object.keys(LABELLED),
  ...'constraint affinity spread network service check check_restart restart reschedule'.split(' '),
  ...'update migrate disconnect ephemeral_disk scaling resources lifecycle template vault'.split(' '),
  ...'artifact logs periodic parameterized multiregion dispatch_payload volume_mount csi_plugin'.split(' '),
  ...'identity consul connect dns numa weights action ui schedule'.split(' '),
]);
const FREE = new Set([
  'connect',
  'multiregion',
  'csi_plugin',
  'artifact',
  'vault',
  'consul',
  'identity',
  'action',
  'ui',
  'schedule',
]);

/** The job of a file of JSON: as the HTTP API has it, `{"Job": {…}}` or bare, or as HCL's JSON syntax has it, `{"job": {"web": {…}}}`. */
export function jsonSections(text: string, file: string): JobSection[] {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true });
  const [error] = document.errors;
  // The parser's own words for it, of its stack.
  if (error?.message.includes('call stack'))
    throw new InputError(`${file}: maps and lists are nested too deep; write it flatter`);
  if (error !== undefined)
    throw new InputError(
      `${file}:${error.linePos?.[0].line ?? 1}: is no JSON: ${error.message.split('\n')[0].replace(/ at line.*/, '')}`,
    );
  const reader = new JsonReader(file, lines);
  const root = reader.map(document.contents, 'the file');
  const wrapped = root.get('Job', true) as Node | undefined;
  if (wrapped !== undefined) return [{ file, job: reader.section('job', [], wrapped) }];
  const byName = root.get('job', true) as Node | undefined;
  if (byName !== undefined) return reader.labelled('job', byName).map((job) => ({ file, job }));
  if (root.has('ID') || root.has('TaskGroups')) return [{ file, job: reader.section('job', [], root) }];
  throw new InputError(`${file}:1: there is no job in this file; write {"Job": {"ID": ..., "TaskGroups": [...]}}`);
}

class JsonReader {
  private readonly file: string;
  private readonly lines: LineCounter;

  constructor(file: string, lines: LineCounter) {
    this.file = file;
    this.lines = lines;
  }

  map(node: Node | null, what: string): YAMLMap {
    if (isMap(node)) return node;
    throw new InputError(`${this.file}:${this.line(node)}: ${what} must be an object { ... }`);
  }

  section(type: string, labels: readonly string[], node: Node): Section {
    const map = this.map(node, `"${type}"`);
    const renames = JSON_RENAMES[type] ?? {};
    const fields = new Map<string, SectionField>();
    const sections: Section[] = [];
    const ownLabels = [...labels];
    for (const { key, value } of map.items) {
      const shown = String(isScalar(key) ? key.value : key);
      const line = this.line(key as Node);
      if (JSON_SERVER_FIELDS.has(shown)) continue;
      const name = Object.hasOwn(renames, shown) ? renames[shown] : snakeName(shown);
      const inner = value as Node | null;
      if (inner === null || (isScalar(inner) && inner.value === null)) continue;
      if (SECTIONS.has(name) && (isMap(inner) || isSeq(inner))) {
        if (name === 'reserved_port' || !FREE.has(name)) sections.push(...this.labelled(name, inner));
        else sections.push(this.free(name, inner));
      } else if (name === (LABELLED[type] ?? '') && labels.length === 0) ownLabels.push(textOf(plain(inner)));
      else fields.set(name, { name, shown, line, value: this.value(name, shown, plain(inner)) });
    }
    if (type === 'job') fields.delete('name');
    return { type, labels: ownLabels, line: this.line(node), fields, sections };
  }

  /** One section, a list of them, or an object with one for each label. */
  labelled(type: string, node: Node): Section[] {
    if (isSeq(node)) return node.items.flatMap((item) => this.labelled(type, item as Node));
    const label = LABELLED[type];
    const map = this.map(node, `"${type}"`);
    const isKeyed =
      label !== undefined &&
      map.items.length > 0 &&
      map.items.every(({ value }) => isMap(value) || isSeq(value)) &&
      !map.items.some(({ key }) => snakeName(String(key)) === label);
    if (!isKeyed) return [this.section(type, [], node)];
    return map.items.flatMap(({ key, value }) => {
      const name = String(isScalar(key) ? key.value : key);
      const all = isSeq(value) ? (value.items as Node[]) : [value as Node];
      return all.map((item) => this.section(type, [name], item));
    });
  }

  private free(type: string, node: Node): Section {
    const value = plain(node);
    const line = this.line(node);
    const fields = new Map<string, SectionField>();
    if (value !== null && typeof value === 'object' && !Array.isArray(value))
      for (const [name, one] of Object.entries(value)) fields.set(name, { name, shown: name, line, value: one });
    return { type, labels: [], line, fields, sections: [] };
  }

  /** Durations of the API are numbers of nanoseconds; HCL's are texts with units. */
  private value(name: string, shown: string, value: HclValue): HclValue {
    return typeof value === 'number' && isDuration(name) && /^[A-Z]/.test(shown) ? `${value}ns` : value;
  }

  private line(node: Node | null): number {
    const from = node?.range?.[0];
    return from === undefined ? 1 : Math.max(1, this.lines.linePos(from).line);
  }
}

function plain(node: Node): HclValue {
  if (isMap(node))
    return Object.fromEntries(
      node.items.map(({ key, value }) => [
        String(isScalar(key) ? key.value : key),
        value === null ? null : plain(value as Node),
      ]),
    );
  if (isSeq(node)) return node.items.map((item) => plain(item as Node));
  return isScalar(node) ? (node.value as HclValue) : null;
}
