import type { Arrivals } from '../arrivals.ts';
import { EventHeap } from '../event-heap.ts';
import { keyOf, keySalt } from '../request-key.ts';
import { NOBODY } from '../requests.ts';
import type { EventWorld } from './event-world.ts';

/** Requests from outside that come whatever becomes of those before them: open traffic and recorded times. */
export class Sources {
  /** Traffic by the time of its next arrival. */
  readonly coming = new EventHeap();
  private readonly world: EventWorld;
  private readonly arrivals: (Arrivals | undefined)[];
  private readonly keyCount: Int32Array;
  private readonly salts: readonly number[];

  constructor(world: EventWorld) {
    const { traffic } = world.options;
    this.world = world;
    this.arrivals = traffic.map(() => undefined);
    this.keyCount = new Int32Array(traffic.length);
    this.salts = traffic.map((_, k) => keySalt(k));
  }

  /** From now on this traffic's arrivals come here. `keys` requests have come from it before. */
  take(traffic: number, arrivals: Arrivals, keys: number): void {
    this.arrivals[traffic] = arrivals;
    this.keyCount[traffic] = keys;
    if (arrivals.nextUs < Infinity) this.coming.push(arrivals.nextUs, traffic, 0, traffic);
  }

  /** The next requests of this traffic are there. */
  arrive(traffic: number): void {
    const arrivals = this.arrivals[traffic]!;
    for (let k = arrivals.batch; k > 0; k--)
      this.offer(traffic, NOBODY, keyOf(this.salts[traffic], this.keyCount[traffic]++));
    arrivals.step();
    if (arrivals.nextUs < Infinity) this.coming.push(arrivals.nextUs, traffic, 0, traffic);
  }

  /** One request from outside, of this user or of nobody. */
  offer(traffic: number, user: number, key: number): void {
    const { world } = this;
    const tally = world.counters.traffic[traffic];
    tally.offered++;
    tally.inFlight++;
    const { fromZone } = world.options.traffic[traffic];
    world.asking.begin(world.requests.take(traffic, NOBODY, user, key, fromZone, world.nowUs), true);
  }
}
