import type { InstanceType, PriceOrigin } from './instance-type.ts';
import { powerOf, type PowerCoefficients } from './power.ts';

const GIB = 1024 * 1024 * 1024;

/** What machines of one family have in common, and each of them as a row: name, vCPUs, USD per hour. */
export interface Family {
  readonly family: string;
  readonly kind: InstanceType['kind'];
  readonly arch?: InstanceType['arch'];
  /** Of memory, for each vCPU. */
  readonly gibPerCpu: number;
  /** Spot price over on-demand price. */
  readonly spotShare: number;
  readonly types: readonly (readonly [name: string, vCpus: number, usdPerHour: number])[];
}

/** A machine with GPUs; these follow no line. */
export interface GpuType {
  readonly family: string;
  readonly name: string;
  readonly vCpus: number;
  readonly gib: number;
  readonly gpus: number;
  readonly model: string;
  readonly usdPerHour: number;
  readonly spotUsdPerHour: number;
}

export interface CloudFacts {
  readonly cloud: string;
  readonly power: PowerCoefficients;
  readonly price: PriceOrigin;
  /** Pods on a machine of this name with so many vCPUs. */
  readonly podLimit: (vCpus: number, name: string) => number;
}

/** Writes out all the types of a cloud. */
export function typesOf(facts: CloudFacts, families: readonly Family[], gpuTypes: readonly GpuType[]): InstanceType[] {
  const plain = families.flatMap((family) =>
    family.types.map(([name, vCpus, usdPerHour]) => ({
      ...common(facts, name, vCpus, vCpus * family.gibPerCpu * GIB, 0, ''),
      family: family.family,
      kind: family.kind,
      arch: family.arch ?? 'x86',
      usdPerHour,
      spotUsdPerHour: cents(usdPerHour * family.spotShare),
    })),
  );
  const withGpus = gpuTypes.map((type) => ({
    ...common(facts, type.name, type.vCpus, type.gib * GIB, type.gpus, type.model),
    family: type.family,
    kind: 'gpu' as const,
    arch: 'x86' as const,
    usdPerHour: type.usdPerHour,
    spotUsdPerHour: cents(type.spotUsdPerHour),
  }));
  return [...plain, ...withGpus];
}

/** Rows of a family whose price is so much for each vCPU: `prefix` and a size, and so many vCPUs. */
export function linear(
  usdPerCpu: number,
  sizes: readonly (readonly [name: string, vCpus: number])[],
): (readonly [string, number, number])[] {
  return sizes.map(([name, vCpus]) => [name, vCpus, cents(usdPerCpu * vCpus)] as const);
}

function common(facts: CloudFacts, name: string, vCpus: number, memBytes: number, gpuCount: number, gpuModel: string) {
  return {
    name,
    cloud: facts.cloud,
    cpuMilli: vCpus * 1000,
    memBytes: Math.round(memBytes),
    gpuCount,
    gpuModel,
    podLimit: facts.podLimit(vCpus, name),
    ...powerOf(facts.power, vCpus, memBytes, gpuCount, gpuModel),
    price: facts.price,
  };
}

/** Millionths of a dollar, in which the lists are kept. */
function cents(usd: number): number {
  return Math.round(usd * 1e6) / 1e6;
}
