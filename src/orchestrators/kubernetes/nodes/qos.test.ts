import { describe, expect, it } from 'vitest';
import { container, podSpec } from '../cluster-fixture.ts';
import type { ResourceList } from '../objects/meta.ts';
import type { PodSpec } from '../objects/pod.ts';
import { cpuQuotaUs, cpuShares, cpuWeight, oomScoreAdjust, qosClass, throttledAfterUs } from './qos.ts';

const GIB = 1024 ** 3;
const BOTH: ResourceList = { cpu: '1', memory: '1Gi' };

function spec(...resources: [ResourceList, ResourceList][]): PodSpec {
  return podSpec(
    {},
    {
      containers: resources.map(([requests, limits], k) =>
        container(`c${k}`, requests, { resources: { requests, limits } }),
      ),
    },
  );
}

describe('the class of service', () => {
  it('is Guaranteed when every container has limits equal to requests, of CPU and memory', () => {
    expect(qosClass(spec([BOTH, BOTH]))).toBe('Guaranteed');
    expect(qosClass(spec([BOTH, { cpu: '1000m', memory: '1024Mi' }]))).toBe('Guaranteed');
    expect(qosClass(spec([BOTH, BOTH], [BOTH, BOTH]))).toBe('Guaranteed');
    expect(qosClass(spec([BOTH, BOTH], [{}, {}]))).toBe('Burstable');
    expect(qosClass(spec([{ cpu: '1' }, { cpu: '1' }]))).toBe('Burstable');
    expect(qosClass(spec([BOTH, { cpu: '2', memory: '1Gi' }]))).toBe('Burstable');
  });

  it('is BestEffort when nothing is asked for; zero is nothing, and so is any other resource', () => {
    expect(qosClass(spec([{}, {}]))).toBe('BestEffort');
    expect(qosClass(spec([{ cpu: '0' }, {}]))).toBe('BestEffort');
    expect(qosClass(spec([{ 'nvidia.com/gpu': '1' }, { 'nvidia.com/gpu': '1' }]))).toBe('BestEffort');
    expect(qosClass(spec([{ memory: '1Mi' }, {}]))).toBe('Burstable');
  });

  it('goes by the resources of the pod as a whole where there are any', () => {
    expect(qosClass({ ...spec([{}, {}]), resources: { requests: BOTH, limits: BOTH } })).toBe('Guaranteed');
  });
});

describe('the OOM score', () => {
  const adjust = (memory: string, limits: ResourceList = {}, fields: Partial<PodSpec> = {}): number => {
    const one = { ...spec([memory === '' ? {} : { memory }, limits]), ...fields };
    return oomScoreAdjust(one, one.containers[0], 16 * GIB);
  };

  it('of Burstable pods falls with what they ask for: 1000 - 1000 x request / capacity, from 3 to 999', () => {
    // 4 of 16 GiB: 1000 - 250; 32 MiB of 16 GiB: 1000 * 32 / 16384 = 1.95, in whole numbers 1.
    expect(adjust('4Gi')).toBe(750);
    expect(adjust('32Mi')).toBe(999);
    expect(adjust('1Mi')).toBe(999);
    expect(adjust('16Gi')).toBe(3);
  });

  it('is -997 for Guaranteed and node-critical pods, 1000 for BestEffort', () => {
    expect(adjust('')).toBe(1000);
    expect(adjust('', {}, { priority: 2_000_001_000 })).toBe(-997);
    const guaranteed = spec([BOTH, BOTH]);
    expect(oomScoreAdjust(guaranteed, guaranteed.containers[0], 16 * GIB)).toBe(-997);
  });
});

describe('CPU by cgroups', () => {
  it('gives 1024 shares a core, at least 2', () => {
    const shares = [0, 1, 2, 100, 250, 500, 1000, 2500].map(cpuShares);
    expect(shares).toEqual([2, 2, 2, 102, 256, 512, 1024, 2560]);
  });

  it('limits each 100 ms period to a quota of at least 1 ms', () => {
    const quotas = [0, 1, 10, 100, 500, 1500].map(cpuQuotaUs);
    expect(quotas).toEqual([0, 1000, 1000, 10_000, 50_000, 150_000]);
  });

  it('throttles four busy threads under 500m after 12.5 ms', () => {
    expect(throttledAfterUs(500, 4)).toBe(12_500);
    // One thread may use one core: 50 ms.
    expect(throttledAfterUs(500, 1)).toBe(50_000);
    expect(throttledAfterUs(2000, 1)).toBe(100_000);
    expect(throttledAfterUs(0, 64)).toBe(100_000);
  });

  it('becomes a weight from 1 to 10000', () => {
    // 1 + (1024 - 2) * 9999 / 262142 = 39.98
    expect([2, 1024, 262_144].map(cpuWeight)).toEqual([1, 39, 10_000]);
  });
});
