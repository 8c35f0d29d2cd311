import { describe, expect, it } from 'vitest';
import { controlPlane, create, pod } from '../cluster-fixture.ts';
import type { Pod } from '../objects/pod.ts';
import { oomVictim, rankForDisk, rankForMemory, rankForProcesses } from './eviction-ranking.ts';

const GIB = 1024 ** 3;
const { api } = controlPlane();

function made(name: string, priority: number, memory?: string): Pod {
  return create(api, 'Pod', pod(name, memory === undefined ? {} : { memory }, { priority }));
}

const names = (pods: readonly Pod[]): string[] => pods.map(({ metadata }) => metadata.name);

describe('who is evicted first', () => {
  const a = { pod: made('a', 0, '1Gi'), used: 1.5 * GIB };
  const b = { pod: made('b', 0), used: 0.2 * GIB };
  const c = { pod: made('c', 100, '1Gi'), used: 3 * GIB };
  const d = { pod: made('d', 0, '2Gi'), used: 1.9 * GIB };

  it('for memory: who uses more than it asks for, then lower priority, then the larger excess', () => {
    // The example of the specification: excess .5, .2, 2 (but priority 100), none.
    expect(names(rankForMemory([d, c, b, a]))).toEqual(['a', 'b', 'c', 'd']);
  });

  it('is never a critical pod', () => {
    const critical = { pod: made('critical', 2_000_000_000), used: 8 * GIB };
    expect(names(rankForMemory([critical, d]))).toEqual(['d']);
  });

  it('for disk by what is used of it, for processes by priority and number', () => {
    const one = { pod: made('one', 0), used: 3 };
    const two = { pod: made('two', 0), used: 5 };
    const three = { pod: made('three', 7), used: 9 };
    expect(names(rankForDisk([one, two, three]))).toEqual(['two', 'one', 'three']);
    expect(names(rankForProcesses([one, two, three]))).toEqual(['two', 'one', 'three']);
  });

  it('by the kernel: the highest score of adjustment and use', () => {
    // 750 + 300 = 1050 against 1000 + 10 = 1010 against -997 + 600.
    const worst = oomVictim(
      [
        { name: 'guaranteed', scoreAdjust: -997, usedBytes: 0.6 * GIB },
        { name: 'best effort', scoreAdjust: 1000, usedBytes: 0.01 * GIB },
        { name: 'burstable', scoreAdjust: 750, usedBytes: 0.3 * GIB },
      ],
      GIB,
    );
    expect(worst?.name).toBe('burstable');
  });
});
