/**
 * A time that a manifest does not say. While files are read, times are microseconds since 1970; once all are read they
 * become microseconds of the run, and this one its start.
 */
export const NOT_KNOWN = Infinity;

/**
 * Moves every time of an object (`…Us` in its metadata, status and taints) so that `startUs` becomes 0. Returns another
 * object only where something changes.
 */
export function rebaseTimes<T extends { metadata: object }>(object: T, startUs: number): T {
  const moved: Record<string, unknown> = { ...object, metadata: moveTimes(object.metadata, startUs) };
  if ('status' in object) moved.status = moveTimes(object.status, startUs);
  if ('spec' in object && typeof object.spec === 'object' && object.spec !== null && 'taints' in object.spec)
    moved.spec = { ...object.spec, taints: moveTimes(object.spec.taints, startUs) };
  return moved as T;
}

function moveTimes(value: unknown, startUs: number): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((one) => moveTimes(one, startUs));
  const moved: Record<string, unknown> = {};
  for (const [key, one] of Object.entries(value)) {
    if (typeof one === 'number' && key.endsWith('Us')) moved[key] = one === NOT_KNOWN ? 0 : one - startUs;
    else moved[key] = key === 'labels' || key === 'annotations' ? one : moveTimes(one, startUs);
  }
  return moved;
}
