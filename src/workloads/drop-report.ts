const EXAMPLES_KEPT = 3;

interface Counted {
  count: number;
  readonly examples: string[];
}

/** What a reader did to a trace on its way in: how much it read, what it left out or changed, where, and why. */
export class DropReport {
  /** Rows of data seen, without header, comments and blank lines. */
  rowsRead = 0;
  /** Pods handed on; a row may give several (a gang) or none (dropped). */
  podsGiven = 0;
  private readonly drops = new Map<string, Counted>();
  private readonly changes = new Map<string, Counted>();
  private readonly remarks: string[] = [];

  /** Counts a row that was left out. `where` is `file:line`; the reason completes "1 row dropped: …". */
  drop(reason: string, where: string): void {
    tally(this.drops, reason, where);
  }

  /** Counts a row that was kept but changed, such as a value that was bounded. */
  change(reason: string, where: string): void {
    tally(this.changes, reason, where);
  }

  /** Says something about the whole file, once. */
  note(remark: string): void {
    if (!this.remarks.includes(remark)) this.remarks.push(remark);
  }

  /** Rows dropped, for whatever reason. */
  get dropped(): number {
    return total(this.drops);
  }

  /** Changes counted, of whatever kind. */
  get changed(): number {
    return total(this.changes);
  }

  /** Rows dropped for each reason, in the order in which the reasons were first met. */
  reasons(): { readonly reason: string; readonly count: number; readonly examples: readonly string[] }[] {
    return [...this.drops].map(([reason, counted]) => ({ reason, ...counted }));
  }

  /** The whole report, one sentence a line. */
  sentences(): string[] {
    return [
      `${rows(this.rowsRead)} read, ${this.podsGiven} ${this.podsGiven === 1 ? 'pod' : 'pods'} given`,
      ...[...this.drops].map((entry) => sentence('dropped', entry)),
      ...[...this.changes].map((entry) => sentence('changed', entry)),
      ...this.remarks,
    ];
  }
}

function tally(counts: Map<string, Counted>, reason: string, where: string): void {
  let counted = counts.get(reason);
  if (counted === undefined) counts.set(reason, (counted = { count: 0, examples: [] }));
  counted.count++;
  if (counted.examples.length < EXAMPLES_KEPT) counted.examples.push(where);
}

function total(counts: Map<string, Counted>): number {
  let sum = 0;
  for (const { count } of counts.values()) sum += count;
  return sum;
}

function sentence(what: string, [reason, { count, examples }]: readonly [string, Counted]): string {
  return `${rows(count)} ${what}: ${reason} (${examples.join(', ')}${count > examples.length ? ', …' : ''})`;
}

function rows(number: number): string {
  return `${number} ${number === 1 ? 'row' : 'rows'}`;
}
