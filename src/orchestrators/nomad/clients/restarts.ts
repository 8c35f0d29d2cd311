import type { RandomStream } from '../../../sim/random.ts';
import type { RestartPolicy } from '../jobs/nomad-jobs.ts';

/**
 * What becomes of a task that has ended on its client (client/allocrunner/taskrunner/restarts): so many restarts within
 * an interval, each after the delay and up to a quarter of it more. The first interval begins with the task, each later
 * one with the first failure after the last.
 */
export class RestartTracker {
  private count = 0;
  private intervalFromUs: number;
  private readonly policy: RestartPolicy;
  private readonly jitterShare: number;
  private readonly stream: RandomStream;

  constructor(policy: RestartPolicy, fromUs: number, jitterShare: number, stream: RandomStream) {
    this.policy = policy;
    this.intervalFromUs = fromUs;
    this.jitterShare = jitterShare;
    this.stream = stream;
  }

  /** The delay before it is started again; undefined: it has failed. */
  next(nowUs: number): number | undefined {
    const { attempts, intervalUs, delayUs, mode } = this.policy;
    if (attempts === 0) return undefined;
    if (nowUs - this.intervalFromUs > intervalUs) {
      this.intervalFromUs = nowUs;
      this.count = 0;
    }
    this.count++;
    if (this.count <= attempts) return this.jittered(delayUs);
    if (mode === 'fail') return undefined;
    return Math.max(0, this.intervalFromUs + intervalUs - nowUs);
  }

  private jittered(delayUs: number): number {
    return delayUs + Math.floor(this.stream.next() * delayUs * this.jitterShare);
  }
}
