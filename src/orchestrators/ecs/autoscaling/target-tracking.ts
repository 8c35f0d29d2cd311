/**
 * Tasks that would bring the metric to its target, from those that run now: ceil(running × metric / target)
 * (Application Auto Scaling User Guide, target tracking). With nothing running: at least one.
 */
export function trackedCount(running: number, metric: number, target: number): number {
  // 7 × 60 / 60 must be 7, whatever fractions of a metric come to.
  return Math.ceil(Math.round(((running * metric) / target) * 1e9) / 1e9);
}

/** Which alarms of a policy ring after these one-minute points, the newest last. */
export function alarmsOf(
  points: readonly number[],
  target: number,
  { highPoints, lowPoints, lowShare }: { highPoints: number; lowPoints: number; lowShare: number },
): { high: boolean; low: boolean } {
  const all = (count: number, test: (point: number) => boolean): boolean =>
    points.length >= count && points.slice(points.length - count).every(test);
  return {
    high: all(highPoints, (point) => point > target),
    low: all(lowPoints, (point) => point < target * lowShare),
  };
}
