import { countOf } from '../../reporting/format.ts';
import { RUN_LABEL } from '../labels.ts';
import { pause } from '../pause.ts';
import { sentenceOf } from '../sentence-of.ts';
import { AVAILABILITY_LABEL } from './node-availability.ts';
import type { SwarmApi } from './swarm-api.ts';

/** What was removed from a swarm, and what could not be. */
export interface SwarmCleaned {
  readonly services: number;
  readonly networks: number;
  /** Nodes that are available again as they were. */
  readonly nodes: number;
  /** What is still there, each with the reason. */
  readonly left: readonly string[];
}

const TRIES = 60;
const PAUSE_MS = 500;

/** Removes every service and network of a run, and makes nodes that it had drained available again as they were before. */
export async function cleanSwarm(api: SwarmApi, runId: string): Promise<SwarmCleaned> {
  const left: string[] = [];
  const nodes = await restoreNodes(api, runId, left);
  const services = await api.services({ [RUN_LABEL]: runId });
  for (const { ID, Spec } of services)
    await api.removeService(ID).catch((error: unknown) => left.push(`service ${Spec.Name}: ${sentenceOf(error)}`));
  const networks = await api.networks({ [RUN_LABEL]: runId });
  let removed = 0;
  for (const { Id, Name } of networks) {
    const why = await removeNetwork(api, runId, Id);
    if (why === undefined) removed++;
    else left.push(`network ${Name}: ${why}`);
  }
  return { services: services.length, networks: removed, nodes, left };
}

/** A network goes when the last task on it has, and the manager's own engine forgets it later still. Undefined: it is gone. */
async function removeNetwork(api: SwarmApi, runId: string, id: string): Promise<string | undefined> {
  for (let tries = 1; ; tries++) {
    let why = 'it is still listed';
    try {
      await api.removeNetwork(id);
      if (!(await api.networks({ [RUN_LABEL]: runId })).some(({ Id }) => Id === id)) return undefined;
    } catch (error) {
      why = sentenceOf(error);
    }
    if (tries >= TRIES) return why;
    await pause(PAUSE_MS);
  }
}

async function restoreNodes(api: SwarmApi, runId: string, left: string[]): Promise<number> {
  let restored = 0;
  for (const node of await api.nodes()) {
    const [of, before] = node.Spec.Labels[AVAILABILITY_LABEL]?.split(' ') ?? [];
    if (of !== runId || before === undefined) continue;
    const { [AVAILABILITY_LABEL]: _ours, ...labels } = node.Spec.Labels;
    try {
      await api.updateNode(node, { ...node.Spec, Labels: labels, Availability: before });
      restored++;
    } catch (error) {
      left.push(
        `node ${node.Description.Hostname} is ${node.Spec.Availability} and was ${before}: ${sentenceOf(error)}`,
      );
    }
  }
  return restored;
}

export function swarmCleanedText({ services, networks, nodes, left }: SwarmCleaned, runId: string): string {
  const parts = [
    ...(services > 0 ? [countOf(services, 'service')] : []),
    ...(networks > 0 ? [countOf(networks, 'network')] : []),
  ];
  const removed = parts.length === 0 ? 'nothing of the run was there' : `removed ${parts.join(' and ')}`;
  const back = nodes === 0 ? '' : `; ${countOf(nodes, 'node')} available again as before`;
  if (left.length === 0) return `swarm: ${removed}${back}; nothing is left`;
  return [
    `swarm: ${removed}${back}`,
    ...left.map((one) => `  left: ${one}`),
    `finish it later with: ${cleanCommand(runId)}`,
  ].join('\n');
}

export const cleanCommand = (runId: string): string => `baton replay --swarm free --clean ${runId} --docker MANAGER`;

/** Runs that have left services or networks on a swarm, by id. */
export async function runsOnSwarm(api: SwarmApi): Promise<readonly string[]> {
  const [services, networks, nodes] = await Promise.all([
    api.services({ [RUN_LABEL]: '' }),
    api.networks({ [RUN_LABEL]: '' }),
    api.nodes(),
  ]);
  const ids = [
    ...services.map(({ Spec }) => Spec.Labels[RUN_LABEL]),
    ...networks.filter(({ Scope }) => Scope === 'swarm').map(({ Labels }) => Labels[RUN_LABEL]),
    ...nodes.map(({ Spec }) => Spec.Labels[AVAILABILITY_LABEL]?.split(' ')[0]),
  ];
  return [...new Set(ids.filter((id) => id !== undefined))].sort();
}
