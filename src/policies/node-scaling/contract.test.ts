import { describe, expect, test } from 'vitest';
import type { NodeDecision, NodePolicy } from '../../sim/scaling/node-policy.ts';
import { minutes, seconds } from '../../sim/time.ts';
import { withDefaults, type PolicyFamily } from '../policy-family.ts';
import { nodePolicyFault } from './examine-nodes.ts';
import { nodePolicies } from './index.ts';

const SEEDS = 40;

function family(name: string): PolicyFamily<NodePolicy> {
  const found = nodePolicies.find((one) => one.name === name);
  if (!found) throw new Error(`no family ${name}`);
  return found;
}

test.each(nodePolicies.map((one) => one.name))('%s keeps the contract of node policies', (name) => {
  const one = family(name);
  expect(nodePolicyFault(one.make(withDefaults(one), name), SEEDS)).toBeUndefined();
});

test.each([
  ['cluster-autoscaler', { unneeded: seconds(30), delayAfterAdd: 0, drains: 5, utilisation: 0.9, expander: 'price' }],
  ['cluster-autoscaler', { unneeded: 0, delayAfterAdd: 0, maxProvision: seconds(20), expander: 'random' }],
  ['just-in-time', { validation: 0, budget: 1, spot: 'cheapest', spotToSpot: true, batchIdle: 0 }],
  ['just-in-time', { consolidateAfter: minutes(2), spot: 'never', consolidate: 'when-empty' }],
  ['warm-pool', { spare: 3, headroom: 0.3, unneeded: seconds(30), delayAfterAdd: 0 }],
  ['scheduled', { sizes: '00:00=8 00:05=1 00:20=4' }],
  ['capacity-provider', { target: 80, warmup: 0 }],
])('%s with %j keeps it too', (name, options) => {
  const one = family(name);
  expect(nodePolicyFault(one.make(withDefaults(one, options), name), SEEDS)).toBeUndefined();
});

describe('the exam can fail', () => {
  const bad = (
    decide: (view: Parameters<ReturnType<NodePolicy['make']>['decide']>[0]) => NodeDecision[],
  ): NodePolicy => ({
    name: 'bad',
    periodUs: seconds(10),
    make: () => ({ decide }),
  });

  test.each<[string, string, NodePolicy]>([
    [
      'buys without end',
      'over its maximum',
      bad(() => [{ kind: 'add', group: 0, count: 1000, why: '1000 are better than 1' }]),
    ],
    [
      'gives everything back',
      'to be removed|below its minimum',
      bad((view) => view.nodes.map((node) => ({ kind: 'remove', node: node.id, why: `node ${node.id} costs money` }))),
    ],
    [
      'takes a node with pods that may not move',
      'may not be moved',
      bad((view) =>
        view.nodes
          .filter(
            (node) =>
              node.pods.some((pod) => !pod.movable) && view.groups[node.group].size > view.groups[node.group].min,
          )
          .slice(0, 1)
          .map((node) => ({ kind: 'remove', node: node.id, why: '1 node less' })),
      ),
    ],
    [
      'gives no reason',
      'not one sentence',
      bad((view) =>
        view.groups[0].available > 0 && view.groups[0].size < view.groups[0].max
          ? [{ kind: 'add', group: 0, count: 1, why: '' }]
          : [],
      ),
    ],
    [
      'draws lots of its own',
      'asked twice',
      (() => {
        let calls = 0;
        return bad((view) =>
          calls++ % 2 === 0 && view.groups[0].available > 0 && view.groups[0].size < view.groups[0].max
            ? [{ kind: 'add', group: 0, count: 1, why: '1 by luck' }]
            : [],
        );
      })(),
    ],
  ])('a policy that %s is found out', (_, sentence, policy) => {
    expect(nodePolicyFault(policy, 20)).toMatch(new RegExp(sentence));
  });
});
