/**
 * EC2 instance types that Auto Scaling groups are often made of: vCPUs, GiB, USD per hour on demand in us-east-1
 * (aws/karpenter-provider-aws, zz_generated.pricing_aws.go at 031e72b; sizes from the EC2 documentation), GPUs.
 */
const TYPES: Readonly<Record<string, readonly [vCpus: number, gib: number, usdPerHour: number, gpus?: number]>> = {
  't3.small': [2, 2, 0.0208],
  't3.medium': [2, 4, 0.0416],
  't3.large': [2, 8, 0.0832],
  't3.xlarge': [4, 16, 0.1664],
  't3.2xlarge': [8, 32, 0.3328],
  't4g.medium': [2, 4, 0.0336],
  't4g.large': [2, 8, 0.0672],
  'm5.large': [2, 8, 0.096],
  'm5.xlarge': [4, 16, 0.192],
  'm5.2xlarge': [8, 32, 0.384],
  'm5.4xlarge': [16, 64, 0.768],
  'm6g.large': [2, 8, 0.077],
  'm6g.xlarge': [4, 16, 0.154],
  'm6i.large': [2, 8, 0.096],
  'm6i.xlarge': [4, 16, 0.192],
  'm6i.2xlarge': [8, 32, 0.384],
  'm7i.large': [2, 8, 0.1008],
  'm7i.xlarge': [4, 16, 0.2016],
  'm7i.2xlarge': [8, 32, 0.4032],
  'c5.large': [2, 4, 0.085],
  'c5.xlarge': [4, 8, 0.17],
  'c5.2xlarge': [8, 16, 0.34],
  'c6i.large': [2, 4, 0.085],
  'c6i.xlarge': [4, 8, 0.17],
  'c7i.large': [2, 4, 0.08925],
  'c7i.xlarge': [4, 8, 0.1785],
  'r5.large': [2, 16, 0.126],
  'r5.xlarge': [4, 32, 0.252],
  'r6i.large': [2, 16, 0.126],
  'r6i.xlarge': [4, 32, 0.252],
  'g4dn.xlarge': [4, 16, 0.526, 1],
  'g5.xlarge': [4, 16, 1.006, 1],
  'p3.2xlarge': [8, 61, 3.06, 1],
};
/** Spot over on demand, as in the catalogue of machines: an order of size. */
const SPOT_SHARE = 0.4;

export interface InstanceSize {
  readonly cpuMilli: number;
  readonly memBytes: number;
  readonly gpuCount: number;
  readonly usdPerHour: number;
  readonly architecture: 'amd64' | 'arm64';
}

export const KNOWN_INSTANCE_TYPES: readonly string[] = Object.keys(TYPES);

/** Undefined for a type that is not in the table. */
export function instanceSize(type: string, spot: boolean): InstanceSize | undefined {
  if (!Object.hasOwn(TYPES, type)) return undefined;
  const [vCpus, gib, usdPerHour, gpuCount = 0] = TYPES[type];
  return {
    cpuMilli: vCpus * 1000,
    memBytes: gib * 1024 * 1024 * 1024,
    gpuCount,
    usdPerHour: spot ? usdPerHour * SPOT_SHARE : usdPerHour,
    architecture: /^[a-z]\d+g/.test(type) ? 'arm64' : 'amd64',
  };
}
