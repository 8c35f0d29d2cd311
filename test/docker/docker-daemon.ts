import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A Docker engine of the tests' own: its own socket, data, processes and nothing of the machine's network changed. */
export interface DockerDaemon {
  readonly socket: string;
  /** Folder of its data, log and socket. */
  readonly folder: string;
  /** Its process; killing it is what a crash of the engine is. */
  readonly pid: number;
  /** SIGKILL to the engine and all that runs under it, as when its machine loses power. */
  crash(): Promise<void>;
  /** Starts it again on the same data. */
  restart(): Promise<void>;
  /** Stops it, its containers, and removes its folder. */
  end(): Promise<void>;
}

export const DOCKERD = '/usr/sbin/dockerd';
const WAIT_MS = 60_000;

const POOLS = 200;
const FIRST_POOL = Math.floor(Math.random() * POOLS);
let started = 0;

/** Why it is not even tried to start an engine here, in a sentence; undefined: it may be tried. */
export function whyNotTried(): string | undefined {
  if (process.platform !== 'linux') return 'these tests start a Docker engine of their own, which only Linux can';
  if (process.getuid?.() !== 0) return 'a Docker engine of the tests can only be started by root';
  if (!existsSync(DOCKERD)) return `there is no ${DOCKERD}; npm run setup installs Debian's docker.io`;
  return undefined;
}

/**
 * Starts one, and ends it with the test unless told otherwise. Throws with the last lines of its log when it does not
 * come up. Engines of one machine do not see each other: no bridge of their own, no firewall rules, own address pools.
 */
export async function startDocker(
  options: {
    readonly lives?: 'test' | 'until-ended';
    readonly flags?: readonly string[];
    /** Its data on a disk of this size, in memory; default: in the folder for temporary files. */
    readonly diskMib?: number;
  } = {},
): Promise<DockerDaemon> {
  const folder = mkdtempSync(join(tmpdir(), 'baton-docker-'));
  const socket = join(folder, 'docker.sock');
  const group = basename(folder);
  // Engines of one test have pools of their own; those of other processes may share them, as an engine leaves out
  // networks that the machine has already.
  const pool = (FIRST_POOL + started++) % POOLS;
  if (options.diskMib !== undefined) {
    const data = join(folder, 'data');
    mkdirSync(data);
    const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${options.diskMib}m`, 'tmpfs', data]);
    if (status !== 0) throw new Error(`no disk of ${options.diskMib} MiB could be mounted at ${data}`);
  }
  let child: ChildProcess | undefined;
  const start = async (): Promise<void> => {
    // A killed process that nobody has waited for still counts as alive, and its pid file would be believed.
    for (const stale of ['docker.pid', 'exec/containerd/containerd.pid', 'exec/containerd/containerd.sock'])
      rmSync(join(folder, stale), { force: true });
    const log = openSync(join(folder, 'log'), 'a');
    child = spawn(
      DOCKERD,
      [
        `--data-root=${join(folder, 'data')}`,
        `--exec-root=${join(folder, 'exec')}`,
        `--pidfile=${join(folder, 'docker.pid')}`,
        `--host=unix://${socket}`,
        '--bridge=none',
        '--iptables=false',
        '--ip-forward=false',
        '--ip-masq=false',
        `--default-address-pool=base=10.${30 + pool}.0.0/16,size=24`,
        `--cgroup-parent=/${group}`,
        '--log-level=warn',
        '--shutdown-timeout=1',
        ...(options.flags ?? []),
      ],
      { stdio: ['ignore', log, log] },
    );
    closeSync(log);
    const began = performance.now();
    while (!(await answers(socket))) {
      if (child.exitCode !== null || performance.now() - began > WAIT_MS) {
        const said = readFileSync(join(folder, 'log'), 'utf8').trimEnd().split('\n').slice(-8).join('\n');
        throw new Error(`the Docker engine of the test did not start:\n${said}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  };
  const gone = async (signal: NodeJS.Signals): Promise<void> => {
    const running = child;
    if (running === undefined || running.exitCode !== null || running.signalCode !== null) return;
    const exit = new Promise((resolve) => running.once('exit', resolve));
    running.kill(signal);
    await exit;
  };
  const processesHere = (): number[] => {
    // Others name the folder too: a command under test that speaks to the socket in it is none of the engine's processes.
    const { stdout } = spawnSync('pgrep', ['-f', folder], { encoding: 'utf8' });
    const named = stdout.split('\n').filter(Boolean).map(Number).filter(isOfEngine);
    return [...named, ...processesOfGroup(group)];
  };
  let ended = false;
  const daemon: DockerDaemon = {
    socket,
    folder,
    get pid() {
      return child!.pid!;
    },
    crash: async () => {
      await gone('SIGKILL');
      for (const pid of processesHere()) killQuietly(pid);
    },
    restart: start,
    end: async () => {
      if (ended) return;
      ended = true;
      await gone('SIGTERM');
      for (const pid of processesHere()) killQuietly(pid);
      for (let tries = 0; tries < 20; tries++) {
        unmountUnder(folder);
        try {
          rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
          return;
        } catch {
          await new Promise((resolve) => setTimeout(resolve, 100));
        }
      }
    },
  };
  try {
    await start();
  } catch (error) {
    await daemon.end();
    throw error;
  }
  if (options.lives !== 'until-ended') onTestFinished(() => daemon.end());
  return daemon;
}

/** Whether an engine answers at this socket. */
export function answers(socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    const asked = request({ socketPath: socket, path: '/_ping', timeout: 2000 }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    asked.on('error', () => resolve(false));
    asked.on('timeout', () => asked.destroy());
    asked.end();
  });
}

function isOfEngine(pid: number): boolean {
  try {
    return /^(dockerd|containerd|runc|docker-)/.test(readFileSync(`/proc/${pid}/comm`, 'utf8'));
  } catch {
    return false;
  }
}

/** Processes in all control groups below the one of this name, by either version of control groups. */
function processesOfGroup(name: string): number[] {
  return ['/sys/fs/cgroup/pids', '/sys/fs/cgroup'].flatMap((root) => {
    const top = join(root, name);
    if (!existsSync(top)) return [];
    return readdirSync(top, { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('cgroup.procs'))
      .flatMap((path) => readFileSync(join(top, path), 'utf8').split('\n').filter(Boolean).map(Number));
  });
}

function killQuietly(pid: number): void {
  if (pid === process.pid) return;
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

function unmountUnder(folder: string): void {
  const mounts = readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[1])
    .filter((point) => point?.startsWith(folder));
  for (const point of mounts.reverse()) spawnSync('umount', ['-l', point]);
}
