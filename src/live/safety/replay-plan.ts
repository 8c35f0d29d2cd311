import { LEAST_MEM_LIMIT_BYTES } from '../engine/engine-limits.ts';
import { LEAST_CPU_MILLI } from '../replay/container-limits.ts';
import { MOST_NETWORKS } from '../replay/node-networks.ts';
import type { ReplayScript, ScriptPod } from '../script/replay-script.ts';
import { userImageFor } from '../workload/user-images.ts';
import type { EngineFacts } from './engine-facts.ts';
import { planConcerns } from './plan-concerns.ts';
import {
  START_MS,
  STARTS_PER_SECOND,
  type EnginePlan,
  type PlanOptions,
  type ReplayPlanReport,
} from './replay-plan-report.ts';
import { replayPeaks, type ReplayPeaks } from './replay-peaks.ts';

/** Works out what replaying a script on these engines takes, and what speaks against it. Pure: the same facts, the same plan. */
export function planReplay(
  script: ReplayScript,
  engines: readonly EngineFacts[],
  options: PlanOptions,
): ReplayPlanReport {
  const engineOfNode = options.engineOfNode ?? script.nodes.map((_, node) => node % engines.length);
  const peaks = (isOnNode: (node: number) => boolean): ReplayPeaks =>
    replayPeaks(script, {
      speed: options.speed,
      scaled: scaledRequests(options),
      isOnNode,
      startsPerSecond: options.startsPerSecond ?? STARTS_PER_SECOND,
      publishes: options.publishes ?? true,
    });
  const plans = engines.map((facts, place): EnginePlan => {
    const nodes = script.nodes.filter((_, node) => engineOfNode[node] === place).map(({ name }) => name);
    return {
      ...peaks((node) => engineOfNode[node] === place),
      name: facts.name,
      version: facts.info.version,
      hasCpuMilli: facts.info.cpuMilli,
      hasMemBytes: facts.info.memBytes,
      nodes,
      networks: Math.min(MOST_NETWORKS, new Set(startsOn(script, engineOfNode, place).map(({ node }) => node)).size),
      networksThere: facts.networks,
      images: imagesOn(script, engineOfNode, place, options).map((reference) => ({
        reference,
        isThere: facts.images[reference] ?? false,
        isOurs: reference === options.ownImage,
      })),
      others: facts.others,
    };
  });
  const plan: ReplayPlanReport = {
    runId: script.runId,
    title: script.title,
    policy: script.policy,
    seed: script.seed,
    speed: options.speed,
    scaleCpu: options.scaleCpu,
    scaleMem: options.scaleMem,
    simulatedUs: script.durationUs,
    durationMs: script.durationUs / 1000 / options.speed,
    steps: script.steps.length,
    total: peaks(() => true),
    shortLived: livesMs(script, options.speed).filter((lifeMs) => lifeMs < 2 * (options.startMs ?? START_MS)).length,
    engines: plans,
    cannot: [],
    warnings: [],
    refusals: [],
    impossible: [],
    notes: script.notes,
  };
  return { ...plan, ...planConcerns(script, plan, engines, engineOfNode, options) };
}

/** References of all images that a replay needs, so that engines can be asked for them. */
export function imagesOfReplay(script: ReplayScript, options: Pick<PlanOptions, 'ownImage' | 'userImages'>): string[] {
  return referencesOf(script.pods, options);
}

/** What a container of these requests is given; at least what an engine can set. */
export function scaledRequests(options: Pick<PlanOptions, 'scaleCpu' | 'scaleMem'>) {
  const { scaleCpu, scaleMem } = options;
  return (cpuMilli: number, memBytes: number): { cpuMilli: number; memBytes: number } => ({
    cpuMilli: scaleCpu === 'shares' || cpuMilli === 0 ? 0 : Math.max(LEAST_CPU_MILLI, Math.round(cpuMilli * scaleCpu)),
    memBytes: memBytes === 0 ? 0 : Math.max(LEAST_MEM_LIMIT_BYTES, Math.round(memBytes * scaleMem)),
  });
}

function imagesOn(
  script: ReplayScript,
  engineOfNode: readonly number[],
  place: number,
  options: PlanOptions,
): string[] {
  const pods = startsOn(script, engineOfNode, place).map(({ pod }) => script.pods[pod]);
  return pods.length === 0 && options.ownImage !== undefined ? [options.ownImage] : referencesOf(pods, options);
}

function referencesOf(
  pods: readonly ScriptPod[],
  { ownImage, userImages = new Map() }: Pick<PlanOptions, 'ownImage' | 'userImages'>,
): string[] {
  const references = pods.flatMap(
    (pod) => userImageFor(userImages, pod.workload)?.image ?? ownImage ?? pod.image ?? [],
  );
  return [...new Set(references)].sort();
}

function startsOn(script: ReplayScript, engineOfNode: readonly number[], place: number) {
  return script.steps.flatMap((step) => (step.do === 'start' && engineOfNode[step.node] === place ? [step] : []));
}

/** From `start` to `gone` of each container that is gone at some time, in real milliseconds. */
function livesMs(script: ReplayScript, speed: number): number[] {
  const since = new Map<number, number>();
  const lives: number[] = [];
  for (const step of script.steps)
    if (step.do === 'start') since.set(step.pod, step.atUs);
    else if (step.do === 'gone' && since.has(step.pod)) {
      lives.push((step.atUs - since.get(step.pod)!) / 1000 / speed);
      since.delete(step.pod);
    }
  return lives;
}
