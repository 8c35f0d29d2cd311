import { countOf } from '../../reporting/format.ts';
import type { CapturedContainer, CapturedHistory } from './captured-history.ts';
import type { CapturedRequests } from './captured-requests.ts';
import { ownerOfContainer } from './owner-of-container.ts';
import { uniqueKey } from './unique-key.ts';

/** Containers of one owner that are kept running. */
export interface CapturedService {
  /** As a scenario names it. */
  readonly key: string;
  readonly owner: string;
  readonly containers: readonly CapturedContainer[];
  /** Median of what they ask for. */
  readonly cpuMilli: number;
  readonly memBytes: number;
  readonly cpuLimitMilli?: number;
  /** That had a process when things had settled, and the fewest and most ever after. */
  readonly replicas: number;
  readonly fewest: number;
  readonly most: number;
  /** Median from creation to start. */
  readonly bootUs: number;
  /** Longest from the order to end to the end. */
  readonly stopUs: number;
  /** When containers of another version came. */
  readonly versions: readonly number[];
}

export interface CapturedWorkloads {
  readonly services: readonly CapturedService[];
  /** Containers that ran to an end of their own. */
  readonly jobs: readonly CapturedContainer[];
  /** Sentences: what was seen of services that a scenario has no word for. */
  readonly unsaid: readonly string[];
}

/** An owner's containers are jobs when all that ended, ended by themselves with exit code 0, and some did; else a service. */
export function workloadsOfCapture(history: CapturedHistory, requests: CapturedRequests): CapturedWorkloads {
  const byOwner = new Map<string, CapturedContainer[]>();
  for (const container of history.containers) {
    if (container.runs.length === 0) continue;
    const { name } = ownerOfContainer(container);
    byOwner.set(name, [...(byOwner.get(name) ?? []), container]);
  }
  const taken = new Set<string>();
  const services: CapturedService[] = [];
  const jobs: CapturedContainer[] = [];
  const unsaid: string[] = [];
  for (const [owner, containers] of byOwner) {
    if (areJobs(containers)) {
      jobs.push(...containers);
      continue;
    }
    const service = serviceOf(uniqueKey(owner, 'service', taken), owner, containers, requests);
    services.push(service);
    if (service.fewest !== service.most)
      unsaid.push(`${service.key} had ${service.fewest} to ${service.most} replicas: ${scalings(containers)}`);
    const pauses = containers.flatMap((one) => one.states.filter(({ state }) => state === 'paused'));
    if (pauses.length > 0)
      unsaid.push(`${service.key} was paused ${countOf(pauses.length, 'time')}, first at ${pauses[0].atUs / 1e6} s`);
  }
  return { services, jobs, unsaid };
}

function areJobs(containers: readonly CapturedContainer[]): boolean {
  const ended = containers.flatMap((one) => one.runs.filter((run) => run.untilUs !== undefined));
  return ended.length > 0 && ended.every((run) => run.exitCode === 0 && run.toldUs === undefined);
}

function serviceOf(
  key: string,
  owner: string,
  containers: readonly CapturedContainer[],
  requests: CapturedRequests,
): CapturedService {
  const counts = replicasOverTime(containers);
  const settledUs = settledAt(containers);
  const later = counts.filter((_one, k) => (counts[k + 1]?.atUs ?? Infinity) > settledUs).map((one) => one.replicas);
  const asked = containers.map((one) => requests.at(one, one.runs[0].fromUs));
  const limits = containers.flatMap((one) => one.limits[0]?.cpuMilli ?? []);
  const boots = containers.flatMap(({ states }) =>
    states[0].state === 'created' && states[1]?.state === 'running' ? [states[1].atUs - states[0].atUs] : [],
  );
  const stops = containers.flatMap((one) =>
    one.runs.flatMap(({ toldUs, untilUs }) =>
      toldUs === undefined || untilUs === undefined ? [] : [untilUs - toldUs],
    ),
  );
  const versions = new Set([versionOf(containers[0])]);
  const changes: number[] = [];
  for (const container of containers)
    if (!versions.has(versionOf(container))) {
      versions.add(versionOf(container));
      changes.push(container.states[0].atUs);
    }
  return {
    key,
    owner,
    containers,
    cpuMilli: Math.max(1, middleOf(asked.map((one) => one.cpuMilli))),
    memBytes: Math.max(1, middleOf(asked.map((one) => one.memBytes))),
    ...(limits.length === containers.length && { cpuLimitMilli: Math.max(...limits) }),
    replicas: later[0] ?? 0,
    fewest: Math.min(...later),
    most: Math.max(...later),
    bootUs: middleOf(boots),
    stopUs: Math.max(0, ...stops),
    versions: changes,
  };
}

/** What sets apart the versions of a service. */
function versionOf({ image, labels }: CapturedContainer): string {
  return JSON.stringify([image, labels['com.docker.compose.config-hash'] ?? '']);
}

/** How many have a process, from each time on; what happens at one instant is one change. */
function replicasOverTime(containers: readonly CapturedContainer[]): { atUs: number; replicas: number }[] {
  const changes = new Map<number, number>();
  for (const { fromUs, untilUs } of containers.flatMap((one) => one.runs)) {
    changes.set(fromUs, (changes.get(fromUs) ?? 0) + 1);
    if (untilUs !== undefined) changes.set(untilUs, (changes.get(untilUs) ?? 0) - 1);
  }
  let replicas = 0;
  return [...changes].sort(([a], [b]) => a - b).map(([atUs, by]) => ({ atUs, replicas: (replicas += by) }));
}

/** Containers made within so short a time of the first are the replicas that it began with. */
const TOGETHER_US = 5_000_000;

function settledAt(containers: readonly CapturedContainer[]): number {
  const first = Math.min(...containers.map((one) => one.runs[0].fromUs));
  return Math.max(...containers.map((one) => one.runs[0].fromUs).filter((fromUs) => fromUs <= first + TOGETHER_US));
}

const MOST_SCALINGS = 12;

function scalings(containers: readonly CapturedContainer[]): string {
  const counts = replicasOverTime(containers);
  const told = counts
    .slice(0, MOST_SCALINGS)
    .map(({ atUs, replicas }) => `${replicas} from ${(atUs / 1e6).toFixed(1)} s`);
  return [
    ...told,
    ...(counts.length > MOST_SCALINGS ? [`and ${counts.length - MOST_SCALINGS} more changes`] : []),
  ].join(', ');
}

function middleOf(values: readonly number[]): number {
  return values.length === 0 ? 0 : [...values].sort((a, b) => a - b)[(values.length - 1) >> 1];
}
