import { readFileSync } from 'node:fs';

type WithThreadUsage = { threadCpuUsage?: () => { user: number; system: number } };

/** CPU milliseconds of this thread so far; undefined where neither Node nor the system tells. */
export function threadCpuMs(): number | undefined {
  const usage = (process as WithThreadUsage).threadCpuUsage?.();
  if (usage) return (usage.user + usage.system) / 1000;
  try {
    // Linux: nanoseconds on a CPU, of the thread that reads.
    return Number(readFileSync('/proc/thread-self/schedstat', 'latin1').split(' ')[0]) / 1e6;
  } catch {
    return undefined;
  }
}
