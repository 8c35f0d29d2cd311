import { LEAST_MEM_LIMIT_BYTES } from '../engine/engine-limits.ts';
import type { ReplayScript, ScriptPod } from '../script/replay-script.ts';
import type { WorkloadOrders } from './workload-command.ts';

/**
 * What containers do of what the scenario says: `none` boots and ends; `serve` answers requests by waiting as well; `cpu`
 * computes too, all the time and for requests; `memory` holds memory as well as it serves; `all` does all of it.
 */
export const ACTS = ['none', 'serve', 'cpu', 'memory', 'all'] as const;

export type Act = (typeof ACTS)[number];

export interface ActingOptions {
  readonly act: Act;
  /** Simulated seconds a real one; all times are divided by it. */
  readonly speed: number;
  /** As limits are scaled; with `shares` CPU is used as the scenario says. */
  readonly scaleCpu: number | 'shares';
  readonly scaleMem: number;
}

/** Beside what it is told to hold, the workload and the kernel for it use so much. */
const OWN_MEM_BYTES = 3 * 1024 * 1024;
/** What our workload's command line takes at most. */
const MOST_BURN_MILLI = 64_000;
const MOST_BURNT_AT_ONCE = 1024;
const MOST_AT_ONCE = 1_000_000_000;
const USUAL_GRACE_US = 30_000_000;
/** Of the grace, so that it ends by itself before it is killed. */
const LINGER_SHARE = 0.9;

/** What the container of each pod, by its place in the script, is told to do. */
export function workloadOrdersOf(script: ReplayScript, options: ActingOptions): (place: number) => WorkloadOrders {
  const graces = longestGraces(script);
  const againUs = bootsOfRestarts(script);
  return (place) => ({
    ...ordersOf(script, script.pods[place], graces.get(place) ?? USUAL_GRACE_US, options),
    ...(againUs.has(place) && { againBootMs: againUs.get(place)! / 1000 / options.speed }),
  });
}

/** Of pods that boot for another time when they are started again: as at their first restart. */
function bootsOfRestarts({ steps }: ReplayScript): Map<number, number> {
  const boots = new Map<number, number>();
  for (const step of steps)
    if (step.do === 'restart' && step.bootUs !== undefined && !boots.has(step.pod)) boots.set(step.pod, step.bootUs);
  return boots;
}

function ordersOf(script: ReplayScript, pod: ScriptPod, graceUs: number, options: ActingOptions): WorkloadOrders {
  const { act, speed } = options;
  const realMs = (us: number): number => us / 1000 / speed;
  const burnMilli = usesCpu(act) ? cpuUsed(pod.cpuUseMilli ?? 0, options) : 0;
  const holdBytes = usesMemory(act) ? heldBytes(pod, options.scaleMem) : 0;
  const serve = act === 'none' ? undefined : serveOrders(script, pod, options);
  return {
    bootMs: realMs(pod.bootUs),
    ...(pod.runsUs !== undefined && { runMs: realMs(pod.runsUs) }),
    ...(pod.exitCode !== undefined && { exitCode: pod.exitCode }),
    ...(burnMilli > 0 && { burnMilli: Math.min(burnMilli, MOST_BURN_MILLI) }),
    ...(holdBytes > 0 && { holdBytes }),
    ...(serve !== undefined && { serve }),
    lingerMs: realMs(graceUs) * LINGER_SHARE,
  };
}

function serveOrders(script: ReplayScript, pod: ScriptPod, options: ActingOptions): WorkloadOrders['serve'] {
  if (pod.service === undefined) return undefined;
  const { concurrency, queueLimit, workMeanUs, cpuPerRequestMilli } = script.services[pod.service];
  const { workFactor = 1, errorShare = 0 } = pod;
  const burns = usesCpu(options.act) && cpuPerRequestMilli > 0;
  return {
    concurrency: Math.min(concurrency, burns ? MOST_BURNT_AT_ONCE : MOST_AT_ONCE),
    ...(queueLimit !== null && { queueLimit: Math.min(queueLimit, MOST_AT_ONCE) }),
    serviceUs: ((workMeanUs ?? 0) * workFactor) / options.speed,
    by: burns ? 'burn' : 'sleep',
    // A request is one thread's: more than a core it cannot use.
    ...(burns && { burnShare: Math.min(1, cpuUsed(cpuPerRequestMilli, options) / 1000) }),
    ...(errorShare > 0 && { errorShare }),
  };
}

/**
 * What the pod uses, scaled as its limit is. One that stays within its limit in the simulation must do so here, where the
 * kernel's memory for it counts too; one that does not is killed here as well.
 */
function heldBytes(pod: ScriptPod, scaleMem: number): number {
  const wanted = (pod.memUseBytes ?? 0) * scaleMem;
  const limit = pod.memLimitBytes ?? pod.memBytes;
  if (limit === 0 || (pod.memUseBytes ?? 0) > limit) return Math.round(wanted);
  const room = Math.max(limit * scaleMem, LEAST_MEM_LIMIT_BYTES) - OWN_MEM_BYTES;
  return Math.round(Math.min(wanted, room));
}

/** The longest that the script gives each pod to end; those that are never told to are not there. */
function longestGraces({ steps }: ReplayScript): Map<number, number> {
  const graces = new Map<number, number>();
  for (const step of steps)
    if (step.do === 'stop') graces.set(step.pod, Math.max(graces.get(step.pod) ?? 0, step.graceUs));
  return graces;
}

function cpuUsed(milli: number, { scaleCpu }: ActingOptions): number {
  return scaleCpu === 'shares' ? milli : milli * scaleCpu;
}

function usesCpu(act: Act): boolean {
  return act === 'cpu' || act === 'all';
}

function usesMemory(act: Act): boolean {
  return act === 'memory' || act === 'all';
}
