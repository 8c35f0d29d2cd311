import { exp, log } from './exact-math.ts';
import type { RandomStream } from './random.ts';

/**
 * Ziggurat sampling (Marsaglia and Tsang, "The Ziggurat Method for Generating Random Variables", J. Stat. Software 5,
 * 2000): the density is covered by 256 layers of equal area, and 99 % of the draws need one random number, one
 * comparison of whole numbers and one product. Unlike the original the layer and the place in it come from different
 * bits of the number (Doornik 2005).
 */

/** A draw from the exponential distribution with mean 1. */
export function unitExponential(stream: RandomStream): number {
  let shift = 0;
  for (;;) {
    const word = stream.next() * 4294967296;
    const layer = word & 255;
    const place = word >>> 8;
    const x = (place + 0.5) * exponentialWidth[layer];
    if (place < exponentialSure[layer]) return shift + x;
    // Without memory: beyond the base layer the distribution begins anew.
    if (layer === 0) shift += EXPONENTIAL_END;
    else if (underCurve(exponentialHeight, layer, stream) < exp(-x)) return shift + x;
  }
}

/** A draw from the normal distribution with mean 0 and standard deviation 1. */
export function unitNormal(stream: RandomStream): number {
  for (;;) {
    const word = stream.next() * 4294967296;
    const layer = word & 255;
    const negative = (word & 256) !== 0;
    const place = word >>> 9;
    const x = (place + 0.5) * normalWidth[layer];
    if (place < normalSure[layer]) return negative ? -x : x;
    if (layer === 0) {
      const tail = normalTail(stream);
      return negative ? -tail : tail;
    }
    if (underCurve(normalHeight, layer, stream) < exp(-0.5 * x * x)) return negative ? -x : x;
  }
}

/** Marsaglia's exact method for the normal tail beyond the base layer. */
function normalTail(stream: RandomStream): number {
  for (;;) {
    const x = unitExponential(stream) / NORMAL_END;
    if (2 * unitExponential(stream) > x * x) return NORMAL_END + x;
  }
}

function underCurve(height: Float64Array, layer: number, stream: RandomStream): number {
  return height[layer] + stream.next() * (height[layer + 1] - height[layer]);
}

const LAYERS = 256;
/** Where the base layer ends and the area of each layer, for 256 layers (constants of the paper). */
const EXPONENTIAL_END = 7.697117470131487;
const EXPONENTIAL_AREA = 0.003949659822581572;
const NORMAL_END = 3.6541528853610088;
const NORMAL_AREA = 0.00492867323399;

const [exponentialWidth, exponentialSure, exponentialHeight] = layers(
  EXPONENTIAL_END,
  EXPONENTIAL_AREA,
  2 ** 24,
  (x) => exp(-x),
  (y) => -log(y),
);
const [normalWidth, normalSure, normalHeight] = layers(
  NORMAL_END,
  NORMAL_AREA,
  2 ** 23,
  (x) => exp(-0.5 * x * x),
  (y) => Math.sqrt(-2 * log(y)),
);

/** Per layer: the step between places, the places that lie under the curve for certain, the height of its floor. */
function layers(
  end: number,
  area: number,
  places: number,
  density: (x: number) => number,
  inverse: (y: number) => number,
): [Float64Array, Float64Array, Float64Array] {
  const edge = new Float64Array(LAYERS + 1);
  edge[0] = area / density(end);
  edge[1] = end;
  for (let k = 2; k < LAYERS; k++) edge[k] = inverse(area / edge[k - 1] + density(edge[k - 1]));
  const width = new Float64Array(LAYERS);
  const sure = new Float64Array(LAYERS);
  const height = new Float64Array(LAYERS + 1);
  for (let k = 0; k < LAYERS; k++) {
    width[k] = edge[k] / places;
    sure[k] = Math.floor((edge[k + 1] / edge[k]) * places);
    height[k] = density(edge[k]);
  }
  height[LAYERS] = 1;
  return [width, sure, height];
}
