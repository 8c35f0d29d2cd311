import type { Pod } from '../objects/pod.ts';
import { servingContainer, statusOf } from './serving-container.ts';
import type { WorkloadBehaviour } from './workload-behaviour.ts';

/** A machine that stands still boots nothing; so slowly does it boot at least, to have an end. */
const LEAST_BOOT_SPEED = 1e-3;

/** The process that answers a pod's requests, and from when until when it takes them as things are. */
export interface ServingProcess {
  /** By the number of its restarts. */
  readonly process: number;
  readonly fromUs: number;
  readonly untilUs: number;
}

/** The process of the pod that serves, on a machine of this speed; undefined: none runs. */
export function servingProcess(
  pod: Pod,
  speed: number,
  behaviour: Pick<WorkloadBehaviour, 'bootUs'>,
): ServingProcess | undefined {
  const container = servingContainer(pod.spec);
  const status = statusOf(pod, container.name);
  if (status === undefined || status.state !== 'running') return undefined;
  const process = status.restartCount;
  // Who ran before the run began has booted long ago, and so has whoever passed a readiness probe.
  const hasBooted = status.sinceUs <= 0 || (container.readinessProbe !== undefined && status.ready);
  const bootUs = hasBooted ? 0 : behaviour.bootUs(pod, container, process);
  const fromUs = hasBooted ? 0 : status.sinceUs + Math.ceil(bootUs / Math.max(LEAST_BOOT_SPEED, speed));
  const { deletionUs, deletionGracePeriodSeconds = 30 } = pod.metadata;
  if (deletionUs === undefined) return { process, fromUs, untilUs: Infinity };
  // A process that is told to stop (SIGTERM) takes nothing new and finishes what it has.
  const sleepsS = Math.min(container.preStopSeconds ?? 0, deletionGracePeriodSeconds);
  return { process, fromUs, untilUs: deletionUs + sleepsS * 1e6 };
}
