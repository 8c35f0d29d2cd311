import type { EcsValues } from '../constants.ts';
import type { ScalableTarget, ScalingMetric, ScalingPolicy } from '../files/ecs-files.ts';
import { isAlarmed, steppedCapacity } from './step-scaling.ts';
import { alarmsOf, trackedCount } from './target-tracking.ts';

/** One-minute points by metric, the newest last; and what the service is like now. */
export interface ScalingSight {
  readonly nowUs: number;
  readonly running: number;
  readonly desired: number;
  readonly isUpdating: boolean;
  readonly points: Readonly<Record<ScalingMetric, readonly number[]>>;
}

/** What Application Auto Scaling remembers of a service. */
export interface ScalingMemory {
  outUs: number;
  /** Desired count that the last scale-out asked for. */
  outTo: number;
  outCooldownUs: number;
  inUs: number;
  inCooldownUs: number;
}

export function newScalingMemory(): ScalingMemory {
  return { outUs: -Infinity, outTo: 0, outCooldownUs: 0, inUs: -Infinity, inCooldownUs: 0 };
}

export interface ScalingAnswer {
  readonly desired: number;
  readonly why: string;
  readonly limitedBy?: string;
}

/** One policy's wish: more, fewer, or nothing to say. */
interface Wish {
  readonly policy: ScalingPolicy;
  readonly count: number;
  readonly direction: 'out' | 'in' | 'none';
  readonly why: string;
}

/**
 * What the policies of a service ask for together: the most of those that want more; fewer where all target tracking that
 * may scale in agrees, or step scaling says so (User Guide, target-tracking-considerations).
 */
export function scalingAnswer(
  policies: readonly ScalingPolicy[],
  limits: Pick<ScalableTarget, 'min' | 'max' | 'scaleInSuspended' | 'scaleOutSuspended'>,
  sight: ScalingSight,
  memory: ScalingMemory,
  values: EcsValues,
): ScalingAnswer | undefined {
  const { nowUs, desired } = sight;
  const within = (count: number): number => Math.min(limits.max, Math.max(limits.min, count));
  const wishes = policies.map((policy) => wishOf(policy, sight, values));
  const out = wishes.filter(({ direction }) => direction === 'out').sort((a, b) => b.count - a.count)[0] as
    Wish | undefined;
  if (out !== undefined) {
    if (limits.scaleOutSuspended) return undefined;
    const to = within(out.count);
    if (to <= desired) return undefined;
    if (nowUs < memory.outUs + memory.outCooldownUs && to <= memory.outTo) return undefined;
    memory.outUs = nowUs;
    memory.outTo = to;
    memory.outCooldownUs = cooldownOf(out.policy, 'out');
    // A scale-out ends the wait of a scale-in before it.
    memory.inCooldownUs = 0;
    return answer(to, out, limits.max);
  }
  const tracking = wishes.filter(({ policy }) => policy.kind === 'target-tracking' && !policy.scaleInDisabled);
  const stepping = wishes.filter(({ policy, direction }) => policy.kind === 'step' && direction === 'in');
  // Step scaling asks nobody; target tracking goes in when all of it is ready to.
  const ready = tracking.every(({ direction }) => direction === 'in') ? [...tracking, ...stepping] : stepping;
  const down = ready.sort((a, b) => b.count - a.count)[0] as Wish | undefined;
  if (down === undefined || limits.scaleInSuspended || sight.isUpdating) return undefined;
  const to = within(down.count);
  if (to >= desired || nowUs < memory.inUs + memory.inCooldownUs) return undefined;
  memory.inUs = nowUs;
  memory.inCooldownUs = cooldownOf(down.policy, 'in');
  return answer(to, down, limits.min);
}

function answer(to: number, { why, count }: Wish, limit: number): ScalingAnswer {
  return to === count ? { desired: to, why } : { desired: to, why, limitedBy: `capacity limit ${limit}` };
}

function cooldownOf(policy: ScalingPolicy, direction: 'in' | 'out'): number {
  if (policy.kind === 'step') return policy.cooldownUs;
  return direction === 'in' ? policy.inCooldownUs : policy.outCooldownUs;
}

function wishOf(policy: ScalingPolicy, { points, running }: ScalingSight, values: EcsValues): Wish {
  const none: Wish = { policy, count: running, direction: 'none', why: '' };
  if (policy.kind === 'step') {
    const { alarm } = policy;
    if (alarm === undefined || !isAlarmed(alarm, points[alarm.metric])) return none;
    const metric = points[alarm.metric].at(-1)!;
    const count = steppedCapacity(policy, alarm.threshold, metric, running);
    const why = `alarm ${alarm.name}: ${alarm.metric} ${text(metric)} ${alarm.above ? 'above' : 'below'} ${alarm.threshold} for ${alarm.points} points; ${policy.adjustment} from ${running}`;
    return { policy, count, direction: count > running ? 'out' : count < running ? 'in' : 'none', why };
  }
  const series = points[policy.metric];
  const { high, low } = alarmsOf(series, policy.target, {
    highPoints: running === 0 ? 1 : values.scalingHighPoints,
    lowPoints: values.scalingLowPoints,
    lowShare: values.scalingLowShare,
  });
  if (!high && !low) return none;
  const metric = series.at(-1)!;
  const count = running === 0 ? 1 : trackedCount(running, metric, policy.target);
  const why = `${policy.metric} ${text(metric)} of target ${policy.target} for ${high ? values.scalingHighPoints : values.scalingLowPoints} points: ceil(${running} x ${text(metric)} / ${policy.target}) = ${count}`;
  return { policy, count, direction: high ? 'out' : 'in', why };
}

const text = (value: number): string => String(Math.round(value * 10) / 10);
