import { expect, test } from 'vitest';
import { parseConstraint } from '../constraint.ts';
import { SchedulerFixture } from '../scheduler/scheduler-fixture.ts';
import { TaskState } from '../store/task-state.ts';
import type { SwarmServiceSpec } from '../swarm-spec.ts';
import { isTaskDirty } from './dirty.ts';

/** Whether a task of a service is dirty once the service has changed so. */
function dirtyAfter(change: (spec: SwarmServiceSpec) => Partial<SwarmServiceSpec>): boolean {
  const fixture = new SchedulerFixture();
  const web = fixture.service();
  const node = fixture.node('n1', { labels: { disk: 'ssd' } });
  const task = fixture.task(web, TaskState.running, node.id);
  const { spec, behaviour } = web.current;
  web.current = { spec: { ...spec, ...change(spec) }, version: 2, behaviour };
  return isTaskDirty(web, task, node);
}

test('image, environment, resources and ports make a task dirty', () => {
  expect(dirtyAfter(() => ({ image: 'image:2' }))).toBe(true);
  expect(dirtyAfter(() => ({ environment: { A: '1' } }))).toBe(true);
  expect(dirtyAfter(({ limits }) => ({ limits: { ...limits, memBytes: 1e9 } }))).toBe(true);
  expect(dirtyAfter(() => ({ ports: [{ protocol: 'tcp', target: 80, published: 80, mode: 'ingress' }] }))).toBe(true);
});

test('replicas, labels of the service and rules for updates do not', () => {
  expect(dirtyAfter(() => ({ replicas: 7 }))).toBe(false);
  expect(dirtyAfter(() => ({ labels: { team: 'a' } }))).toBe(false);
  expect(dirtyAfter(({ update }) => ({ update: { ...update, parallelism: 3 } }))).toBe(false);
});

test('of new constraints only those that its node does not meet', () => {
  const constrained = (text: string) =>
    dirtyAfter(({ placement }) => ({ placement: { ...placement, constraints: [parseConstraint(text)] } }));
  expect(constrained('node.labels.disk==ssd')).toBe(false);
  expect(constrained('node.labels.disk==hdd')).toBe(true);
});
