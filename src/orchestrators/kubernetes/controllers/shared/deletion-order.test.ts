import { describe, expect, test } from 'vitest';
import { fc } from '../../../../../test/fuzz.ts';
import { controlPlane, create, pod as newPod } from '../../cluster-fixture.ts';
import type { Pod, PodStatus } from '../../objects/pod.ts';
import {
  DELETION_COST,
  deletionReason,
  firstToDelete,
  inDeletionOrder,
  type DeletionContext,
} from './deletion-order.ts';

interface Fields {
  readonly uid?: string;
  readonly node?: string;
  readonly phase?: PodStatus['phase'];
  /** Seconds since it became ready; absent: it is not. */
  readonly readyS?: number;
  readonly ageS?: number;
  readonly cost?: string;
  readonly restarts?: number;
}

const NOW_S = 10_000;
const CONTEXT: DeletionContext = { nowUs: NOW_S * 1e6, costs: true };

function pod({ uid = 'm', node = 'n1', phase = 'Running', readyS, ageS = 1000, cost, restarts = 0 }: Fields): Pod {
  const made = create(controlPlane().api, 'Pod', newPod('p'));
  return {
    ...made,
    spec: { ...made.spec, ...(node !== '' && { nodeName: node }) },
    metadata: {
      ...made.metadata,
      uid,
      creationUs: (NOW_S - ageS) * 1e6,
      annotations: cost === undefined ? {} : { [DELETION_COST]: cost },
    },
    status: {
      ...made.status,
      phase,
      ready: readyS !== undefined,
      readyChangedUs: (NOW_S - (readyS ?? 0)) * 1e6,
      restarts,
      containers: [
        { name: 'main', ready: true, started: true, restartCount: restarts, state: 'running', reason: '', sinceUs: 0 },
      ],
    },
  };
}

describe('the left pod is deleted before the right one', () => {
  test.each<[string, Fields, Fields, Partial<DeletionContext>?]>([
    ['1: it has no node', { node: '', readyS: 900 }, { phase: 'Pending' }],
    ['2: it is pending, the other unknown', { phase: 'Pending', readyS: 900 }, { phase: 'Unknown' }],
    ['2: it is unknown, the other runs', { phase: 'Unknown', readyS: 900 }, { phase: 'Running' }],
    ['3: it is not ready, whatever its cost', { cost: '5' }, { readyS: 1, cost: '1' }],
    ['4: it costs less', { readyS: 900, cost: '-10' }, { readyS: 1 }],
    [
      '5: its node has more related pods',
      { readyS: 900, node: 'n2' },
      { readyS: 1, node: 'n1' },
      {
        relatedByNode: new Map([
          ['n1', 1],
          ['n2', 3],
        ]),
      },
    ],
    // 30 s = 3.0e10 ns (log2 34.8) and 100 s = 1.0e11 ns (36.5): 34 < 36.
    ['6: it has been ready for less time', { readyS: 30, uid: 'z' }, { readyS: 100, uid: 'a' }],
    // 70 s = 7.0e10 ns (log2 36.03): the same 36 as 100 s, so the uid decides, whichever is older.
    ['6: the times are in one power of two, smaller uid', { readyS: 100, uid: 'a' }, { readyS: 70, uid: 'b' }],
    ['7: it restarted more often', { readyS: 100, restarts: 3, ageS: 9000 }, { readyS: 100, restarts: 2, ageS: 200 }],
    ['8: it is newer', { readyS: 100, ageS: 200, uid: 'z' }, { readyS: 100, ageS: 900, uid: 'a' }],
    // 600 s: log2(6.0e11) = 39.1; 900 s: 39.7.
    ['8: the ages are in one power of two, smaller uid', { ageS: 900, uid: 'a' }, { ageS: 600, uid: 'b' }],
    ['else: smaller uid', { uid: 'a' }, { uid: 'b' }],
  ])('%s', (_name, left, right, context = {}) => {
    const all = { ...CONTEXT, ...context };
    expect(deletionReason(pod(left), pod(right), all).order).toBeLessThan(0);
    expect(deletionReason(pod(right), pod(left), all).order).toBeGreaterThan(0);
  });
});

test.each(['+5', '1.5', '007', '99999999999', 'cheap', ''])(
  'the cost "%s" is no 32-bit number and counts as 0',
  (cost) => {
    // Equal costs: readiness times decide.
    expect(deletionReason(pod({ readyS: 30, cost }), pod({ readyS: 100 }), CONTEXT).why).toBe('ready for less time');
  },
);

test('restarts of sidecars count when those of regular containers are equal', () => {
  const [left, right] = [pod({ readyS: 100, uid: 'b' }), pod({ readyS: 100, uid: 'a' })];
  const sidecar = { ...left.spec.containers[0], name: 'proxy', restartPolicy: 'Always' as const };
  const restarted: Pod = {
    ...left,
    spec: { ...left.spec, initContainers: [sidecar] },
    status: {
      ...left.status,
      restarts: 2,
      containers: [...left.status.containers, { ...left.status.containers[0], name: 'proxy', restartCount: 2 }],
    },
  };
  expect(deletionReason(restarted, right, CONTEXT).why).toBe('restarted more often');
});

test('any order of the same pods is sorted alike, and the first few are found without sorting', () => {
  const some = fc.record({
    uid: fc.uuid(),
    node: fc.constantFrom('', 'n1', 'n2'),
    phase: fc.constantFrom<PodStatus['phase']>('Pending', 'Running'),
    // One readiness and one age a pod, so that equal times never meet unequal ones (the order is not transitive there).
    cost: fc.constantFrom('1', '2', 'x'),
  });
  fc.assert(
    fc.property(fc.uniqueArray(some, { selector: ({ uid }) => uid, maxLength: 12 }), fc.nat(), (fields, turn) => {
      const pods = fields.map(pod);
      const turned = pods.map((_, k) => pods[(k + turn) % pods.length]);
      const names = (sorted: Pod[]): string[] => sorted.map(({ metadata }) => metadata.uid);
      const sorted = names(inDeletionOrder(pods, CONTEXT));
      expect(names(inDeletionOrder(turned, CONTEXT))).toEqual(sorted);
      const few = turn % 5;
      expect(names(firstToDelete(turned, few, CONTEXT))).toEqual(sorted.slice(0, few));
    }),
    { numRuns: 50 },
  );
});
