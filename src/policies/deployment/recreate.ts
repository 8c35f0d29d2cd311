import type { DeploymentPolicy } from '../../sim/services/deployment-policy.ts';
import type { PolicyFamily } from '../policy-family.ts';
import { deadlineOptions, ProgressWatch, readiness } from './progress-watch.ts';

/** All old replicas go before the first new one comes: two versions never meet, and nobody is served in between. */
export const recreate: PolicyFamily<DeploymentPolicy> = {
  name: 'recreate',
  summary: 'stop all old replicas, wait until they are gone, start the new ones',
  source: 'kubernetes v1.36.2, pkg/controller/deployment/recreate.go',
  options: deadlineOptions('wait'),
  make(options, name) {
    const { summary, source } = recreate;
    return {
      name,
      summary,
      source,
      make() {
        const watch = new ProgressWatch(options);
        return {
          step(view) {
            const { desired, old, new: fresh } = view;
            watch.look(view);
            if (old.total > 0) return { start: 0, stop: old.total, why: `stop all ${old.total} old replicas` };
            if (old.stopping > 0) return watch.wait(view, `waiting: ${old.stopping} old replicas are still stopping`);
            const start = desired - fresh.total;
            if (start > 0) return { start, stop: 0, why: `no old replica is left: start ${start} new` };
            if (fresh.ready >= desired) return { start: 0, stop: 0, end: 'finished', why: readiness(view, desired) };
            return watch.wait(view, `waiting: ${readiness(view, desired)}`);
          },
        };
      },
    };
  },
};
