/** One option of a policy, as a user writes it: `target-utilisation(cpu=60%, tolerance=10%)`. */
export interface PolicyOption {
  readonly name: string;
  /** `duration` is written "30s" and handed over in microseconds; `share` is written "60%" or 0.6 and handed over as 0.6. */
  readonly kind: 'count' | 'number' | 'share' | 'duration' | 'bytes' | 'choice' | 'switch' | 'text';
  readonly default: number | string | boolean;
  /** Whole sentence for `baton policies`. */
  readonly meaning: string;
  readonly choices?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
}

export type PolicyOptions = Readonly<Record<string, number | string | boolean>>;

/** Policies of one name that differ by options. Every built-in policy beyond placement is registered as one. */
export interface PolicyFamily<Policy> {
  readonly name: string;
  /** One line: what it does. */
  readonly summary: string;
  /** The paper, product or upstream file it comes from. */
  readonly source: string;
  readonly options: readonly PolicyOption[];
  /** `options` holds a value for every option, of the right kind and within bounds; `name` is the text to be called by. */
  make(options: PolicyOptions, name: string): Policy;
}

/** The options at their defaults, with some replaced: for tests, and for code that names a policy itself. */
export function withDefaults<Policy>(family: PolicyFamily<Policy>, given: PolicyOptions = {}): PolicyOptions {
  const options: Record<string, number | string | boolean> = {};
  for (const option of family.options) options[option.name] = given[option.name] ?? option.default;
  return options;
}
