import type { ContainerStatus, Pod, PodPhase, PodStatus } from '../objects/pod.ts';
import type { ContainerRun, PodRun } from './pod-run.ts';

/** The status of a pod as its kubelet sees it now; the same object when nothing differs from what is known. */
export function podStatus(pod: Pod, run: PodRun, nowUs: number): PodStatus {
  const before = pod.status;
  const containers = run.containers.map((container, k) => containerStatus(pod, container, before.containers[k]));
  const phase = podPhase(pod, run);
  const ready = phase === 'Running' && run.containers.every((one) => one.role === 'init' || one.ready);
  return {
    ...before,
    phase,
    ready,
    readyChangedUs: ready === before.ready ? before.readyChangedUs : nowUs,
    ...(run.startUs !== undefined && { startUs: run.startUs }),
    containers,
    restarts: containers.reduce((sum, { restartCount }) => sum + restartCount, 0),
  };
}

/**
 * The phase by what the containers do (`pkg/kubelet/kubelet_pods.go`, getPhase): Pending until every container has been
 * started once; Succeeded or Failed when all have ended and none is started again.
 */
export function podPhase(pod: Pod, run: PodRun): PodPhase {
  if (run.stage === 'new' || run.stage === 'sandbox') return 'Pending';
  const mains = run.containers.filter(({ role }) => role === 'main');
  if (mains.every((one) => one.state === 'ended' && !willRestart(pod, one)))
    return mains.every((one) => one.exitCode === 0) ? 'Succeeded' : 'Failed';
  if (failedInit(pod, run) !== undefined) return 'Failed';
  return mains.every((one) => one.restarts > 0 || hasStarted(one)) ? 'Running' : 'Pending';
}

/** An init container that failed and is not tried again. */
export function failedInit(pod: Pod, run: PodRun): ContainerRun | undefined {
  return run.containers.find(
    (one) => one.role === 'init' && one.state === 'ended' && one.exitCode !== 0 && !willRestart(pod, one),
  );
}

/** Whether a container that has ended is started again. */
export function willRestart(pod: Pod, container: ContainerRun): boolean {
  if (container.role === 'sidecar') return true;
  const policy = pod.spec.restartPolicy;
  if (container.role === 'init') return container.exitCode !== 0 && policy !== 'Never';
  return policy === 'Always' || (policy === 'OnFailure' && container.exitCode !== 0);
}

function hasStarted({ state }: ContainerRun): boolean {
  return state === 'running' || state === 'ending' || state === 'ended' || state === 'backoff';
}

function containerStatus(pod: Pod, run: ContainerRun, before: ContainerStatus | undefined): ContainerStatus {
  const { ready, started, restarts, sinceUs, exitCode } = run;
  const state = shownState(run);
  const reason = state === 'running' ? '' : run.reason;
  const { name } = run.specOf(pod);
  if (
    before !== undefined &&
    before.name === name &&
    before.ready === ready &&
    before.started === started &&
    before.restartCount === restarts &&
    before.state === state &&
    before.reason === reason &&
    before.exitCode === exitCode
  )
    return before;
  return {
    name,
    ready,
    started,
    restartCount: restarts,
    state,
    reason,
    ...(exitCode !== undefined && { exitCode }),
    sinceUs,
  };
}

function shownState({ state }: ContainerRun): ContainerStatus['state'] {
  if (state === 'running' || state === 'ending') return 'running';
  return state === 'ended' ? 'terminated' : 'waiting';
}
