import type { RandomStream } from '../random.ts';
import { unitExponential } from '../ziggurat.ts';
import type { LevelCurve, Traffic } from './traffic.ts';

const US_PER_S = 1_000_000;
/** After so many changes of the rate without an arrival one of nobody is given, so that no call goes on for ever. */
const MOST_CHANGES = 64;

/**
 * The arrivals of one open or recorded traffic, one after the other: when the next come, and how many at once.
 *
 * Over a curve the gaps are drawn in operational time (arrivals expected so far), where they are exponential with mean
 * 1, or exactly 1, and carried over every change of the rate: exact for any piecewise constant rate.
 */
export class Arrivals {
  /** When the next arrival comes; Infinity when none will. */
  nextUs: number;
  /** How many come then; may be none. */
  batch = 1;

  private readonly curve: LevelCurve | undefined;
  private readonly recorded: (() => number) | undefined;
  private readonly random: RandomStream | undefined;
  private readonly sampleBatch: (() => number) | undefined;
  /** The rate holds until then. */
  private untilUs: number;
  private perUs = 0;
  private usPerArrival = 0;
  /** What is left of a gap that was interrupted; 0: none was. */
  private leftOver = 0;

  constructor(traffic: Traffic, startUs: number, streams: (name: string) => RandomStream) {
    const { source, name } = traffic;
    this.nextUs = startUs;
    this.untilUs = startUs;
    if (source.kind === 'closed') throw new TypeError(`the traffic "${name}" is a closed loop and has no arrivals`);
    if (source.kind === 'open') {
      this.curve = source.curve;
      this.random = source.spacing === 'poisson' ? streams(`traffic/${name}`) : undefined;
      const { batch } = source;
      if (batch !== undefined) {
        const sizes = streams(`traffic/${name}/batches`);
        this.sampleBatch = () => batch.sample(sizes);
      }
      this.readRate(startUs);
    } else this.recorded = () => source.next();
    this.step();
    // What was recorded before the start has happened already.
    while (this.nextUs < startUs) this.step();
  }

  /** Goes on to the next arrival. */
  step(): void {
    if (this.recorded !== undefined) {
      this.nextUs = this.recorded();
      return;
    }
    const gap = this.leftOver > 0 ? this.leftOver : this.random === undefined ? 1 : unitExponential(this.random);
    const nextUs = this.nextUs + gap * this.usPerArrival;
    if (nextUs <= this.untilUs) {
      this.nextUs = nextUs;
      this.leftOver = 0;
      this.batch = this.sampleBatch === undefined ? 1 : this.sampleBatch();
    } else this.stepOverChanges(gap);
  }

  private stepOverChanges(gap: number): void {
    let left = gap;
    let atUs = this.nextUs;
    for (let changes = 0; changes < MOST_CHANGES; changes++) {
      const nextUs = atUs + left * this.usPerArrival;
      if (nextUs <= this.untilUs) {
        this.nextUs = nextUs;
        this.leftOver = 0;
        this.batch = this.sampleBatch === undefined ? 1 : this.sampleBatch();
        return;
      }
      if (this.untilUs === Infinity) {
        this.nextUs = Infinity;
        return;
      }
      // Rounding may leave nothing: the arrival then comes as soon as the rate is above 0.
      left = Math.max(Number.MIN_VALUE, left - (this.untilUs - atUs) * this.perUs);
      atUs = this.untilUs;
      this.readRate(atUs);
    }
    this.nextUs = atUs;
    this.leftOver = left;
    this.batch = 0;
  }

  private readRate(atUs: number): void {
    const perS = this.curve!.at(atUs);
    this.untilUs = this.curve!.untilUs(atUs);
    this.perUs = perS / US_PER_S;
    this.usPerArrival = perS > 0 ? US_PER_S / perS : Infinity;
  }
}
