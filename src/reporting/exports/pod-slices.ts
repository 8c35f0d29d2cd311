import { ARRIVE, EVICT, FINISH, type JournalBatch, type JournalSink, KILL, PLACE } from '../../sim/journal.ts';

/** One stay of a pod on a node. */
export interface PodSlice {
  readonly pod: string;
  readonly node: string;
  readonly startUs: number;
  readonly endUs: number;
  /** `running`: when the run ended it was still there. */
  readonly ended: 'finished' | 'evicted' | 'killed' | 'running';
}

const ENDINGS = new Map<number, PodSlice['ended']>([
  [FINISH, 'finished'],
  [EVICT, 'evicted'],
  [KILL, 'killed'],
]);

/** Keeps from the journal where each pod stayed and when; `nodeNames` may grow while the run goes on. */
export class PodSlices implements JournalSink {
  private readonly nodeNames: readonly string[];
  private readonly podNames = new Map<number, string>();
  private readonly open = new Map<number, { node: number; startUs: number }>();
  private readonly closed: PodSlice[] = [];

  constructor(nodeNames: readonly string[]) {
    this.nodeNames = nodeNames;
  }

  write({ count, timeUs, kind, pod, node, name }: JournalBatch): void {
    for (let at = 0; at < count; at++) {
      const label = name[at];
      if (kind[at] === ARRIVE && label !== undefined) this.podNames.set(pod[at], label);
      if (kind[at] === PLACE) this.open.set(pod[at], { node: node[at], startUs: timeUs[at] });
      const ended = ENDINGS.get(kind[at]);
      if (ended !== undefined) this.close(pod[at], timeUs[at], ended);
    }
  }

  /** All stays, those that go on cut off at `endUs`, in the order in which they ended. */
  slices(endUs: number): readonly PodSlice[] {
    for (const pod of this.open.keys()) this.close(pod, endUs, 'running');
    return this.closed;
  }

  private close(pod: number, endUs: number, ended: PodSlice['ended']): void {
    const stay = this.open.get(pod);
    if (!stay) return;
    this.open.delete(pod);
    const { node, startUs } = stay;
    this.closed.push({
      pod: this.podNames.get(pod) ?? `pod ${pod}`,
      node: this.nodeNames[node] ?? `node ${node}`,
      startUs,
      endUs,
      ended,
    });
  }
}
