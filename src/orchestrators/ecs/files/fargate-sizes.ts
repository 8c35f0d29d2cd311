/** Sizes of Fargate tasks: CPU units, and MiB from, to and by steps of. Developer Guide, task-cpu-memory-error. */
const SIZES: readonly (readonly [cpuUnits: number, fromMib: number, toMib: number, stepMib: number])[] = [
  [256, 512, 2048, 0],
  [512, 1024, 4096, 1024],
  [1024, 2048, 8192, 1024],
  [2048, 4096, 16_384, 1024],
  [4096, 8192, 30_720, 1024],
  [8192, 16_384, 61_440, 4096],
  [16_384, 32_768, 122_880, 8192],
];

/** MiB that a Fargate task with so many CPU units may have; empty: there is no such CPU. */
function memoriesOf(cpuUnits: number): number[] {
  const size = SIZES.find(([cpu]) => cpu === cpuUnits);
  if (size === undefined) return [];
  const [, from, to, step] = size;
  const memories: number[] = [];
  for (let mib = from; mib <= to; mib = step === 0 ? mib * 2 : mib + step) memories.push(mib);
  return memories;
}

export function isFargateSize(cpuUnits: number, memMib: number): boolean {
  return memoriesOf(cpuUnits).includes(memMib);
}

/** The smallest size that holds at least this much of both; the largest there is where nothing does. */
export function nearestFargateSize(cpuUnits: number, memMib: number): { cpuUnits: number; memMib: number } {
  for (const [cpu] of SIZES) {
    if (cpu < cpuUnits) continue;
    const mib = memoriesOf(cpu).find((one) => one >= memMib);
    if (mib !== undefined) return { cpuUnits: cpu, memMib: mib };
  }
  return { cpuUnits: 16_384, memMib: 122_880 };
}
