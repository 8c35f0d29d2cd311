import FastPriorityQueue from 'fastpriorityqueue';
import { EventQueue } from '../src/sim/event-queue.ts';
import { stream } from '../src/sim/random.ts';
import { unitExponential } from '../src/sim/ziggurat.ts';
import type { Benchmark, BenchTask, Sample } from './benchmark.ts';
import { Checksum } from './checksum.ts';
import { cpuTime } from './cpu-time.ts';

const US_PER_MS = 1000;
const MEAN_AHEAD_MS = 3_600_000;
const DRAWS = 2 ** 16;

/**
 * The hold model (Vaucher and Duval 1975): with so many events pending, take the earliest and push one in its place,
 * an exponential time ahead. Times are whole milliseconds and ranks differ, so that the total order is at stake.
 */
export const hold: Benchmark = {
  name: 'hold',
  summary:
    'The future event list alone: pop the earliest event, push another, so many pending. Our queue, fed numbers, against fastpriorityqueue of event objects under a comparator with the same total order; both pop the same events in the same order.',
  repeat: 3,
  tasks: ({ tiny }) => (tiny ? [50, 500] : [1000, 100_000, 1_000_000]).flatMap((pending) => pair(pending, tiny)),
};

function pair(pending: number, tiny: boolean): BenchTask[] {
  const operations = tiny ? 5000 : 1_000_000;
  const objects = `${pending} pending, event objects`;
  return [
    { name: objects, measure: () => measure(new ObjectQueue(), pending, operations) },
    {
      name: `${pending} pending, numbers`,
      against: objects,
      measure: () => measure(new NumberQueue(), pending, operations),
    },
  ];
}

interface HeldQueue {
  /** Time of the event popped last. */
  nowUs: number;
  push(timeUs: number, rank: number, number: number): void;
  /** The number of the next event. */
  pop(): number;
}

function measure(queue: HeldQueue, pending: number, operations: number): Sample {
  const random = stream(1, 'bench/hold');
  const aheadUs = Float64Array.from(
    { length: DRAWS },
    () => Math.round(unitExponential(random) * MEAN_AHEAD_MS) * US_PER_MS,
  );
  const checksum = new Checksum();
  let number = 0;
  while (number < pending) queue.push(aheadUs[number % DRAWS], number % 3, number++);
  const repeat = (times: number): void => {
    for (let k = 0; k < times; k++) {
      checksum.add(queue.pop());
      queue.push(queue.nowUs + aheadUs[number % DRAWS], number % 3, number++);
    }
  };
  repeat(operations / 5);
  const { cpuS } = cpuTime(() => repeat(operations));
  return { cpuS, amount: operations, unit: 'operations', fingerprint: checksum.text, work: { pending } };
}

/** The engine's queue, used as the engine does. */
class NumberQueue implements HeldQueue {
  nowUs = 0;
  private readonly events = new EventQueue();

  push(timeUs: number, rank: number, number: number): void {
    this.events.push(timeUs, rank, 0, number);
  }

  pop(): number {
    const { events } = this;
    this.nowUs = events.nextUs(Infinity);
    events.pop();
    return events.subject;
  }
}

interface EventObject {
  readonly timeUs: number;
  readonly rank: number;
  readonly number: number;
}

/** What one would write first: a fresh object an event. */
class ObjectQueue implements HeldQueue {
  nowUs = 0;
  private readonly events = new FastPriorityQueue<EventObject>(
    (one, other) =>
      one.timeUs < other.timeUs ||
      (one.timeUs === other.timeUs &&
        (one.rank < other.rank || (one.rank === other.rank && one.number < other.number))),
  );

  push(timeUs: number, rank: number, number: number): void {
    this.events.add({ timeUs, rank, number });
  }

  pop(): number {
    const event = this.events.poll()!;
    this.nowUs = event.timeUs;
    return event.number;
  }
}
