import type { CapacityProvider } from '../files/ecs-files.ts';
import { desiredInstances } from './reservation.ts';

type Scaling = NonNullable<CapacityProvider['managedScaling']>;

/** What managed scaling asks of its Auto Scaling group after one more minute. */
export interface ScalingAnswer {
  /** Instances to have; `instances` where nothing changes. */
  readonly desired: number;
  readonly limitedBy?: string;
}

/** The alarms behind a capacity provider: how many points in a row were above and below the target. */
export class CapacityAlarms {
  above = 0;
  below = 0;

  see(reservationPercent: number, targetCapacity: number): void {
    this.above = reservationPercent > targetCapacity ? this.above + 1 : 0;
    this.below = reservationPercent < targetCapacity ? this.below + 1 : 0;
  }
}

/**
 * Out at once, by no less and no more than the steps; in after many points, at most so large a share a minute. `limits` of
 * the group come last.
 */
export function scalingAnswer(
  instances: number,
  reservationPercent: number,
  { targetCapacity, leastStep, mostStep }: Scaling,
  alarms: CapacityAlarms,
  isWarming: boolean,
  limits: { readonly min: number; readonly max: number },
  { highPoints, lowPoints, inShare }: { highPoints: number; lowPoints: number; inShare: number },
): ScalingAnswer {
  const wanted = desiredInstances(instances, reservationPercent, targetCapacity);
  if (wanted > instances && alarms.above >= highPoints) {
    if (isWarming) return { desired: instances, limitedBy: 'instanceWarmupPeriod' };
    const step = Math.min(mostStep, Math.max(leastStep, wanted - instances));
    const desired = Math.min(limits.max, instances + step);
    if (desired < wanted) return { desired, limitedBy: desired === limits.max ? 'MaxSize' : 'maximumScalingStepSize' };
    return { desired };
  }
  if (wanted < instances && alarms.below >= lowPoints) {
    const most = Math.max(1, Math.floor(instances * inShare));
    const desired = Math.max(limits.min, wanted, instances - most);
    if (desired > wanted)
      return { desired, limitedBy: desired === limits.min ? 'MinSize' : `${inShare * 100} % a minute` };
    return { desired };
  }
  return { desired: instances };
}
