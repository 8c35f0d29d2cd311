/** A time as people write it, exactly: `90s`, `5m`, `1h`, `250ms`. Go's durations, HCL's and Compose's alike. */
export function timeText(us: number): string {
  if (us === 0) return '0s';
  if (us % 1000 !== 0) return `${us}us`;
  if (us % 1e6 !== 0) return `${us / 1000}ms`;
  if (us % 3600e6 === 0) return `${us / 3600e6}h`;
  return us % 60e6 === 0 ? `${us / 60e6}m` : `${us / 1e6}s`;
}

const POWERS = ['', 'Ki', 'Mi', 'Gi', 'Ti'] as const;

/** Bytes with the largest binary unit that leaves no fraction: `512Mi`; plain bytes otherwise. */
export function bytesText(bytes: number): string {
  const { count, power } = binaryUnits(bytes);
  return `${count}${POWERS[power]}`;
}

/** The same in the words of Compose, whose `k`, `M` and `G` are powers of 1024: `512M`, `1500b`. */
export function composeBytes(bytes: number): string {
  const { count, power } = binaryUnits(bytes, 3);
  return `${count}${['b', 'K', 'M', 'G'][power]}`;
}

/** Millicores as Kubernetes writes them: `250m`, `2`. */
export function cpuText(milli: number): string {
  return milli % 1000 === 0 ? String(milli / 1000) : `${milli}m`;
}

/** A share in percent, at most four decimals: `67%`, `33.3333%`. */
export function percentText(share: number): string {
  return `${Math.round(share * 1e6) / 1e4}%`;
}

/** Whole MiB, rounded up, and whether nothing was rounded. */
export function wholeMiB(bytes: number): { readonly mib: number; readonly isExact: boolean } {
  const mib = Math.ceil(bytes / 2 ** 20);
  return { mib, isExact: mib * 2 ** 20 === bytes };
}

/** Whole seconds, rounded up, and whether nothing was rounded. */
export function wholeSeconds(us: number): { readonly seconds: number; readonly isExact: boolean } {
  const seconds = Math.ceil(us / 1e6);
  return { seconds, isExact: seconds * 1e6 === us };
}

/** The number of replicas that a share of them is, when it is a whole one to six decimals. */
export function countOfShare(share: number, replicas: number): number | undefined {
  const count = Math.round(share * replicas);
  return replicas > 0 && Math.abs(share * replicas - count) < 1e-5 * replicas ? count : undefined;
}

function binaryUnits(bytes: number, most = POWERS.length - 1): { count: number; power: number } {
  let count = bytes;
  let power = 0;
  while (power < most && count >= 1024 && count % 1024 === 0) {
    count /= 1024;
    power++;
  }
  return { count, power };
}
