import type { DeploymentPolicy, DeploymentStep, DeploymentView } from '../../sim/services/deployment-policy.ts';
import { textOf } from '../option-values.ts';
import type { PolicyFamily } from '../policy-family.ts';
import { countOrPercent, resolve, type CountOrPercent } from './count-or-percent.ts';
import { deadlineOptions, ProgressWatch, readiness } from './progress-watch.ts';

/**
 * The rolling update of Kubernetes: never more than `surge` replicas too many (those that are stopping not counted), never
 * more than `unavailable` too few. Cheap in machines; both versions answer for as long as it takes, and nothing looks at
 * how the new one does.
 */
export const rolling: PolicyFamily<DeploymentPolicy> = {
  name: 'rolling',
  summary: 'a few at a time, as a Kubernetes Deployment',
  source: 'kubernetes v1.36.2, pkg/controller/deployment/rolling.go',
  options: [
    {
      name: 'surge',
      kind: 'text',
      default: '25%',
      meaning: 'Replicas beyond those asked for, as a number or a percentage that is rounded up.',
    },
    {
      name: 'unavailable',
      kind: 'text',
      default: '25%',
      meaning:
        'Replicas that may be missing, as a number or a percentage that is rounded down; where both come to 0, one may be missing.',
    },
    ...deadlineOptions('wait'),
  ],
  make(options, name) {
    const surge = countOrPercent('surge', textOf(options, 'surge'));
    const unavailable = countOrPercent('unavailable', textOf(options, 'unavailable'));
    const { summary, source } = rolling;
    return {
      name,
      summary,
      source,
      make() {
        const watch = new ProgressWatch(options);
        return {
          step(view) {
            watch.look(view);
            return step(view, rollingLimits(view.desired, surge, unavailable), watch);
          },
        };
      },
    };
  },
};

/** How many replicas may be too many and too few, in whole replicas. */
export function rollingLimits(
  desired: number,
  surge: CountOrPercent,
  unavailable: CountOrPercent,
): { readonly surge: number; readonly unavailable: number } {
  const more = resolve(surge, desired, 'up');
  const fewer = resolve(unavailable, desired, 'down');
  // With neither, nothing could ever move.
  return { surge: more, unavailable: Math.min(desired, more === 0 && fewer === 0 ? 1 : fewer) };
}

function step(
  view: DeploymentView,
  limits: { readonly surge: number; readonly unavailable: number },
  watch: ProgressWatch,
): DeploymentStep {
  const { desired, old, new: fresh } = view;
  if (old.total === 0 && fresh.total >= desired && fresh.ready >= desired)
    return { start: 0, stop: 0, end: 'finished', why: `${readiness(view, desired)} and no old one is left` };
  const total = old.total + fresh.total;
  const start = Math.min(desired + limits.surge - total, desired - fresh.total);
  // As upstream, a step either starts or stops; the other follows when it is asked again.
  if (start > 0)
    return { start, stop: 0, why: `${total} replicas of at most ${desired} + ${limits.surge}: start ${start} new` };
  const least = desired - limits.unavailable;
  // Even if no new replica that is not ready yet ever becomes so, `least` must be left.
  const most = total - least - (fresh.total - fresh.ready);
  if (most > 0 && old.total > 0) {
    const unready = Math.min(most, old.total - old.ready);
    const spare = Math.min(old.total - unready, Math.max(0, old.ready + fresh.ready - least));
    const stop = unready + spare;
    if (stop > 0)
      return {
        start: 0,
        stop,
        why: `${old.ready + fresh.ready} ready of at least ${desired} - ${limits.unavailable}: stop ${stop} old`,
      };
  }
  return watch.wait(view, `waiting: ${readiness(view, Math.min(desired, fresh.total))}, ${old.total} old are left`);
}
