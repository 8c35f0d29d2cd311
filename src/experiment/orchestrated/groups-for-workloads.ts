import type { NativeWorkload } from '../../orchestrators/native-file.ts';

/** m5.xlarge: 4 CPUs, 16 GiB. A larger replica gets the smallest m5 that holds it. */
const SIZES = [
  { instance: 'm5.xlarge', cpuMilli: 4000, memBytes: 16 * 2 ** 30 },
  { instance: 'm5.2xlarge', cpuMilli: 8000, memBytes: 32 * 2 ** 30 },
  { instance: 'm5.4xlarge', cpuMilli: 16_000, memBytes: 64 * 2 ** 30 },
  { instance: 'm5.12xlarge', cpuMilli: 48_000, memBytes: 192 * 2 ** 30 },
  { instance: 'm5.24xlarge', cpuMilli: 96_000, memBytes: 384 * 2 ** 30 },
] as const;
/** Share of the machines that what is declared fills. */
const FILLED = 0.6;
const MOST = 200;

/** Machines for workloads of which nobody says where they run: a multiple of three, over three zones. */
export function groupsForWorkloads(workloads: readonly NativeWorkload[]): {
  readonly text: string;
  readonly sentence: string;
} {
  const largest = { cpuMilli: 0, memBytes: 0 };
  const total = { cpuMilli: 0, memBytes: 0 };
  let most = 0;
  for (const { cpuMilli, memBytes, replicas } of workloads) {
    largest.cpuMilli = Math.max(largest.cpuMilli, cpuMilli);
    largest.memBytes = Math.max(largest.memBytes, memBytes);
    total.cpuMilli += cpuMilli * replicas;
    total.memBytes += memBytes * replicas;
    most = Math.max(most, replicas);
  }
  const size =
    SIZES.find((one) => one.cpuMilli >= largest.cpuMilli && one.memBytes >= largest.memBytes) ?? SIZES.at(-1)!;
  const needed = Math.max(total.cpuMilli / size.cpuMilli, total.memBytes / size.memBytes) / FILLED;
  const count = Math.min(MOST, 3 * Math.max(1, Math.ceil(needed / 3)));
  return {
    text: `${count} x ${size.instance} zone=a,b,c`,
    sentence: `the files name no machines, so ${count} x ${size.instance} over three zones stand in; write cluster: to choose`,
  };
}
