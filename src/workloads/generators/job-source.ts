import type { PodRequest } from '../../sim/pod-request.ts';
import { clearRow, type PodSource } from '../../sim/pod-source.ts';
import { days } from '../../sim/time.ts';
import type { Arrivals } from './arrivals.ts';
import type { GeneratorOptions } from './preset.ts';

/** What arrives at one instant: one pod, or several alike. */
export interface Job {
  request: PodRequest;
  /** Pods in it, >= 1. */
  count: number;
  /** Whether they must start together. */
  isGang: boolean;
  /** The run time of all its pods, in microseconds; a job with `ownRuns` asks for each pod instead. */
  runsUs: number;
  ownRuns: (() => number) | undefined;
  estimateUs: number;
  priority: number;
  user: string | undefined;
}

/**
 * Pods of jobs of sessions. `open` draws what the jobs of a session share, `draw` fills in one job; both are called in
 * order of arrival, so their random streams see the same order whatever the rate.
 */
export function jobSource<Session>(
  options: GeneratorOptions,
  arrivals: Arrivals,
  open: () => Session,
  draw: (session: Session, job: Job) => void,
): PodSource {
  const sessions: Session[] = [];
  const endUs = options.days === Infinity ? Infinity : days(options.days);
  const job: Job = {
    request: { cpuMilli: 0, memBytes: 0 },
    count: 0,
    isGang: false,
    runsUs: 0,
    ownRuns: undefined,
    estimateUs: Infinity,
    priority: 0,
    user: undefined,
  };
  let podsLeft = options.pods;
  let left = 0;
  let gangs = 0;
  let gang: string | undefined;
  let over = false;

  const advance = (): boolean => {
    arrivals.advance();
    if (arrivals.opens) sessions[arrivals.slot] = open();
    if (arrivals.atUs >= endUs) return false;
    job.isGang = false;
    job.ownRuns = undefined;
    job.estimateUs = Infinity;
    draw(sessions[arrivals.slot], job);
    if (job.isGang && job.count > podsLeft) return false;
    left = job.count;
    gang = job.isGang && job.count > 1 ? `gang-${gangs++}` : undefined;
    return true;
  };

  return {
    next(row) {
      if (over || podsLeft === 0 || (left === 0 && !advance())) {
        over = true;
        return false;
      }
      left--;
      podsLeft--;
      clearRow(row);
      row.arrivesUs = arrivals.atUs;
      row.request = job.request;
      row.runsUs = job.ownRuns ? job.ownRuns() : job.runsUs;
      row.estimateUs = job.estimateUs;
      row.priority = job.priority;
      row.user = job.user;
      if (gang !== undefined) {
        row.gang = gang;
        row.gangSize = job.count;
      }
      return true;
    },
  };
}
