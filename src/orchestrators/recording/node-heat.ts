import type { HeatMap } from '../../sim/result.ts';

const MOST_GROUPS = 48;
const MOST_COLUMNS = 256;

/**
 * How full groups of neighbouring nodes were at each scrape. Nodes are numbered as they come; when there are more than
 * the groups hold, neighbouring groups become one, and neighbouring times likewise.
 */
export class NodeHeat {
  private groupWidth = 1;
  private nodes = 0;
  private readonly used = new Float64Array(MOST_GROUPS);
  private readonly capacity = new Float64Array(MOST_GROUPS);
  private timesUs: number[] = [];
  private columns: { readonly used: Float64Array; readonly capacity: Float64Array }[] = [];
  private scrapesPerColumn = 1;
  private scrapes = 0;

  /** The node's CPU requested and its capacity changed by so much. */
  change(node: number, usedMilli: number, capacityMilli: number): void {
    this.nodes = Math.max(this.nodes, node + 1);
    while (node >= MOST_GROUPS * this.groupWidth) this.widen();
    const group = Math.floor(node / this.groupWidth);
    this.used[group] += usedMilli;
    this.capacity[group] += capacityMilli;
  }

  sample(nowUs: number): void {
    if (this.scrapes++ % this.scrapesPerColumn === 0) {
      this.timesUs.push(nowUs);
      this.columns.push({ used: this.used.slice(), capacity: this.capacity.slice() });
    } else {
      const last = this.columns.length - 1;
      this.timesUs[last] = nowUs;
      add(this.columns[last].used, this.used);
      add(this.columns[last].capacity, this.capacity);
    }
    if (this.columns.length === MOST_COLUMNS && this.scrapes % this.scrapesPerColumn === 0) this.fold();
  }

  result(): HeatMap {
    const groups = Math.min(MOST_GROUPS, Math.ceil(this.nodes / this.groupWidth));
    return {
      timeUs: this.timesUs,
      resource: 'cpu',
      groups: Array.from({ length: groups }, (_, group) => ({
        firstNode: group * this.groupWidth,
        lastNode: Math.min((group + 1) * this.groupWidth, this.nodes) - 1,
      })),
      share: Array.from({ length: groups }, (_, group) =>
        this.columns.map(({ used, capacity }) => (capacity[group] > 0 ? used[group] / capacity[group] : 0)),
      ),
    };
  }

  private widen(): void {
    this.groupWidth *= 2;
    for (const row of [this.used, this.capacity]) mergeNeighbours(row);
    for (const { used, capacity } of this.columns) for (const row of [used, capacity]) mergeNeighbours(row);
  }

  private fold(): void {
    const { columns, timesUs } = this;
    this.timesUs = timesUs.filter((_, k) => k % 2 === 1);
    this.columns = columns.filter((_, k) => k % 2 === 1);
    this.columns.forEach((column, k) => {
      add(column.used, columns[2 * k].used);
      add(column.capacity, columns[2 * k].capacity);
    });
    this.scrapesPerColumn *= 2;
  }
}

function mergeNeighbours(row: Float64Array): void {
  for (let k = 0; k < row.length; k++) {
    const [first, second] = [2 * k, 2 * k + 1];
    row[k] = (first < row.length ? row[first] : 0) + (second < row.length ? row[second] : 0);
  }
}

function add(to: Float64Array, from: Float64Array): void {
  for (let k = 0; k < to.length; k++) to[k] += from[k];
}
