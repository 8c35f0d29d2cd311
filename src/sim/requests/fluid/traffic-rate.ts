import type { LevelCurve, TrafficSource } from '../traffic.ts';
import { US_PER_SECOND } from '../../time.ts';

/** Arrivals recorded one by one are counted by the second. */
const BIN_US = US_PER_SECOND;

/** Requests per second of a source that is open; users of one that is closed. */
export function rateCurve(source: TrafficSource): LevelCurve {
  if (source.kind === 'closed') return source.users;
  if (source.kind === 'times') return new CountedTimes(source.next.bind(source));
  const { curve, batch } = source;
  if (batch === undefined) return curve;
  return { at: (us) => curve.at(us) * batch.mean, untilUs: (us) => curve.untilUs(us) };
}

/** Seconds that are remembered after the latest that was asked for. */
const REMEMBERED = 8192;

/** The rate of recorded times, second by second. */
class CountedTimes implements LevelCurve {
  private readonly next: () => number;
  private upcoming: number;
  private readonly counts = new Float64Array(REMEMBERED);
  private last = -1;

  constructor(next: () => number) {
    this.next = next;
    this.upcoming = next();
  }

  at(timeUs: number): number {
    const bin = Math.floor(timeUs / BIN_US);
    while (this.last < bin) {
      // Spans without any arrival are passed over at once.
      this.last = Math.max(this.last + 1, bin - REMEMBERED + 1);
      let count = 0;
      while (this.upcoming < (this.last + 1) * BIN_US) {
        count++;
        this.upcoming = this.next();
      }
      this.counts[this.last % REMEMBERED] = count;
    }
    return (this.counts[bin % REMEMBERED] * US_PER_SECOND) / BIN_US;
  }

  untilUs(timeUs: number): number {
    const bin = Math.floor(timeUs / BIN_US);
    return this.upcoming === Infinity && bin > this.last ? Infinity : (bin + 1) * BIN_US;
  }
}

/**
 * Where a span that begins at `fromUs` ends at the latest so that the level hardly changes within it: at the first
 * change by more than a share of the level.
 */
export function evenUntil(curve: LevelCurve, fromUs: number, toUs: number, share: number): number {
  const first = curve.at(fromUs);
  let at = curve.untilUs(fromUs);
  while (at < toUs) {
    const level = curve.at(at);
    if (Math.abs(level - first) > share * Math.max(level, first)) return at;
    at = curve.untilUs(at);
  }
  return toUs;
}

/** The mean level between two times. */
export function meanLevelBetween(curve: LevelCurve, fromUs: number, toUs: number): number {
  let sum = 0;
  let at = fromUs;
  while (at < toUs) {
    const level = curve.at(at);
    const until = Math.min(toUs, curve.untilUs(at));
    sum += level * (until - at);
    at = until;
  }
  return toUs > fromUs ? sum / (toUs - fromUs) : curve.at(fromUs);
}
