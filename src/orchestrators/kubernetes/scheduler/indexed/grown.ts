/** The same numbers in an array for more nodes; what is new is `fill`. */
export function grown<T extends Int32Array | Uint16Array | Uint8Array | Float64Array>(
  column: T,
  length: number,
  fill = 0,
): T {
  const larger = new (column.constructor as new (length: number) => T)(length);
  if (fill !== 0) larger.fill(fill, column.length);
  larger.set(column);
  return larger;
}
