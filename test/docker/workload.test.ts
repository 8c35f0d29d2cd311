import { request } from 'node:http';
import { expect } from 'vitest';
import { dockerEngine } from '../../src/live/engine/docker-engine.ts';
import type { ContainerDetail, Engine } from '../../src/live/engine/engine.ts';
import { ensureWorkload } from '../../src/live/workload/ensure-workload.ts';
import { WORKLOAD_PORT, workloadCommand, type WorkloadOrders } from '../../src/live/workload/workload-command.ts';
import { startDocker } from './docker-daemon.ts';
import { dockerTest } from './docker-test.ts';

const MIB = 1024 * 1024;
const LABELS = { 'dev.baton.run': 'workload-test' };

dockerTest('the workload boots, serves, ends, and is held to its limits', async () => {
  const { socket } = await startDocker();
  const engine = await dockerEngine({ by: 'socket', path: socket });
  const image = await ensureWorkload(engine);
  expect(await ensureWorkload(engine)).toBe(image);
  const network = await engine.createNetwork({ name: 'workload-test', labels: LABELS });
  let made = 0;
  const run = async (
    orders: WorkloadOrders,
    limits: { cpuLimitMilli?: number; memLimitBytes?: number } = {},
  ): Promise<string> => {
    const id = await engine.createContainer({
      name: `w-${made++}`,
      image,
      command: workloadCommand(orders),
      labels: LABELS,
      network,
      publish: [WORKLOAD_PORT],
      memLimitBytes: 6 * MIB,
      ...limits,
    });
    await engine.start(id);
    return id;
  };

  // Ready after its boot, serves for as long as it is told, ends when it is told.
  const web = await run({
    bootMs: 300,
    serve: { concurrency: 4, serviceUs: 20_000, by: 'sleep' },
    lingerMs: 5000,
  });
  const port = (await engine.inspect(web)).ports[WORKLOAD_PORT];
  while ((await get(port, '/ready')).status !== 200) await pause(20);
  const answers = await Promise.all(Array.from({ length: 8 }, () => get(port, '/work')));
  expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(200));
  for (const { workedUs } of answers) expect(workedUs).toBeGreaterThanOrEqual(20_000);
  await engine.stop(web, 10);
  expect(await engine.inspect(web)).toMatchObject({ state: 'exited', exitCode: 0, oomKilled: false });
  expect(await engine.logs(web, 5)).toMatch(/8 served, 0 failed, [0-9]+ refused, 0 dropped/);

  // Started again, it boots for as long as a restart takes.
  const again = await run({ bootMs: 0, againBootMs: 70, lingerMs: 0 });
  await engine.kill(again, 'SIGKILL');
  await ended(engine, again);
  await engine.start(again);
  while (!/boot 70 ms/.test(await engine.logs(again, 5))) await pause(20);
  expect(await engine.logs(again, 5)).toMatch(/boot 0 ms[^]*boot 70 ms/);

  // Ends by itself as told; is killed when it holds more than it may; burns no more than it may.
  const [job, greedy, busy] = await Promise.all([
    run({ bootMs: 0, runMs: 200, exitCode: 3, lingerMs: 0 }),
    run({ bootMs: 0, holdBytes: 64 * MIB, lingerMs: 0 }, { memLimitBytes: 16 * MIB }),
    run({ bootMs: 0, burnMilli: 1000, lingerMs: 0 }, { cpuLimitMilli: 200 }),
  ]);
  expect(await ended(engine, job)).toMatchObject({ exitCode: 3, oomKilled: false });
  expect(await ended(engine, greedy)).toMatchObject({ exitCode: 137, oomKilled: true });
  const before = await engine.stats(busy);
  await pause(2000);
  const after = await engine.stats(busy);
  const usedMilli = (1000 * (after.cpuTotalMs - before.cpuTotalMs)) / (after.readMs - before.readMs);
  // It wants a whole core.
  expect(usedMilli).toBeGreaterThan(0);
  expect(usedMilli).toBeLessThan(400);
  engine.close();
});

async function ended(engine: Engine, id: string): Promise<ContainerDetail> {
  for (;;) {
    const detail = await engine.inspect(id);
    if (detail.state === 'exited') return detail;
    await pause(50);
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Status 0: nobody answered. */
function get(port: number, path: string): Promise<{ status: number; workedUs: number }> {
  return new Promise((resolve) => {
    const asked = request({ host: '127.0.0.1', port, path, agent: false }, (response) => {
      response.resume();
      resolve({ status: response.statusCode ?? 0, workedUs: Number(response.headers['x-baton-worked-us']) });
    });
    asked.on('error', () => resolve({ status: 0, workedUs: NaN }));
    asked.end();
  });
}
