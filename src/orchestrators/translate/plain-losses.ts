import type { AppConstraint, AppPort, AppService, AppSpread } from './app-model.ts';
import { percentText, timeText } from './amount-text.ts';

/** `label:disk in ssd, nvme`. */
export function constraintText({ key, operator, values }: AppConstraint): string {
  return `${key} ${operator}${values.length === 0 ? '' : ` ${values.join(', ')}`}`;
}

export function portText({ container, published, protocol }: AppPort): string {
  return `${published === undefined ? '' : `${published}:`}${container}${protocol === 'tcp' ? '' : `/${protocol}`}`;
}

export function spreadText({ key, isHard }: AppSpread): string {
  return `${key}${isHard ? ', hard' : ''}`;
}

export const optionalTime = (us: number | undefined): string | undefined =>
  us === undefined ? undefined : timeText(us);
export const optionalShare = (share: number | undefined): string | undefined =>
  share === undefined ? undefined : percentText(share);
export const optionalNumber = (count: number | undefined): string | undefined =>
  count === undefined ? undefined : String(count);

/** `1 to 10 replicas, cpu at 60%`. */
export function autoscalingText({ autoscaling }: AppService): string | undefined {
  if (autoscaling === undefined) return undefined;
  const metrics = autoscaling.metrics.map(({ metric, target }) =>
    metric === 'requests' ? `${target} requests/s` : `${metric} at ${percentText(target)}`,
  );
  return [`${autoscaling.min} to ${autoscaling.max} replicas`, ...metrics].join(', ');
}
