import type { SwarmValues } from '../constants.ts';

/**
 * When a node that seeks the managers gets through to them: it has tried since `sinceUs`, after waits that grow and are
 * drawn anew each time, and each attempt lasts for `attemptUs` until it fails; from `openUs` on one succeeds. One that is
 * under way then succeeds at once. `draw`: even in [0, 1). (SwarmKit agent/agent.go, run.)
 */
export function getsThroughUs(
  sinceUs: number,
  openUs: number,
  attemptUs: number,
  draw: () => number,
  { sessionBackoffStart, sessionBackoffMost }: SwarmValues,
): number {
  let backoffUs = 0;
  let atUs = sinceUs;
  for (;;) {
    backoffUs = Math.min(sessionBackoffStart + 2 * backoffUs, sessionBackoffMost);
    atUs += Math.round(draw() * backoffUs);
    if (atUs >= openUs) return atUs;
    if (atUs + attemptUs > openUs) return openUs;
    atUs += attemptUs;
  }
}
