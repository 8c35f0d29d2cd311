import type { FluidStream } from './fluid-stream.ts';
import { constantShape, laterBy, type LatencyShape, mixtureOf } from './latency-shape.ts';

/** What a caller gets for one request, over all attempts. Not changed once made. */
export interface FluidAnswer {
  /** Time until the answer, or until the caller has given up for good. */
  readonly shape: LatencyShape;
  /** Chance that no attempt succeeds. */
  readonly fails: number;
  /** Of one attempt: what the answer was made of. */
  readonly meanUs: number;
  readonly attemptFails: number;
  readonly delayUs: number;
}

/** The stream's answer as of now: the one of last time unless it has changed by more than the tolerances. */
export function answerOf(stream: FluidStream, tolerance: number, chanceTolerance: number): FluidAnswer {
  const { odds, answer, delayUs } = stream;
  if (
    answer !== undefined &&
    answer.delayUs === delayUs &&
    Math.abs(answer.meanUs - odds.shape.meanUs) <= tolerance * answer.meanUs &&
    Math.abs(answer.attemptFails - odds.fails) <= chanceTolerance + 0.02 * answer.attemptFails
  )
    return answer;
  stream.answer = makeAnswer(stream);
  return stream.answer;
}

function makeAnswer(stream: FluidStream): FluidAnswer {
  const { odds, delayUs, attempts } = stream;
  const attemptFails = Math.min(1, Math.max(0, odds.fails));
  const base = { meanUs: odds.shape.meanUs, attemptFails, delayUs };
  const once = laterBy(odds.shape, delayUs);
  if (attemptFails < 1e-12) return { ...base, shape: once, fails: 0 };
  const parts: { weight: number; shape: LatencyShape }[] = [];
  let left = 1;
  let lostUs = 0;
  for (let attempt = 0; attempt < attempts; attempt++) {
    if (attempt > 0) lostUs += stream.backoffUs(attempt);
    if (attemptFails < 1) parts.push({ weight: left * (1 - attemptFails), shape: laterBy(once, lostUs) });
    left *= attemptFails;
    lostUs += odds.failsAfterUs;
    if (left < 1e-9) break;
  }
  parts.push({ weight: left, shape: constantShape(lostUs) });
  return { ...base, shape: mixtureOf(parts), fails: left };
}
