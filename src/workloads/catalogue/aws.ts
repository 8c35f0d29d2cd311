import { linear, typesOf, type Family, type GpuType } from './family.ts';
import { POWER } from './power.ts';

/**
 * Amazon EC2, us-east-1 (N. Virginia), Linux, on demand.
 *
 * DATE: 2026-01-19
 * SOURCE: aws/karpenter-provider-aws, pkg/providers/pricing/zz_generated.pricing_aws.go at 031e72b, which its
 * maintainers generate from the AWS price list API. All on-demand prices below are found there.
 * Spot: 40 % of on demand for all. In one stored version of SkyPilot's catalogue (catalogs/v8/aws/vms.csv at 00148f2)
 * the median over the zones of us-east-1 was 39 % for m5.2xlarge, 38 % for m5.4xlarge, 28 % for m5.24xlarge, but 71 %
 * for m5d.2xlarge: an order of size, no quotation.
 * Sizes (vCPUs, memory, GPUs): the provider's documentation, from memory.
 * Pod limits: network interfaces x (addresses - 1) + 2, from awslabs/amazon-eks-ami, eni-max-pods.txt at 2641205.
 */
const price = {
  region: 'us-east-1',
  date: '2026-01-19',
  source: 'aws/karpenter-provider-aws at 031e72b, generated from the AWS price list',
  onDemand: 'published',
  spot: 'typical',
} as const;

const SPOT_SHARE = 0.4;

const SIZES = [
  ['large', 2],
  ['xlarge', 4],
  ['2xlarge', 8],
  ['4xlarge', 16],
  ['8xlarge', 32],
  ['16xlarge', 64],
] as const;

function family(name: string, kind: Family['kind'], gibPerCpu: number, usdPerCpu: number, arch?: 'arm'): Family {
  const types = linear(
    usdPerCpu,
    SIZES.map(([size, vCpus]) => [`${name}.${size}`, vCpus] as const),
  );
  return { family: name, kind, gibPerCpu, spotShare: SPOT_SHARE, types, ...(arch ? { arch } : {}) };
}

const families: readonly Family[] = [
  {
    family: 't3',
    kind: 'burstable',
    gibPerCpu: 4,
    spotShare: SPOT_SHARE,
    types: [
      ['t3.large', 2, 0.0832],
      ['t3.xlarge', 4, 0.1664],
      ['t3.2xlarge', 8, 0.3328],
    ],
  },
  family('m5', 'general', 4, 0.048),
  family('m6i', 'general', 4, 0.048),
  family('m7i', 'general', 4, 0.0504),
  family('m7a', 'general', 4, 0.05796),
  family('m6g', 'general', 4, 0.0385, 'arm'),
  family('m7g', 'general', 4, 0.0408, 'arm'),
  family('m8g', 'general', 4, 0.04488, 'arm'),
  family('c6i', 'compute', 2, 0.0425),
  family('c7i', 'compute', 2, 0.044625),
  family('c7g', 'compute', 2, 0.03625, 'arm'),
  family('r6i', 'memory', 8, 0.063),
  family('r7i', 'memory', 8, 0.06615),
  family('r7g', 'memory', 8, 0.05355, 'arm'),
];

const gpu = (name: string, vCpus: number, gib: number, gpus: number, model: string, usdPerHour: number): GpuType => ({
  family: name.slice(0, name.indexOf('.')),
  name,
  vCpus,
  gib,
  gpus,
  model,
  usdPerHour,
  spotUsdPerHour: usdPerHour * SPOT_SHARE,
});

const gpuTypes: readonly GpuType[] = [
  gpu('g4dn.xlarge', 4, 16, 1, 'T4', 0.526),
  gpu('g4dn.2xlarge', 8, 32, 1, 'T4', 0.752),
  gpu('g4dn.12xlarge', 48, 192, 4, 'T4', 3.912),
  gpu('g5.xlarge', 4, 16, 1, 'A10G', 1.006),
  gpu('g5.2xlarge', 8, 32, 1, 'A10G', 1.212),
  gpu('g5.12xlarge', 48, 192, 4, 'A10G', 5.672),
  gpu('g5.48xlarge', 192, 768, 8, 'A10G', 16.288),
  gpu('g6.xlarge', 4, 16, 1, 'L4', 0.8048),
  gpu('g6.12xlarge', 48, 192, 4, 'L4', 4.6016),
  gpu('p3.2xlarge', 8, 61, 1, 'V100', 3.06),
  gpu('p3.16xlarge', 64, 488, 8, 'V100', 24.48),
  gpu('p4d.24xlarge', 96, 1152, 8, 'A100', 21.957642),
  gpu('p5.48xlarge', 192, 2048, 8, 'H100', 55.04),
];

/** Machines that differ from others of their size. */
const POD_LIMITS: Readonly<Record<string, number>> = {
  't3.large': 35,
  'g4dn.2xlarge': 29,
  'g4dn.xlarge': 29,
  'g5.12xlarge': 737,
  'g5.48xlarge': 345,
  'p3.16xlarge': 234,
  'p5.48xlarge': 100,
};

/** 3 x 9 + 2, 4 x 14 + 2, 8 x 29 + 2, 15 x 49 + 2. */
function podLimit(vCpus: number, name: string): number {
  if (POD_LIMITS[name] !== undefined) return POD_LIMITS[name];
  if (vCpus <= 2) return 29;
  if (vCpus <= 8) return 58;
  return vCpus <= 48 ? 234 : 737;
}

export const awsTypes = typesOf({ cloud: 'aws', power: POWER.aws, price, podLimit }, families, gpuTypes);
