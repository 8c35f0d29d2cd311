import { Document } from 'yaml';
import type { NodeSpec } from '../../sim/node-spec.ts';
import type { CapturedContainer, CapturedHistory } from './captured-history.ts';
import type { CapturedRequests } from './captured-requests.ts';
import { uniqueKey } from './unique-key.ts';
import { weatherOfCapture } from './weather-of-capture.ts';
import { workloadsOfCapture, type CapturedService } from './workloads-of-capture.ts';

/**
 * A scenario that resembles what was captured: services with their replicas and times, jobs as they ran, new versions,
 * crashes and lost machines as scripted weather. `unsaid`: what the language of scenarios has no word for.
 */
export function scenarioOfCapture(
  history: CapturedHistory,
  requests: CapturedRequests,
  nodes: readonly NodeSpec[],
  jobsFile: string,
): { readonly text: string; readonly jobs: readonly CapturedContainer[]; readonly unsaid: readonly string[] } {
  const { services, jobs, unsaid } = workloadsOfCapture(history, requests);
  const groups = groupNames(history);
  const weather = weatherOfCapture(history, services, groups);
  const scenario = {
    name: `Captured ${history.startedAt}`,
    description: 'What was seen of some container engines, as a scenario; nobody knows the requests that came.',
    duration: time(Math.max(1_000_000, history.durationUs)),
    seeds: 1,
    cluster: {
      groups: Object.fromEntries(
        nodes.map((node, k) => [groups[k], { cpu: `${node.cpuMilli}m`, memory: node.memBytes, count: 1 }]),
      ),
    },
    ...(services.length > 0 && { services: Object.fromEntries(services.map((one) => [one.key, serviceText(one)])) }),
    ...(jobs.length > 0 && { jobs: { captured: { file: jobsFile, restarts: 0 } } }),
    ...(weather.events.length > 0 && { weather: weather.events }),
    ...(services.some((one) => one.versions.length > 0) && {
      deployments: services.flatMap((one) => one.versions.map((atUs) => ({ service: one.key, at: time(atUs) }))),
    }),
  };
  const told = [...unsaid, ...weather.unsaid];
  const document = new Document(scenario);
  document.commentBefore = commentOf(told);
  return { text: document.toString({ lineWidth: 0 }), jobs, unsaid: told };
}

function serviceText(one: CapturedService): Record<string, unknown> {
  return {
    cpu: `${one.cpuMilli}m`,
    memory: one.memBytes,
    ...(one.cpuLimitMilli !== undefined && one.cpuLimitMilli >= one.cpuMilli && { cpuLimit: `${one.cpuLimitMilli}m` }),
    replicas: one.replicas,
    min: Math.min(one.fewest, one.replicas),
    max: Math.max(one.most, one.replicas, 1),
    image: 0,
    boot: time(one.bootUs),
    grace: time(one.stopUs),
  };
}

/** Names of groups, one for each node: letters, digits and dashes, unique. */
function groupNames({ nodes }: CapturedHistory): string[] {
  const taken = new Set<string>();
  return nodes.map(({ name }) => uniqueKey(name, 'node', taken));
}

const time = (us: number): string => `${us / 1e6}s`;

function commentOf(unsaid: readonly string[]): string {
  const lines = [
    'Made by `baton capture`. Services answer requests here, and an engine does not see requests: add `traffic` to load them.',
    ...(unsaid.length > 0 ? ['What a scenario has no word for:', ...unsaid.map((one) => `- ${one}`)] : []),
  ];
  return lines.map((line) => ` ${line.replace(/[\s\p{C}]+/gu, ' ')}`).join('\n');
}
