import { expect, test } from 'vitest';
import { pod as newPod } from '../../cluster-fixture.ts';
import type { NewObject } from '../../api/api-server.ts';
import type { Pod, PodStatus } from '../../objects/pod.ts';
import { endUsOf, NO_FAILURES, withEnded } from './job-backoff.ts';

let id = 0;
function pod(status: Partial<PodStatus>, deletionUs?: number): Pod {
  const made: NewObject<Pod> = newPod('p', {});
  id += 1;
  return {
    ...made,
    id,
    metadata: { ...made.metadata, creationUs: 1e6, ...(deletionUs !== undefined && { deletionUs }) },
    status: { ...made.status, readyChangedUs: 1e6, ...status },
  } as Pod;
}
const container = (state: 'running' | 'terminated', sinceS: number): PodStatus['containers'][number] => ({
  name: 'main',
  ready: state === 'running',
  started: true,
  restartCount: 0,
  state,
  reason: '',
  sinceUs: sinceS * 1e6,
});
const ended = (sinceS: number): Pod => pod({ containers: [container('terminated', sinceS)] });

// pkg/controller/job/backoff_utils.go, getFinishedTime: containers, then Ready=False, then the deletion, then the creation.
test('a pod ended when its last container did', () => {
  const both = [container('terminated', 40), container('terminated', 70)];
  expect(endUsOf(pod({ containers: both, ready: false, startUs: 2e6, readyChangedUs: 71e6 }))).toBe(70e6);
});

test('while a container runs, a pod ended when it stopped being ready: on a lost node 300 s before its eviction', () => {
  // The node was given up at 50 s; the pod was told to go when its toleration of 300 s was over.
  const lost = { containers: [container('running', 5)], ready: false, startUs: 2e6, readyChangedUs: 50e6 };
  expect(endUsOf(pod(lost, 350e6))).toBe(50e6);
  // One container of two is over: the pod is not.
  const half = { ...lost, containers: [container('terminated', 20), container('running', 5)] };
  expect(endUsOf(pod(half, 350e6))).toBe(50e6);
});

test('a pod that was ready, or that no kubelet had, ended when it was told to go', () => {
  expect(endUsOf(pod({ containers: [container('running', 5)], ready: true, startUs: 2e6 }, 90e6))).toBe(90e6);
  expect(endUsOf(pod({}, 90e6))).toBe(90e6);
  expect(endUsOf(pod({}))).toBe(1e6);
});

// newBackoffRecord counts the failures that came after the last success.
test('a failure at the very moment of a success does not count', () => {
  const row = withEnded(NO_FAILURES, [
    { pod: ended(10), failed: false },
    { pod: ended(10), failed: true },
    { pod: ended(12), failed: true },
  ]);
  expect(row).toEqual({ failures: 1, lastUs: 12e6 });
});
