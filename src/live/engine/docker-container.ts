import type { ContainerLimits, ContainerSpec } from './engine.ts';
import { settableLimits } from './engine-limits.ts';

const PERIOD_US = 100_000;
const LONG_PERIOD_US = 1_000_000;
/** A quota must have a millisecond at least. */
const LEAST_QUOTA_US = 1000;

/**
 * A container as Docker's API wants it. It has no rights beyond those of a process: no capabilities, no way to gain
 * any, few processes, no mounts, its ports on loopback only, and a log of a megabyte at most.
 */
export function containerBody(spec: ContainerSpec): object {
  const ports = (spec.publish ?? []).map((port) => `${port}/tcp`);
  return {
    Image: spec.image,
    ...(spec.command !== undefined && { Cmd: spec.command }),
    ...(spec.env !== undefined && { Env: Object.entries(spec.env).map(([name, value]) => `${name}=${value}`) }),
    ...(spec.hostname !== undefined && { Hostname: spec.hostname }),
    ...(spec.user !== undefined && { User: spec.user }),
    Labels: spec.labels,
    ExposedPorts: Object.fromEntries(ports.map((port) => [port, {}])),
    AttachStdin: false,
    AttachStdout: false,
    AttachStderr: false,
    HostConfig: {
      ...limitsBody(spec),
      NetworkMode: spec.network ?? 'none',
      PortBindings: Object.fromEntries(ports.map((port) => [port, [{ HostIp: '127.0.0.1', HostPort: '' }]])),
      PublishAllPorts: false,
      RestartPolicy: { Name: spec.restart ?? 'no', MaximumRetryCount: 0 },
      Privileged: false,
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges'],
      PidsLimit: spec.pidsLimit ?? 128,
      ReadonlyRootfs: spec.isRootReadOnly ?? false,
      Init: false,
      LogConfig: { Type: 'json-file', Config: { 'max-size': '1m', 'max-file': '1' } },
    },
  };
}

/** Limits as HostConfig and the update call have them. Quota and period, since `NanoCpus` cannot exceed the machine. */
export function limitsBody(limits: ContainerLimits): object {
  const { cpuLimitMilli, cpuShares, memLimitBytes } = settableLimits(limits);
  return {
    ...(cpuLimitMilli !== undefined && quotaOf(cpuLimitMilli)),
    ...(cpuShares !== undefined && { CpuShares: cpuShares }),
    // As much with swap as without: none.
    ...(memLimitBytes !== undefined && { Memory: memLimitBytes, MemorySwap: memLimitBytes }),
  };
}

function quotaOf(cpuLimitMilli: number): { CpuPeriod: number; CpuQuota: number } {
  const quotaUs = (cpuLimitMilli * PERIOD_US) / 1000;
  if (quotaUs >= LEAST_QUOTA_US) return { CpuPeriod: PERIOD_US, CpuQuota: quotaUs };
  return { CpuPeriod: LONG_PERIOD_US, CpuQuota: (cpuLimitMilli * LONG_PERIOD_US) / 1000 };
}
