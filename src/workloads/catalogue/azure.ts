import { linear, typesOf, type Family, type GpuType } from './family.ts';
import { POWER } from './power.ts';

/**
 * Microsoft Azure virtual machines, East US (Virginia), Linux, pay as you go.
 *
 * DATE: 2026-06-18
 * SOURCE: Azure/karpenter-provider-azure, pkg/providers/pricing/zz_generated.pricing.go at 352646f, which its
 * maintainers generate from the Azure retail prices API. All on-demand prices below are found there. Families in
 * which that file has single outliers of about twice the price (Dasv5, Easv5) were left out.
 * Spot: 25 % of on demand, a rule of thumb, unverified.
 * Sizes (vCPUs, memory, GPUs): the provider's documentation, from memory.
 * Pod limits: 250, the default with Azure CNI Overlay (30 with node-subnet Azure CNI, 110 with kubenet), from the same
 * repository.
 */
const price = {
  region: 'eastus',
  date: '2026-06-18',
  source: 'Azure/karpenter-provider-azure at 352646f, generated from the Azure retail prices API',
  onDemand: 'published',
  spot: 'unverified',
} as const;

const SPOT_SHARE = 0.25;

/** `Standard_D` 2 `s_v5`: the number of vCPUs stands in the middle of the name. */
function family(
  letter: string,
  suffix: string,
  kind: Family['kind'],
  gibPerCpu: number,
  usd: number | readonly (readonly [vCpus: number, usdPerHour: number])[],
  arch?: 'arm',
): Family {
  const name = (vCpus: number): string => `Standard_${letter}${vCpus}${suffix}`;
  const types =
    typeof usd === 'number'
      ? linear(
          usd,
          [2, 4, 8, 16, 32, 64].map((vCpus) => [name(vCpus), vCpus] as const),
        )
      : usd.map(([vCpus, usdPerHour]) => [name(vCpus), vCpus, usdPerHour] as const);
  return { family: `${letter}${suffix}`, kind, gibPerCpu, spotShare: SPOT_SHARE, types, ...(arch ? { arch } : {}) };
}

const families: readonly Family[] = [
  family('D', 's_v5', 'general', 4, 0.048),
  family('D', 's_v6', 'general', 4, [
    [2, 0.101],
    [4, 0.202],
    [8, 0.403],
    [16, 0.806],
    [32, 1.613],
    [64, 3.226],
  ]),
  family('D', 'as_v6', 'general', 4, [
    [2, 0.0908],
    [4, 0.182],
    [8, 0.363],
    [16, 0.726],
    [32, 1.453],
    [64, 2.906],
  ]),
  family('D', 'ps_v5', 'general', 4, 0.0385, 'arm'),
  family(
    'D',
    'ps_v6',
    'general',
    4,
    [
      [2, 0.0702],
      [4, 0.14],
      [8, 0.281],
      [16, 0.562],
      [32, 1.123],
      [64, 2.246],
    ],
    'arm',
  ),
  family('F', 's_v2', 'compute', 2, [
    [2, 0.0846],
    [4, 0.169],
    [8, 0.338],
    [16, 0.677],
    [32, 1.353],
    [64, 2.706],
  ]),
  family('D', 'ls_v5', 'compute', 2, 0.0425),
  family('E', 's_v5', 'memory', 8, 0.063),
  family(
    'E',
    'ps_v5',
    'memory',
    8,
    [
      [2, 0.101],
      [4, 0.202],
      [8, 0.403],
      [16, 0.806],
    ],
    'arm',
  ),
];

const gpu = (name: string, vCpus: number, gib: number, gpus: number, model: string, usdPerHour: number): GpuType => ({
  family: name.replace(/^Standard_([A-Z]+)\d+/, '$1'),
  name,
  vCpus,
  gib,
  gpus,
  model,
  usdPerHour,
  spotUsdPerHour: usdPerHour * SPOT_SHARE,
});

const gpuTypes: readonly GpuType[] = [
  gpu('Standard_NC4as_T4_v3', 4, 28, 1, 'T4', 0.526),
  gpu('Standard_NC8as_T4_v3', 8, 56, 1, 'T4', 0.752),
  gpu('Standard_NC16as_T4_v3', 16, 110, 1, 'T4', 1.204),
  gpu('Standard_NC64as_T4_v3', 64, 440, 4, 'T4', 4.352),
  gpu('Standard_NV36ads_A10_v5', 36, 440, 1, 'A10', 3.2),
  gpu('Standard_NC24ads_A100_v4', 24, 220, 1, 'A100', 3.673),
  gpu('Standard_NC48ads_A100_v4', 48, 440, 2, 'A100', 7.346),
  gpu('Standard_NC96ads_A100_v4', 96, 880, 4, 'A100', 14.692),
  gpu('Standard_NC40ads_H100_v5', 40, 320, 1, 'H100', 6.98),
  gpu('Standard_ND96asr_v4', 96, 900, 8, 'A100', 27.197),
  gpu('Standard_ND96isr_H100_v5', 96, 1900, 8, 'H100', 98.32),
];

export const azureTypes = typesOf(
  { cloud: 'azure', power: POWER.azure, price, podLimit: () => 250 },
  families,
  gpuTypes,
);
