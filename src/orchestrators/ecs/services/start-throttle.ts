import type { EcsValues } from '../constants.ts';

type Throttle = Pick<EcsValues, 'startThrottleFirst' | 'startThrottleFactor' | 'startThrottleMost'>;

/** How long the scheduler waits to start tasks after so many in a row that stopped before they were RUNNING; 0: not at all. */
export function throttleUs(
  failures: number,
  { startThrottleFirst, startThrottleFactor, startThrottleMost }: Throttle,
): number {
  if (failures <= 0) return 0;
  let waitUs = startThrottleFirst;
  for (let k = 1; k < failures && waitUs < startThrottleMost; k++) waitUs *= startThrottleFactor;
  return Math.min(startThrottleMost, Math.round(waitUs));
}
