import type { MachineKind } from './machine-mix.ts';
import type { WeightedRequest } from './shape-mix.ts';

const MIB = 1024 * 1024;

const shape = (
  weight: number,
  cpuMilli: number,
  mebibytes: number,
  gpus: number,
  gpuMilli = 1000,
): WeightedRequest => ({
  weight,
  request:
    gpus === 0
      ? { cpuMilli, memBytes: mebibytes * MIB }
      : { cpuMilli, memBytes: mebibytes * MIB, gpuCount: gpus, gpuMilli },
});

/**
 * The requests that make up 0.1 % or more of the openb trace (Alibaba cluster-trace-gpu-v2023, default pod list): pods
 * per thousand, millicores, MiB, GPUs, and milli-GPU where a device is shared. Together 96.9 % of its pods.
 */
export const OPENB_SHAPES: readonly WeightedRequest[] = [
  shape(128.4, 3152, 5600, 1, 810),
  shape(105.1, 11300, 49152, 1),
  shape(65.5, 11400, 48128, 1),
  shape(57.7, 3152, 5600, 1),
  shape(47.6, 11908, 47104, 1, 470),
  shape(44.7, 12500, 57344, 0),
  shape(44.2, 8000, 30517, 1, 470),
  shape(34.8, 32000, 49152, 0),
  shape(31.3, 18708, 64512, 1),
  shape(29.1, 11908, 47104, 1, 650),
  shape(23.9, 9810, 41560, 1),
  shape(20, 8000, 30517, 0),
  shape(19.4, 12000, 24576, 1),
  shape(19.4, 15700, 58368, 1),
  shape(18.8, 11908, 47104, 1),
  shape(14.7, 15400, 51200, 0),
  shape(13.6, 4000, 22888, 1, 320),
  shape(13.2, 16000, 32768, 1),
  shape(12.8, 8000, 16384, 1),
  shape(12.8, 4000, 24576, 1),
  shape(12.1, 12000, 16384, 1),
  shape(11.7, 16500, 51200, 0),
  shape(11.4, 14200, 58368, 1),
  shape(10.3, 4000, 30517, 1, 230),
  shape(10.3, 24200, 93184, 1),
  shape(9.6, 4000, 15258, 1, 320),
  shape(9.2, 3152, 5600, 1, 590),
  shape(8.8, 8000, 30517, 1, 320),
  shape(8.8, 4152, 10600, 1, 550),
  shape(8, 11400, 77824, 1),
  shape(6.7, 8000, 32768, 1),
  shape(6.5, 4000, 15258, 1, 160),
  shape(6.3, 6000, 6144, 1, 460),
  shape(6.3, 11900, 77824, 1),
  shape(5.5, 4152, 10600, 1, 370),
  shape(5.4, 12000, 15360, 1),
  shape(5.3, 4000, 30517, 1, 320),
  shape(5, 8200, 33792, 1),
  shape(4.9, 4000, 31250, 1),
  shape(4.4, 15200, 80896, 1),
  shape(4, 16000, 65536, 1),
  shape(3.8, 4152, 10600, 1, 810),
  shape(3.6, 6000, 12288, 1, 460),
  shape(3.3, 16400, 125952, 1),
  shape(3.2, 4000, 22888, 1, 230),
  shape(2.9, 4000, 15258, 1, 220),
  shape(2.7, 1000, 2048, 1, 320),
  shape(2.5, 6000, 22888, 1, 160),
  shape(2.3, 8000, 30517, 1, 220),
  shape(2.2, 88000, 327680, 8),
  shape(2.2, 4000, 22888, 1, 480),
  shape(2.2, 8000, 30517, 1, 230),
  shape(2.2, 6000, 18432, 1, 460),
  shape(2.2, 64200, 263168, 8),
  shape(2, 11300, 37888, 1),
  shape(1.8, 1000, 6144, 1),
  shape(1.5, 8000, 30517, 1, 650),
  shape(1.5, 4000, 15258, 1, 230),
  shape(1.3, 7000, 30000, 1),
  shape(1.3, 4000, 22888, 1, 220),
  shape(1.3, 11400, 57344, 0),
  shape(1.3, 8000, 15625, 0),
  shape(1.1, 6000, 8192, 1, 460),
  shape(1.1, 4000, 22888, 1, 110),
  shape(1.1, 32200, 132096, 4),
  shape(1.1, 15400, 90112, 1),
];

const machine = (weight: number, cores: number, gib: number, gpuCount: number, gpuModel = ''): MachineKind => ({
  weight,
  cpuMilli: 1000 * cores,
  memBytes: gib * 1024 * MIB,
  ...(gpuCount > 0 ? { gpuCount, gpuModel } : {}),
});

/** Its machines: how many of each kind among 1,523, cores, GiB, GPUs and their model as the trace calls it. */
export const OPENB_MACHINES: readonly MachineKind[] = [
  machine(549, 96, 384, 8, 'G2'),
  machine(387, 104, 512, 2, 'T4'),
  machine(129, 32, 256, 0),
  machine(107, 16, 120, 2, 'P100'),
  machine(59, 96, 512, 0),
  machine(39, 128, 768, 8, 'G3'),
  machine(30, 96, 384, 0),
  machine(28, 32, 128, 4, 'V100M16'),
  machine(23, 32, 128, 0),
  machine(22, 64, 256, 2, 'P100'),
  machine(22, 64, 512, 0),
  machine(21, 96, 768, 8, 'V100M32'),
  machine(20, 104, 512, 0),
  machine(19, 8, 32, 1, 'V100M16'),
  machine(17, 96, 384, 4, 'T4'),
  machine(10, 32, 64, 0),
  machine(9, 48, 368, 4, 'V100M32'),
  machine(8, 64, 256, 0),
  machine(7, 64, 256, 8, 'V100M16'),
  machine(17, 32, 128, 0),
];
