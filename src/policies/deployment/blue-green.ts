import type { DeploymentPolicy } from '../../sim/services/deployment-policy.ts';
import { seconds } from '../../sim/time.ts';
import { numberOf } from '../option-values.ts';
import type { PolicyFamily } from '../policy-family.ts';
import { analysisOptions, analysisRules, faultOf } from './analysis.ts';
import { deadlineOptions, ProgressWatch, readiness } from './progress-watch.ts';

/**
 * A whole second set beside the first; all traffic is switched at once and the old set is kept for a while, so that going
 * back is as quick. Costs twice the machines, and cold caches meet the whole load.
 */
export const blueGreen: PolicyFamily<DeploymentPolicy> = {
  name: 'blue-green',
  summary: 'start a second set, switch all traffic, keep the old set for a while',
  source: 'Humble and Farley, Continuous Delivery, 2010, chapter 10',
  options: [
    {
      name: 'keep',
      kind: 'duration',
      default: seconds(600),
      minimum: 0,
      meaning: 'The old set is kept so long after the switch; meanwhile a bad new version is given up.',
    },
    ...analysisOptions,
    ...deadlineOptions('roll-back'),
  ],
  make(options, name) {
    const keepUs = numberOf(options, 'keep');
    const rules = analysisRules(options);
    const { summary, source } = blueGreen;
    return {
      name,
      summary,
      source,
      make() {
        const watch = new ProgressWatch(options);
        let switchedUs = -1;
        return {
          step(view) {
            const { desired, nowUs, old, new: fresh } = view;
            watch.look(view);
            const start = Math.max(0, desired - fresh.total);
            if (switchedUs < 0) {
              if (start > 0)
                return {
                  start,
                  stop: 0,
                  trafficShare: 0,
                  why: `start ${start} of ${desired} new replicas beside the old`,
                };
              if (fresh.ready < desired) return watch.wait(view, `waiting: ${readiness(view, desired)}`, 0);
              switchedUs = nowUs;
              return { start: 0, stop: 0, trafficShare: 1, why: `${readiness(view, desired)}: switch all traffic` };
            }
            const keptUs = nowUs - switchedUs;
            const fault = old.total > 0 ? faultOf(view, rules) : undefined;
            if (fault !== undefined) return { start: 0, stop: 0, trafficShare: 0, end: 'roll-back', why: fault };
            if (keptUs < keepUs && old.total > 0)
              return {
                start,
                stop: 0,
                trafficShare: 1,
                why: `old replicas are kept for ${Math.ceil((keepUs - keptUs) / seconds(1))} s more`,
              };
            if (old.total > 0)
              return { start, stop: old.total, trafficShare: 1, why: `stop all ${old.total} old replicas` };
            if (start > 0) return { start, stop: 0, trafficShare: 1, why: `start ${start} more new replicas` };
            return { start: 0, stop: 0, trafficShare: 1, end: 'finished', why: 'no old replica is left' };
          },
        };
      },
    };
  },
};
