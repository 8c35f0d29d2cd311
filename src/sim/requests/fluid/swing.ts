import type { LevelCurve } from '../traffic.ts';

/** How a level moves up and down. */
export interface Swing {
  /** Shortest time between a turn up and the next turn down, or the other way round; Infinity: it does not turn twice. */
  readonly halfUs: number;
  /** The smallest of the levels on both sides of a jump or of a turn, over the largest; 1: it hardly moves. */
  readonly depth: number;
  /** Whether it changes much at once. */
  readonly jumps: boolean;
}

/** Changes by less than this share are none. */
const NOTICED = 0.1;
/** Changes that are looked at. */
const MOST_CHANGES = 200_000;

/** How a curve swings within a run: every change of it is looked at, as far as there are not too many. */
export function swingOf(curve: LevelCurve, fromUs: number, toUs: number): Swing {
  let halfUs = Infinity;
  let depth = 1;
  let jumps = false;
  let level = curve.at(fromUs);
  // The highest and the lowest since the last turn, and when they were left.
  let high = level;
  let low = level;
  let highUs = fromUs;
  let lowUs = fromUs;
  let turnUs = -Infinity;
  let rising: boolean | undefined;
  let at = curve.untilUs(fromUs);
  for (let change = 0; at < toUs && change < MOST_CHANGES; change++) {
    const next = curve.at(at);
    const ratio = Math.min(next, level) / Math.max(next, level, 1e-12);
    if (ratio < 1 - NOTICED) {
      jumps = true;
      depth = Math.min(depth, ratio);
    }
    level = next;
    if (level >= high) {
      high = level;
      highUs = at;
    }
    if (level <= low) {
      low = level;
      lowUs = at;
    }
    if (rising !== false && level < high * (1 - NOTICED)) {
      if (rising === true) halfUs = Math.min(halfUs, highUs - turnUs);
      depth = Math.min(depth, low / high);
      rising = false;
      turnUs = highUs;
      low = level;
      lowUs = at;
    } else if (rising !== true && level > low / (1 - NOTICED)) {
      if (rising === false) halfUs = Math.min(halfUs, lowUs - turnUs);
      depth = Math.min(depth, low / high);
      rising = true;
      turnUs = lowUs;
      high = level;
      highUs = at;
    }
    at = curve.untilUs(at);
  }
  return { halfUs, depth: Math.max(0, depth), jumps };
}
