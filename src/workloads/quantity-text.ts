const SUFFIXES = [
  ['Gi', 1024 ** 3],
  ['Mi', 1024 ** 2],
  ['Ki', 1024],
] as const;

/** Whole microseconds as `12.5s`, which is read back exactly; Infinity becomes the empty text. */
export function durationText(us: number): string {
  if (us === Infinity) return '';
  const fraction = String(us % 1e6)
    .padStart(6, '0')
    .replace(/0+$/, '');
  return `${Math.floor(us / 1e6)}${fraction === '' ? '' : `.${fraction}`}s`;
}

/** Millicores as `1500m`. */
export function cpuText(milli: number): string {
  return `${milli}m`;
}

/** Bytes with the largest of Gi, Mi and Ki that divides them, else plain. */
export function bytesText(bytes: number): string {
  for (const [suffix, size] of SUFFIXES) if (bytes >= size && bytes % size === 0) return `${bytes / size}${suffix}`;
  return String(bytes);
}
