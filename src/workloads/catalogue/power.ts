import type { PowerRange } from '../../sim/fleet/energy.ts';

/**
 * Power of rented machines, estimated.
 *
 * DATE: coefficients as in the methodology of Cloud Carbon Footprint, read from its repository's stored copy
 * (microsite/docs/Methodology.md at 1559c186, appendices I and III); the values were last recomputed in 2022.
 * SOURCE: https://www.cloudcarbonfootprint.org/docs/methodology (SPECpower by cloud; memory from Crucial and Micron;
 * GPUs from Teads, https://medium.com/teads-engineering/building-an-aws-ec2-carbon-emissions-dataset-3f0fd76c98ac).
 */
export interface PowerCoefficients {
  /** Watts per vCPU when idle and when busy. */
  readonly idleWattsPerCpu: number;
  readonly busyWattsPerCpu: number;
  /** Power usage effectiveness: watts of the building over watts of the machines. */
  readonly pue: number;
}

export const POWER: Readonly<Record<'aws' | 'gcp' | 'azure', PowerCoefficients>> = {
  aws: { idleWattsPerCpu: 0.74, busyWattsPerCpu: 3.5, pue: 1.135 },
  gcp: { idleWattsPerCpu: 0.71, busyWattsPerCpu: 4.26, pue: 1.1 },
  // Microsoft's fleet-wide statement of 1.185; appendix I of the same document has 1.125, that of its latest designs.
  azure: { idleWattsPerCpu: 0.78, busyWattsPerCpu: 3.76, pue: 1.185 },
};

/** 0.000392 kWh per GB and hour. */
export const MEMORY_WATTS_PER_GB = 0.392;

/**
 * Watts of a GPU when idle and when busy. L4, A10 and H100 are not in the source: they are reckoned here as the
 * source reckons the others, 11.5 % and 102 % of the maker's thermal design power (72, 150 and 700 W).
 */
export const GPU_WATTS: Readonly<Record<string, PowerRange>> = {
  T4: { idleWatts: 8, busyWatts: 71 },
  V100: { idleWatts: 35, busyWatts: 306 },
  A100: { idleWatts: 46, busyWatts: 407 },
  A10G: { idleWatts: 18, busyWatts: 153 },
  A10: { idleWatts: 17, busyWatts: 153 },
  L4: { idleWatts: 8, busyWatts: 73 },
  H100: { idleWatts: 81, busyWatts: 714 },
};

/**
 * Power of a machine, the building's overheads included. Memory counts in full, idle or busy; upstream counts for AWS
 * and Azure only what exceeds the servers of SPECpower, so this is on the high side for machines with little memory.
 */
export function powerOf(
  coefficients: PowerCoefficients,
  vCpus: number,
  memBytes: number,
  gpuCount = 0,
  gpuModel = '',
): PowerRange {
  const memory = (memBytes / 1e9) * MEMORY_WATTS_PER_GB;
  const gpu = GPU_WATTS[gpuModel] ?? { idleWatts: 0, busyWatts: 0 };
  const { idleWattsPerCpu, busyWattsPerCpu, pue } = coefficients;
  return {
    idleWatts: round(pue * (vCpus * idleWattsPerCpu + memory + gpuCount * gpu.idleWatts)),
    busyWatts: round(pue * (vCpus * busyWattsPerCpu + memory + gpuCount * gpu.busyWatts)),
  };
}

/** Milliwatts are more than such estimates are worth. */
function round(watts: number): number {
  return Math.round(watts * 1000) / 1000;
}
