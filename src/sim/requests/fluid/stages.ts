import type { CallSpec } from '../request-service.ts';
import type { FluidStream } from './fluid-stream.ts';
import { largestOf, type LatencyShape, mixtureOf, NO_TIME, sumOf, trimmed } from './latency-shape.ts';
import { wholePower } from './level-rates.ts';

/** Copies of a call beyond this are taken for so many. */
const MOST_COPIES = 256;

/**
 * The time that a service's calls take, stages one after the other and the calls of a stage at once, as if all were
 * independent; and the chance that one that is required fails.
 */
export function stagesOf(stages: readonly (readonly { readonly call: CallSpec; readonly stream: FluidStream }[])[]): {
  shape: LatencyShape;
  fails: number;
} {
  let shape: LatencyShape = NO_TIME;
  let succeeds = 1;
  for (const stage of stages) {
    const times: LatencyShape[] = [];
    for (const { call, stream } of stage) {
      const { answer } = stream;
      if (answer === undefined || call.chance <= 0) continue;
      const one = trimmed(answer.shape, 1e-3, 1e-6);
      const copies = Math.min(MOST_COPIES, call.fanOut);
      const all = copies > 1 ? largestOf(Array.from({ length: copies }, () => one)) : one;
      times.push(
        call.chance < 1
          ? mixtureOf([
              { weight: 1 - call.chance, shape: NO_TIME },
              { weight: call.chance, shape: all },
            ])
          : all,
      );
      if (call.required) succeeds *= 1 - call.chance * (1 - wholePower(1 - answer.fails, call.fanOut));
    }
    shape = sumOf(shape, largestOf(times));
  }
  return { shape, fails: 1 - succeeds };
}
