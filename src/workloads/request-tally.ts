import { requestKey, type PodRequest } from '../sim/pod-request.ts';

/** One request and how much of the workload asks for it. */
export interface RequestShare {
  readonly request: string;
  readonly pods: number;
  readonly share: number;
}

/** Distinct requests told apart at most; further ones are counted together as one. */
const DISTINCT_KEPT = 100_000;
/** Request objects remembered by identity, which spares building their text; a source may make a new one each row. */
const IDENTITIES_KEPT = 4096;

/** Counts pods by what they ask for. */
export class RequestTally {
  private readonly counts = new Map<string, { pods: number }>();
  private readonly byIdentity = new Map<PodRequest, { pods: number }>();
  private readonly others = { pods: 0 };
  private pods = 0;

  add(request: PodRequest): void {
    this.pods++;
    let entry = this.byIdentity.get(request);
    if (entry === undefined) {
      entry = this.entryOf(requestKey(request));
      if (this.byIdentity.size >= IDENTITIES_KEPT) this.byIdentity.clear();
      this.byIdentity.set(request, entry);
    }
    entry.pods++;
  }

  private entryOf(key: string): { pods: number } {
    const known = this.counts.get(key);
    if (known !== undefined) return known;
    if (this.counts.size >= DISTINCT_KEPT) return this.others;
    const entry = { pods: 0 };
    this.counts.set(key, entry);
    return entry;
  }

  get distinct(): number {
    return this.counts.size;
  }

  /** The most frequent requests; equals in the order in which they first came. */
  top(count: number): RequestShare[] {
    return [...this.counts]
      .map(([request, { pods }]) => ({ request, pods, share: pods / this.pods }))
      .sort((a, b) => b.pods - a.pods)
      .slice(0, count);
  }
}
