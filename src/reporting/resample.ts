/** Arithmetic mean of at least one value. */
export function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The value of a step curve at a time: that of the last point at or before it; before the first point, the first. */
function stepAt(timeUs: readonly number[], values: readonly number[], atUs: number): number {
  let low = 0;
  let high = timeUs.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (timeUs[middle] <= atUs) low = middle;
    else high = middle - 1;
  }
  return values[low];
}

/** The curve at `count` even steps from 0 to `untilUs` after `startUs`; undefined past its own end. */
export function resample(
  timeUs: readonly number[],
  values: readonly number[],
  { startUs, untilUs, count }: { startUs: number; untilUs: number; count: number },
): (number | undefined)[] {
  const last = timeUs.at(-1) ?? -Infinity;
  return Array.from({ length: count }, (_, step) => {
    const at = startUs + (count === 1 ? 0 : (untilUs * step) / (count - 1));
    // Half a microsecond: the last step may lie that far behind the last point by rounding.
    return timeUs.length === 0 || at > last + 0.5 ? undefined : stepAt(timeUs, values, at);
  });
}

/** The value below which a share `q` lies, by a distribution function given at points [value, share]. */
export function quantileOf(cdf: readonly (readonly [number, number])[], q: number): number {
  const point = cdf.find(([, share]) => share >= q - 1e-12) ?? cdf.at(-1);
  return point === undefined ? NaN : point[0];
}
