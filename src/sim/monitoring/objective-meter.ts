import type { ObjectiveSpec } from '../living-spec.ts';
import { minutes } from '../time.ts';
import type { ObjectiveResult } from './living-result.ts';

const MINUTE_US = minutes(1);
/** Windows of the burn rates that SRE alerts look at (Google SRE workbook, chapter 5). */
const SHORT_MINUTES = 5;
const LONG_MINUTES = 60;

/** Keeps account of one promise: what share of requests was good, minute by minute. */
export class ObjectiveMeter {
  private readonly spec: ObjectiveSpec;
  private readonly service: string;
  private readonly good: number[] = [];
  private readonly bad: number[] = [];
  private lastUs = 0;

  constructor(spec: ObjectiveSpec, service: string) {
    this.spec = spec;
    this.service = service;
  }

  /** So many requests ended good and bad since this was last called; the minutes between get their parts by time. */
  add(nowUs: number, good: number, bad: number): void {
    const spanUs = nowUs - this.lastUs;
    while (this.lastUs < nowUs) {
      const minute = Math.floor(this.lastUs / MINUTE_US);
      const untilUs = Math.min(nowUs, (minute + 1) * MINUTE_US);
      const share = (untilUs - this.lastUs) / spanUs;
      this.good[minute] = (this.good[minute] ?? 0) + good * share;
      this.bad[minute] = (this.bad[minute] ?? 0) + bad * share;
      this.lastUs = untilUs;
    }
  }

  /** Whether the promise was broken in this minute of the run, taken alone. */
  isViolated(minute: number): boolean {
    const ended = this.good[minute] + this.bad[minute];
    return ended > 0 && this.bad[minute] > (1 - this.spec.target) * ended + 1e-9;
  }

  /** The longest stretch of minutes in each of which the promise was broken. */
  get longestViolationMinutes(): number {
    let longest = 0;
    let now = 0;
    for (let minute = 0; minute < this.good.length; minute++) {
      now = this.isViolated(minute) ? now + 1 : 0;
      longest = Math.max(longest, now);
    }
    return longest;
  }

  result(): ObjectiveResult {
    const { spec } = this;
    const good = sum(this.good);
    const bad = sum(this.bad);
    const allowed = 1 - spec.target;
    const badShare = good + bad > 0 ? bad / (good + bad) : 0;
    const isWindowed = spec.windowUs < this.lastUs;
    const worstShare = isWindowed ? this.worstShare(Math.max(1, Math.ceil(spec.windowUs / MINUTE_US))) : badShare;
    const budgetUsed = allowed > 0 ? worstShare / allowed : worstShare > 0 ? Infinity : 0;
    const promise = isLatency(spec)
      ? `${percent(spec.target)} within ${spec.withinUs / 1000} ms`
      : `${percent(spec.target)} answered`;
    let violatedMinutes = 0;
    for (let minute = 0; minute < this.good.length; minute++) if (this.isViolated(minute)) violatedMinutes++;
    return {
      service: this.service,
      kind: isLatency(spec) ? 'latency' : 'availability',
      text: isWindowed ? `${promise} in any ${spec.windowUs / MINUTE_US} min` : promise,
      target: spec.target,
      goodShare: 1 - badShare,
      budgetUsed,
      worstBurn5m: this.worstBurn(SHORT_MINUTES),
      worstBurn1h: this.worstBurn(LONG_MINUTES),
      violatedMinutes,
      kept: worstShare <= allowed + 1e-12,
    };
  }

  /** The largest share of bad requests in any stretch of so many whole minutes; shorter ones at the ends do not count. */
  private worstShare(window: number): number {
    const good = sumsUntil(this.good);
    const bad = sumsUntil(this.bad);
    let worst = 0;
    for (let from = 0; from === 0 || from + window < good.length; from++) {
      const to = Math.min(from + window, good.length - 1);
      const badThen = bad[to] - bad[from];
      if (badThen > 0) worst = Math.max(worst, badThen / (good[to] - good[from] + badThen));
    }
    return worst;
  }

  /** The highest error rate over any window of so many minutes, over the error rate that the promise allows. */
  private worstBurn(window: number): number {
    const allowed = 1 - this.spec.target;
    let worst = 0;
    let good = 0;
    let bad = 0;
    for (let minute = 0; minute < this.good.length; minute++) {
      good += this.good[minute];
      bad += this.bad[minute];
      if (minute >= window) {
        good -= this.good[minute - window];
        bad -= this.bad[minute - window];
      }
      // A window at the start of the run is as long as the run is by then.
      if (good + bad > 0 && allowed > 0) worst = Math.max(worst, bad / (good + bad) / allowed);
    }
    return worst;
  }
}

/** The sums of the first 0, 1, 2, ... values. */
function sumsUntil(values: readonly number[]): number[] {
  const sums = [0];
  for (const value of values) sums.push(sums[sums.length - 1] + value);
  return sums;
}

const isLatency = ({ withinUs }: ObjectiveSpec): boolean => withinUs !== Infinity;
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const percent = (share: number): string => `${Math.round(share * 1e6) / 1e4} %`;
