/** Ports as inclusive ranges in ascending order that neither touch nor overlap. */
export type PortRanges = readonly (readonly [from: number, to: number])[];

export const NO_PORTS: PortRanges = [];

/** Single ports as ranges. */
export function rangesOf(ports: readonly number[]): PortRanges {
  return joined(ports.map((port) => [port, port] as const));
}

export function countPorts(ranges: PortRanges): number {
  let count = 0;
  for (const [from, to] of ranges) count += to - from + 1;
  return count;
}

export function hasPort(ranges: PortRanges, port: number): boolean {
  return ranges.some(([from, to]) => from <= port && port <= to);
}

/** The port at this place, counted from 0; undefined behind the last. */
export function portAt(ranges: PortRanges, place: number): number | undefined {
  let left = place;
  for (const [from, to] of ranges) {
    if (left <= to - from) return from + left;
    left -= to - from + 1;
  }
  return undefined;
}

export function joined(ranges: PortRanges): PortRanges {
  const result: [number, number][] = [];
  for (const [from, to] of [...ranges].sort((a, b) => a[0] - b[0])) {
    const last = result.at(-1);
    if (last !== undefined && from <= last[1] + 1) last[1] = Math.max(last[1], to);
    else result.push([from, to]);
  }
  return result;
}

export function union(a: PortRanges, b: PortRanges): PortRanges {
  if (a.length === 0) return b;
  if (b.length === 0) return a;
  return joined([...a, ...b]);
}

export function without(a: PortRanges, b: PortRanges): PortRanges {
  let left = a;
  for (const [from, to] of b)
    left = left.flatMap(([first, last]): PortRanges => {
      if (to < first || last < from) return [[first, last]];
      const rest: [number, number][] = [];
      if (first < from) rest.push([first, from - 1]);
      if (to < last) rest.push([to + 1, last]);
      return rest;
    });
  return left;
}

/** Whether all ports of `b` are in `a`. */
export function includesAll(a: PortRanges, b: PortRanges): boolean {
  return without(b, a).length === 0;
}
