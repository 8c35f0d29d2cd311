const TABLE = new Int32Array(256).map((_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = (value & 1) === 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

/** CRC-32 (ISO 3309, RFC 1952 section 8) of `bytes`, continuing from the CRC of what came before; 0 at the beginning. */
export function crc32(before: number, bytes: Uint8Array): number {
  let value = ~before;
  for (let k = 0; k < bytes.length; k++) value = TABLE[(value ^ bytes[k]) & 255] ^ (value >>> 8);
  return ~value >>> 0;
}
