import type { ContainerLimits, ContainerSpec, Labels } from '../engine/engine.ts';
import { NODE_LABEL, POD_LABEL, ROLE_LABEL, RUN_LABEL, WORKLOAD_LABEL } from '../labels.ts';
import type { ReplayScript, ScriptPod } from '../script/replay-script.ts';

/** What the container of a pod runs. */
export interface PodImage {
  readonly image: string;
  readonly command?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Ports that it listens on; the first is asked whether it is ready and gets the requests. */
  readonly ports?: readonly number[];
  /** What is asked there; absent: `/ready`. */
  readonly readyPath?: string;
}

/** The container of a pod on a node. `engineRestarts`: the engine starts it again by the pod's own restart policy. */
export function containerSpec(
  script: ReplayScript,
  pod: ScriptPod,
  node: string,
  network: string | undefined,
  image: PodImage,
  limits: ContainerLimits,
  engineRestarts = false,
): ContainerSpec {
  return {
    name: containerName(script.runId, pod.name),
    image: image.image,
    ...(image.command !== undefined && { command: image.command }),
    ...(image.env !== undefined && { env: image.env }),
    labels: podLabels(script.runId, pod, node),
    ...(network !== undefined && { network }),
    ...(image.ports !== undefined && { publish: image.ports }),
    restart: engineRestarts && pod.restart !== 'never' ? pod.restart : 'no',
    hostname: pod.name.slice(0, 63),
    ...limits,
  };
}

/** `baton-<first 8 of the run's id>-<pod>`. */
export function containerName(runId: string, pod: string): string {
  return `baton-${runId.slice(0, 8)}-${pod}`;
}

export function podLabels(runId: string, pod: ScriptPod, node: string): Labels {
  return {
    [RUN_LABEL]: runId,
    [POD_LABEL]: pod.name,
    [NODE_LABEL]: node,
    [WORKLOAD_LABEL]: pod.workload,
    [ROLE_LABEL]: 'pod',
  };
}

/** What all containers of pods of a run carry. */
export function runLabels(runId: string): Labels {
  return { [RUN_LABEL]: runId, [ROLE_LABEL]: 'pod' };
}
