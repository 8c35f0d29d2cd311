import type { ControlPlane } from '../api/control-plane.ts';
import { aboutOf } from '../api/about-of.ts';
import type { WorkloadBehaviour } from '../behaviour/workload-behaviour.ts';
import type { Pod } from '../objects/pod.ts';
import { grownBackoff, pullBackoffUs, restartUs } from './crash-backoff.ts';
import type { ImagePulls } from './image-pulls.ts';
import type { NodeOptions } from './node-options.ts';
import type { NodeRuntime } from './node-runtime.ts';
import type { ContainerRun, PodRun } from './pod-run.ts';
import { failureUs, successUs } from './probe-times.ts';
import { stopPlan } from './stop-plan.ts';
import { nextTick } from './ticks.ts';

/** What the steps of a container's life need. */
export interface LifeParts {
  readonly plane: ControlPlane;
  readonly options: NodeOptions;
  readonly behaviour: WorkloadBehaviour;
  readonly pulls: ImagePulls;
  /** Share of its speed that the node's machine has left, above 0. */
  readonly speed: (node: NodeRuntime) => number;
  /** A process of the pod dies so long after its start by an outside cause; Infinity: none. */
  readonly crashAfterUs: (pod: Pod) => number;
}

const SIGTERM_CODE = 143;
export const SIGKILL_CODE = 137;

/** Gets a container's image and then starts it. */
export function beginContainer(parts: LifeParts, pod: Pod, run: PodRun, one: ContainerRun): void {
  const { nowUs } = parts.plane.clock;
  const { image, imagePullPolicy } = one.specOf(pod);
  const isThere = run.node.images.has(image);
  if (imagePullPolicy === 'Never' && !isThere) {
    waitForImage(parts, one, 'ErrImageNeverPull');
  } else if (isThere && imagePullPolicy !== 'Always') {
    launch(parts, pod, run, one);
  } else {
    one.go('pulling', nowUs);
    parts.pulls.ask(run.node, image, { run, container: one }, isThere);
  }
  run.dirty = true;
}

/** The image is not to be had: 10 s, then twice as long, up to 300 s until the next try. */
export function waitForImage(parts: LifeParts, one: ContainerRun, reason: string): void {
  const { nowUs } = parts.plane.clock;
  one.go('image-backoff', nowUs, reason);
  one.dueUs = nowUs + pullBackoffUs(++one.pullFailures);
}

/** Starts the process; the kubelet sees it run when it looks next. */
export function launch(parts: LifeParts, pod: Pod, run: PodRun, one: ContainerRun): void {
  const { nowUs } = parts.plane.clock;
  const { options, behaviour } = parts;
  const spec = one.specOf(pod);
  const speed = parts.speed(run.node);
  run.node.images.use(spec.image, nowUs);
  one.go('starting', nowUs);
  one.pullFailures = 0;
  one.startedUs = Math.max(nowUs, run.lastStartUs) + options.containerStartUs;
  run.lastStartUs = one.startedUs;
  one.upUs = one.startedUs + Math.ceil(behaviour.bootUs(pod, spec, one.restarts) / speed);
  setExit(parts, pod, one, speed);
  one.killUs = Infinity;
  one.dueUs = nextTick(run.node.relistPhaseUs, options.relistUs, one.startedUs);
  run.dirty = true;
}

/** When the process will end by itself. An init container that is said to run for ever has done its work once it is up. */
export function setExit(parts: LifeParts, pod: Pod, one: ContainerRun, speed: number): void {
  const { afterUs, exitCode } = parts.behaviour.exit(pod, one.specOf(pod), one.restarts);
  const crashUs = one.role === 'init' ? Infinity : parts.crashAfterUs(pod);
  if (one.role === 'init' && afterUs === Infinity) {
    one.endUs = one.upUs;
    one.endCode = 0;
  } else {
    one.endUs = one.startedUs + Math.ceil(afterUs / speed);
    one.endCode = exitCode;
  }
  one.endReason = '';
  if (one.startedUs + crashUs < one.endUs) endProcess(one, one.startedUs + crashUs, 1);
}

/** The process ends then and in this way. */
export function endProcess(one: ContainerRun, endUs: number, code: number, reason = ''): void {
  one.endUs = endUs;
  one.endCode = code;
  one.endReason = reason;
}

/** When something happens to the container next. */
export function nextOf({ options }: LifeParts, run: PodRun, one: ContainerRun): number {
  const seenUs = (us: number): number =>
    us === Infinity ? Infinity : nextTick(run.node.relistPhaseUs, options.relistUs, us);
  switch (one.state) {
    case 'running':
      return Math.min(seenUs(one.endUs), one.startedAtUs, one.readyFlipUs, one.probeKillUs);
    case 'ending':
      return seenUs(one.endUs);
    default:
      return one.dueUs;
  }
}

/** Does what is due for a container. */
export function stepContainer(parts: LifeParts, pod: Pod, run: PodRun, one: ContainerRun): void {
  const { nowUs } = parts.plane.clock;
  while (nextOf(parts, run, one) <= nowUs) {
    run.dirty = true;
    if (one.state === 'starting') seenRunning(parts, pod, run, one);
    else if (one.state === 'image-backoff') beginContainer(parts, pod, run, one);
    else if (one.state === 'backoff') restart(parts, pod, run, one);
    else if (nextTick(run.node.relistPhaseUs, parts.options.relistUs, one.endUs) <= nowUs) seenEnded(one, nowUs);
    else probed(parts, pod, run, one);
  }
}

/** Starts an ended container again, now or after its backoff. */
export function restartOrWait(parts: LifeParts, pod: Pod, run: PodRun, one: ContainerRun): void {
  const { clock, chronicle } = parts.plane;
  const atUs = restartUs(one.crashes, one.finishedUs);
  run.dirty = true;
  if (atUs <= clock.nowUs) {
    restart(parts, pod, run, one);
    return;
  }
  one.go('backoff', clock.nowUs, 'CrashLoopBackOff');
  one.dueUs = atUs;
  const { name } = one.specOf(pod);
  chronicle.event('kubelet', 'Warning', 'BackOff', aboutOf(pod), `Back-off restarting failed container ${name}`);
  chronicle.timer({
    fromUs: one.finishedUs,
    toUs: atUs,
    timer: 'CrashLoopBackOff',
    about: `${aboutOf(pod)} container ${name}`,
  });
}

/** Tells one container to end within its grace, because a probe said so. */
function killByProbe(parts: LifeParts, pod: Pod, run: PodRun, one: ContainerRun): void {
  const { chronicle } = parts.plane;
  const spec = one.specOf(pod);
  const probe = one.started ? spec.livenessProbe : spec.startupProbe;
  const what = one.started ? 'liveness' : 'startup';
  chronicle.event('kubelet', 'Warning', 'Unhealthy', aboutOf(pod), `${what} probe of container ${spec.name} failed`);
  chronicle.event(
    'kubelet',
    'Normal',
    'Killing',
    aboutOf(pod),
    `Container ${spec.name} failed ${what} probe, will be restarted`,
  );
  const graceSeconds = probe?.terminationGracePeriodSeconds ?? pod.spec.terminationGracePeriodSeconds;
  stopContainers(parts, pod, run, graceSeconds, [one], []);
}

/** Tells containers to end: those and then the sidecars, the last first. */
export function stopContainers(
  parts: LifeParts,
  pod: Pod,
  run: PodRun,
  graceSeconds: number,
  mains: readonly ContainerRun[],
  sidecars: readonly ContainerRun[],
): void {
  const { nowUs } = parts.plane.clock;
  const speed = parts.speed(run.node);
  const needs = (one: ContainerRun): { preStopUs: number; stopUs: number } => {
    const spec = one.specOf(pod);
    return {
      preStopUs: (spec.preStopSeconds ?? 0) * 1e6,
      stopUs: Math.ceil(parts.behaviour.stopUs(pod, spec) / speed),
    };
  };
  const plan = stopPlan(nowUs, graceSeconds, mains.map(needs), sidecars.map(needs));
  const told = [...mains, ...sidecars];
  [...plan.containers, ...plan.sidecars].forEach(({ killUs, endUs, killed }, k) => {
    const one = told[k];
    if (one.state === 'starting') one.sinceUs = one.startedUs;
    one.state = 'ending';
    one.killUs = killUs;
    one.startedAtUs = one.readyFlipUs = one.probeKillUs = Infinity;
    if (endUs < one.endUs) endProcess(one, endUs, killed ? SIGKILL_CODE : SIGTERM_CODE);
  });
  run.dirty = true;
}

/** Works out anew when probes change something, from now on. */
export function planProbes(parts: LifeParts, pod: Pod, run: PodRun, one: ContainerRun): void {
  one.startedAtUs = one.readyFlipUs = one.probeKillUs = Infinity;
  if (one.state !== 'running') return;
  const { startupProbe, readinessProbe, livenessProbe } = one.specOf(pod);
  const fromUs = parts.plane.clock.nowUs;
  const hangs = (timeoutSeconds: number): boolean =>
    parts.options.probeWorkUs / parts.speed(run.node) > timeoutSeconds * 1e6;
  const moment = (timeoutSeconds: number, anchorUs: number) => ({
    anchorUs,
    fromUs,
    startedUs: one.startedUs,
    answersUs: hangs(timeoutSeconds) ? Infinity : Math.max(one.upUs, fromUs),
  });
  if (!one.started) {
    if (startupProbe === undefined) return;
    const asked = moment(startupProbe.timeoutSeconds, run.probesUs);
    one.probeKillUs = failureUs(startupProbe, asked);
    if (one.probeKillUs === Infinity) one.startedAtUs = successUs(startupProbe, asked);
    return;
  }
  if (readinessProbe !== undefined) {
    const asked = moment(readinessProbe.timeoutSeconds, one.readinessAnchorUs);
    one.readyFlipUs = one.ready ? failureUs(readinessProbe, asked) : successUs(readinessProbe, asked);
  }
  if (livenessProbe !== undefined)
    one.probeKillUs = failureUs(livenessProbe, moment(livenessProbe.timeoutSeconds, run.probesUs));
}

function restart(parts: LifeParts, pod: Pod, run: PodRun, one: ContainerRun): void {
  one.crashes = grownBackoff(one.crashes, one.finishedUs, parts.plane.clock.nowUs);
  one.restarts++;
  beginContainer(parts, pod, run, one);
}

function seenRunning(parts: LifeParts, pod: Pod, run: PodRun, one: ContainerRun): void {
  one.go('running', parts.plane.clock.nowUs);
  one.sinceUs = one.startedUs;
  one.exitCode = undefined;
  one.ready = false;
  one.started = false;
  if (one.specOf(pod).startupProbe === undefined) begun(parts, pod, run, one);
  else planProbes(parts, pod, run, one);
}

/** It counts as started: it is ready at once without a readiness probe, or is asked now and every period from now. */
function begun(parts: LifeParts, pod: Pod, run: PodRun, one: ContainerRun): void {
  one.started = true;
  one.ready = one.specOf(pod).readinessProbe === undefined;
  one.readinessAnchorUs = parts.plane.clock.nowUs;
  planProbes(parts, pod, run, one);
}

function seenEnded(one: ContainerRun, nowUs: number): void {
  one.exitCode = one.endCode;
  one.finishedUs = one.endUs;
  one.go('ended', nowUs, one.endReason !== '' ? one.endReason : one.endCode === 0 ? 'Completed' : 'Error');
  one.sinceUs = one.finishedUs;
  one.ready = one.started = false;
  one.startedAtUs = one.readyFlipUs = one.probeKillUs = one.endUs = Infinity;
}

function probed(parts: LifeParts, pod: Pod, run: PodRun, one: ContainerRun): void {
  const { nowUs } = parts.plane.clock;
  if (one.probeKillUs <= nowUs) {
    killByProbe(parts, pod, run, one);
  } else if (one.startedAtUs <= nowUs) {
    begun(parts, pod, run, one);
  } else {
    one.ready = !one.ready;
    one.readyFlipUs = Infinity;
  }
}
