import { cos, exp, log, pow, sin } from '../../src/sim/exact-math.ts';
import { stream } from '../../src/sim/random.ts';
import { unitExponential, unitNormal } from '../../src/sim/ziggurat.ts';

const DRAWS = 20_000;

/**
 * Fingerprints of the numbers that runs are made of: random streams, our own exp, log, pow, sin and cos, samplers.
 * When a run differs between engines, these say whether the numbers do.
 */
export function numberFingerprints(): Record<string, string> {
  const uniform = stream(1, 'arguments');
  return {
    'random stream': hashOf(() => uniform.next()),
    'random stream, 53 bits': hashOf(() => uniform.fine()),
    exp: hashOf(() => exp((uniform.fine() - 0.5) * 1400)),
    log: hashOf(() => log(uniform.fine() * 1e12)),
    pow: hashOf(() => pow(uniform.fine() * 1e6, (uniform.fine() - 0.5) * 80)),
    sin: hashOf(() => sin((uniform.fine() - 0.5) * 1e6)),
    cos: hashOf(() => cos((uniform.fine() - 0.5) * 1e6)),
    exponential: hashOf(() => unitExponential(uniform)),
    normal: hashOf(() => unitNormal(uniform)),
  };
}

/** FNV-1a over the bits of so many numbers, so that a last bit counts. */
function hashOf(draw: () => number): string {
  const number = new Float64Array(1);
  const words = new Uint32Array(number.buffer);
  let hash = 0x811c9dc5;
  for (let i = 0; i < DRAWS; i++) {
    number[0] = draw();
    for (const word of words) hash = Math.imul(hash ^ word, 0x01000193) >>> 0;
  }
  return hash.toString(16).padStart(8, '0');
}
