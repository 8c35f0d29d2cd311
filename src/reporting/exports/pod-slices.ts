/** One stay of a pod on a node. */
export interface PodSlice {
  readonly pod: string;
  readonly node: string;
  readonly startUs: number;
  readonly endUs: number;
  /** `running`: when the run ended it was still there. */
  readonly ended: 'finished' | 'evicted' | 'killed' | 'running';
}

/** One line of a journal as NDJSON, as far as it is needed here. */
interface JournalLine {
  readonly timeUs: number;
  readonly kind: string;
  readonly pod: number;
  readonly name?: string;
  readonly node?: string;
}

const ENDINGS: Readonly<Record<string, PodSlice['ended']>> = { finish: 'finished', evict: 'evicted', kill: 'killed' };

/**
 * Where each pod stayed and when, from a journal as NDJSON, in the order in which stays ended; those that go on are cut
 * off at `endUs`.
 */
export function slicesOfJournal(lines: Iterable<string>, endUs: number): PodSlice[] {
  const names = new Map<number, string>();
  const open = new Map<number, { node: string; startUs: number }>();
  const closed: PodSlice[] = [];
  const close = (pod: number, untilUs: number, ended: PodSlice['ended']): void => {
    const stay = open.get(pod);
    if (!stay) return;
    open.delete(pod);
    closed.push({ pod: names.get(pod) ?? `pod ${pod}`, ...stay, endUs: untilUs, ended });
  };
  for (const line of lines) {
    if (line === '') continue;
    const { timeUs, kind, pod, name, node } = JSON.parse(line) as JournalLine;
    if (kind === 'arrive' && name !== undefined) names.set(pod, name);
    else if (kind === 'place' && node !== undefined) open.set(pod, { node, startUs: timeUs });
    else if (ENDINGS[kind] !== undefined) close(pod, timeUs, ENDINGS[kind]);
  }
  for (const pod of open.keys()) close(pod, endUs, 'running');
  return closed;
}
