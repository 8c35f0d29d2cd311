import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { threadId } from 'node:worker_threads';
import { workloadImage } from '../../../src/live/workload/workload-image.ts';
import { callEngine } from './engine-api.ts';
import { connectNodes, type Switchboard } from './namespaces.ts';
import { swarmNode, type NodeOptions, type SwarmNode } from './swarm-node.ts';

/** Several engines in namespaces of this machine that are one swarm. The first node is its only manager. */
export interface RealSwarm {
  readonly nodes: readonly SwarmNode[];
  readonly switchboard: Switchboard;
  /** Where files may be put; removed with it. */
  readonly folder: string;
  /** The image that every node has: the workload, which ends at once when it is told to. */
  readonly image: string;
  /** Asks the manager. */
  call<T>(method: string, path: string, body?: unknown): Promise<T>;
  /** `docker ...` on the manager; rejects with what it said. */
  docker(...words: string[]): Promise<string>;
  /** `docker stack deploy` of these compose files. */
  deploy(stack: string, ...texts: string[]): Promise<void>;
  /** `docker stack rm`, as often as it takes: its network goes only when the last of its tasks has. */
  removeStack(stack: string): Promise<void>;
  remove(): Promise<void>;
}

let made = 0;

/** Brings a swarm up. Whatever fails on the way, nothing is left of it. */
export async function startRealSwarm(options: readonly NodeOptions[]): Promise<RealSwarm> {
  const folder = mkdtempSync(join(tmpdir(), 'baton-swarm-'));
  // Names of this thread's own, so that runs side by side do not meet.
  const prefix = `bsw${process.pid.toString(36)}x${threadId}x${made++}`;
  let switchboard: Switchboard | undefined;
  const nodes: SwarmNode[] = [];
  const remove = async (): Promise<void> => {
    process.off('exit', removeAtOnce);
    await Promise.all(nodes.map((node) => node.remove()));
    switchboard?.remove();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  // A process that ends in the middle takes its engines with it, as their namespaces hang on its children.
  const removeAtOnce = (): void => {
    for (const node of nodes) void node.crash();
    switchboard?.remove();
    rmSync(folder, { recursive: true, force: true });
  };
  process.on('exit', removeAtOnce);
  try {
    const board = connectNodes(prefix, options.length);
    switchboard = board;
    options.forEach((one, place) => nodes.push(swarmNode(folder, `baton-${prefix}`, place, board, one)));
    await Promise.all(nodes.map((node) => node.start()));
    const image = await importWorkload(nodes);
    await joinAll(nodes);
    return { ...handle(nodes, board, folder, image), remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

function handle(
  nodes: readonly SwarmNode[],
  switchboard: Switchboard,
  folder: string,
  image: string,
): Omit<RealSwarm, 'remove'> {
  const docker = (...words: string[]): Promise<string> => dockerCommand(nodes[0].socket, folder, words);
  let files = 0;
  return {
    nodes,
    switchboard,
    folder,
    image,
    docker,
    call: (method, path, body) => callEngine(nodes[0].socket, method, path, body),
    removeStack: async (stack) => {
      for (let tries = 1; ; tries++)
        try {
          await docker('stack', 'rm', stack);
          return;
        } catch (error) {
          if (tries >= 40 || !/in use/.test(String(error))) throw error;
          await new Promise((resolve) => setTimeout(resolve, 500));
        }
    },
    deploy: async (stack, ...texts) => {
      const paths = texts.map((text) => {
        const path = join(folder, `stack-${files++}.yaml`);
        writeFileSync(path, text);
        return path;
      });
      await docker('stack', 'deploy', '--resolve-image=never', ...paths.flatMap((path) => ['-c', path]), stack);
    },
  };
}

async function importWorkload(nodes: readonly SwarmNode[]): Promise<string> {
  const { tar, spec } = workloadImage(process.arch === 'arm64' ? 'arm64' : 'amd64');
  const [repository, tag] = spec.reference.split(':');
  const query = new URLSearchParams({ fromSrc: '-', repo: repository, tag });
  for (const change of spec.changes ?? []) query.append('changes', change);
  await Promise.all(nodes.map(({ socket }) => callEngine(socket, 'POST', `/images/create?${query.toString()}`, tar)));
  return spec.reference;
}

async function joinAll(nodes: readonly SwarmNode[]): Promise<void> {
  const [manager, ...workers] = nodes;
  await callEngine(manager.socket, 'POST', '/swarm/init', {
    AdvertiseAddr: manager.address,
    ListenAddr: `${manager.address}:2377`,
  });
  const { JoinTokens } = await callEngine<{ JoinTokens: { Worker: string } }>(manager.socket, 'GET', '/swarm');
  await Promise.all(
    workers.map(({ socket, address }) =>
      callEngine(socket, 'POST', '/swarm/join', {
        AdvertiseAddr: address,
        ListenAddr: `${address}:2377`,
        RemoteAddrs: [`${manager.address}:2377`],
        JoinToken: JoinTokens.Worker,
      }),
    ),
  );
}

function dockerCommand(socket: string, folder: string, words: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(
      'docker',
      ['--host', `unix://${socket}`, ...words],
      { encoding: 'utf8', timeout: 60_000, env: { PATH: process.env['PATH'] ?? '', HOME: folder } },
      (error, stdout, stderr) => {
        if (error) reject(new Error(`docker ${words.join(' ')}: ${stderr.trim() || error.message}`));
        else resolve(stdout);
      },
    );
  });
}
