import { aboutOf } from '../api/about-of.ts';
import type { Pod } from '../objects/pod.ts';
import {
  beginContainer,
  type LifeParts,
  nextOf,
  planProbes,
  restartOrWait,
  stepContainer,
  stopContainers,
} from './container-life.ts';
import { failedInit, willRestart } from './pod-conditions.ts';
import type { ContainerRun, PodEnd, PodRun } from './pod-run.ts';

/** Everything has ended, or will not begin: what is left is to say so. */
export type PodOutcome = 'goes on' | 'has ended';

/** Lets a pod that was admitted get on: does what is due for its containers and starts or restarts what can be. */
export function stepPod(parts: LifeParts, pod: Pod, run: PodRun): PodOutcome {
  const { nowUs } = parts.plane.clock;
  if (run.stage === 'sandbox' && run.dueUs <= nowUs) {
    run.stage = 'active';
    run.lastStartUs = nowUs;
    run.dirty = true;
  }
  for (const one of run.containers) stepContainer(parts, pod, run, one);
  if (run.deadlineUs <= nowUs && run.end === undefined && run.stage !== 'stopping') {
    stopPod(parts, pod, run, pod.spec.terminationGracePeriodSeconds, {
      reason: 'DeadlineExceeded',
      message: 'Pod was active on the node longer than the specified deadline',
    });
  }
  if (run.stage === 'active') return startWhatCan(parts, pod, run);
  return run.stage === 'stopping' && !run.containers.some(({ lives }) => lives) ? 'has ended' : 'goes on';
}

/** When the pod needs to be looked at next. */
export function nextOfPod(parts: LifeParts, run: PodRun): number {
  let nextUs = run.stage === 'sandbox' ? run.dueUs : Infinity;
  for (const one of run.containers) nextUs = Math.min(nextUs, nextOf(parts, run, one));
  return run.end === undefined && run.stage !== 'stopping' ? Math.min(nextUs, run.deadlineUs) : nextUs;
}

/** Tells all containers of a pod to end; a second time it can only become shorter. */
export function stopPod(parts: LifeParts, pod: Pod, run: PodRun, graceSeconds: number, end?: PodEnd): void {
  const { nowUs } = parts.plane.clock;
  if (end !== undefined) run.end ??= end;
  run.graceSeconds = Math.min(run.graceSeconds, graceSeconds);
  run.stage = 'stopping';
  run.dirty = true;
  const mains: ContainerRun[] = [];
  const sidecars: ContainerRun[] = [];
  for (const one of run.containers) {
    if (one.lives) (one.role === 'sidecar' ? sidecars : mains).push(one);
    else if (one.state !== 'ended') one.go('ended', nowUs, one.reason);
  }
  stopContainers(parts, pod, run, graceSeconds, mains, sidecars);
}

/** The kubelet took the pod then: its active deadline counts from there. */
export function setStart(pod: Pod, run: PodRun, startUs: number): void {
  run.startUs = startUs;
  run.deadlineUs = startUs + (pod.spec.activeDeadlineSeconds ?? Infinity) * 1e6;
}

/** The pod was running and ready before the run began. */
export function adoptRunning(parts: LifeParts, pod: Pod, run: PodRun): void {
  const { nowUs } = parts.plane.clock;
  run.stage = 'active';
  run.initialised = true;
  setStart(pod, run, pod.status.startUs ?? nowUs);
  run.containers.forEach((one, k) => {
    one.restarts = pod.status.containers[k]?.restartCount ?? 0;
    one.startedUs = one.upUs = one.sinceUs = nowUs;
    if (one.role === 'init') {
      one.state = 'ended';
      one.reason = 'Completed';
      one.exitCode = 0;
      return;
    }
    one.state = 'running';
    one.started = one.ready = true;
    const { afterUs, exitCode } = parts.behaviour.exit(pod, one.specOf(pod), one.restarts);
    one.endUs = nowUs + Math.ceil(afterUs / parts.speed(run.node));
    one.endCode = exitCode;
    planProbes(parts, pod, run, one);
  });
}

/**
 * The machine has stopped under the pod. Should it return, the pod begins anew, init containers and all
 * (`kuberuntime_manager.go`, computePodActions with a new sandbox); what is never started again has failed.
 */
export function loseMachine(pod: Pod, run: PodRun): void {
  run.stage = 'new';
  run.wakeUs = Infinity;
  run.initialised = false;
  run.graceSeconds = Infinity;
  for (const one of run.containers) {
    const hasRun = one.lives || one.state === 'ended' || one.state === 'backoff';
    if (one.state === 'ended' && !willRestart(pod, one) && one.role === 'main') continue;
    one.crashes = undefined;
    one.started = one.ready = false;
    one.endUs = one.upUs = one.startedUs = Infinity;
    one.startedAtUs = one.readyFlipUs = one.probeKillUs = Infinity;
    if (hasRun && one.role === 'main' && pod.spec.restartPolicy === 'Never') {
      one.go('ended', one.sinceUs, 'ContainerStatusUnknown');
      one.exitCode = 137;
      continue;
    }
    if (hasRun) one.restarts++;
    one.go('idle', one.sinceUs);
    one.exitCode = undefined;
  }
}

/** Whether a pod that its kubelet finds has anything left to run. */
export function canBegin(run: PodRun): boolean {
  return run.containers.some((one) => one.role === 'main' && one.state !== 'ended');
}

function startWhatCan(parts: LifeParts, pod: Pod, run: PodRun): PodOutcome {
  if (!initialise(parts, pod, run)) return failedInit(pod, run) === undefined ? 'goes on' : endOfWork(parts, pod, run);
  let isPulling = false;
  let isOver = true;
  for (const one of run.containers) {
    if (one.role !== 'main') continue;
    if (one.state === 'idle' && !isPulling) beginContainer(parts, pod, run, one);
    else if (one.state === 'ended' && willRestart(pod, one)) restartOrWait(parts, pod, run, one);
    // Containers are begun one after the other; a pull holds up those behind it.
    if (one.state === 'pulling') isPulling = true;
    if (one.state !== 'ended') isOver = false;
  }
  return isOver ? endOfWork(parts, pod, run) : 'goes on';
}

/** Runs init containers one by one and sidecars up to where they have started; whether the containers may begin. */
function initialise(parts: LifeParts, pod: Pod, run: PodRun): boolean {
  for (const one of run.containers) {
    if (one.role === 'main') break;
    if (one.role === 'init' && (run.initialised || (one.state === 'ended' && one.exitCode === 0))) continue;
    if (one.state === 'idle') beginContainer(parts, pod, run, one);
    else if (one.state === 'ended' && willRestart(pod, one)) restartOrWait(parts, pod, run, one);
    if (!run.initialised && !(one.role === 'sidecar' && one.started)) return false;
  }
  run.initialised = true;
  return true;
}

/** All containers have ended for good; sidecars still have to. */
function endOfWork(parts: LifeParts, pod: Pod, run: PodRun): PodOutcome {
  const sidecars = run.containers.filter((one) => one.role === 'sidecar');
  if (sidecars.every(({ lives }) => !lives)) return 'has ended';
  run.stage = 'stopping';
  stopContainers(
    parts,
    pod,
    run,
    pod.spec.terminationGracePeriodSeconds,
    [],
    sidecars.filter(({ lives }) => lives),
  );
  return 'goes on';
}

/** Writes that a pod is told to go by its node. */
export function noteEnd(parts: LifeParts, pod: Pod, end: PodEnd): void {
  parts.plane.chronicle.event('kubelet', 'Warning', end.reason, aboutOf(pod), end.message);
}
