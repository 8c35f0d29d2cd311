import { InputError } from '../../../sim/input-error.ts';
import { suggestion } from '../../../sim/nearest-name.ts';
import { isNothing, type ComposeNode } from './compose-node.ts';
import { bytesOfText, cpuMilliOfText, goDurationUs } from './compose-amounts.ts';

/** A value of a compose file and the way to it. What is absent, or null, has no node. */
export class ComposeField {
  readonly node: ComposeNode | undefined;
  /** `services.web.deploy.replicas`. */
  readonly name: string;
  /** Where it stands, or what is above it. */
  readonly where: string;

  constructor(node: ComposeNode | undefined, name: string, where: string) {
    this.node = isNothing(node) ? undefined : node;
    this.name = name;
    this.where = node?.where ?? where;
  }

  get isPresent(): boolean {
    return this.node !== undefined;
  }

  child(key: string): ComposeField {
    const name = /^[\w-]+$/.test(key) ? key : JSON.stringify(key);
    return new ComposeField(
      this.node?.members.get(key)?.node,
      this.name === '' ? name : `${this.name}.${name}`,
      this.where,
    );
  }

  /** Throws an InputError: file, line, field and this sentence, which says what it is and what to write instead. */
  fault(sentence: string): never {
    throw new InputError(`${this.where}: ${this.name === '' ? '' : `${this.name}: `}${sentence}`);
  }

  noteText(sentence: string): string {
    return `${this.where}: ${this.name}: ${sentence}`;
  }

  /** Members of a map with their fields; none where it is absent. */
  entries(): [key: string, field: ComposeField, keyAt: string][] {
    if (this.node === undefined) return [];
    if (this.node.kind !== 'map') this.fault(`${this.shown()} is not a map; write names with values below it`);
    return [...this.node.members].map(([key, { keyAt }]) => [key, this.child(key), keyAt]);
  }

  items(): ComposeField[] {
    if (this.node === undefined) return [];
    if (this.node.kind !== 'list') this.fault(`${this.shown()} is not a list; write items that begin with "- "`);
    return this.node.items.map((item, index) => new ComposeField(item, `${this.name}[${index}]`, this.where));
  }

  /** Refuses members that are not among these, with the nearest that is. */
  allow(known: readonly string[]): void {
    for (const [key, , keyAt] of this.entries())
      if (!known.includes(key))
        throw new InputError(
          `${keyAt}: ${this.name === '' ? '' : `${this.name}: `}there is no field "${key}"${suggestion(key, known)}`,
        );
  }

  optionalText(): string | undefined {
    if (this.node === undefined) return undefined;
    const { kind, value } = this.node;
    if (kind !== 'scalar') this.fault(`${this.shown()} stands where a text is expected; write a text`);
    if (typeof value === 'string') return value;
    return this.fault(
      `${String(value)} is read as ${typeof value}, not as text; write it in quotes: "${String(value)}"`,
    );
  }

  /** Texts of a list. */
  texts(): string[] {
    return this.items().map((item) => item.optionalText() ?? item.fault('it is empty; write a text'));
  }

  boolean(fallback: boolean): boolean {
    if (this.node === undefined) return fallback;
    const { value, isInterpolated } = this.node;
    if (typeof value === 'boolean') return value;
    const lower = isInterpolated ? String(value).toLowerCase() : '';
    if (['y', 'yes', 'true', 'on'].includes(lower)) return true;
    if (['n', 'no', 'false', 'off'].includes(lower)) return false;
    return this.fault(`${this.shown()} is neither true nor false; write true or false without quotes`);
  }

  optionalWhole(least = 0, most = 2_147_483_647): number | undefined {
    const value = this.optionalNumber('a whole number', '3');
    if (value === undefined) return undefined;
    if (!Number.isInteger(value)) this.fault(`${value} is not a whole number; write one such as ${Math.round(value)}`);
    return this.within(value, least, most);
  }

  optionalNumber(what: string, example: string): number | undefined {
    if (this.node === undefined) return undefined;
    const { kind, value, isInterpolated } = this.node;
    if (typeof value === 'number' && Number.isFinite(value)) return value;
    const isNumberText = typeof value === 'string' && /^[-+]?[0-9]+(\.[0-9]+)?$/.test(value);
    if (isNumberText && isInterpolated) return Number(value);
    const hint =
      kind === 'scalar' && isNumberText ? `write ${value} without quotes` : `write a number, such as ${example}`;
    return this.fault(`${this.shown()} is not ${what}; ${hint}`);
  }

  within(value: number, least: number, most: number): number {
    if (value < least) this.fault(`${value} is less than ${least}; write ${least} or more`);
    if (value > most) this.fault(`${value} is more than ${most}; write at most that`);
    return value;
  }

  /** One of these texts. Of an empty one nothing is known. */
  optionalOneOf<T extends string>(known: readonly T[]): T | undefined {
    const text = this.optionalText();
    if (text === undefined || text === '') return undefined;
    return known.find((one) => one === text) ?? this.fault(`there is no "${text}"${suggestion(text, known)}`);
  }

  /** Microseconds of `1m30s`. */
  optionalDurationUs(): number | undefined {
    if (this.node === undefined) return undefined;
    const { value } = this.node;
    if (typeof value === 'number') this.fault(`${value} has no unit; write "${value}s"`);
    const text = this.optionalText() ?? '';
    return (
      goDurationUs(text) ??
      this.fault(
        `"${text}" is not a time; write numbers with units, such as "10s", "1m30s" or "500ms"${/^\d+$/.test(text) ? `: "${text}s"` : ''}`,
      )
    );
  }

  /** Bytes of `512M`; units are powers of 1024. */
  optionalBytes(): number | undefined {
    if (this.node === undefined) return undefined;
    const text = this.optionalText() ?? '';
    return (
      bytesOfText(text) ??
      this.fault(`"${text}" is not an amount of memory; write it like "512M", "1.5G" or "1073741824"`)
    );
  }

  /** Millicores of `"0.5"`. */
  optionalCpuMilli(): number | undefined {
    if (this.node === undefined) return undefined;
    const text = this.optionalText() ?? '';
    return (
      cpuMilliOfText(text) ??
      this.fault(`"${text}" is not an amount of CPU; write cores like "0.5" or "2"${milliHint(text)}`)
    );
  }

  /** What stands there, for sentences. */
  shown(): string {
    const { node } = this;
    if (node === undefined) return 'nothing';
    if (node.kind !== 'scalar') return node.kind === 'map' ? 'a map' : 'a list';
    const text = JSON.stringify(node.value);
    return text.length > 60 ? `${text.slice(0, 60)}…` : text;
  }
}

function milliHint(text: string): string {
  const milli = /^(\d+)m$/.exec(text);
  return milli === null ? '' : `; "${text}" is Kubernetes' way, here it is "${Number(milli[1]) / 1000}"`;
}
