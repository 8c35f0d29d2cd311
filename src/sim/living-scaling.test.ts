import { describe, expect, test } from 'vitest';
import {
  constantTraffic,
  familyPolicy,
  GiB,
  group,
  living,
  minutes,
  scriptedEvents,
  seconds,
  service,
} from '../../test/living-cluster.ts';
import { deploymentPolicies } from '../policies/deployment/index.ts';
import { horizontalPolicies } from '../policies/autoscaling/index.ts';
import { nodePolicies } from '../policies/node-scaling/index.ts';
import { overcommitPolicies } from '../policies/overcommit/index.ts';
import { placementPolicy } from '../policies/placement/index.ts';
import { verticalPolicies } from '../policies/vertical/index.ts';
import { LivingSimulation, simulateLiving } from './living-simulation.ts';
import type { LivingSpec, ScalingSpec } from './living-spec.ts';
import { blankRow, type PodSource } from './pod-source.ts';
import type { NodePolicy } from './scaling/node-policy.ts';

const fixed = (replicas: number, vertical?: ScalingSpec['vertical']): ScalingSpec => ({
  horizontal: familyPolicy(horizontalPolicies, 'fixed'),
  minReplicas: replicas,
  maxReplicas: replicas,
  ...(vertical && { vertical }),
});

describe('scale to zero', () => {
  test('fails requests until a replica is back', () => {
    // Nobody for ten minutes, then ten requests a second.
    const traffic = (): ReturnType<LivingSpec['traffic']> => [
      {
        ...constantTraffic(10)(() => {
          throw new Error('draws nothing');
        })[0],
        source: {
          kind: 'open',
          spacing: 'even',
          curve: {
            at: (timeUs) => (timeUs < minutes(10) ? 0 : 10),
            untilUs: (timeUs) => (timeUs < minutes(10) ? minutes(10) : Infinity),
          },
        },
      },
    ];
    const horizontal = familyPolicy(horizontalPolicies, 'queue-or-rate', { rate: 20, cooldown: minutes(5) });
    const simulation = new LivingSimulation(
      living({
        durationUs: minutes(15),
        traffic,
        services: [service('web', { replicas: 1 })],
        scaling: [{ horizontal, minReplicas: 0, maxReplicas: 5 }],
      }),
      { seed: 1 },
    );
    while (simulation.world.nowUs < minutes(9)) simulation.step();
    expect(simulation.world.ready[0]).toBe(0);
    const { services } = simulation.run().living!;
    // The rate is seen at the next scrape (15 s) and poll (30 s), and then it boots for 5 s: 50 to 500 requests.
    expect(services[0].failedBy['noEndpoint']).toBe(services[0].failed);
    expect(services[0].failed).toBeGreaterThanOrEqual(50);
    expect(services[0].failed).toBeLessThanOrEqual(550);
    expect(simulation.world.ready[0]).toBe(1);
  });
});

describe('vertical scaling', () => {
  const run = (mode: string) => {
    const vertical = familyPolicy(verticalPolicies, 'fixed', { mode, cpuMilli: 700 });
    const simulation = new LivingSimulation(living({ traffic: () => [], scaling: [fixed(2, vertical)] }), { seed: 1 });
    let least = 2;
    while (simulation.step()) least = Math.min(least, simulation.world.ready[0]);
    return { result: simulation.result(), least, replicas: simulation.world.ofService[0] };
  };

  test('by new replicas takes one at a time', () => {
    const { result, least, replicas } = run('recreate');
    expect(replicas.map(({ request }) => request.cpuMilli)).toEqual([700, 700]);
    expect(result.metrics['evictions']).toBe(2);
    expect(least).toBe(1);
    // Each is missed for the 5 s of the boot.
    expect(result.living!.services[0].deficitReplicaS).toBe(10);
  });

  test('in place disturbs nobody', () => {
    const { result, least, replicas } = run('in-place');
    expect(replicas.map(({ id, request }) => [id, request.cpuMilli])).toEqual([
      [0, 700],
      [1, 700],
    ]);
    expect(result.metrics['evictions']).toBe(0);
    expect(least).toBe(2);
  });

  test('learns from a process that the machine killed for want of memory, without a limit of its own', () => {
    // 1 MiB of leak a request, 10 a second, 256 MiB to begin with, on a machine of 1 GiB: killed every 77 s or so.
    const seen: number[] = [];
    const vertical: ScalingSpec['vertical'] = {
      name: 'listens',
      periodUs: minutes(1),
      mode: 'off',
      make: () => ({
        observe: (sample) => {
          if (sample.outOfMemory) seen.push(sample.memBytes);
        },
        recommend: () => undefined,
        shouldUpdate: () => false,
      }),
    };
    const leaky = service('web', { replicas: 1, memLeakBytes: 2 ** 20 });
    const template = { name: 'small', cpuMilli: 4000, memBytes: GiB };
    simulateLiving(
      living({ services: [leaky], groups: [group({ initial: 1, max: 1, template })], scaling: [fixed(1, vertical)] }),
      { seed: 1 },
    );
    expect(seen.length).toBeGreaterThan(3);
    // Looked at every 5 s, so seen at most some 50 MiB above the machine's memory (three deviations: 71).
    for (const bytes of seen) expect(bytes / GiB).toBeGreaterThan(1);
    for (const bytes of seen) expect(bytes / GiB).toBeLessThan(1 + 71 / 1024);
  });
});

describe('overcommitment', () => {
  const readyWith = (overcommit?: LivingSpec['overcommit']): number => {
    const simulation = new LivingSimulation(
      living({
        durationUs: minutes(20),
        groups: [group({ initial: 1, max: 1 })],
        services: [service('web', { replicas: 6, request: { cpuMilli: 1000, memBytes: GiB } })],
        ...(overcommit && { overcommit }),
      }),
      { seed: 1 },
    );
    simulation.run();
    return simulation.world.ready[0];
  };

  test('packs more where little is used', () => {
    // 4,000m hold four that request 1,000m each; all of them use 100m.
    expect(readyWith()).toBe(4);
    expect(readyWith(familyPolicy(overcommitPolicies, 'n-sigma'))).toBe(6);
  });

  test('sees that jobs use what they use', () => {
    const busy = { ...blankRow(), runsUs: Infinity, request: { cpuMilli: 1000, memBytes: GiB } };
    const spec = living({
      durationUs: minutes(20),
      groups: [group({ initial: 1, max: 1 })],
      jobs: [{ pods: () => oneJob(busy), cpuUsageShare: 1, restarts: 0 }],
      services: [service('web', { replicas: 9, request: { cpuMilli: 1000, memBytes: GiB } })],
      overcommit: familyPolicy(overcommitPolicies, 'percentile', { warm: 4, period: minutes(1) }),
    });
    const simulation = new LivingSimulation(spec, { seed: 1 });
    simulation.run();
    // Of 4,000m the job takes 1,000m; what is asked for can be at most what is used (about 100m) and 4,000m more.
    const { cluster } = simulation.world.simulation;
    expect(cluster.cpuMilli[0]).toBeLessThan(cluster.cpuMilli[0] - cluster.cpuFreeMilli[0] + 3000);
  });
});

function oneJob(job: ReturnType<typeof blankRow>): PodSource {
  let isNext = true;
  return {
    next: (row) => {
      if (!isNext) return false;
      isNext = false;
      Object.assign(row, job);
      return true;
    },
  };
}

describe('a noisy neighbour', () => {
  test('takes CPU by weight, and the replica is as much slower', () => {
    const job = { ...blankRow(), runsUs: Infinity, request: { cpuMilli: 1000, memBytes: GiB } };
    const simulation = new LivingSimulation(
      living({
        durationUs: minutes(2),
        groups: [group({ initial: 1, max: 1 })],
        services: [service('web', { replicas: 1, cpuPerRequestMilli: 2000 })],
        jobs: [{ pods: () => oneJob(job), cpuUsageShare: 4, restarts: 0 }],
        traffic: constantTraffic(200),
      }),
      { seed: 1 },
    );
    simulation.run();
    // Always busy it wants 2,000m, the job 4,000m, the machine has 4,000m: by 500 to 1,000 it gets 1,333m of 2,000m.
    expect(simulation.world.ofService[0][0].speed).toBeCloseTo(4000 / 3 / 2000, 9);
  });
});

describe('a node policy', () => {
  /** Does what it is told at its first look, and nothing after. */
  const once = (decide: ReturnType<ReturnType<NodePolicy['make']>['decide']>): NodePolicy => ({
    name: 'once',
    periodUs: seconds(60),
    make: () => {
      let isFirst = true;
      return {
        decide: () => {
          const answer = isFirst ? decide : [];
          isFirst = false;
          return answer;
        },
      };
    },
  });
  const boughtAfter = (spec: Partial<LivingSpec>): number[] => {
    const simulation = new LivingSimulation(living({ traffic: () => [], ...spec }), { seed: 1 });
    simulation.run();
    return [...simulation.world.nodes.bought];
  };

  test('cannot go below the minimum of a group', () => {
    const nodes = once([0, 1, 2].map((node) => ({ kind: 'remove', node, why: 'asked' })));
    expect(boughtAfter({ nodes, groups: [group({ min: 2 })] })).toEqual([0, 1, 1]);
  });

  test('that replaces machines gives the old ones back when the new ones are ready', () => {
    const nodes = once([{ kind: 'replace', nodes: [0, 1], group: 0, count: 1, why: 'cheaper' }]);
    expect(boughtAfter({ nodes, groups: [group({ max: 4 })] })).toEqual([0, 0, 1, 1]);
  });

  test('that replaces machines keeps the old ones when the cloud has no new ones', () => {
    const nodes = once([{ kind: 'replace', nodes: [0, 1], group: 0, count: 1, why: 'cheaper' }]);
    const weather = scriptedEvents([[1, { kind: 'spot-capacity', nodes: [3], on: false, cause: 'test' }]]);
    expect(boughtAfter({ nodes, weather, groups: [group({ max: 4 })] })).toEqual([1, 1, 1, 0]);
  });

  test('is not charged for machines that wait for maintenance to end', () => {
    const weather = scriptedEvents([[1, { kind: 'drain-begin', node: 3, cause: 'test' }]]);
    const nodes = once([{ kind: 'add', group: 0, count: 1, why: 'asked' }]);
    const simulation = new LivingSimulation(
      living({ traffic: () => [], nodes, weather, groups: [group({ max: 4 })] }),
      { seed: 1 },
    );
    simulation.run();
    // The drain struck a place without a machine; the one that is bought for it later takes pods.
    expect(simulation.world.simulation.cluster.ready[3]).toBe(1);
  });
});

describe('versions', () => {
  test('are as slow as all that came before them together', () => {
    const deploy = (atUs: number, workFactor: number): LivingSpec['deployments'][number] => ({
      atUs,
      service: 0,
      policy: familyPolicy(deploymentPolicies, 'recreate'),
      workFactor,
      failureShare: 0,
      memFactor: 1,
    });
    const simulation = new LivingSimulation(
      living({ traffic: () => [], deployments: [deploy(minutes(1), 2), deploy(minutes(3), 0.25)] }),
      { seed: 1 },
    );
    simulation.run();
    // Half as fast, then four times as fast as that.
    expect(simulation.world.ofService[0].map(({ speed }) => speed)).toEqual([2, 2]);
  });
});

test('services that never fit are refused once for each that is asked for', () => {
  const huge = service('web', { replicas: 2, request: { cpuMilli: 9000, memBytes: GiB } });
  const result = simulateLiving(
    living({
      services: [huge],
      placement: placementPolicy('first-fit'),
      nodes: familyPolicy(nodePolicies, 'cluster-autoscaler'),
    }),
    { seed: 1 },
  );
  expect(result.living!.happenings.filter(({ kind }) => kind === 'refused')).toHaveLength(2);
});
