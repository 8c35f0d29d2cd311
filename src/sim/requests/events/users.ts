import { durationSampler, type DurationSampler } from '../../duration-spec.ts';
import { keyOf, keySalt } from '../request-key.ts';
import { Slots } from '../slots.ts';
import { USER_ASKS, USERS_CHANGE } from './event-kinds.ts';
import type { EventWorld } from './event-world.ts';

/** A user whose request failed at once does not ask again before this, so that time always goes on. */
const SHORTEST_PAUSE_US = 1000;

/** Closed loops: users who wait for the answer, think, and ask again. */
export class Users {
  private readonly world: EventWorld;
  private readonly slots = new Slots();
  private readonly trafficOf: number[] = [];
  private readonly count: number[];
  private readonly target: number[];
  private readonly think: readonly (DurationSampler | undefined)[];

  constructor(world: EventWorld) {
    const { traffic, streams } = world.options;
    this.world = world;
    this.count = traffic.map(() => 0);
    this.target = traffic.map(() => 0);
    this.think = traffic.map(({ name, source }) =>
      source.kind === 'closed' ? durationSampler(source.think, streams(`traffic/${name}/think`)) : undefined,
    );
  }

  /** So many users from now on, as the curve says: new ones begin by thinking, and who is too many leaves when it would ask again. */
  change(traffic: number): void {
    const { nowUs, heap, options } = this.world;
    const { source } = options.traffic[traffic];
    if (source.kind !== 'closed') return;
    const target = Math.max(0, Math.round(source.users.at(nowUs)));
    this.target[traffic] = target;
    while (this.count[traffic] < target) {
      const user = this.slots.take();
      this.trafficOf[user] = traffic;
      this.count[traffic]++;
      this.thinks(user, 0);
    }
    const untilUs = source.users.untilUs(nowUs);
    if (untilUs < Infinity) heap.push(untilUs, USERS_CHANGE, USERS_CHANGE, traffic);
  }

  /** The user's request, which took so long, has its answer. */
  answered(user: number, tookUs: number): void {
    this.thinks(user, tookUs > 0 ? 0 : SHORTEST_PAUSE_US);
  }

  asks(user: number): void {
    const traffic = this.trafficOf[user];
    if (this.count[traffic] > this.target[traffic]) {
      this.count[traffic]--;
      this.slots.release(user);
    } else this.world.sources.offer(traffic, user, keyOf(keySalt(traffic), user));
  }

  private thinks(user: number, leastUs: number): void {
    const { heap, nowUs } = this.world;
    const thinkUs = Math.max(leastUs, this.think[this.trafficOf[user]]!());
    heap.push(nowUs + thinkUs, USER_ASKS, USER_ASKS, user);
  }
}
