import { spawn, type ChildProcess } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { answers, DOCKERD } from '../docker-daemon.ts';
import type { Switchboard } from './namespaces.ts';

/** How a node is made. */
export interface NodeOptions {
  readonly hostname: string;
  /** What its engine takes for the machine's memory; default: what it has. */
  readonly memBytes?: number;
  /** Labels of the engine. */
  readonly engineLabels?: readonly string[];
  /** Countable resources: `gpu=2`. */
  readonly generic?: readonly string[];
}

/** One Docker engine in namespaces of its own: as far as a swarm can tell, a machine. */
export interface SwarmNode {
  readonly hostname: string;
  readonly socket: string;
  readonly address: string;
  /** Starts it, or starts it again on the same data. */
  start(): Promise<void>;
  /** SIGKILL to the process that holds its namespaces: everything in them is gone at once, as when a machine loses power. */
  crash(): Promise<void>;
  /** Ends it and removes what it has left on the machine. */
  remove(): Promise<void>;
}

const WAIT_MS = 60_000;

export function swarmNode(
  folder: string,
  group: string,
  place: number,
  switchboard: Switchboard,
  options: NodeOptions,
): SwarmNode {
  const own = join(folder, options.hostname);
  const cgroup = `${group}-${place}`;
  const socket = join(own, 'docker.sock');
  mkdirSync(own);
  let child: ChildProcess | undefined;

  const crash = async (): Promise<void> => {
    const running = child;
    child = undefined;
    if (running === undefined || running.exitCode !== null || running.signalCode !== null) return;
    const ended = new Promise((resolve) => running.once('exit', resolve));
    running.kill('SIGKILL');
    await ended;
  };
  const start = async (): Promise<void> => {
    for (const stale of ['docker.pid', 'docker.sock', 'exec'])
      rmSync(join(own, stale), { recursive: true, force: true });
    const log = openSync(join(own, 'log'), 'a');
    child = spawn(
      'setpriv',
      [
        // However this process ends, its nodes do too.
        '--pdeathsig=KILL',
        'nsenter',
        `--net=${switchboard.namespaceOf(place)}`,
        // Its own process ids: whoever kills the outermost process kills all, those of containers too.
        ...'unshare --uts --mount --pid --fork --kill-child --mount-proc sh -c'.split(' '),
        beginning(own, options),
        'node',
        ...engineCommand(own, socket, cgroup, options),
      ],
      {
        stdio: ['ignore', log, log],
        env: { PATH: process.env['PATH'] ?? '/usr/sbin:/usr/bin:/sbin:/bin', DOCKER_SERVICE_PREFER_OFFLINE_IMAGE: '1' },
      },
    );
    closeSync(log);
    const began = performance.now();
    while (!(await answers(socket))) {
      if (child.exitCode !== null || performance.now() - began > WAIT_MS) {
        const said = readFileSync(join(own, 'log'), 'utf8').trimEnd().split('\n').slice(-8).join('\n');
        throw new Error(`${options.hostname} of the real swarm did not start:\n${said}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  return {
    hostname: options.hostname,
    socket,
    address: switchboard.addressOf(place),
    start,
    crash,
    remove: async () => {
      await crash();
      for (let tries = 0; tries < 30 && !removeGroups(cgroup); tries++)
        await new Promise((resolve) => setTimeout(resolve, 100));
      rmSync(own, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** Runs in the namespaces before the engine does. */
function beginning(own: string, { hostname, memBytes }: NodeOptions): string {
  const lines = [
    'set -e',
    `hostname ${hostname}`,
    'mount --make-rprivate /',
    'mkdir -p /run/docker',
    'mount -t tmpfs tmpfs /run/docker',
  ];
  if (memBytes !== undefined) {
    const kib = Math.round(memBytes / 1024);
    const real = readFileSync('/proc/meminfo', 'utf8');
    writeFileSync(join(own, 'meminfo'), real.replace(/^MemTotal:.*$/m, `MemTotal:       ${kib} kB`));
    lines.push(`mount --bind ${join(own, 'meminfo')} /proc/meminfo`);
  }
  return [...lines, 'exec "$@"'].join('\n');
}

function engineCommand(own: string, socket: string, cgroup: string, options: NodeOptions): string[] {
  return [
    DOCKERD,
    `--data-root=${join(own, 'data')}`,
    `--exec-root=${join(own, 'exec')}`,
    `--pidfile=${join(own, 'docker.pid')}`,
    `--host=unix://${socket}`,
    `--cgroup-parent=/${cgroup}`,
    '--storage-driver=vfs',
    '--log-level=warn',
    ...(options.engineLabels ?? []).map((label) => `--label=${label}`),
    ...(options.generic ?? []).map((resource) => `--node-generic-resource=${resource}`),
  ];
}

/** Control groups outlive their processes. False: one of them still has a process that is ending. */
function removeGroups(name: string): boolean {
  let isGone = true;
  const root = '/sys/fs/cgroup';
  const tops = [root, ...readdirSync(root).map((controller) => join(root, controller))];
  for (const top of tops) {
    const group = join(top, name);
    if (!existsSync(group)) continue;
    const below = readdirSync(group, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => join(entry.parentPath, entry.name));
    // Deepest first.
    for (const path of [...below.sort((a, b) => b.length - a.length), group])
      try {
        rmdirSync(path);
      } catch {
        isGone = false;
      }
  }
  return isGone;
}
