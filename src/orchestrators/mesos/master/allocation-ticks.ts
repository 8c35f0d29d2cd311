import type { Clock } from '../../clock.ts';
import type { Allocation } from '../allocator/allocator-state.ts';
import type { HierarchicalAllocator } from '../allocator/hierarchical-allocator.ts';

/**
 * When the allocator runs: at once for what has changed (all requests of one moment are one run), and every interval over
 * all agents. A run of the interval before which nothing could have become free for anyone would change nothing and is
 * left out.
 */
export class AllocationTicks {
  private readonly clock: Clock;
  private readonly allocator: HierarchicalAllocator;
  private readonly intervalUs: number;
  private readonly made: (allocations: readonly Allocation[]) => void;
  private readonly eventKind: number;
  private readonly tickKind: number;
  private tickUs = Infinity;
  private isRequested = false;
  /** undefined: all. */
  private agents: Set<number> | undefined = new Set();

  constructor(
    clock: Clock,
    allocator: HierarchicalAllocator,
    intervalUs: number,
    made: (allocations: readonly Allocation[]) => void,
  ) {
    this.clock = clock;
    this.allocator = allocator;
    this.intervalUs = intervalUs;
    this.made = made;
    this.eventKind = clock.apiKind(() => this.runRequested());
    this.tickKind = clock.apiKind(() => this.tick());
  }

  /** A run over one agent, or all, as soon as everything of this moment has happened. */
  request(agent?: number): void {
    if (agent === undefined) this.agents = undefined;
    else this.agents?.add(agent);
    if (this.isRequested) return;
    this.isRequested = true;
    this.clock.after(0, this.eventKind, 0);
  }

  /** Something has become free: the next tick of the interval matters. */
  somethingIsFree(fromUs = this.clock.nowUs): void {
    const tickUs =
      Math.max(Math.ceil(fromUs / this.intervalUs), Math.floor(this.clock.nowUs / this.intervalUs) + 1) *
      this.intervalUs;
    if (tickUs >= this.tickUs) return;
    this.tickUs = tickUs;
    this.clock.at(tickUs, this.tickKind, 0);
  }

  private runRequested(): void {
    const { agents } = this;
    this.isRequested = false;
    this.agents = new Set();
    this.run(agents);
  }

  private tick(): void {
    if (this.clock.nowUs < this.tickUs) return;
    this.tickUs = Infinity;
    this.run(undefined);
  }

  private run(agents: ReadonlySet<number> | undefined): void {
    if (!this.allocator.hasDemand) return;
    const { nowUs } = this.clock;
    const allocations = this.allocator.allocate(nowUs, agents);
    const endUs = this.allocator.filters.nextEndUs(nowUs);
    if (endUs < Infinity) this.somethingIsFree(endUs);
    if (allocations.length > 0) this.made(allocations);
  }
}
