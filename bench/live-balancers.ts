import { loadavg } from 'node:os';
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { EngineFault } from '../src/live/engine/engine-fault.ts';
import { InputError } from '../src/sim/input-error.ts';
import type { ServiceTraffic } from '../src/live/traffic/traffic-measured.ts';
import { type CellLatency, type LiveCell, measured, planOf, predicted } from './live-cell.ts';
import { containers, processes } from './live-replicas.ts';

const USAGE = `npm run bench -- live [options]

Predicted against measured: a service of replicas that sleep, under several balancers and loads, simulated and on real
replicas at speed 1, with the same arrivals and the same work of each request. One cell after the other; a cell takes
as long as it says.

  --docker SOCKET    containers of the engine behind this socket, such as /run/docker.sock
  --processes        processes instead of containers, without any engine
  --seconds N        length of a cell (150)
  --rho LIST         loads (0.5,0.7)
  --balancers LIST   policies at their defaults (random,round-robin,least-connections)
  --replicas N       (4)
  --work-ms N        mean of the exponential service time (100)
  --seed N           (1)
  --json FILE        everything measured, as JSON
`;

interface Row {
  readonly cell: LiveCell;
  readonly predicted: CellLatency;
  readonly measured: ServiceTraffic;
  /** Of the machine when the cell ended, over a minute. */
  readonly load: number;
}

try {
  const flags = readFlags();
  if (flags.help) process.stdout.write(USAGE);
  else if (flags.docker === undefined && !flags.processes)
    process.stdout.write(
      'live: skipped, since it needs a Docker engine and the right to use it: write --docker /run/docker.sock, or --processes to do without\n',
    );
  else await measureAll(flags);
} catch (error) {
  if (!(error instanceof InputError || error instanceof EngineFault) && !isFlagError(error)) throw error;
  process.stderr.write(`bench: ${(error as Error).message}\n`);
  process.exitCode = 2;
}

type Flags = ReturnType<typeof readFlags>;

function readFlags() {
  return parseArgs({
    options: {
      docker: { type: 'string' },
      processes: { type: 'boolean', default: false },
      seconds: { type: 'string', default: '150' },
      rho: { type: 'string', default: '0.5,0.7' },
      balancers: { type: 'string', default: 'random,round-robin,least-connections' },
      replicas: { type: 'string', default: '4' },
      'work-ms': { type: 'string', default: '100' },
      seed: { type: 'string', default: '1' },
      json: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  }).values;
}

async function measureAll(flags: Flags): Promise<void> {
  const count = numberOf('replicas', flags.replicas);
  const workMs = numberOf('work-ms', flags['work-ms']);
  const orders = {
    bootMs: 0,
    serve: { concurrency: 1, serviceUs: workMs * 1000, by: 'sleep' },
    lingerMs: 0,
  } as const;
  const cells = flags.rho.split(',').flatMap((rho) =>
    flags.balancers.split(',').map((balancing): LiveCell => ({
      balancing,
      rho: numberOf('rho', rho),
      replicas: count,
      workMs,
      seconds: numberOf('seconds', flags.seconds),
      seed: numberOf('seed', flags.seed),
    })),
  );
  const rows: Row[] = [];
  let where = '';
  for (const cell of cells) {
    const replicas = flags.processes ? await processes(count, orders) : await containers(flags.docker!, count, orders);
    ({ where } = replicas);
    try {
      const plan = planOf(cell);
      const row = {
        cell,
        predicted: predicted(plan, count),
        measured: await measured(plan, replicas.addresses),
        load: loadavg()[0],
      };
      rows.push(row);
      process.stderr.write(`${line(row)}\n`);
    } finally {
      await replicas.end();
    }
  }
  process.stdout.write(table(rows, where));
  if (flags.json !== undefined) writeFileSync(flags.json, `${JSON.stringify({ where, rows }, null, 2)}\n`);
}

function table(rows: readonly Row[], where: string): string {
  const heads = [
    'ρ',
    'balancer',
    'mean',
    'of it',
    'p50',
    'p90',
    'p99',
    'served/s',
    'failed',
    'work',
    'overhead',
    'late',
    'load',
  ];
  return [
    `Predicted / measured, milliseconds; ${where}, ${rows[0].cell.seconds} s a cell.`,
    '',
    `| ${heads.join(' | ')} |`,
    `| ${heads.map(() => '---').join(' | ')} |`,
    ...rows.map(line),
    '',
    ...verdicts(rows),
    '',
  ].join('\n');
}

function line({ cell, predicted: said, measured: is, load }: Row): string {
  const { latency, serviceTime, overhead, generatorLateMs, sent, served } = is;
  const pair = (a: number, b: number): string => `${a.toFixed(1)} / ${b.toFixed(1)}`;
  const perSecond = served / cell.seconds;
  return `| ${[
    cell.rho,
    cell.balancing,
    `${pair(said.meanMs, latency.meanMs)} ± ${latency.meanHalfWidthMs.toFixed(1)}`,
    `${((latency.meanMs / said.meanMs - 1) * 100).toFixed(1)} %`,
    pair(said.p50Ms, latency.p50Ms),
    pair(said.p90Ms, latency.p90Ms),
    pair(said.p99Ms, latency.p99Ms),
    `${said.perSecond.toFixed(2)} / ${perSecond.toFixed(2)}`,
    sent - served,
    serviceTime === undefined ? '' : serviceTime.meanMs.toFixed(1),
    overhead === undefined ? '' : `${overhead.meanMs.toFixed(2)}, p50 ${overhead.p50Ms.toFixed(2)}`,
    `${generatorLateMs.mean.toFixed(2)}, p99 ${generatorLateMs.p99.toFixed(1)}`,
    load.toFixed(1),
  ].join(' | ')} |`;
}

/** The mean within 15 %, and the balancers in the predicted order wherever the gap is larger than the interval. */
function verdicts(rows: readonly Row[]): string[] {
  const told: string[] = [];
  const worst = Math.max(...rows.map(({ predicted: a, measured: b }) => Math.abs(b.latency.meanMs / a.meanMs - 1)));
  told.push(`${worst <= 0.15 ? 'met' : 'MISSED'}: every mean within 15 % (worst ${(worst * 100).toFixed(1)} %)`);
  for (const a of rows)
    for (const b of rows) {
      if (a.cell.rho !== b.cell.rho || a.predicted.meanMs >= b.predicted.meanMs) continue;
      const gap = b.predicted.meanMs - a.predicted.meanMs;
      const half = Math.max(a.measured.latency.meanHalfWidthMs, b.measured.latency.meanHalfWidthMs);
      const isRight = a.measured.latency.meanMs < b.measured.latency.meanMs;
      const words = `ρ = ${a.cell.rho}: ${a.cell.balancing} before ${b.cell.balancing}, by ${gap.toFixed(1)} ms predicted`;
      told.push(
        gap > half
          ? `${isRight ? 'met' : 'MISSED'}: ${words}`
          : `not asked (interval ${half.toFixed(1)} ms), ${isRight ? 'and so' : 'not so'}: ${words}`,
      );
    }
  return told;
}

function numberOf(flag: string, text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value) && value > 0) return value;
  throw new InputError(`--${flag} "${text}" is not a number above 0`);
}

/** What `parseArgs` throws for a flag that it does not know. */
function isFlagError(error: unknown): boolean {
  return error instanceof TypeError && String((error as NodeJS.ErrnoException).code).startsWith('ERR_PARSE_ARGS');
}
