/** Numbers as the reasons of decisions say them. */

/** 0.125 -> "12.5%". */
export function percent(share: number): string {
  return `${rounded(share * 100, 1)}%`;
}

/** At most so many decimals, no trailing zeros. */
export function rounded(value: number, decimals: number): string {
  return String(Number(value.toFixed(decimals)));
}

/** 90 s in microseconds -> "1m30s". */
export function spanText(us: number): string {
  const seconds = Math.round(us / 1_000_000);
  if (seconds < 60) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return seconds % 60 === 0 ? `${minutes}m` : `${minutes}m${seconds % 60}s`;
  return minutes % 60 === 0 ? `${Math.floor(minutes / 60)}h` : `${Math.floor(minutes / 60)}h${minutes % 60}m`;
}

/** 0.192 -> "$0.192/h". */
export function hourly(usdPerHour: number): string {
  return `$${rounded(usdPerHour, 4)}/h`;
}

/** "1 node", "3 nodes". */
export function nodesText(count: number): string {
  return count === 1 ? '1 node' : `${count} nodes`;
}
