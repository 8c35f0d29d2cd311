/**
 * A part of a file as plain data that remembers what has been asked of it, so that what nobody asked for can be told.
 * Files have been checked by their own readers before; what has another type than expected counts as absent.
 */
export class RawPart {
  readonly value: unknown;
  private readonly children = new Map<string, RawPart>();
  private isTaken = false;

  constructor(value: unknown) {
    this.value = value;
  }

  get isPresent(): boolean {
    return this.value !== undefined && this.value !== null;
  }

  get isMap(): boolean {
    return isMap(this.value);
  }

  get isList(): boolean {
    return Array.isArray(this.value);
  }

  child(key: string): RawPart {
    let child = this.children.get(key);
    if (child === undefined) {
      child = new RawPart(isMap(this.value) && Object.hasOwn(this.value, key) ? this.value[key] : undefined);
      this.children.set(key, child);
    }
    return child;
  }

  /** A part further down: `deploy.resources.limits`. */
  at(path: string): RawPart {
    return path.split('.').reduce<RawPart>((part, key) => part.child(key), this);
  }

  entries(): [string, RawPart][] {
    return isMap(this.value) ? Object.keys(this.value).map((key) => [key, this.child(key)]) : [];
  }

  items(): RawPart[] {
    if (!Array.isArray(this.value)) return [];
    return this.value.map((value: unknown, place) => {
      const key = `[${place}]`;
      const item = this.children.get(key) ?? new RawPart(value);
      this.children.set(key, item);
      return item;
    });
  }

  text(): string | undefined {
    this.isTaken = true;
    const { value } = this;
    if (typeof value === 'string') return value;
    return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
  }

  /** The text, without counting as asked for. */
  get peek(): string | undefined {
    return typeof this.value === 'string' ? this.value : undefined;
  }

  number(): number | undefined {
    this.isTaken = true;
    const number = typeof this.value === 'string' && this.value.trim() !== '' ? Number(this.value) : this.value;
    return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
  }

  flag(): boolean | undefined {
    this.isTaken = true;
    return typeof this.value === 'boolean' ? this.value : undefined;
  }

  texts(): string[] {
    return this.items().flatMap((item) => item.text() ?? []);
  }

  /** Texts by name, of a map. */
  textMap(): Record<string, string> {
    return Object.fromEntries(this.entries().flatMap(([key, one]) => (one.isPresent ? [[key, one.text() ?? '']] : [])));
  }

  /** All of it has been dealt with. */
  take(...keys: readonly string[]): void {
    if (keys.length === 0) this.isTaken = true;
    for (const key of keys) this.child(key).take();
  }

  /** What nobody has asked for: paths, and their values in a few words. */
  unread(path = ''): { readonly path: string; readonly value: string }[] {
    if (this.isTaken || !this.isPresent) return [];
    if (this.children.size === 0) return [{ path, value: brief(this.value) }];
    if (Array.isArray(this.value)) return this.items().flatMap((item, place) => item.unread(`${path}[${place}]`));
    return this.entries().flatMap(([key, one]) => one.unread(path === '' ? key : `${path}.${key}`));
  }
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function brief(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value).slice(0, 60);
  const text = JSON.stringify(value);
  return text.length <= 60 ? text : `${text.slice(0, 57)}...`;
}
