import type { DurationSpec } from '../../../sim/duration-spec.ts';
import { durationSpecOf } from '../../../sim/duration-text.ts';
import { InputError } from '../../../sim/input-error.ts';
import { quoted, wholeNumberOf } from '../../../sim/quantity.ts';
import type { TrafficSource } from '../../../sim/requests/traffic.ts';
import { rateOf } from '../../../sim/unit-text.ts';
import { constantLevel } from './level-curves.ts';
import { levelCurveOf } from './level-text.ts';

/** Requests from outside, as an annotation says; a source is made anew for each run. */
export interface TrafficText {
  readonly source: (epochMs: number) => TrafficSource;
  /** Name of the zone where its clients are; absent: outside of all zones. */
  readonly fromZone?: string;
}

const THINK: DurationSpec = { kind: 'exponential', meanUs: 5e6 };

/**
 * Reads `200/s`, any other level over time (see `levelCurveOf`), or `users 50 think 5s`; ` from zone-a` may follow, and
 * several are separated by semicolons. Throws an InputError with the second half of a sentence.
 */
export function trafficTexts(text: string): TrafficText[] {
  return text.split(';').map((part) => {
    const [, shape = '', fromZone] = /^(.*?)(?:\s+from\s+(\S+))?$/s.exec(part.trim()) ?? [];
    if (shape === '') throw new InputError(`${quoted(text)} has an empty part; write it like 200/s`);
    return { source: sourceOf(shape), ...(fromZone !== undefined && { fromZone }) };
  });
}

function sourceOf(text: string): (epochMs: number) => TrafficSource {
  const [, users, , think] = /^users\s+(\S+)(\s+think\s+(.+))?$/s.exec(text) ?? [];
  if (users !== undefined) {
    const count = wholeNumberOf(users, 0, 10_000_000);
    const spec = think === undefined ? THINK : durationSpecOf(think);
    return () => ({ kind: 'closed', users: constantLevel(count), think: spec });
  }
  // Read once now, so that mistakes are told before the run begins.
  levelCurveOf(text, rateOf, 0);
  return (epochMs) => ({ kind: 'open', curve: levelCurveOf(text, rateOf, epochMs), spacing: 'poisson' });
}
