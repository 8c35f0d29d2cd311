import type { DeploymentStep, DeploymentView } from '../../sim/services/deployment-policy.ts';
import { seconds } from '../../sim/time.ts';
import { numberOf, textOf } from '../option-values.ts';
import type { PolicyOption, PolicyOptions } from '../policy-family.ts';

/**
 * Notices that a deployment gets no further: that for long no version has passed its best so far (more new replicas, more
 * of them ready, fewer old ones). A replica that comes and goes is no progress. One of these serves one deployment.
 */
export class ProgressWatch {
  readonly #deadlineUs: number;
  readonly #rollsBack: boolean;
  #fresh = -1;
  #ready = -1;
  #old = Infinity;
  #sinceUs = 0;

  constructor(options: PolicyOptions) {
    this.#deadlineUs = numberOf(options, 'deadline');
    this.#rollsBack = textOf(options, 'onDeadline') === 'roll-back';
  }

  /** Takes note of the view; to be called at every step. */
  look({ nowUs, old, new: fresh }: DeploymentView): void {
    const left = old.total + old.stopping;
    if (fresh.total <= this.#fresh && fresh.ready <= this.#ready && left >= this.#old) return;
    this.#fresh = Math.max(fresh.total, this.#fresh);
    this.#ready = Math.max(fresh.ready, this.#ready);
    this.#old = Math.min(left, this.#old);
    this.#sinceUs = nowUs;
  }

  /** Nothing to do but to wait for what `why` says; past the deadline it is stuck, and may be given up. */
  wait(view: DeploymentView, why: string, trafficShare?: number): DeploymentStep {
    const stalledUs = view.nowUs - this.#sinceUs;
    const share = trafficShare === undefined ? {} : { trafficShare };
    if (stalledUs < this.#deadlineUs) return { start: 0, stop: 0, why, ...share };
    const stuck = `stuck: no progress for ${Math.floor(stalledUs / seconds(1))} s: ${why}`;
    if (this.#rollsBack) return { start: 0, stop: 0, trafficShare: 0, end: 'roll-back', why: stuck };
    return { start: 0, stop: 0, why: stuck, ...share };
  }
}

/** The options of the watch. */
export function deadlineOptions(onDeadline: 'wait' | 'roll-back'): PolicyOption[] {
  return [
    {
      name: 'deadline',
      kind: 'duration',
      default: seconds(600),
      minimum: 1,
      meaning: 'Without progress for so long the deployment counts as stuck.',
    },
    {
      name: 'onDeadline',
      kind: 'choice',
      default: onDeadline,
      choices: ['wait', 'roll-back'],
      meaning: 'What to do when it is stuck: wait on, as Kubernetes does, or give the new version up.',
    },
  ];
}

/** "2 of 3 new replicas are ready". */
export function readiness({ new: fresh }: DeploymentView, wanted: number): string {
  return `${fresh.ready} of ${wanted} new replicas are ready`;
}
