import { durationMeanUs, durationSampler, type DurationSpec } from '../duration-spec.ts';
import { firstUpUs, residualSampler } from './residual-life.ts';
import type { RandomStream } from '../random.ts';

/**
 * What is known of a machine when the run begins. `new`: its life begins with the run. `stationary`: it has run for
 * ever, so it may be down at the start, and the time to its next failure is the residual of a life under way.
 * `installedUs`: it was new so long ago, and has failed and been repaired since. `upForUs`: it is up, and has been for so
 * long (exponential and Weibull lives only).
 */
export type FirstLife = 'new' | 'stationary' | { readonly installedUs: number } | { readonly upForUs: number };

/** An alternating renewal process: up, down, up, down, all independent. */
export interface RenewalSpec {
  readonly up: DurationSpec;
  readonly down: DurationSpec;
  readonly start?: FirstLife;
}

/** Down from `fromUs` until `untilUs`, whole microseconds, at least one long. */
export interface Spell {
  readonly fromUs: number;
  readonly untilUs: number;
}

/** The spells of being down, one after the other, each after the end of the last; one that began before 0 begins at 0. */
export function downSpells(spec: RenewalSpec, stream: RandomStream): () => Spell {
  const up = durationSampler(spec.up, stream);
  const down = durationSampler(spec.down, stream);
  let nowUs = 0;
  const following = (upUs: number): Spell => {
    const fromUs = nowUs + wholeUs(upUs);
    nowUs = fromUs + wholeUs(down());
    return { fromUs, untilUs: nowUs };
  };
  let first = (): Spell => following(up());
  const start = spec.start ?? 'new';
  if (start === 'stationary')
    first = () => {
      const upUs = durationMeanUs(spec.up);
      const downUs = durationMeanUs(spec.down);
      if (stream.next() * (upUs + downUs) >= downUs) return following(residualSampler(spec.up, stream)());
      nowUs = wholeUs(residualSampler(spec.down, stream)());
      return { fromUs: 0, untilUs: nowUs };
    };
  else if (start !== 'new' && 'upForUs' in start) first = () => following(firstUpUs(spec.up, start.upForUs, stream));
  else if (start !== 'new')
    first = () => {
      nowUs = -start.installedUs;
      for (;;) {
        const { fromUs, untilUs } = following(up());
        if (untilUs > 0) return { fromUs: Math.max(0, fromUs), untilUs };
      }
    };
  let begun = false;
  return () => {
    if (begun) return following(up());
    begun = true;
    return first();
  };
}

/** A drawn time as whole microseconds, at least one: what is shorter would not be seen. */
export function wholeUs(us: number): number {
  return Math.max(1, Math.floor(us + 0.5));
}
