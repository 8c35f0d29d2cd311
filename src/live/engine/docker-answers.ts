import { z } from 'zod';
import type {
  ContainerDetail,
  ContainerStats,
  ContainerSummary,
  EngineEvent,
  EngineInfo,
  NetworkSummary,
} from './engine.ts';

// What is read of Docker's answers; there is far more in them. Lists and labels may be null where they are empty.
const labels = z
  .record(z.string(), z.string())
  .nullish()
  .transform((value) => value ?? {});
const state = z.enum(['created', 'running', 'paused', 'restarting', 'exited', 'removing', 'dead']);
const name = z.string().transform((value) => value.replace(/^\//, ''));

const ARCHITECTURES: Readonly<Record<string, string>> = {
  x86_64: 'amd64',
  aarch64: 'arm64',
  armv7l: 'arm',
  i686: '386',
};

export const VERSION_ANSWER = z.object({ ApiVersion: z.string(), MinAPIVersion: z.string().optional() });

export const INFO_ANSWER = z
  .object({
    ID: z.string(),
    Name: z.string(),
    ServerVersion: z.string(),
    OSType: z.string(),
    Architecture: z.string(),
    NCPU: z.number(),
    MemTotal: z.number(),
    CgroupVersion: z.string().optional(),
    Driver: z.string(),
    ContainersRunning: z.number(),
    CpuCfsQuota: z.boolean().optional(),
    MemoryLimit: z.boolean().optional(),
    SystemTime: z.string().optional(),
    DockerRootDir: z.string().optional(),
  })
  .transform((info): Omit<EngineInfo, 'apiVersion' | 'isLocal'> => ({
    // Engines of one machine may share a key, and so an id; their folders they do not share.
    id: [info.ID, info.DockerRootDir ?? ''].filter(Boolean).join(' '),
    name: info.Name,
    version: info.ServerVersion,
    os: info.OSType,
    architecture: ARCHITECTURES[info.Architecture] ?? info.Architecture,
    cpuMilli: info.NCPU * 1000,
    memBytes: info.MemTotal,
    cgroupVersion: info.CgroupVersion ?? '1',
    storageDriver: info.Driver,
    running: info.ContainersRunning,
    canLimitCpu: info.CpuCfsQuota ?? false,
    canLimitMem: info.MemoryLimit ?? false,
    ...(info.SystemTime !== undefined && { clockMs: momentMs(info.SystemTime) }),
  }));

export const CREATED_ANSWER = z.object({ Id: z.string().min(1) }).transform(({ Id }) => Id);

export const LIST_ANSWER = z.array(
  z
    .object({ Id: z.string(), Names: z.array(name).nullish(), Labels: labels, State: state, Image: z.string() })
    .transform((one): ContainerSummary => ({
      id: one.Id,
      // A container that is being removed may have lost its name.
      name: one.Names?.[0] ?? '',
      labels: one.Labels,
      state: one.State,
      image: one.Image,
    })),
);

export const NETWORKS_ANSWER = z.array(
  z
    .object({ Id: z.string(), Name: z.string(), Labels: labels })
    .transform((one): NetworkSummary => ({ id: one.Id, name: one.Name, labels: one.Labels })),
);

export const INSPECT_ANSWER = z
  .object({
    Id: z.string(),
    Name: name,
    Created: z.string(),
    State: z.object({
      Status: state,
      ExitCode: z.number(),
      OOMKilled: z.boolean(),
      StartedAt: z.string(),
      FinishedAt: z.string(),
    }),
    Config: z.object({ Image: z.string(), Labels: labels }),
    HostConfig: z.object({
      CpuQuota: z.number().nullish(),
      CpuPeriod: z.number().nullish(),
      NanoCpus: z.number().nullish(),
      Memory: z.number().nullish(),
    }),
    NetworkSettings: z.object({
      Ports: z.record(z.string(), z.array(z.object({ HostIp: z.string(), HostPort: z.string() })).nullable()).nullish(),
      Networks: z.record(z.string(), z.unknown()).nullish(),
    }),
  })
  .transform((one): ContainerDetail => {
    const cpuLimitMilli = cpuLimitOf(one.HostConfig);
    const { Memory: mem } = one.HostConfig;
    return {
      id: one.Id,
      name: one.Name,
      labels: one.Config.Labels,
      state: one.State.Status,
      image: one.Config.Image,
      exitCode: one.State.ExitCode,
      oomKilled: one.State.OOMKilled,
      createdMs: momentMs(one.Created),
      startedMs: momentMs(one.State.StartedAt),
      finishedMs: momentMs(one.State.FinishedAt),
      ports: portsOf(one.NetworkSettings.Ports ?? {}),
      networks: Object.keys(one.NetworkSettings.Networks ?? {})
        .filter((network) => network !== 'none')
        .sort(),
      ...(cpuLimitMilli !== undefined && { cpuLimitMilli }),
      ...(mem !== null && mem !== undefined && mem > 0 && { memLimitBytes: mem }),
    };
  });

export const STATS_ANSWER = z
  .object({
    read: z.string(),
    cpu_stats: z.object({ cpu_usage: z.object({ total_usage: z.number() }) }),
    memory_stats: z.object({ usage: z.number().optional(), stats: z.record(z.string(), z.number()).nullish() }),
  })
  .transform(({ read, cpu_stats: cpu, memory_stats: memory }): ContainerStats => {
    // Pages of files that nobody has used lately can be had back at any time; the two versions of cgroups name them so.
    const cache = memory.stats?.['total_inactive_file'] ?? memory.stats?.['inactive_file'] ?? 0;
    return {
      cpuTotalMs: cpu.cpu_usage.total_usage / 1e6,
      memBytes: Math.max(0, (memory.usage ?? 0) - cache),
      readMs: momentMs(read),
    };
  });

const EVENTS: Readonly<Record<string, EngineEvent['what']>> = {
  create: 'create',
  start: 'start',
  die: 'die',
  kill: 'kill',
  oom: 'oom',
  pause: 'pause',
  unpause: 'unpause',
  update: 'update',
  destroy: 'destroy',
  restart: 'restart',
  stop: 'stop',
};
/** Attributes of an event that are not labels of its container. */
const NOT_LABELS = new Set(['name', 'image', 'exitCode', 'signal', 'execDuration', 'execID', 'comment', 'container']);

export const EVENT_LINE = z
  .object({
    Action: z.string(),
    Actor: z.object({ ID: z.string(), Attributes: labels }),
    timeNano: z.number(),
  })
  .transform(({ Action, Actor, timeNano }): EngineEvent => {
    const { Attributes: all } = Actor;
    return {
      atMs: timeNano / 1e6,
      what: EVENTS[Action] ?? 'other',
      id: Actor.ID,
      name: all['name'] ?? '',
      image: all['image'] ?? '',
      labels: Object.fromEntries(Object.entries(all).filter(([key]) => !NOT_LABELS.has(key))),
      ...(all['exitCode'] !== undefined && { exitCode: Number(all['exitCode']) }),
    };
  });

/** Docker's time: RFC 3339 with nanoseconds; the year 1 stands for never. */
export function momentMs(text: string): number {
  const [, whole = '', fraction = '', zone = ''] = /^(.*?\d)(\.\d+)?(Z|[+-]\d\d:\d\d)$/.exec(text) ?? [];
  const ms = Date.parse(whole + zone);
  if (Number.isNaN(ms) || ms <= 0) return Number.NaN;
  return ms + Number(`0${fraction}`) * 1000;
}

function cpuLimitOf(host: {
  CpuQuota?: number | null | undefined;
  CpuPeriod?: number | null | undefined;
  NanoCpus?: number | null | undefined;
}): number | undefined {
  if ((host.NanoCpus ?? 0) > 0) return host.NanoCpus! / 1e6;
  if ((host.CpuQuota ?? 0) <= 0) return undefined;
  const { CpuPeriod: period } = host;
  return (host.CpuQuota! * 1000) / (period === 0 || period === null || period === undefined ? 100_000 : period);
}

function portsOf(ports: Readonly<Record<string, readonly { HostIp: string; HostPort: string }[] | null>>) {
  const local: Record<number, number> = {};
  for (const [port, bindings] of Object.entries(ports)) {
    const binding = bindings?.find(({ HostIp }) => HostIp === '127.0.0.1');
    if (binding !== undefined) local[Number.parseInt(port, 10)] = Number(binding.HostPort);
  }
  return local;
}

/** Output of a container: frames of a stream's number, three zeros, a length of four bytes and so much text. */
export function unframedLog(body: Buffer): string {
  const parts: Buffer[] = [];
  for (let at = 0; at + 8 <= body.length;) {
    const bytes = body.readUInt32BE(at + 4);
    if (body[at] > 2 || body.readUIntBE(at + 1, 3) !== 0) return body.toString('utf8');
    parts.push(body.subarray(at + 8, at + 8 + bytes));
    at += 8 + bytes;
  }
  return Buffer.concat(parts).toString('utf8');
}
