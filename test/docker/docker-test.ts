import { inject, test } from 'vitest';
import { NEEDS } from '../../tools/needs.mjs';
import { SLOW_MARK } from '../slow.ts';

/** Ends the name of every test that starts a Docker engine and says why it is skipped, where it cannot. */
export const DOCKER_MARK = '[needs a Docker engine]';

interface DockerTestOptions {
  readonly timeoutMs?: number;
  /** What of `tools/needs.mjs` it uses besides. */
  readonly needs?: readonly string[];
  /** Runs with SLOW=1 only. */
  readonly isSlow?: boolean;
}

/** A test with a real Docker engine; where none can be started (`try-docker.ts`) it is skipped, and its name says why. */
export function dockerTest(
  name: string,
  body: () => Promise<void>,
  { timeoutMs = 300_000, needs = [], isSlow = false }: DockerTestOptions = {},
): void {
  const why = whyNoDocker() ?? whyMissing(needs);
  const isLeftOut = isSlow && process.env['SLOW'] !== '1';
  test.skipIf(why !== undefined || isLeftOut)(
    `${name}${why === undefined ? '' : ` (${why})`} ${DOCKER_MARK}${isSlow ? ` ${SLOW_MARK}` : ''}`,
    { timeout: timeoutMs },
    body,
  );
}

/** Why no engine can be started here, in a sentence; undefined: it can. */
export function whyNoDocker(): string | undefined {
  return inject('whyNoDocker') || undefined;
}

function whyMissing(names: readonly string[]): string | undefined {
  for (const name of names) {
    const need = NEEDS.find((one) => one.name === name);
    if (need === undefined) throw new Error(`tools/needs.mjs knows of no "${name}"`);
    if (need.find() === undefined) return `${name} is missing; npm run setup brings it`;
  }
  return undefined;
}
