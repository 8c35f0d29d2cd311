import type { RateLimit } from '../../../../policies/autoscaling/rate-limit.ts';
import type { ScalingRules as RateRules } from '../../../../policies/autoscaling/scaling-rules.ts';
import type { Stabilisation } from '../../../../policies/autoscaling/stabilisation.ts';
import { seconds } from '../../../../sim/time.ts';
import type { HorizontalPodAutoscaler, ScalingRules } from '../../objects/autoscaling.ts';

/** `--horizontal-pod-autoscaler-downscale-stabilization`. */
const DOWNSCALE_STABILISATION_US = seconds(300);

/** What stabilisation and limits make of a recommendation, in the words of the conditions. */
export interface LimitedReplicas {
  readonly replicas: number;
  /** `ReadyForNewScale`, `ScaleUpStabilized`, `ScaleDownStabilized`. */
  readonly ableReason: string;
  /** `DesiredWithinRange`, `ScaleUpLimit`, `ScaleDownLimit`, `TooManyReplicas`, `TooFewReplicas`. */
  readonly limitReason: string;
  readonly stabilised: number;
}

/**
 * Without `behavior`: the largest recommendation of the last 300 s, within the bounds, and at most twice the current
 * count or 4.
 *
 * Source: kubernetes v1.36.2, horizontal.go: normalizeDesiredReplicas, convertDesiredReplicasWithRules.
 */
export function limitByDefault(
  spec: HorizontalPodAutoscaler['spec'],
  past: Stabilisation,
  nowUs: number,
  current: number,
  wanted: number,
): LimitedReplicas {
  const stabilised = past.largest(nowUs, wanted, DOWNSCALE_STABILISATION_US);
  const ableReason = stabilised === wanted ? 'ReadyForNewScale' : 'ScaleDownStabilized';
  const upLimit = Math.max(2 * current, 4);
  const most = Math.min(spec.maxReplicas, upLimit);
  if (stabilised < spec.minReplicas)
    return { replicas: spec.minReplicas, ableReason, limitReason: 'TooFewReplicas', stabilised };
  if (stabilised > most) {
    const limitReason = spec.maxReplicas > upLimit ? 'ScaleUpLimit' : 'TooManyReplicas';
    return { replicas: most, ableReason, limitReason, stabilised };
  }
  return { replicas: stabilised, ableReason, limitReason: 'DesiredWithinRange', stabilised };
}

/**
 * With `behavior`: held between the recommendations of both windows, then limited by the rates of the policies and by
 * the bounds.
 *
 * Source: horizontal.go: stabilizeRecommendationWithBehaviors, convertDesiredReplicasWithBehaviorRate.
 */
export function limitByBehaviour(
  spec: HorizontalPodAutoscaler['spec'],
  behavior: NonNullable<HorizontalPodAutoscaler['spec']['behavior']>,
  past: Stabilisation,
  rate: RateLimit,
  nowUs: number,
  current: number,
  wanted: number,
): LimitedReplicas {
  const upUs = seconds(behavior.scaleUp.stabilizationWindowSeconds ?? 0);
  const down = behavior.scaleDown.stabilizationWindowSeconds;
  const downUs = down === undefined ? DOWNSCALE_STABILISATION_US : seconds(down);
  const stabilised = past.between(nowUs, current, wanted, upUs, downUs);
  const ableReason =
    stabilised === wanted ? 'ReadyForNewScale' : wanted >= current ? 'ScaleUpStabilized' : 'ScaleDownStabilized';
  if (stabilised > current) {
    const upLimit = rate.most(nowUs, current, rateRules(behavior.scaleUp));
    const most = Math.min(spec.maxReplicas, upLimit);
    const limitReason = spec.maxReplicas > upLimit ? 'ScaleUpLimit' : 'TooManyReplicas';
    if (stabilised > most) return { replicas: most, ableReason, limitReason, stabilised };
  } else if (stabilised < current) {
    const downLimit = rate.fewest(nowUs, current, rateRules(behavior.scaleDown));
    const least = Math.max(spec.minReplicas, downLimit);
    const limitReason = spec.minReplicas < downLimit ? 'ScaleDownLimit' : 'TooFewReplicas';
    if (stabilised < least) return { replicas: least, ableReason, limitReason, stabilised };
  }
  return { replicas: stabilised, ableReason, limitReason: 'DesiredWithinRange', stabilised };
}

const translated = new WeakMap<ScalingRules, RateRules>();

/** The rules in the words of `RateLimit`. */
function rateRules(rules: ScalingRules): RateRules {
  let known = translated.get(rules);
  if (known === undefined) {
    known = {
      select: rules.selectPolicy === 'Disabled' ? 'disabled' : rules.selectPolicy === 'Min' ? 'min' : 'max',
      policies: rules.policies.map(({ type, value, periodSeconds }) => ({
        kind: type === 'Pods' ? 'pods' : 'percent',
        value,
        periodUs: seconds(periodSeconds),
      })),
    };
    translated.set(rules, known);
  }
  return known;
}
