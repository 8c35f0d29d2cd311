import { InputError } from '../sim/input-error.ts';
import { suggestion } from '../sim/nearest-name.ts';
import type { PolicyPlan } from './run-plan.ts';

/** What a token of a policy's text may be: the built-in names of each kind. */
export interface PolicyNames {
  readonly placements: readonly string[];
  readonly queues: readonly string[];
  readonly backfills: readonly string[];
  /** Whether a placement has this name; wider than the list, which cannot hold every `power-of-N`. */
  isPlacement(name: string): boolean;
  /** The same of backfilling, for `easy-3x` and the like. */
  isBackfill(name: string): boolean;
  /** Whether a token that is no built-in name names a user's file. */
  isFile(token: string): boolean;
}

export const DEFAULT_PLACEMENT = 'first-fit';
export const DEFAULT_QUEUE = 'fifo';
export const DEFAULT_BACKFILL = 'any';

/** A policy in parts; what is absent is the default. */
export interface PolicyParts {
  readonly placement?: string;
  readonly file?: string;
  readonly queue?: string;
  readonly backfill?: string;
}

/**
 * Reads `best-fit`, `best-fit+shortest-first+easy` or `./mine.ts+easy`: tokens joined with `+` in any order, whose
 * kinds are known by their names. Throws an InputError for an unknown name or two of a kind.
 */
export function parsePolicyText(text: string, names: PolicyNames, where: string): PolicyParts {
  const parts: { -readonly [Part in keyof PolicyParts]: PolicyParts[Part] } = {};
  const take = (part: keyof PolicyParts, kind: string, token: string): void => {
    const before = parts[part] ?? (part === 'placement' ? parts.file : part === 'file' ? parts.placement : undefined);
    if (before !== undefined)
      throw new InputError(
        `${where}: the policy "${text}" has two ${kind} policies, "${before}" and "${token}"; keep one`,
      );
    parts[part] = token;
  };
  for (const token of text.split('+').map((one) => one.trim())) {
    if (names.isPlacement(token)) take('placement', 'placement', token);
    else if (names.queues.includes(token)) take('queue', 'queue', token);
    else if (names.isBackfill(token)) take('backfill', 'backfill', token);
    else if (names.isFile(token)) take('file', 'placement', token);
    else {
      const known = [...names.placements, ...names.queues, ...names.backfills];
      throw new InputError(`${where}: there is no policy called "${token}"${suggestion(token, known)}`);
    }
  }
  return parts;
}

/** Checks that one part of a policy is a known name of its kind. */
export function requireName(name: string, known: readonly string[], kind: string, where: string): string {
  if (!known.includes(name))
    throw new InputError(`${where}: there is no ${kind} policy called "${name}"${suggestion(name, known)}`);
  return name;
}

/** Fills in defaults and makes the name for reports: `best-fit`, `best-fit+easy`. */
export function policyPlan(parts: PolicyParts, name?: string): PolicyPlan {
  const placement = parts.placement ?? DEFAULT_PLACEMENT;
  const queue = parts.queue ?? DEFAULT_QUEUE;
  const backfill = parts.backfill ?? DEFAULT_BACKFILL;
  const label = policyLabel(parts.file ?? placement, queue, backfill);
  return {
    name: name ?? label,
    ...(parts.file === undefined ? { placement } : { file: parts.file }),
    queue,
    backfill,
  };
}

/** A policy's name for reports: its placement, and what is not the default. */
export function policyLabel(placement: string, queue: string, backfill: string): string {
  return [
    placement,
    ...(queue === DEFAULT_QUEUE ? [] : [queue]),
    ...(backfill === DEFAULT_BACKFILL ? [] : [backfill]),
  ].join('+');
}
