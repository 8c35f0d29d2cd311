import { shuffle } from '../../allocator/allocation-run.ts';
import type { RandomStream } from '../../../../sim/random.ts';

/** An app that wants instances, as the matcher asks it. */
export interface MatchCandidate {
  /** Instances still to launch. */
  readonly wanted: () => number;
  /** Has a reservation on the agent of the offer: asked before others. */
  readonly comesFirst: boolean;
  /** Takes its part of what is left of the offer, or does not. */
  readonly take: () => boolean;
}

/**
 * One offer goes round the apps in random order: each takes at most one instance a turn and goes to the back, and leaves
 * when the offer does not do for it; until nobody is left or so many instances are launched
 * (mesosphere/marathon core/matcher/manager/impl). Returns the number launched.
 */
export function goRound(candidates: readonly MatchCandidate[], most: number, random: RandomStream): number {
  const queue = [...candidates];
  shuffle(queue, random);
  queue.sort((a, b) => Number(b.comesFirst) - Number(a.comesFirst));
  let launched = 0;
  while (queue.length > 0 && launched < most) {
    const app = queue.shift()!;
    if (app.wanted() === 0 || !app.take()) continue;
    launched++;
    queue.push(app);
  }
  return launched;
}
