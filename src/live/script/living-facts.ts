import { durationMeanUs } from '../../sim/duration-spec.ts';
import type { World } from '../../sim/living/world.ts';
import type { Replica } from '../../sim/services/replica.ts';
import type { ServiceSpec } from '../../sim/services/service-spec.ts';
import type { ScriptNode, ScriptService } from './replay-script.ts';
import type { PodDraft, ScriptBuilder } from './script-builder.ts';

/** What a script says of machines and services, before anything has happened. */
export function writeLivingFacts(world: World, builder: ScriptBuilder): void {
  for (let node = 0; node < world.nodes.count; node++) builder.nodes.push(nodeFacts(world, node));
  for (const service of world.spec.services) builder.services.push(serviceFacts(service));
  for (const sentence of leftOut(world)) builder.note(sentence);
}

function nodeFacts({ nodes, spec }: World, node: number): ScriptNode {
  const { cpuMilli, memBytes } = nodes.specs[node];
  const { name, zone } = nodes.places[node];
  return {
    name,
    ...(zone >= 0 && { zone: spec.zones[zone] }),
    cpuMilli,
    memBytes,
    isThereAtStart: nodes.bought[node] === 1 && nodes.coming[node] === 0,
  };
}

function serviceFacts({ name, requests, cpuPerRequestMilli }: ServiceSpec): ScriptService {
  const workMeanUs = durationMeanUs(requests.statedWork ?? requests.work);
  return {
    name,
    concurrency: requests.concurrency,
    queueLimit: requests.queueLimit === Infinity ? null : requests.queueLimit,
    workMeanUs: Number.isFinite(workMeanUs) ? workMeanUs : null,
    cpuPerRequestMilli,
    balancing: requests.balancing.name,
  };
}

/** The pod of a replica that has just been placed. Its boot is the mean until more is known. */
export function replicaDraft(world: World, replica: Replica): PodDraft {
  const spec = world.spec.services[replica.service];
  const { workFactor, errorShare, memFactor } = world.versions[replica.service][replica.version];
  const { cpuMilli, memBytes } = replica.request;
  return {
    name: replica.name,
    workload: spec.name,
    service: replica.service,
    ...(workFactor !== 1 && { workFactor }),
    ...(errorShare !== 0 && { errorShare }),
    cpuMilli,
    memBytes,
    ...limitsOf(spec),
    cpuUseMilli: 0,
    memUseBytes: Math.round(spec.memBaseBytes * memFactor),
    bootUs: Math.round(durationMeanUs(spec.startUp.boot)),
    restart: 'always',
  };
}

export function limitsOf({ cpuLimitMilli, memLimitBytes }: ServiceSpec): {
  cpuLimitMilli?: number;
  memLimitBytes?: number;
} {
  return {
    ...(cpuLimitMilli !== Infinity && { cpuLimitMilli }),
    ...(memLimitBytes !== Infinity && { memLimitBytes }),
  };
}

function leftOut({ spec }: World): string[] {
  const { services } = spec;
  const notes: string[] = [];
  if (services.some(({ requests }) => requests.calls.some((stage) => stage.length > 0)))
    notes.push('services call each other in the simulation; a container does its own work only');
  if (services.some(({ startUp }) => startUp.warmUpUs > 0))
    notes.push('replicas warm up in the simulation; a container works at full speed from the beginning');
  if (services.some(({ memPerRequestBytes, memLeakBytes }) => memPerRequestBytes > 0 || memLeakBytes > 0))
    notes.push('memory grows with requests in the simulation; a container holds what its service needs without any');
  if (spec.overcommit !== undefined)
    notes.push('nodes offer more CPU than they have (overcommitment); a container gets what it requests');
  return notes;
}
