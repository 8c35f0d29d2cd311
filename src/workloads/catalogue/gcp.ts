import { linear, typesOf, type Family, type GpuType } from './family.ts';
import { POWER } from './power.ts';

/**
 * Google Compute Engine, us-central1 (Iowa), Linux; on demand without sustained-use discount, and spot.
 *
 * DATE: 2026-08-03
 * SOURCE: cloudpilot-ai/karpenter-provider-gcp, pkg/providers/pricing/initial-prices.json at 417f047, which its
 * maintainers generate from the Cloud Billing price list. On-demand and spot prices below are found there; spot
 * prices of Google change at most once a day.
 * Sizes (vCPUs, memory, GPUs): the provider's documentation, from memory.
 * Pod limits: 110, GKE's default for standard clusters.
 */
const price = {
  region: 'us-central1',
  date: '2026-08-03',
  source: 'cloudpilot-ai/karpenter-provider-gcp at 417f047, generated from the Cloud Billing price list',
  onDemand: 'published',
  spot: 'published',
} as const;

/** A family by its price and spot price for each vCPU, and its sizes in vCPUs. */
function family(
  name: string,
  kind: Family['kind'],
  gibPerCpu: number,
  usdPerCpu: number,
  spotUsdPerCpu: number,
  sizes: readonly number[],
  arch?: 'arm',
): Family {
  const types = linear(
    usdPerCpu,
    sizes.map((vCpus) => [`${name}-${vCpus}`, vCpus] as const),
  );
  const spotShare = spotUsdPerCpu / usdPerCpu;
  return { family: name, kind, gibPerCpu, spotShare, types, ...(arch ? { arch } : {}) };
}

const families: readonly Family[] = [
  family('e2-standard', 'general', 4, 0.03350571, 0.020106, [2, 4, 8, 16, 32]),
  family('n1-standard', 'general', 3.75, 0.04749975, 0.0167525, [2, 4, 8, 16, 32]),
  family('n2-standard', 'general', 4, 0.048559, 0.02303, [2, 4, 8, 16, 32, 48]),
  family('n2d-standard', 'general', 4, 0.042246, 0.012228, [2, 4, 8, 16, 32, 48]),
  family('n4-standard', 'general', 4, 0.04535, 0.022392, [2, 4, 8, 16, 32, 48]),
  family('c3-standard', 'general', 4, 0.050402, 0.01235, [4, 8, 22, 44]),
  family('t2d-standard', 'general', 4, 0.042246, 0.01576, [2, 4, 8, 16, 32]),
  family('t2a-standard', 'general', 4, 0.0385, 0.016392, [2, 4, 8, 16, 32], 'arm'),
  family('c4a-standard', 'general', 4, 0.0449, 0.019408, [2, 4, 8, 16, 32, 48], 'arm'),
  family('e2-highcpu', 'compute', 1, 0.02473512, 0.014844, [2, 4, 8, 16, 32]),
  family('n2-highcpu', 'compute', 1, 0.035848, 0.017, [2, 4, 8, 16, 32]),
  family('c2-standard', 'compute', 4, 0.052202, 0.02492, [4, 8, 16, 30]),
  family('c2d-highcpu', 'compute', 2, 0.037481, 0.01259, [2, 4, 8, 16, 32]),
  family('c4a-highcpu', 'compute', 2, 0.03788, 0.016374, [2, 4, 8, 16, 32], 'arm'),
  family('e2-highmem', 'memory', 8, 0.04519983, 0.027122, [2, 4, 8, 16]),
  family('n2-highmem', 'memory', 8, 0.065507, 0.03107, [2, 4, 8, 16, 32]),
  family('c4a-highmem', 'memory', 8, 0.05894, 0.025476, [2, 4, 8, 16, 32], 'arm'),
];

const gpu = (
  name: string,
  vCpus: number,
  gib: number,
  gpus: number,
  model: string,
  usdPerHour: number,
  spotUsdPerHour: number,
): GpuType => ({
  family: name.slice(0, name.lastIndexOf('-')),
  name,
  vCpus,
  gib,
  gpus,
  model,
  usdPerHour,
  spotUsdPerHour,
});

const gpuTypes: readonly GpuType[] = [
  gpu('g2-standard-4', 4, 16, 1, 'L4', 0.706832, 0.397336),
  gpu('g2-standard-8', 8, 32, 1, 'L4', 0.853624, 0.479872),
  gpu('g2-standard-24', 24, 96, 2, 'L4', 2.000833, 1.124816),
  gpu('g2-standard-48', 48, 192, 4, 'L4', 4.001665, 2.249632),
  gpu('a2-highgpu-1g', 12, 85, 1, 'A100', 3.673385, 1.92802),
  gpu('a2-highgpu-4g', 48, 340, 4, 'A100', 14.69354, 7.71208),
  gpu('a2-highgpu-8g', 96, 680, 8, 'A100', 29.38708, 15.42416),
  gpu('a3-highgpu-8g', 208, 1872, 8, 'H100', 88.49, 50.609541),
];

export const gcpTypes = typesOf({ cloud: 'gcp', power: POWER.gcp, price, podLimit: () => 110 }, families, gpuTypes);
