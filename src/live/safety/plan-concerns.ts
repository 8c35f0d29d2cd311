import { cpuText } from '../../workloads/quantity-text.ts';
import { countOf, formatBytes } from '../../reporting/format.ts';
import type { ReplayScript } from '../script/replay-script.ts';
import type { EngineFacts } from './engine-facts.ts';
import {
  NETWORKS_AT_MOST,
  START_MS,
  STARTS_PER_SECOND,
  type EnginePlan,
  type PlanOptions,
  type ReplayPlanReport,
} from './replay-plan-report.ts';

export interface PlanConcerns {
  readonly cannot: readonly string[];
  readonly warnings: readonly string[];
  readonly refusals: readonly string[];
  readonly impossible: readonly string[];
}

/** All that speaks against a plan, in sentences. */
export function planConcerns(
  script: ReplayScript,
  plan: ReplayPlanReport,
  engines: readonly EngineFacts[],
  engineOfNode: readonly number[],
  options: PlanOptions,
): PlanConcerns {
  const concerns = { cannot: [], warnings: [], refusals: [], impossible: [] } as Record<keyof PlanConcerns, string[]>;
  if (engines.length === 0) concerns.impossible.push('there is no engine to replay on; name one with --docker');
  const nowhere = script.nodes.filter((_, node) => engines[engineOfNode[node]] === undefined);
  if (nowhere.length > 0 && engines.length > 0)
    concerns.impossible.push(
      `${countOf(nowhere.length, 'node')} of the run stand${nowhere.length === 1 ? 's' : ''} for no engine, ${nowhere[0].name} for one; say which engine ${nowhere.length === 1 ? 'it is' : 'they are'} on`,
    );
  plan.engines.forEach((engine, place) => {
    ofEngine(script, engine, engines[place], options, concerns);
  });
  ofImages(script, plan, options, concerns);
  ofTime(script, plan, options, concerns);
  ofTraffic(script, plan, concerns);
  return concerns;
}

type Lists = Record<keyof PlanConcerns, string[]>;

function ofEngine(
  script: ReplayScript,
  plan: EnginePlan,
  facts: EngineFacts,
  options: PlanOptions,
  lists: Lists,
): void {
  const { info, others } = facts;
  const { name } = plan;
  if (!info.canLimitCpu)
    lists.cannot.push(`${name} cannot limit CPU, as rootless engines often cannot; containers take what they can get`);
  if (!info.canLimitMem)
    lists.cannot.push(
      `${name} cannot limit memory, as rootless engines often cannot; nothing is killed for lack of it`,
    );
  if (!info.isLocal)
    lists.cannot.push(
      `published ports of ${name} are on its own loopback, which cannot be reached from here; readiness and traffic are not measured there`,
    );
  if (facts.ofThisRun > 0 && options.resumes !== true)
    lists.impossible.push(
      `${name} has ${countOf(facts.ofThisRun, 'thing')} of this run already, of an earlier replay or of one that goes on; go on with --resume ${script.runId}, or remove them with --clean ${script.runId}`,
    );
  const cpuLeft = info.cpuMilli - others.cpuMilli;
  const memLeft = info.memBytes - others.memBytes;
  const besides =
    others.running === 0 ? '' : ` besides the ${countOf(others.running, 'other container')} that run there`;
  if (plan.scaledCpuMilli > cpuLeft)
    lists.refusals.push(
      `${name} has ${cpuText(Math.max(0, cpuLeft))} of CPU${besides}, and the run wants ${cpuText(plan.scaledCpuMilli)} at once; use a smaller --scale-cpu, or --scale-cpu shares`,
    );
  if (plan.scaledMemBytes > memLeft)
    lists.refusals.push(
      `${name} has ${formatBytes(Math.max(0, memLeft))} of memory${besides}, and the run wants ${formatBytes(plan.scaledMemBytes)} at once; use a smaller --scale-memory`,
    );
  if (others.unlimited > 0) {
    const who = `${countOf(others.unlimited, 'container')} that ${others.unlimited === 1 ? 'is' : 'are'} not of this run`;
    // Without limits they may need any part of it; half is left to them.
    if (2 * plan.scaledCpuMilli > info.cpuMilli || 2 * plan.scaledMemBytes > info.memBytes)
      lists.refusals.push(
        `${who} run${others.unlimited === 1 ? 's' : ''} on ${name} without limits, and the run wants more than half of the engine; stop them, or use a smaller --scale-cpu and --scale-memory`,
      );
    else
      lists.warnings.push(
        `${who} run${others.unlimited === 1 ? 's' : ''} on ${name} without limits and may disturb what is measured`,
      );
  }
  const room = (options.networksAtMost ?? NETWORKS_AT_MOST) - plan.networksThere;
  if (room <= 0 && plan.networks > 0)
    lists.refusals.push(
      `${name} has ${countOf(plan.networksThere, 'network')} already, and addresses for about ${options.networksAtMost ?? NETWORKS_AT_MOST}; remove those that nobody uses (docker network prune), or give it more with default-address-pools`,
    );
  else if (plan.networks > room)
    lists.warnings.push(
      `${name} has addresses for about ${countOf(room, 'more network')} and the run wants ${plan.networks}; nodes will share them`,
    );
  const perSecond = options.startsPerSecond ?? STARTS_PER_SECOND;
  if (plan.startsPerSecond > perSecond)
    lists.warnings.push(
      `${plan.startsPerSecond} starts are due on ${name} within one second, and an engine does about ${perSecond}; some come up to ${seconds(plan.startsLateMs)} late, or the clock is held for them`,
    );
}

function ofImages(script: ReplayScript, plan: ReplayPlanReport, options: PlanOptions, lists: Lists): void {
  for (const engine of plan.engines)
    for (const { reference, isThere, isOurs } of engine.images)
      if (!isThere && !isOurs)
        lists.impossible.push(
          `image ${reference} is not on ${engine.name}, and Baton pulls none; pull it there (docker pull ${reference}), or use our own workload`,
        );
  if (options.ownImage !== undefined) return;
  const without = script.pods.filter(({ image }) => image === undefined);
  if (without.length > 0)
    lists.impossible.push(
      `the run names no image for ${countOf(without.length, 'pod')}, ${without[0].name} for one; name it in the scenario, or use our own workload`,
    );
}

function ofTime(script: ReplayScript, plan: ReplayPlanReport, options: PlanOptions, lists: Lists): void {
  const startMs = options.startMs ?? START_MS;
  const { speed } = plan;
  if (plan.shortLived > 0)
    lists.warnings.push(
      `${countOf(plan.shortLived, 'pod')} of ${plan.total.containersInAll} live${plan.shortLived === 1 ? 's' : ''} less than ${seconds(2 * startMs)} at this speed, about what starting and stopping take; use a lower --speed`,
    );
  const boots = script.pods.map(({ bootUs }) => bootUs).filter((bootUs) => bootUs > 0);
  boots.sort((a, b) => a - b);
  const medianMs = (boots[Math.floor(boots.length / 2)] ?? 0) / 1000;
  if (boots.length > 0 && medianMs / speed < startMs / 2)
    lists.warnings.push(
      `half of the pods boot within ${seconds(medianMs)} of simulated time, which is ${seconds(medianMs / speed)} at this speed; starting a container takes about ${seconds(startMs)} of its own, so measured starts will look ${seconds(startMs * speed)} longer in simulated time`,
    );
}

/** More requests a second than this, or shorter ones, a small machine does not send and serve as told. */
const REQUESTS_PER_SECOND = 300;
const REQUEST_MS = 10;
const WINDOW_US = 10_000_000;

function ofTraffic({ traffic, services }: ReplayScript, { speed }: ReplayPlanReport, lists: Lists): void {
  if (traffic === undefined) return;
  const windows = new Map<number, number>();
  for (const { source } of traffic.traffic)
    if (source.kind === 'times')
      for (const timeUs of source.timesUs) {
        const window = Math.floor(timeUs / WINDOW_US);
        windows.set(window, (windows.get(window) ?? 0) + 1);
      }
  const most = [...windows.values()].reduce((max, count) => Math.max(max, count), 0);
  const perSecond = Math.round((most / (WINDOW_US / 1e6)) * speed);
  if (perSecond > REQUESTS_PER_SECOND)
    lists.warnings.push(
      `up to ${perSecond} requests a second are sent at this speed, more than a small machine sends and serves as told; latencies will be longer than they should: use a lower --speed`,
    );
  for (const { name, workMeanUs } of services)
    if (workMeanUs !== null && workMeanUs > 0 && workMeanUs / 1000 / speed < REQUEST_MS)
      lists.warnings.push(
        `a request to ${name} works for ${seconds(workMeanUs / 1000)} in the scenario, which is ${seconds(workMeanUs / 1000 / speed)} at this speed, and its way there and back costs a millisecond or two; use a lower --speed to compare latencies`,
      );
}

/** `20 ms`, `1.5 s`, `40 s`. */
function seconds(ms: number): string {
  if (ms < 1000) return `${ms < 10 ? Number(ms.toFixed(1)) : Math.round(ms)} ms`;
  return `${ms < 10_000 ? Number((ms / 1000).toFixed(1)) : Math.round(ms / 1000)} s`;
}
