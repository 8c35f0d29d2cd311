import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { arch } from 'node:os';
import { dockerEngine } from '../src/live/engine/docker-engine.ts';
import { ROLE_LABEL, RUN_LABEL } from '../src/live/labels.ts';
import type { EndpointAddress } from '../src/live/traffic/traffic-driver.ts';
import { ensureWorkload } from '../src/live/workload/ensure-workload.ts';
import { type WorkloadOrders, workloadCommand } from '../src/live/workload/workload-command.ts';
import { workloadPath } from '../src/live/workload/workload-image.ts';

/** Replicas of one service that are ready. */
export interface LiveReplicas {
  readonly addresses: readonly EndpointAddress[];
  readonly where: string;
  end(): Promise<void>;
}

const PORT = 8080;
const MEM_BYTES = 32 * 1024 * 1024;
const READY_MS = 60_000;

/** Containers of the engine behind this socket, in a network of their own; `end` removes what was made. */
export async function containers(socket: string, count: number, orders: WorkloadOrders): Promise<LiveReplicas> {
  const engine = await dockerEngine({ by: 'socket', path: socket });
  const run = `bench-${process.pid}`;
  const labels = { [RUN_LABEL]: run, [ROLE_LABEL]: 'bench' };
  const end = async (): Promise<void> => {
    for (const { id } of await engine.list(labels)) await engine.remove(id);
    for (const { id } of await engine.listNetworks(labels)) await engine.removeNetwork(id);
    engine.close();
  };
  try {
    const { version } = await engine.info();
    const image = await ensureWorkload(engine);
    const network = await engine.createNetwork({ name: run, labels });
    const addresses: EndpointAddress[] = [];
    for (let k = 0; k < count; k++) {
      const command = workloadCommand(orders);
      const name = `${run}-${k}`;
      const id = await engine.createContainer({
        name,
        image,
        command,
        labels,
        network,
        publish: [PORT],
        memLimitBytes: MEM_BYTES,
      });
      await engine.start(id);
      addresses.push({ host: '127.0.0.1', port: (await engine.inspect(id)).ports[PORT] });
    }
    for (const address of addresses) await ready(address);
    return { addresses, where: `containers of Docker ${version}`, end };
  } catch (error) {
    await end();
    throw error;
  }
}

/** The same program without an engine. */
export async function processes(count: number, orders: WorkloadOrders): Promise<LiveReplicas> {
  const [, ...flags] = workloadCommand(orders);
  const ports = await Promise.all(Array.from({ length: count }, freePort));
  const children = ports.map((port) =>
    spawn(
      workloadPath(arch() === 'arm64' ? 'arm64' : 'amd64'),
      [...flags.filter((flag) => !flag.startsWith('port=')), `port=${port}`, 'host=127.0.0.1'],
      { stdio: 'inherit' },
    ),
  );
  const addresses = ports.map((port) => ({ host: '127.0.0.1', port }));
  for (const address of addresses) await ready(address);
  return {
    addresses,
    where: 'processes without an engine',
    end: async () => {
      for (const child of children) {
        const exit = new Promise((resolve) => child.once('exit', resolve));
        child.kill('SIGKILL');
        await exit;
      }
    },
  };
}

async function ready({ host, port }: EndpointAddress): Promise<void> {
  const until = performance.now() + READY_MS;
  for (;;) {
    try {
      const { ok } = await fetch(`http://${host}:${port}/ready`);
      if (ok) return;
    } catch {
      // Not yet.
    }
    if (performance.now() > until) throw new Error(`nobody is ready at ${host}:${port}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
