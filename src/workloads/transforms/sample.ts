import type { PodSource } from '../../sim/pod-source.ts';
import type { RandomStream } from '../../sim/random.ts';
import { PerGang } from './per-gang.ts';

/** Keeps each pod with the probability `share` (0 to 1), independently; a gang is kept or left out as a whole. */
export function sample(source: PodSource, share: number, random: RandomStream): PodSource {
  const kept = new PerGang<boolean>();
  const draw = (): boolean => random.fine() < share;
  return {
    next(row) {
      while (source.next(row)) if (kept.decide(row, draw)) return true;
      return false;
    },
  };
}
