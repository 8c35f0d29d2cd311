import type { DeploymentPolicy, DeploymentStep, DeploymentView } from '../../sim/services/deployment-policy.ts';
import { numberOf } from '../option-values.ts';
import type { PolicyFamily } from '../policy-family.ts';
import { deadlineOptions, ProgressWatch, readiness } from './progress-watch.ts';

/**
 * The rolling update of Amazon ECS: healthy replicas never fall below the minimum, and all that exist, those that are
 * stopping included, never exceed the maximum. Long draining therefore slows it, unlike a Kubernetes rollout, and limits
 * that leave no room between them stop it altogether.
 */
export const ecsRolling: PolicyFamily<DeploymentPolicy> = {
  name: 'ecs-rolling',
  summary: 'between a minimum of healthy and a maximum of existing replicas, as an ECS service',
  source: 'Amazon ECS developer guide, rolling update deployments',
  options: [
    {
      name: 'minimumHealthy',
      kind: 'share',
      default: 1,
      minimum: 0,
      maximum: 1,
      meaning: 'Of the replicas asked for so many stay healthy, rounded up; in whole percent.',
    },
    {
      name: 'maximum',
      kind: 'share',
      default: 2,
      minimum: 1,
      maximum: 100,
      meaning: 'Of the replicas asked for at most so many exist, rounded down; in whole percent.',
    },
    {
      name: 'circuitBreaker',
      kind: 'switch',
      default: false,
      meaning: 'Whether half as many failures as replicas asked for (3 to 200) give the new version up.',
    },
    ...deadlineOptions('wait'),
  ],
  make(options, name) {
    const minimum = numberOf(options, 'minimumHealthy');
    const maximum = numberOf(options, 'maximum');
    const breaks = options['circuitBreaker'] === true;
    const { summary, source } = ecsRolling;
    return {
      name,
      summary,
      source,
      make() {
        const watch = new ProgressWatch(options);
        return {
          step(view) {
            watch.look(view);
            const failures = view.new.failures ?? 0;
            const threshold = circuitBreakerThreshold(view.desired);
            if (breaks && failures >= threshold)
              return {
                start: 0,
                stop: 0,
                end: 'roll-back',
                why: `${failures} failures, circuit breaker at ${threshold}`,
              };
            return step(view, ecsLimits(view.desired, minimum, maximum), watch);
          },
        };
      },
    };
  },
};

/** The fewest healthy and the most existing replicas: ceil(desired x minimum) and floor(desired x maximum), in whole percent. */
export function ecsLimits(desired: number, minimum: number, maximum: number): { lower: number; upper: number } {
  const percent = (share: number) => Math.round(share * 100);
  return {
    lower: Math.ceil((desired * percent(minimum)) / 100),
    upper: Math.floor((desired * percent(maximum)) / 100),
  };
}

/** Failures at which a deployment is given up: half of the replicas asked for, rounded up, from 3 to 200. */
export function circuitBreakerThreshold(desired: number): number {
  return Math.min(Math.max(Math.ceil(desired / 2), 3), 200);
}

function step(
  view: DeploymentView,
  { lower, upper }: { readonly lower: number; readonly upper: number },
  watch: ProgressWatch,
): DeploymentStep {
  const { desired, old, new: fresh } = view;
  if (old.total === 0 && fresh.total >= desired && fresh.ready >= desired)
    return { start: 0, stop: 0, end: 'finished', why: `${readiness(view, desired)} and no old one is left` };
  const existing = old.total + old.stopping + fresh.total + fresh.stopping;
  const healthy = old.ready + fresh.ready;
  const start = Math.max(0, Math.min(upper - existing, desired - fresh.total));
  // Old replicas that are not healthy count for nothing, so stopping them breaks no promise.
  const stop = Math.min(old.total, old.total - old.ready + Math.max(0, healthy - lower));
  const counts = `${existing} of at most ${upper} exist, ${healthy} of at least ${lower} are healthy`;
  if (start > 0 || stop > 0) return { start, stop, why: `${counts}: start ${start}, stop ${stop}` };
  const moving = old.stopping + fresh.stopping > 0 || fresh.ready < fresh.total;
  if (!moving) return { start: 0, stop: 0, why: `stuck: ${counts}: the limits leave no room to start or stop` };
  return watch.wait(view, `waiting: ${counts}`);
}
