/** An alarm of M of M points: it sounds when each of the newest `count` points breaches; a point without a number does not. */
export function alarm(points: readonly number[], count: number, breaches: (value: number) => boolean): boolean {
  if (count < 1 || points.length < count) return false;
  for (let k = points.length - count; k < points.length; k++)
    if (!(points[k] === points[k] && breaches(points[k]))) return false;
  return true;
}
