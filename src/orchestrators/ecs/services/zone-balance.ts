/** Tasks by zone, zones without any among them, in order of their names. */
export function zoneCounts(zonesOfTasks: readonly string[], zones: Iterable<string>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const zone of [...new Set([...zones, ...zonesOfTasks])].sort()) counts.set(zone, 0);
  for (const zone of zonesOfTasks) counts.set(zone, counts.get(zone)! + 1);
  return counts;
}

/** From the fullest zone to the emptiest, if they differ by so many; undefined: even enough. Ties go to the first name. */
export function imbalance(
  counts: ReadonlyMap<string, number>,
  difference: number,
): { from: string; to: string } | undefined {
  let from = '';
  let to = '';
  let most = -1;
  let fewest = Infinity;
  for (const [zone, tasks] of counts) {
    if (tasks > most) [from, most] = [zone, tasks];
    if (tasks < fewest) [to, fewest] = [zone, tasks];
  }
  return most - fewest >= difference ? { from, to } : undefined;
}
