import { requestKey, type PodRequest } from '../sim/pod-request.ts';
import { blankRow, clearRow, type PodRow, type PodSource } from '../sim/pod-source.ts';

/** More identities than this are not remembered; equal requests are then found by their text. */
const IDENTITIES_KEPT = 65_536;

/** A workload held in memory, as columns; about 60 bytes a pod without its name. */
export class PodTable {
  arrivesUs = new Float64Array(64);
  runsUs = new Float64Array(64);
  estimateUs = new Float64Array(64);
  priority = new Float64Array(64);
  gangSize = new Int32Array(64);
  /** Index into `requests`. */
  request = new Int32Array(64);
  /** Index into `users`; -1 when it has none. */
  user = new Int32Array(64);
  /** The distinct requests, in the order in which they were first met. */
  readonly requests: PodRequest[] = [];
  readonly users: string[] = [];
  readonly names: (string | undefined)[] = [];
  readonly gangs: (string | undefined)[] = [];
  private readonly byIdentity = new Map<PodRequest, number>();
  private readonly byKey = new Map<string, number>();
  private readonly byUser = new Map<string, number>();

  /** Pods in the table. */
  get length(): number {
    return this.names.length;
  }

  /** Adds a copy of the row at the end. */
  add(row: PodRow): void {
    const k = this.names.length;
    if (k === this.arrivesUs.length) this.grow();
    this.arrivesUs[k] = row.arrivesUs;
    this.runsUs[k] = row.runsUs;
    this.estimateUs[k] = row.estimateUs;
    this.priority[k] = row.priority;
    this.gangSize[k] = row.gangSize;
    this.request[k] = this.requestIndex(row.request);
    this.user[k] = row.user === undefined ? -1 : this.userIndex(row.user);
    this.names.push(row.name);
    this.gangs.push(row.gang);
  }

  /** Fills `row` with pod `k`. */
  fill(row: PodRow, k: number): void {
    row.name = this.names[k];
    row.arrivesUs = this.arrivesUs[k];
    row.runsUs = this.runsUs[k];
    row.estimateUs = this.estimateUs[k];
    row.priority = this.priority[k];
    row.user = this.user[k] < 0 ? undefined : this.users[this.user[k]];
    row.gang = this.gangs[k];
    row.gangSize = this.gangSize[k];
    row.request = this.requests[this.request[k]];
  }

  /** The pods in the order of their arrival, those of one instant in the order in which they were added. */
  byArrival(): Int32Array {
    const order = Int32Array.from({ length: this.length }, (_, k) => k);
    const at = this.arrivesUs;
    let sorted = true;
    for (let k = 1; k < order.length && sorted; k++) sorted = at[k - 1] <= at[k];
    return sorted ? order : order.sort((a, b) => at[a] - at[b] || a - b);
  }

  /** The pods as a source, in the given order (by arrival when none is given). Each call starts from the beginning. */
  source(order: Int32Array = this.byArrival()): PodSource {
    let position = 0;
    return {
      next: (row) => {
        if (position === order.length) return false;
        this.fill(row, order[position++]);
        return true;
      },
    };
  }

  private requestIndex(request: PodRequest): number {
    let index = this.byIdentity.get(request);
    if (index !== undefined) return index;
    const key = requestKey(request);
    index = this.byKey.get(key);
    if (index === undefined) {
      index = this.requests.push(request) - 1;
      this.byKey.set(key, index);
    }
    if (this.byIdentity.size < IDENTITIES_KEPT) this.byIdentity.set(request, index);
    return index;
  }

  private userIndex(user: string): number {
    let index = this.byUser.get(user);
    if (index === undefined) this.byUser.set(user, (index = this.users.push(user) - 1));
    return index;
  }

  private grow(): void {
    const size = this.arrivesUs.length * 2;
    this.arrivesUs = widened(this.arrivesUs, new Float64Array(size));
    this.runsUs = widened(this.runsUs, new Float64Array(size));
    this.estimateUs = widened(this.estimateUs, new Float64Array(size));
    this.priority = widened(this.priority, new Float64Array(size));
    this.gangSize = widened(this.gangSize, new Int32Array(size));
    this.request = widened(this.request, new Int32Array(size));
    this.user = widened(this.user, new Int32Array(size));
  }
}

/** Reads a source to its end into a table. */
export function collect(source: PodSource): PodTable {
  const table = new PodTable();
  const row = blankRow();
  for (clearRow(row); source.next(row); clearRow(row)) table.add(row);
  return table;
}

function widened<Column extends Float64Array | Int32Array>(column: Column, into: Column): Column {
  into.set(column);
  return into;
}
