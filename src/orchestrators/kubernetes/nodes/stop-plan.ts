/** A container that is to stop: how long its preStop hook sleeps and how long it needs after SIGTERM. */
export interface Stopping {
  readonly preStopUs: number;
  readonly stopUs: number;
}

export interface StopTime {
  /** When SIGTERM is sent, and SIGKILL if it comes to that. */
  readonly termUs: number;
  readonly killUs: number;
  /** When the process has ended. */
  readonly endUs: number;
  /** By SIGKILL. */
  readonly killed: boolean;
}

const SECOND_US = 1_000_000;
/** What is left after the hook at least (`kuberuntime_container.go`, minimumGracePeriodInSeconds). */
const LEAST_GRACE_US = 2 * SECOND_US;

/**
 * How the containers of a pod come to their end from now on (`pkg/kubelet/kuberuntime`: killContainer,
 * terminationOrdering). Each one's hook runs first, within the grace; then SIGTERM, and SIGKILL when the rest of the
 * grace, 2 s at least, is over. Sidecars get their SIGTERM when all containers and the sidecars after them have ended,
 * the last first. With a grace of 0 all are killed at once.
 */
export function stopPlan(
  nowUs: number,
  graceSeconds: number,
  containers: readonly Stopping[],
  sidecars: readonly Stopping[],
): { containers: StopTime[]; sidecars: StopTime[] } {
  const graceUs = graceSeconds * SECOND_US;
  if (graceUs <= 0) {
    const dead: StopTime = { termUs: nowUs, killUs: nowUs, endUs: nowUs, killed: true };
    return { containers: containers.map(() => dead), sidecars: sidecars.map(() => dead) };
  }
  const ended = containers.map((one) => stopTime(one, nowUs, graceUs, nowUs));
  let turnUs = Math.max(nowUs, ...ended.map(({ endUs }) => endUs));
  const last: StopTime[] = [];
  for (let k = sidecars.length - 1; k >= 0; k--) {
    const time = stopTime(sidecars[k], nowUs, graceUs, turnUs);
    last.unshift(time);
    turnUs = time.endUs;
  }
  return { containers: ended, sidecars: last };
}

function stopTime({ preStopUs, stopUs }: Stopping, nowUs: number, graceUs: number, turnUs: number): StopTime {
  const hookUs = Math.min(preStopUs, graceUs);
  const termUs = Math.max(nowUs + hookUs, turnUs);
  // Waiting for its turn is counted in whole seconds, cut off.
  const waited = Math.floor((termUs - nowUs - hookUs) / SECOND_US) * SECOND_US;
  const leftUs = Math.max(LEAST_GRACE_US, graceUs - hookUs - waited);
  const killUs = termUs + leftUs;
  const killed = stopUs > leftUs;
  return { termUs, killUs, endUs: killed ? killUs : termUs + stopUs, killed };
}
