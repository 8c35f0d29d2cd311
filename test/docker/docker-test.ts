import { test } from 'vitest';
import { whyNoDocker } from './docker-daemon.ts';

/** Ends the name of every test that starts a Docker engine and says why it is skipped, where it cannot. */
export const DOCKER_MARK = '[needs a Docker engine]';

/** A test with a real Docker engine; where none can be started it is skipped, and its name says why. */
export function dockerTest(name: string, body: () => Promise<void>, timeoutMs = 300_000): void {
  const why = whyNoDocker();
  test.skipIf(why !== undefined)(
    `${name}${why === undefined ? '' : ` (${why})`} ${DOCKER_MARK}`,
    { timeout: timeoutMs },
    body,
  );
}
