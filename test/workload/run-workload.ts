import { spawn } from 'node:child_process';
import { connect, type Socket } from 'node:net';
import { once } from 'node:events';
import { request, Agent } from 'node:http';
import { onTestFinished } from 'vitest';
import { workloadPath } from '../../src/live/workload/workload-image.ts';

/** A workload that runs as a process of this machine, on loopback. Ended with the test. */
export interface RunningWorkload {
  readonly pid: number;
  readonly port: number;
  readonly hasEnded: Promise<{ readonly code: number | null; readonly output: string }>;
  kill(signal: NodeJS.Signals): void;
  /** Status 0: the connection was closed without an answer. */
  get(path: string, headers?: Record<string, string>, method?: string): Promise<Answer>;
  /** The numbers of `/counts`. */
  counts(): Promise<Record<string, number>>;
  /** Waits until they are as wanted. */
  until(isSo: (counts: Record<string, number>) => boolean): Promise<void>;
  connect(): Promise<Socket>;
}

export interface Answer {
  readonly status: number;
  readonly refused: string | undefined;
  readonly queuedUs: number;
  readonly workedUs: number;
  readonly cpuUs: number;
}

/** Why the binary cannot be run here; undefined: it can. `WORKLOAD_ARM64=1` runs the one for AArch64 under qemu-user. */
export function whyNoWorkload(): string | undefined {
  return process.platform === 'linux' && ['x64', 'arm64'].includes(process.arch)
    ? undefined
    : 'the workload is a Linux program for x86-64 and AArch64';
}

export async function runWorkload(...orders: string[]): Promise<RunningWorkload> {
  const child = spawn(...command(['host=127.0.0.1', 'port=0', ...orders]), { stdio: ['ignore', 'pipe', 'pipe'] });
  const agent = new Agent({ keepAlive: false });
  let output = '';
  const firstLine = new Promise<void>((resolve) => {
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
        if (output.includes('\n')) resolve();
      });
  });
  const hasEnded = once(child, 'close').then(([code]) => ({ code: code as number | null, output }));
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await hasEnded;
  });
  await Promise.race([firstLine, hasEnded]);
  const port = Number(/port (\d+)/.exec(output)?.[1] ?? NaN);
  const ask = (
    path: string,
    headers: Record<string, string> = {},
    method = 'GET',
  ): Promise<Answer & { body: string }> =>
    new Promise((resolve) => {
      const nobody = { status: 0, refused: undefined, queuedUs: NaN, workedUs: NaN, cpuUs: NaN, body: '' };
      const asked = request({ host: '127.0.0.1', port, path, headers, method, agent }, (response) => {
        let body = '';
        response.setEncoding('utf8').on('data', (text: string) => (body += text));
        const number = (name: string): number => Number(response.headers[name] ?? NaN);
        response.on('close', () => {
          resolve({
            status: response.statusCode ?? 0,
            refused: response.headers['x-baton-refused']?.toString(),
            queuedUs: number('x-baton-queued-us'),
            workedUs: number('x-baton-worked-us'),
            cpuUs: number('x-baton-cpu-us'),
            body,
          });
        });
      });
      asked.on('error', () => resolve(nobody));
      asked.end();
    });
  const counts = async (): Promise<Record<string, number>> => {
    const { body } = await ask('/counts');
    return Object.fromEntries(
      body
        .trimEnd()
        .split('\n')
        .map((line) => [line.split(' ')[0], Number(line.split(' ')[1])]),
    );
  };
  return {
    pid: child.pid!,
    port,
    hasEnded,
    kill: (signal) => child.kill(signal),
    get: ask,
    counts,
    until: async (isSo) => {
      while (!isSo(await counts())) await pause(5);
    },
    connect: async () => {
      const socket = connect({ host: '127.0.0.1', port, allowHalfOpen: true });
      await once(socket, 'connect');
      socket.on('error', () => {});
      onTestFinished(() => {
        socket.destroy();
      });
      return socket;
    },
  };
}

/** Sends bytes, closes this side, and returns all that comes until the other side is closed too. */
export async function exchange(workload: RunningWorkload, bytes: Uint8Array | string, stays = false): Promise<string> {
  const socket = await workload.connect();
  let said = '';
  socket.setEncoding('latin1').on('data', (text: string) => (said += text));
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.on('end', () => socket.end());
  if (stays) socket.write(bytes);
  else socket.end(bytes);
  await closed;
  return said;
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function command(orders: string[]): [string, string[]] {
  if (process.env['WORKLOAD_ARM64'] === '1') return ['qemu-aarch64-static', [workloadPath('arm64'), ...orders]];
  return [workloadPath(process.arch === 'arm64' ? 'arm64' : 'amd64'), orders];
}
