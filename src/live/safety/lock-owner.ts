import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';

/** A process that holds a lock. */
export interface LockOwner {
  readonly host: string;
  readonly pid: number;
  /** When the process began, in ticks of its machine, so that a pid that is used again is not taken for it; 0: not known. */
  readonly startTicks: number;
}

/** This process. */
export function thisOwner(): LockOwner {
  return { host: hostname(), pid: process.pid, startTicks: startTicksOf(process.pid) ?? 0 };
}

export function ownerText(owner: LockOwner): string {
  return `${owner.host} ${owner.pid} ${owner.startTicks}`;
}

/** Undefined: the text is none that `ownerText` wrote. */
export function ownerOf(text: string): LockOwner | undefined {
  const [, host, pid, startTicks] = /^(\S+) (\d{1,10}) (\d{1,15})$/.exec(text) ?? [];
  return host === undefined ? undefined : { host, pid: Number(pid), startTicks: Number(startTicks) };
}

/** `self`: this process; `unknown`: of another machine, which cannot be looked at from here. */
export function ownerState(owner: LockOwner): 'self' | 'alive' | 'dead' | 'unknown' {
  if (owner.host !== hostname()) return 'unknown';
  if (!isThere(owner.pid)) return 'dead';
  const ticks = startTicksOf(owner.pid);
  if (owner.startTicks !== 0 && ticks !== undefined && ticks !== owner.startTicks) return 'dead';
  return owner.pid === process.pid ? 'self' : 'alive';
}

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Somebody else's process is there all the same.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Field 22 of /proc/PID/stat; undefined where there is none, or when the process has ended and only waits to be told of. */
function startTicksOf(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name, in brackets, may hold blanks and brackets itself.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? -1 : Number(fields[19]);
  } catch {
    return undefined;
  }
}
