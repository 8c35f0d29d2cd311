import { describe, expect, test } from 'vitest';
import { fc } from '../../../../../test/fuzz.ts';
import { stream } from '../../../../sim/random.ts';
import type { Pod } from '../../objects/pod.ts';
import type { PodDisruptionBudget } from '../../objects/policy.ts';
import { coreNode, corePod } from '../core-fixture.ts';
import { DEFAULT_PROFILE } from '../default-profile.ts';
import { ReferenceCore } from '../reference/reference-core.ts';
import type { Refusal } from '../scheduling-core.ts';
import { splitByBudgets } from './budget-split.ts';
import { candidate, pickCandidate } from './pick-candidate.ts';
import { candidateCount, preempt, type Preemption } from './preempt.ts';
import { VictimMemo } from './victim-memo.ts';

/** A pod with a priority, CPU, start and labels. */
function pod(
  name: string,
  priority: number,
  cpu = '1',
  { startUs, labels = {}, status = {} }: { startUs?: number; labels?: object; status?: Partial<Pod['status']> } = {},
): Pod {
  const made = corePod(name, { cpu }, { priority, labels: labels as Record<string, string> });
  return { ...made, status: { ...made.status, ...(startUs !== undefined && { startUs }), ...status } };
}

function budget(disruptionsAllowed: number, fields: { app?: string; disrupted?: string[] } = {}): PodDisruptionBudget {
  const { app, disrupted = [] } = fields;
  return {
    kind: 'PodDisruptionBudget',
    id: 1,
    metadata: { ...corePod('x').metadata, name: 'budget' },
    spec: {
      selector: app === undefined ? {} : { matchLabels: { app } },
      unhealthyPodEvictionPolicy: 'IfHealthyBudget',
    },
    status: {
      expectedPods: 3,
      currentHealthy: 3,
      desiredHealthy: 3,
      disruptionsAllowed,
      disruptedPods: Object.fromEntries(disrupted.map((name) => [name, 0])),
    },
  };
}

/** Nodes of 4 CPU with these pods each. */
function cluster(...nodes: Pod[][]): ReferenceCore {
  const core = new ReferenceCore(DEFAULT_PROFILE);
  nodes.forEach((pods, k) => {
    core.addNode(coreNode(`n${k}`));
    for (const one of pods) core.addPod(one, `n${k}`);
  });
  return core;
}

function refusal(core: ReferenceCore, waiting: Pod): Refusal {
  const { refusal: refused } = core.decide(waiting);
  if (refused === undefined) throw new Error('it was not refused');
  return refused;
}

function tryPreempting(core: ReferenceCore, waiting: Pod, budgets: PodDisruptionBudget[] = [], seed = 1): Preemption {
  const random = stream(seed, 'scheduler/preemption-offset');
  return preempt(core, waiting, refusal(core, waiting), budgets, random);
}

/** The node and the victims' names. */
function plan(found: Preemption): [string, ...string[]] | undefined {
  return found.plan && [found.plan.nodeName, ...found.plan.victims.map((one) => one.metadata.name)];
}

describe('victims on a node', () => {
  test('are as few as will do, the least important: lower priority, then later start', () => {
    // 4 CPU are used. Without all of them 2 CPU fit; of a, b, c, d as many are spared as leave room: a, then b. c and d go.
    const core = cluster([
      pod('c', 1, '1', { startUs: 200 }),
      pod('d', 0, '1', { startUs: 50 }),
      pod('a', 2),
      pod('b', 1, '1', { startUs: 100 }),
    ]);
    expect(plan(tryPreempting(core, pod('high', 10, '2')))).toEqual(['n0', 'c', 'd']);
  });

  test('are spared when they are too small to matter, though they are the least important', () => {
    // 3 + 0.5 + 0.5 CPU; 3 CPU are wanted: the middle one is asked first and spared (0.5), so is the last one (1): big goes.
    const core = cluster([pod('big', 5, '3'), pod('middle', 3, '500m'), pod('small', 1, '500m')]);
    expect(plan(tryPreempting(core, pod('high', 10, '3')))).toEqual(['n0', 'big']);
  });

  test('as in scheduler_perf: of four pods of 900m three go for 3 CPU', () => {
    const core = cluster([pod('a', 0, '900m'), pod('b', 0, '900m'), pod('c', 0, '900m'), pod('d', 0, '900m')]);
    expect(plan(tryPreempting(core, pod('high', 10, '3')))).toEqual(['n0', 'b', 'c', 'd']);
  });

  test('one that has not started yet counts as starting now', () => {
    const core = cluster([pod('waiting', 0, '2'), pod('running', 0, '2', { startUs: 5 })]);
    expect(plan(tryPreempting(core, pod('high', 10, '2')))).toEqual(['n0', 'waiting']);
  });

  test('pods of the same priority are left alone', () => {
    const core = cluster([pod('same', 10, '4')]);
    const found = tryPreempting(core, pod('high', 10, '2'));
    expect(found.plan).toBe(undefined);
    expect(found.message()).toBe(
      '0/1 nodes are available: 1 Insufficient cpu. no new claims to deallocate, preemption: 0/1 nodes are available: 1 No preemption victims found for incoming pod.',
    );
  });

  test('room that another keeps for itself is not there', () => {
    // 2 of 4 CPU go to `other`, who waits for n0 with a higher priority; without low the pod has 2 CPU left, not 3.
    const core = cluster([pod('low', 0, '4')]);
    core.nominate(pod('other', 20, '2'), 'n0');
    const found = tryPreempting(core, pod('high', 10, '3'));
    expect(found.plan).toBe(undefined);
    expect(found.message()).toContain('preemption: 0/1 nodes are available: 1 Insufficient cpu.');
    expect(plan(tryPreempting(core, pod('high', 10, '2')))).toEqual(['n0', 'low']);
  });
});

describe('the node that is picked', () => {
  const one = (nodeName: string, priorities: number[], violations = 0, startUs = [0]) =>
    candidate(
      nodeName,
      priorities.map((priority, k) => pod(`${nodeName}-${k}`, priority, '1', { startUs: startUs[k] ?? 0 })),
      violations,
    );
  const pick = (...candidates: ReturnType<typeof one>[]) => pickCandidate(candidates)?.nodeName;

  test('has the fewest violations of budgets', () => {
    expect(pick(one('a', [1], 1), one('b', [9, 9, 9], 0))).toBe('b');
  });

  test('then the lowest highest priority: {100} against {50, 50}', () => {
    expect(pick(one('a', [100]), one('b', [50, 50]))).toBe('b');
  });

  test('then the smallest sum of priorities and 2147483648: {10, 10} against {10}', () => {
    expect(pick(one('a', [10, 10]), one('b', [10]))).toBe('b');
    // -20 against -10 would favour two of them; 2 * 2^31 - 20 against 2^31 - 10 does not.
    expect(pick(one('a', [-10, -10]), one('b', [-10]))).toBe('b');
    // Victims of -2^31 weigh nothing: 2^31 + 5 of three against 2^32 + 5 of two.
    const lowest = -2_147_483_648;
    expect(pick(one('a', [5, 0]), one('b', [5, lowest, lowest]))).toBe('b');
  });

  test('then the fewest victims', () => {
    const lowest = -2_147_483_648;
    expect(pick(one('a', [5, lowest, lowest]), one('b', [5, lowest]))).toBe('b');
  });

  test('then the one whose victims of highest priority started last, then the first', () => {
    expect(pick(one('a', [5, 1], 0, [100, 900]), one('b', [5, 1], 0, [200, 0]))).toBe('b');
    // Of several of the highest priority the earliest counts: 50 against 200.
    expect(pick(one('a', [5, 5], 0, [50, 900]), one('b', [5, 5], 0, [200, 300]))).toBe('b');
    expect(pick(one('a', [5]), one('b', [5]), one('c', [5]))).toBe('a');
  });
});

describe('disruption budgets', () => {
  const names = (pods: readonly Pod[]) => pods.map((one) => one.metadata.name);
  const split = (pods: Pod[], budgets: PodDisruptionBudget[]) => {
    const { violating, others } = splitByBudgets(pods, budgets);
    return [names(violating), names(others)];
  };
  const labelled = (name: string, app: string) => pod(name, 0, '1', { labels: { app } });

  test('let as many go as they allow, in the order given', () => {
    const pods = ['a', 'b', 'c'].map((name) => labelled(name, 'web'));
    expect(split(pods, [budget(1, { app: 'web' })])).toEqual([['b', 'c'], ['a']]);
    expect(split(pods, [budget(0, { app: 'web' })])).toEqual([['a', 'b', 'c'], []]);
    expect(split(pods, [budget(0, { app: 'db' })])).toEqual([[], ['a', 'b', 'c']]);
  });

  test('each counts for itself; one is enough to protect', () => {
    const pods = ['a', 'b'].map((name) => labelled(name, 'web'));
    expect(split(pods, [budget(5, { app: 'web' }), budget(1, { app: 'web' })])).toEqual([['b'], ['a']]);
  });

  test('an empty selector selects nothing, and pods without labels or of another namespace are in none', () => {
    expect(split([labelled('a', 'web'), pod('b', 0)], [budget(0)])).toEqual([[], ['a', 'b']]);
    const elsewhere = labelled('c', 'web');
    const other = { ...elsewhere, metadata: { ...elsewhere.metadata, namespace: 'other' } };
    expect(split([other], [budget(0, { app: 'web' })])).toEqual([[], ['c']]);
  });

  test('a pod whose eviction was let through is not counted twice', () => {
    const pods = ['a', 'b'].map((name) => labelled(name, 'web'));
    expect(split(pods, [budget(0, { app: 'web', disrupted: ['a'] })])).toEqual([['b'], ['a']]);
  });

  test('protected pods are spared first, though they are less important', () => {
    // Two of 2 CPU; 2 CPU are wanted. Without a budget `important` is spared; with one `guarded` is asked first.
    const pods = () => [pod('important', 5, '2'), pod('guarded', 1, '2', { labels: { app: 'web' } })];
    expect(plan(tryPreempting(cluster(pods()), pod('high', 10, '2')))).toEqual(['n0', 'guarded']);
    expect(plan(tryPreempting(cluster(pods()), pod('high', 10, '2'), [budget(0, { app: 'web' })]))).toEqual([
      'n0',
      'important',
    ]);
  });

  test('are violated when nothing else helps, and counted', () => {
    const core = cluster([pod('guarded', 1, '4', { labels: { app: 'web' } })]);
    expect(tryPreempting(core, pod('high', 10, '2'), [budget(0, { app: 'web' })]).plan?.violations).toBe(1);
  });
});

describe('the search', () => {
  test('wants a tenth of the nodes, at least 100, at most all', () => {
    expect([50, 100, 999, 1000, 1010, 5000].map((nodes) => candidateCount(DEFAULT_PROFILE, nodes))).toEqual([
      50, 100, 100, 100, 101, 500,
    ]);
  });

  test('begins at a random node and stops when it has enough', () => {
    const small = { ...DEFAULT_PROFILE, minCandidateNodesPercentage: 0, minCandidateNodesAbsolute: 1 };
    const core = new ReferenceCore(small);
    for (let k = 0; k < 8; k++) {
      core.addNode(coreNode(`n${k}`));
      core.addPod(pod(`p${k}`, 0, '4'), `n${k}`);
    }
    const waiting = pod('high', 10, '2');
    const chosen = new Set<string | undefined>();
    for (let seed = 0; seed < 40; seed++) {
      const offset = stream(seed, 'scheduler/preemption-offset').below(8);
      const found = preempt(core, waiting, refusal(core, waiting), [], stream(seed, 'scheduler/preemption-offset'));
      expect(found.plan?.nodeName).toBe(`n${offset}`);
      expect(found.dryRuns).toBe(1);
      chosen.add(found.plan?.nodeName);
    }
    expect(chosen.size).toBeGreaterThan(4);
  });

  test('goes on past enough candidates while all of them violate a budget', () => {
    const small = { ...DEFAULT_PROFILE, minCandidateNodesPercentage: 0, minCandidateNodesAbsolute: 1 };
    const core = new ReferenceCore(small);
    for (let k = 0; k < 5; k++) {
      core.addNode(coreNode(`n${k}`));
      core.addPod(pod(`p${k}`, 0, '4', { labels: { app: k === 3 ? 'free' : 'web' } }), `n${k}`);
    }
    for (let seed = 0; seed < 10; seed++) {
      const found = tryPreempting(core, pod('high', 10, '2'), [budget(0, { app: 'web' })], seed);
      expect(found.plan?.nodeName).toBe('n3');
    }
  });

  test('leaves out nodes where nothing would help', () => {
    const core = cluster([pod('low', 0, '4')]);
    core.addNode(coreNode('tainted', undefined, {}, { taints: [{ key: 'x', value: '', effect: 'NoSchedule' }] }));
    core.addNode(coreNode('small', { cpu: '1', memory: '16Gi' }));
    core.addPod(pod('tiny', 0, '100m'), 'small');
    const found = tryPreempting(core, pod('high', 0, '2'));
    expect(found.message()).toBe(
      '0/3 nodes are available: 1 node(s) had untolerated taint(s), 2 Insufficient cpu. no new claims to deallocate, preemption: 0/3 nodes are available: 1 No preemption victims found for incoming pod, 2 Preemption is not helpful for scheduling.',
    );
    expect(plan(tryPreempting(core, pod('higher', 1, '2')))).toEqual(['n0', 'low']);
  });

  test('says what is missing where victims would not be enough', () => {
    const core = cluster([pod('vip', 50, '3'), pod('low', 0, '1')], [pod('vip2', 50, '4')]);
    expect(tryPreempting(core, pod('high', 10, '2')).message()).toBe(
      '0/2 nodes are available: 2 Insufficient cpu. no new claims to deallocate, preemption: 0/2 nodes are available: 1 Insufficient cpu, 1 No preemption victims found for incoming pod.',
    );
  });

  test('knows without looking that nobody has a lower priority, and draws all the same', () => {
    const core = cluster([pod('low', 0, '4')]);
    const waiting = pod('same', 0, '2');
    const [random, twin] = [stream(7, 'x'), stream(7, 'x')];
    const found = preempt(core, waiting, refusal(core, waiting), [], random, { lowestPriority: 0 });
    expect([found.plan, found.dryRuns]).toEqual([undefined, 0]);
    preempt(core, waiting, refusal(core, waiting), [], twin);
    expect(random.next()).toBe(twin.next());
  });
});

describe('who may preempt', () => {
  test('not a pod with preemptionPolicy Never', () => {
    const core = cluster([pod('low', 0, '4')]);
    const made = pod('polite', 10, '2');
    const polite: Pod = { ...made, spec: { ...made.spec, preemptionPolicy: 'Never' } };
    const found = tryPreempting(core, polite);
    expect(found.plan).toBe(undefined);
    expect(found.forgetsNomination).toBe(false);
    expect(found.message()).toBe(
      '0/1 nodes are available: 1 Insufficient cpu. no new claims to deallocate, preemption: not eligible due to preemptionPolicy=Never.',
    );
  });

  test('not one whose victims are still going, unless its node has become hopeless', () => {
    const victim = pod('victim', 0, '4', { status: { disruptionTarget: 'PreemptionByScheduler' } });
    const going = { ...victim, metadata: { ...victim.metadata, deletionUs: 5 } };
    const core = cluster([going], [pod('low', 0, '4')]);
    const waiting = pod('high', 10, '2', { status: { nominatedNodeName: 'n0' } });
    const found = tryPreempting(core, waiting);
    expect(found.plan).toBe(undefined);
    expect(found.message()).toBe(
      '0/2 nodes are available: 2 Insufficient cpu. no new claims to deallocate, preemption: not eligible due to a terminating pod on the nominated node.',
    );
    core.updateNode(coreNode('n0', undefined, {}, { unschedulable: true }));
    expect(plan(tryPreempting(core, waiting))).toEqual(['n1', 'low']);
  });

  test('one whose node goes empty for other reasons may', () => {
    const evicted = pod('evicted', 0, '4', { status: { disruptionTarget: 'EvictionByEvictionAPI' } });
    const core = cluster([{ ...evicted, metadata: { ...evicted.metadata, deletionUs: 5 } }]);
    const waiting = pod('high', 10, '2', { status: { nominatedNodeName: 'n0' } });
    expect(plan(tryPreempting(core, waiting))).toEqual(['n0', 'evicted']);
  });
});

test('in any cluster: who goes makes room, has a lower priority, and could not have been spared alone', () => {
  const onNode = fc.array(fc.tuple(fc.integer({ min: 0, max: 12 }), fc.integer({ min: 1, max: 20 })), { maxLength: 5 });
  fc.assert(
    fc.property(fc.array(onNode, { minLength: 1, maxLength: 6 }), fc.nat(1000), (nodes, seed) => {
      let count = 0;
      const core = cluster(
        ...nodes.map((pods) => {
          // No node is overfull.
          let free = 40;
          return pods.flatMap(([priority, tenths]) => {
            if (tenths > free) return [];
            free -= tenths;
            return [pod(`p${++count}`, priority, `${tenths * 100}m`, { startUs: (count * 37) % 11 })];
          });
        }),
      );
      const waiting = pod('high', 8, '3');
      const { refusal: refused } = core.decide(waiting);
      if (refused === undefined) return;
      const found = preempt(core, waiting, refused, [], stream(seed, 'x'));
      if (found.plan === undefined) {
        const isHopeless = nodes.every((_, k) => {
          const lower = core.podsOn(`n${k}`).filter((one) => one.spec.priority < 8);
          return lower.length === 0 || !core.fitsWithout(waiting, `n${k}`, lower);
        });
        expect(isHopeless).toBe(true);
        return;
      }
      const { nodeName, victims } = found.plan;
      expect(victims.length).toBeGreaterThan(0);
      expect(victims.every((one) => one.spec.priority < 8)).toBe(true);
      expect(core.fitsWithout(waiting, nodeName, victims)).toBe(true);
      for (const spared of victims) {
        const rest = victims.filter((one) => one !== spared);
        expect(core.fitsWithout(waiting, nodeName, rest)).toBe(false);
      }
    }),
  );
});

test('what is remembered of dry runs changes nothing, whatever happens in between', () => {
  const step = fc.tuple(
    fc.constantFrom('try', 'try', 'try', 'add', 'remove', 'nominate', 'node', 'budget'),
    fc.nat(1000),
    fc.nat(1000),
  );
  const kinds = [pod('small', 5, '1').spec, pod('large', 9, '3').spec, pod('vip', 9, '2').spec];
  fc.assert(
    fc.property(fc.array(step, { minLength: 5, maxLength: 60 }), (steps) => {
      const core = cluster([], [], [], []);
      const memo = new VictimMemo();
      const placed: [Pod, string][] = [];
      let budgets: PodDisruptionBudget[] = [];
      let count = 0;
      for (const [what, one, other] of steps) {
        const nodeName = `n${one % 4}`;
        if (what === 'add') {
          const labels = { app: other % 2 === 0 ? 'web' : 'db' };
          const made = pod(`p${++count}`, other % 7, `${1 + (one % 3)}`, { labels, startUs: other % 5 });
          core.addPod(made, nodeName);
          placed.push([made, nodeName]);
          memo.forget(nodeName);
        } else if (what === 'remove' && placed.length > 0) {
          const [gone, from] = placed.splice(one % placed.length, 1)[0];
          core.removePod(gone);
          memo.forget(from);
        } else if (what === 'nominate') {
          core.nominate(pod(`w${++count}`, other % 12, '1'), nodeName);
          memo.forget(nodeName);
        } else if (what === 'node') {
          core.updateNode(coreNode(nodeName, { cpu: `${3 + (other % 3)}`, memory: '16Gi' }));
          memo.forget(nodeName);
        } else if (what === 'budget') {
          budgets = other % 3 === 0 ? [] : [budget(other % 3, { app: 'web' })];
        } else {
          const waiting = { ...pod(`t${++count}`, 0), spec: kinds[other % 3] };
          const { refusal: refused } = core.decide(waiting);
          if (refused === undefined) continue;
          const plain = preempt(core, waiting, refused, budgets, stream(one, 'x'));
          const quick = preempt(core, waiting, refused, budgets, stream(one, 'x'), { memo });
          expect([plan(quick), quick.plan?.violations, quick.dryRuns]).toEqual([
            plan(plain),
            plain.plan?.violations,
            plain.dryRuns,
          ]);
          expect(quick.message()).toBe(plain.message());
        }
      }
    }),
  );
});

test('nothing is remembered where other nodes matter', () => {
  const memo = new VictimMemo();
  const term = { labelSelector: { matchLabels: { app: 'web' } }, topologyKey: 'zone', namespaces: [] };
  const near = corePod('near', {}, { podAffinity: { required: [term], preferred: [] } });
  expect(memo.of(near, DEFAULT_PROFILE, [])).toBe(undefined);
  const plain = corePod('plain');
  expect(memo.of(plain, DEFAULT_PROFILE, [])).toBeDefined();
  memo.antiAffinePods = 1;
  expect(memo.of(plain, DEFAULT_PROFILE, [])).toBe(undefined);
});
