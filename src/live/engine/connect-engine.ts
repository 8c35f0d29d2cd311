import { dockerEngine } from './docker-engine.ts';
import type { Engine } from './engine.ts';
import { findEngine, type FindOptions, type FoundEngine } from './find-engine.ts';
import type { TimeLimits } from './time-limits.ts';

export interface ConnectOptions extends FindOptions {
  /** Of the engine in messages; default `docker`. */
  readonly name?: string;
  readonly limits?: Partial<TimeLimits>;
}

/**
 * The engine that the user means (`find-engine.ts`). Nothing is sent before its first call; `info` is a good one, for
 * it fails with a sentence when the engine cannot be used. Throws `InputError` for an address that makes no sense.
 */
export async function connectEngine(options: ConnectOptions = {}): Promise<FoundEngine & { readonly engine: Engine }> {
  const { name, limits } = options;
  const found = findEngine(options);
  const engine = await dockerEngine(found.address, {
    ...(name !== undefined && { name }),
    ...(limits !== undefined && { limits }),
  });
  return { ...found, engine };
}
