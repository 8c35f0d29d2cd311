import type { Comparison } from '../experiment/comparison.ts';

/** A family of policies and its options, `target-utilisation(cpu=60%)`; names with anything else in front are left alone. */
const WITH_OPTIONS = /^([\w.=-]+)\((.+)\)$/s;
/** An option's value longer than this is cut where that leaves names different. */
const LONG_VALUE = 24;

/**
 * The comparison with the shortest names that still tell its policies apart: the family alone where no other policy
 * has it, else with the options that differ. The full names are kept as `fullName`. For people; files for programs
 * (JSON, CSV) keep the full names.
 */
export function withShortNames(comparison: Comparison): Comparison {
  const full = comparison.policies.map((policy) => policy.name);
  const short = shortNames(full);
  if (full.every((name, at) => name === short[at])) return comparison;
  const shorter = new Map(full.map((name, at) => [name, short[at]]));
  const called = (name: string): string => shorter.get(name) ?? name;
  const rename = <T extends { readonly policy: string }>(one: T): T => ({ ...one, policy: called(one.policy) });
  return {
    ...comparison,
    policies: comparison.policies.map((policy, at) => ({ ...policy, name: short[at], fullName: policy.name })),
    runs: comparison.runs.map(rename),
    cells: comparison.cells.map((cell) => ({
      ...cell,
      policies: cell.policies.map(called),
      bounds: cell.bounds.map(rename),
      metrics: Object.fromEntries(
        Object.entries(cell.metrics).map(([name, one]) => [
          name,
          {
            ...one,
            ...(one.best !== undefined && { best: called(one.best) }),
            policies: one.policies.map(rename),
          },
        ]),
      ),
    })),
  };
}

/** See `withShortNames`; as many names, in the same order, as different from each other as the given ones. */
export function shortNames(names: readonly string[]): string[] {
  const parsed = names.map((name) => splitOutside(name, ' + ').map(parse));
  const families = new Map<string, Map<string, Part>>();
  for (const part of parsed.flat()) {
    const same = families.get(part.family) ?? new Map<string, Part>();
    families.set(part.family, same.set(part.text, part));
  }
  const written = (cut: boolean): string[] =>
    parsed.map((parts) => parts.map((part) => shortened(part, families.get(part.family)!, cut)).join(' + '));
  const distinct = (texts: readonly string[]): boolean => new Set(texts).size === new Set(names).size;
  return [written(true), written(false)].find(distinct) ?? [...names];
}

interface Part {
  readonly text: string;
  readonly family: string;
  readonly options: readonly string[];
}

function parse(text: string): Part {
  const [, family, options] = WITH_OPTIONS.exec(text) ?? [];
  return family === undefined
    ? { text, family: text, options: [] }
    : { text, family, options: splitOutside(options, ', ') };
}

function shortened(part: Part, sameFamily: ReadonlyMap<string, Part>, cut: boolean): string {
  if (sameFamily.size === 1) return part.family;
  const others = [...sameFamily.values()];
  const differing = part.options.filter((option) => !others.every((other) => other.options.includes(option)));
  const texts = differing.map((option) =>
    cut && option.length > LONG_VALUE ? `${option.slice(0, LONG_VALUE - 1)}…` : option,
  );
  return texts.length === 0 ? part.family : `${part.family}(${texts.join(', ')})`;
}

/** Splits at what stands neither in parentheses nor in quotes. */
function splitOutside(text: string, separator: string): string[] {
  const parts: string[] = [];
  let [from, depth, quoted] = [0, 0, false];
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === '"') quoted = !quoted;
    else if (quoted) continue;
    else if (character === '(') depth++;
    else if (character === ')') depth--;
    else if (depth === 0 && text.startsWith(separator, at)) {
      parts.push(text.slice(from, at));
      from = at + separator.length;
    }
  }
  return [...parts, text.slice(from)];
}
