import type { ContainerStatus, Pod, PodPhase, PodStatus } from '../objects/pod.ts';
import type { ContainerRun, PodRun } from './pod-run.ts';

/** The status of a pod as its kubelet sees it now; the same object when nothing differs from what is known. */
export function podStatus(pod: Pod, run: PodRun, nowUs: number): PodStatus {
  const before = pod.status;
  const phase = podPhase(pod, run);
  let ready = phase === 'Running';
  let restarts = 0;
  let isSame = before.containers.length === run.containers.length;
  const containers = run.containers.map((one, k) => {
    if (!one.ready && one.role !== 'init') ready = false;
    restarts += one.restarts;
    const status = containerStatus(pod, one, before.containers[k]);
    if (status !== before.containers[k]) isSame = false;
    return status;
  });
  if (isSame && phase === before.phase && ready === before.ready && run.startUs === before.startUs) return before;
  return {
    ...before,
    phase,
    ready,
    readyChangedUs: ready === before.ready ? before.readyChangedUs : nowUs,
    ...(run.startUs !== undefined && { startUs: run.startUs }),
    containers: isSame ? before.containers : containers,
    restarts,
  };
}

/**
 * The phase by what the containers do (`pkg/kubelet/kubelet_pods.go`, getPhase): Pending until every container has been
 * started once; Succeeded or Failed when all have ended and none is started again.
 */
export function podPhase(pod: Pod, run: PodRun): PodPhase {
  if (run.stage === 'new' || run.stage === 'sandbox') return 'Pending';
  let isOver = true;
  let hasFailed = false;
  let haveStarted = true;
  for (const one of run.containers) {
    if (one.role !== 'main') continue;
    if (one.state !== 'ended' || willRestart(pod, one)) isOver = false;
    if (one.exitCode !== 0) hasFailed = true;
    if (one.restarts === 0 && !hasStarted(one)) haveStarted = false;
  }
  if (isOver) return hasFailed ? 'Failed' : 'Succeeded';
  if (failedInit(pod, run) !== undefined) return 'Failed';
  return haveStarted ? 'Running' : 'Pending';
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
  const reason = shownReason(pod, run, state);
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

function shownReason(pod: Pod, { state, reason, role }: ContainerRun, shown: ContainerStatus['state']): string {
  if (shown === 'running') return '';
  if (state !== 'idle' && state !== 'starting' && state !== 'pulling') return reason;
  return role === 'main' && pod.spec.initContainers.length > 0 ? 'PodInitializing' : 'ContainerCreating';
}

function shownState({ state }: ContainerRun): ContainerStatus['state'] {
  if (state === 'running' || state === 'ending') return 'running';
  return state === 'ended' ? 'terminated' : 'waiting';
}
