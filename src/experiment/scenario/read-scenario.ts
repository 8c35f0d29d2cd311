import type { z } from 'zod';
import { InputError } from '../../sim/input-error.ts';
import { fieldText, schemaFault, valueAt } from '../schema-fault.ts';
import { readYaml, type Path } from '../yaml-text.ts';
import type { ScenarioFault } from './scenario-fault.ts';
import { scenarioSchema, type ScenarioText } from './scenario-schema.ts';
import { pathInFile, variantsOf, type Pick } from './variants.ts';

/** One scenario of a file whose lists were multiplied out. */
export interface ScenarioVariant<T = ScenarioText> {
  readonly scenario: T;
  /** The alternatives that were taken. */
  readonly picks: readonly Pick[];
  /** Turns a fault in this variant into a sentence with its place in the file. */
  readonly inputError: (fault: ScenarioFault) => InputError;
}

const WORDS = { whole: 'a scenario', missing: '`baton init --scenario` shows how to write it' };

/**
 * Reads a scenario file and multiplies its lists out. `settings` are texts such as `duration=1h` or
 * `policies.scaling=fixed` that replace fields of the file. Throws an InputError that names the first fault as
 * file:line:column (or by its setting).
 */
export function readScenario(text: string, file: string, settings: readonly string[] = []): ScenarioVariant[] {
  return readVariants(scenarioSchema, text, file, settings);
}

/** The same for scenarios of another form. */
export function readVariants<S extends z.ZodObject>(
  schema: S,
  text: string,
  file: string,
  settings: readonly string[],
): ScenarioVariant<z.output<S>>[] {
  const yaml = readYaml(text, file);
  if (yaml.data === null || yaml.data === undefined)
    throw new InputError(`${file}:1:1: the file holds no scenario; \`baton init --scenario\` writes one to begin with`);
  const replaced: { path: Path; setting: string }[] = [];
  const data = settings.reduce<unknown>((before, setting) => withSetting(before, setting, replaced), yaml.data);
  const place = (path: Path, key?: string): string => {
    const whole = key === undefined ? path : [...path, key];
    // What the file does not have, a setting has brought along on its way.
    const isNew = valueAt(yaml.data, whole) === undefined;
    const own = replaced.find(
      (one) => startsWith(whole, one.path) || (isNew && whole.length > 0 && startsWith(one.path, whole)),
    );
    if (own) return `--set ${own.setting}`;
    return key === undefined ? yaml.at(path) : yaml.atKey(path, key);
  };
  const read = scenarioReader(schema);
  return variantsOf(data, (path) => place(path)).map(({ data: one, picks }) => {
    const at = (path: Path, key?: string): string => place(pathInFile(data, picks, path), key);
    const scenario = read(one);
    if (scenario === undefined) {
      const parsed = schema.safeParse(one);
      if (parsed.success) throw new Error('a scenario is right as a whole and wrong in its parts');
      const fault = schemaFault(schema, parsed.error.issues, one, WORDS);
      throw new InputError(`${at(fault.path, fault.key)}: ${fault.sentence}`);
    }
    return {
      scenario,
      picks,
      inputError: (fault) => new InputError(`${at(fault.path)}: ${fault.message}`),
    };
  });
}

const startsWith = (path: Path, beginning: Path): boolean =>
  beginning.every((part, k) => String(part) === String(path[k]));

/**
 * Reads variants field by field. Those of one file share what does not vary, object for object, so that is read once.
 * The answer is undefined when anything is wrong; the whole schema then says what.
 */
function scenarioReader<S extends z.ZodObject>(schema: S): (data: unknown) => z.output<S> | undefined {
  const shape = schema.shape as Readonly<Record<string, z.ZodType>>;
  const known = new Map<string, WeakMap<object, { readonly value: unknown } | undefined>>();
  const readField = (key: string, written: unknown): { readonly value: unknown } | undefined => {
    const before = known.get(key) ?? new WeakMap<object, { readonly value: unknown } | undefined>();
    known.set(key, before);
    const isShared = typeof written === 'object' && written !== null;
    if (isShared && before.has(written)) return before.get(written);
    const parsed = shape[key].safeParse(written);
    const field = parsed.success ? { value: parsed.data } : undefined;
    if (isShared) before.set(written, field);
    return field;
  };
  return (data) => {
    if (typeof data !== 'object' || data === null || Array.isArray(data)) return undefined;
    if (!Object.keys(data).every((key) => Object.hasOwn(shape, key))) return undefined;
    const scenario: Record<string, unknown> = {};
    for (const key of Object.keys(shape)) {
      const field = readField(key, (data as Record<string, unknown>)[key]);
      if (field === undefined) return undefined;
      if (field.value !== undefined) scenario[key] = field.value;
    }
    return scenario as z.output<S>;
  };
}

/** Whether a text holds a scenario rather than an experiment: by the fields that only one of them has. */
export function isScenarioText(text: string): boolean {
  try {
    const { data } = readYaml(text, '');
    const first: unknown = Array.isArray(data) ? data[0] : data;
    const has = (key: string): boolean => valueAt(first, [key]) !== undefined;
    return !has('clusters') && !has('workloads');
  } catch {
    return !/^\s*["']?(clusters|workloads)["']?\s*:/m.test(text);
  }
}

const SETTING = /^\s*([A-Za-z][\w.[\]-]*)\s*=(.*)$/s;

/** The data with one field replaced, and maps made on the way where there are none. */
function withSetting(data: unknown, setting: string, replaced: { path: Path; setting: string }[]): unknown {
  const fail = (why: string): never => {
    throw new InputError(`--set ${setting}: ${why}`);
  };
  const [, field, written] = SETTING.exec(setting) ?? fail('write it like --set duration=1h or policies.scaling=fixed');
  const path: (string | number)[] = field
    .replaceAll(/\[(\d+)\]/g, '.$1')
    .split('.')
    .filter((part) => part !== '')
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part));
  if (path.includes('__proto__')) fail('nothing can be called "__proto__"; name another field');
  let value: unknown;
  try {
    value = readYaml(written, 'value').data ?? null;
  } catch (error) {
    fail(error instanceof InputError ? error.message.replace(/^value:\d+:\d+: /, '') : String(error));
  }
  replaced.push({ path, setting });
  const put = (inner: unknown, depth: number): unknown => {
    if (depth === path.length) return value;
    const part = path[depth];
    const here = fieldText(path.slice(0, depth)) || 'the scenario';
    if (Array.isArray(inner)) {
      if (typeof part !== 'number' || part >= inner.length)
        return fail(`${here} is a list of ${inner.length}; name one of them, such as ${here}[0], or replace it whole`);
      return inner.map((one: unknown, index) => (index === part ? put(one, depth + 1) : one));
    }
    // Text and numbers give way to a map: `cluster.zones` of a cluster that is a text is a mistake all the same.
    if (inner !== undefined && inner !== null && typeof inner !== 'object')
      return fail(`${here} is ${JSON.stringify(inner)}, which has no fields; replace it whole`);
    const map = (inner ?? {}) as Record<string, unknown>;
    return { ...map, [part]: put(Object.hasOwn(map, part) ? map[part] : undefined, depth + 1) };
  };
  return put(data, 0);
}
