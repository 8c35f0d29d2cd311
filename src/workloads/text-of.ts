const UTF8 = new TextDecoder('utf-8', { ignoreBOM: true });

/** The bytes from `start` to before `end` as text (UTF-8; what is not valid becomes U+FFFD). */
export function textOf(bytes: Uint8Array, start: number, end: number): string {
  const length = end - start;
  if (length === 0) return '';
  if (length > 16) return UTF8.decode(bytes.subarray(start, end));
  let together = 0;
  for (let p = start; p < end; p++) together |= bytes[p];
  if (together > 127) return UTF8.decode(bytes.subarray(start, end));
  // fast: one call with a fixed number of arguments costs 50 ns where decoding costs 120.
  return String.fromCharCode(
    bytes[start],
    bytes[start + 1],
    bytes[start + 2],
    bytes[start + 3],
    bytes[start + 4],
    bytes[start + 5],
    bytes[start + 6],
    bytes[start + 7],
    bytes[start + 8],
    bytes[start + 9],
    bytes[start + 10],
    bytes[start + 11],
    bytes[start + 12],
    bytes[start + 13],
    bytes[start + 14],
    bytes[start + 15],
  ).slice(0, length);
}
