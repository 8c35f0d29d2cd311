import { describe, expect, test } from 'vitest';
import type { NewObject } from '../api/api-server.ts';
import { container, controlPlane, create, node, pod, type TestControlPlane } from '../cluster-fixture.ts';
import type { SchedulingTimes } from '../kubernetes-spec.ts';
import type { Pod } from '../objects/pod.ts';
import type { PodGroup } from '../objects/policy.ts';
import { DEFAULT_PROFILE, defaultConfiguration } from './default-profile.ts';
import { GANG_WAIT_US } from './gangs/permits.ts';
import { KubeScheduler } from './kube-scheduler.ts';
import { ReferenceCore } from './reference/reference-core.ts';
import type { SchedulerConfiguration } from './scheduler-profile.ts';

const S = 1_000_000;
const AT_ONCE: SchedulingTimes = { cycleUs: 0, perNodeUs: 0, bindUs: 0, clientQps: 0, clientBurst: 0 };

interface World {
  readonly plane: TestControlPlane;
  readonly scheduler: KubeScheduler;
  /** Everything until then. */
  run(untilUs: number): void;
  create(name: string, cpu?: string, fields?: Parameters<typeof pod>[2]): Pod;
  /** `node` of a pod, or `-`. */
  where(...names: string[]): string;
  messages(reason: string): string[];
  /** Lets pods that were told to go end after their grace. */
  endsAfterGrace(): void;
}

function world(
  nodes: readonly ReturnType<typeof node>[],
  times: Partial<SchedulingTimes> = {},
  configuration: SchedulerConfiguration = defaultConfiguration(),
  before: (plane: TestControlPlane) => void = () => {},
): World {
  const plane = controlPlane();
  const { api, clock } = plane;
  for (const one of nodes) create(api, 'Node', one);
  before(plane);
  const scheduler = new KubeScheduler(plane, {
    configuration,
    times: { ...AT_ONCE, ...times },
    coreOf: (profile) => new ReferenceCore(profile),
  });
  const kindOfEnd = clock.kind((id) => api.remove('Pod', id));
  scheduler.begin();
  return {
    plane,
    scheduler,
    run: (untilUs) => {
      while (clock.step(untilUs));
    },
    create: (name, cpu = '1', fields = {}) => create(api, 'Pod', pod(name, { cpu }, fields)),
    where: (...names) => names.map((name) => api.pods.named('default', name)?.spec.nodeName ?? '-').join(' '),
    messages: (reason) =>
      plane.chronicle.events.filter((event) => event.reason === reason).map((event) => event.message),
    endsAfterGrace: () =>
      api.pods.watch((after, old) => {
        if (after?.metadata.deletionUs !== undefined && old?.metadata.deletionUs === undefined)
          clock.after(after.metadata.deletionGracePeriodSeconds! * S, kindOfEnd, after.id);
      }),
  };
}

function group(name: string, minCount: number): NewObject<PodGroup> {
  return { kind: 'PodGroup', metadata: { name, namespace: 'default' }, minCount };
}

describe('one pod after another', () => {
  test('each sees the ones before it as placed; ten pods on four nodes as upstream places them', () => {
    const { run, create: make, where, messages } = world(['n0', 'n1', 'n2', 'n3'].map((name) => node(name)));
    const names = Array.from({ length: 10 }, (_, k) => `p${k}`);
    for (const name of names) make(name, '500m', {});
    run(0);
    expect(where(...names)).toBe('n0 n1 n3 n2 n0 n1 n3 n2 n0 n1');
    expect(messages('Scheduled')[2]).toBe('Successfully assigned default/p2 to n3');
  });

  test('higher priority first, in whatever order they came', () => {
    const { run, create: make, where } = world([node('n0', { cpu: '1', memory: '1Gi' })]);
    make('low', '1', { priority: 0 });
    make('high', '1', { priority: 5, preemptionPolicy: 'Never' });
    run(0);
    expect(where('low', 'high')).toBe('- n0');
  });

  test('at one instant other events come between two pods', () => {
    const { plane, run, create: make, scheduler } = world([node('n0')]);
    const seen: number[] = [];
    const look = plane.clock.kind(() => {
      seen.push(scheduler.stats.bound);
      if (seen.length < 3) plane.clock.at(0, look, 0);
    });
    for (const name of ['a', 'b', 'c']) make(name);
    plane.clock.at(0, look, 0);
    run(0);
    expect(seen).toEqual([1, 2, 3]);
  });

  test('pods that are bound already, and end, count and count no more', () => {
    const {
      plane,
      run,
      create: make,
      where,
    } = world([node('n0', { cpu: '1', memory: '1Gi' })], {}, undefined, (fresh) => {
      create(fresh.api, 'Pod', pod('old', { cpu: '1' }, { nodeName: 'n0' }));
    });
    make('new');
    run(10 * S);
    expect(where('new')).toBe('-');
    plane.api.setPodStatus(plane.api.pods.named('default', 'old')!.id, { phase: 'Succeeded' });
    run(10 * S);
    expect(where('new')).toBe('n0');
  });

  test('pods of other schedulers are left alone, and it is said once', () => {
    const { run, create: make, where, messages } = world([node('n0')]);
    make('a', '1', { schedulerName: 'other' });
    make('b', '1', { schedulerName: 'other' });
    run(600 * S);
    expect(where('a', 'b')).toBe('- -');
    expect(messages('UnknownScheduler')).toEqual(['no profile is called "other": pods that name it are left alone']);
  });

  test('every profile decides for its own pods in one cluster', () => {
    const packing = {
      ...DEFAULT_PROFILE,
      schedulerName: 'packing',
      fit: { ...DEFAULT_PROFILE.fit, type: 'MostAllocated' as const },
      scores: [{ plugin: 'NodeResourcesFit', weight: 1 }],
    };
    const configuration = { ...defaultConfiguration(), profiles: [DEFAULT_PROFILE, packing] };
    const { run, create: make, where } = world([node('n0'), node('n1')], {}, configuration);
    make('a');
    make('b', '1', { schedulerName: 'packing' });
    make('c');
    make('d', '1', { schedulerName: 'packing' });
    run(0);
    // a: first of equals. b: beside it. c: the emptier one. d: n0 has 2 of 4, n1 has 1.
    expect(where('a', 'b', 'c', 'd')).toBe('n0 n0 n1 n0');
  });
});

describe('refusals', () => {
  test('are written to the pod and told as kube-scheduler words them', () => {
    const { plane, run, create: make, messages, scheduler } = world([node('n0')]);
    const { id } = make('big', '3', { priority: 0 });
    make('other', '3');
    run(1 * S);
    const said =
      '0/1 nodes are available: 1 Insufficient cpu. no new claims to deallocate, preemption: 0/1 nodes are available: 1 No preemption victims found for incoming pod.';
    expect(messages('FailedScheduling')).toEqual([said]);
    expect(plane.api.pods.get(id + 1)?.status.unschedulable).toEqual({ sinceUs: 0, message: said });
    expect(scheduler.pending).toEqual({ active: 0, backoff: 0, unschedulable: 1, gated: 0 });
    expect(scheduler.queued(id + 1)?.plugins).toEqual(['NodeResourcesFit']);
  });

  test('a pod that goes makes room, and the refused one is tried at once by an idle scheduler', () => {
    const { plane, run, create: make, where, scheduler } = world([node('n0')]);
    const first = make('first', '3');
    const second = make('second', '3');
    run(0.5 * S);
    plane.api.remove('Pod', first.id);
    run(0.5 * S);
    // Its backoff would last until 2 s.
    expect(where('second')).toBe('n0');
    expect(plane.api.pods.get(second.id)?.status.unschedulable).toBe(undefined);
    const account = scheduler.log.of(second.id);
    expect(account.attempts).toBe(2);
    expect(account.last.map(({ timeUs, broughtBy, result, wentTo }) => [timeUs, broughtBy, result, wentTo])).toEqual([
      [0, 'UnscheduledPodAdd', 'unschedulable', 'unschedulable'],
      [0.5 * S, 'PopFromBackoffQ', 'scheduled', undefined],
    ]);
  });

  test('without an event a refused pod is tried again at the first check after five minutes, then every five and a half', () => {
    const { run, create: make, scheduler } = world([node('n0')]);
    const { id } = make('big', '9');
    run(1000 * S);
    // Checks are at 30, 60, ...: at 300 s it has waited exactly 300 s, which is not more; then from 330 s again.
    expect(scheduler.log.of(id).last.map(({ timeUs }) => timeUs / S)).toEqual([0, 330, 660, 990]);
  });

  test('without any node it is an error, retried after 2, 3, 5, 9, ... seconds', () => {
    const { run, create: make, scheduler, messages } = world([]);
    const { id } = make('a');
    run(60 * S);
    // Backoff 1 s from 0: until 1, over at 2. 2 s from 2: until 4, over at 5. 4 s: 9, 10. 8 s: 18, 19. 10 s: 29, 30; 41; 52.
    expect(scheduler.log.of(id).last.map(({ timeUs }) => timeUs / S)).toEqual([0, 2, 5, 10, 19, 30, 41, 52]);
    expect(scheduler.stats.attempts).toEqual({ scheduled: 0, unschedulable: 0, error: 8 });
    expect(new Set(messages('FailedScheduling'))).toEqual(new Set(['no nodes available to schedule pods']));
  });

  test('the last twenty attempts are kept', () => {
    const { run, create: make, scheduler } = world([]);
    const { id } = make('a');
    run(400 * S);
    const { attempts, last } = scheduler.log.of(id);
    expect(attempts).toBeGreaterThan(30);
    expect(last.length).toBe(20);
  });

  test('gated pods wait without an attempt until the last gate is lifted', () => {
    const { plane, run, create: make, where, scheduler } = world([node('n0')]);
    const { id } = make('gated', '1', { schedulingGates: ['a', 'b'] });
    run(1000 * S);
    expect([scheduler.pending.gated, scheduler.log.of(id).attempts]).toEqual([1, 0]);
    plane.api.setPodSpec(id, { schedulingGates: ['a'] });
    run(1001 * S);
    expect(where('gated')).toBe('-');
    plane.api.setPodSpec(id, { schedulingGates: [] });
    run(1001 * S);
    expect(where('gated')).toBe('n0');
  });

  test('a node that comes, loses a taint or grows wakes those it may help', () => {
    const taint = { key: 'x', value: '', effect: 'NoSchedule' } as const;
    const { plane, run, create: make, where } = world([node('n0', undefined, {}, { taints: [taint] })]);
    make('a');
    make('big', '6');
    run(60 * S);
    const n0 = plane.api.nodes.named('', 'n0')!;
    plane.api.update('Node', n0.id, { spec: { ...n0.spec, taints: [] } });
    run(60 * S);
    expect(where('a', 'big')).toBe('n0 -');
    const { status } = n0;
    plane.api.setStatus('Node', n0.id, { allocatable: { ...status.allocatable, cpu: '8' } });
    run(60 * S);
    expect(where('big')).toBe('n0');
    make('third', '3');
    run(70 * S);
    create(plane.api, 'Node', node('n1'));
    run(70 * S);
    expect(where('third')).toBe('n1');
  });
});

describe('a slow scheduler', () => {
  test('takes one pod after another, and binds beside it', () => {
    // A cycle of 10 ms and 1 ms for each of 2 nodes: 12 ms. Bound 100 ms after that: 112, 124, 136 ms.
    const {
      run,
      create: make,
      plane,
      scheduler,
    } = world([node('n0'), node('n1')], { cycleUs: 10_000, perNodeUs: 1_000, bindUs: 100_000 });
    const ids = ['a', 'b', 'c'].map((name) => make(name).id);
    run(135_999);
    expect(scheduler.isBusy).toBe(true);
    run(1 * S);
    expect(scheduler.isBusy).toBe(false);
    expect(ids.map((id) => plane.api.pods.get(id)?.status.scheduledUs)).toEqual([112_000, 124_000, 136_000]);
  });

  test('is held up by its client: after the burst so many bindings a second', () => {
    const {
      run,
      create: make,
      plane,
    } = world([node('n0', { cpu: '100', memory: '100Gi' })], { clientQps: 50, clientBurst: 3 });
    const ids = Array.from({ length: 6 }, (_, k) => make(`p${k}`).id);
    run(1 * S);
    // Three at once, then every 20 ms.
    expect(ids.map((id) => plane.api.pods.get(id)?.status.scheduledUs)).toEqual([0, 0, 0, 20_000, 40_000, 60_000]);
  });

  test('decides by what it saw when the cycle began, and hears afterwards of what came meanwhile', () => {
    const { run, create: make, plane, where, scheduler } = world([node('n0')], { cycleUs: 50_000 });
    const first = make('first', '3');
    run(50_000);
    const second = make('second', '3');
    run(60_000);
    plane.api.remove('Pod', first.id);
    run(100_000);
    // Refused at 100 ms for what was so at 50 ms; the event during the attempt sends it to the backoff queue at once.
    expect(scheduler.log.of(second.id).last.map(({ result, wentTo }) => [result, wentTo])).toEqual([
      ['unschedulable', 'backoff'],
    ]);
    run(150_000);
    expect(where('second')).toBe('n0');
  });

  test('gives nothing to a pod that is deleted meanwhile', () => {
    const { run, create: make, plane, where, scheduler } = world([node('n0')], { cycleUs: 50_000, bindUs: 50_000 });
    const first = make('first', '4');
    make('second', '4');
    run(60_000);
    // Assumed and being bound. The second one is refused at 100 ms, or it would be but for this.
    plane.api.deletePod(first.id);
    run(1 * S);
    expect(where('second')).toBe('n0');
    expect(scheduler.stats.attempts).toEqual({ scheduled: 2, unschedulable: 1, error: 0 });
    expect(scheduler.stats.bound).toBe(1);
  });

  test('a refusal that changes the status is a call, too, and the next cycle waits for it', () => {
    const { run, create: make, scheduler } = world([node('n0')], { clientQps: 10, clientBurst: 1 });
    const ids = ['a', 'b', 'c'].map((name) => make(name, '9').id);
    run(1 * S);
    expect(ids.map((id) => scheduler.log.of(id).last[0].timeUs)).toEqual([0, 0, 100_000]);
  });
});

describe('nodes that go', () => {
  test('take their pods out of sight, also when they come back', () => {
    const { run, create: make, plane, where } = world([node('n0'), node('n1', { cpu: '1', memory: '1Gi' })]);
    make('a', '3');
    run(0);
    expect(where('a')).toBe('n0');
    plane.api.remove('Node', plane.api.nodes.named('', 'n0')!.id);
    run(1 * S);
    create(plane.api, 'Node', node('n0'));
    make('b', '3');
    run(2 * S);
    // The pod is still said to be on n0, so there is room for 1 CPU only.
    expect(where('b')).toBe('-');
    plane.api.remove('Pod', plane.api.pods.named('default', 'a')!.id);
    run(3 * S);
    expect(where('b')).toBe('n0');
  });
});

describe('preemption', () => {
  test('a pod of higher priority gets the node once its victims have had their grace', () => {
    const w = world([node('n0')]);
    w.endsAfterGrace();
    for (const name of ['a', 'b', 'c', 'd']) w.create(name, '1', { priority: 0, terminationGracePeriodSeconds: 30 });
    w.run(0);
    const high = w.create('high', '2', { priority: 1000 });
    w.run(1 * S);
    expect(w.scheduler.nominatedNode(high.id)).toBe('n0');
    // The victims have been told; what comes next is up to them.
    expect(w.scheduler.isBusy).toBe(false);
    const { status } = w.plane.api.pods.get(high.id)!;
    expect(status.nominatedNodeName).toBe('n0');
    expect(status.unschedulable?.message).toBe('0/1 nodes are available: 1 Insufficient cpu.');
    const told = [...w.plane.api.pods.all()].filter((one) => one.metadata.deletionUs !== undefined);
    expect(told.map((one) => [one.metadata.name, one.status.disruptionTarget])).toEqual([
      ['c', 'PreemptionByScheduler'],
      ['d', 'PreemptionByScheduler'],
    ]);
    expect(w.messages('Preempted')[0]).toBe(`Preempted by pod ${high.metadata.uid} on node n0`);
    w.run(29 * S);
    expect(w.where('high')).toBe('-');
    w.run(31 * S);
    expect(w.where('high')).toBe('n0');
    expect(w.plane.api.pods.get(high.id)?.status.nominatedNodeName).toBe(undefined);
    expect(w.scheduler.nominatedNode(high.id)).toBe(undefined);
    // One look for victims; the attempt at 30 s when the first one had gone was not enough, and preempted nobody.
    expect(w.scheduler.stats.preemptions).toBe(1);
    expect(w.scheduler.log.of(high.id).last[0].victims).toEqual(['default/c', 'default/d']);
  });

  test('victims without grace are gone when the last has been told, and the preemptor is held back until then', () => {
    const w = world([node('n0')], { bindUs: 10_000 });
    for (const name of ['a', 'b', 'c']) w.create(name, '1', { terminationGracePeriodSeconds: 0 });
    w.run(1 * S);
    const high = w.create('high', '4', { priority: 1 });
    w.run(1 * S + 10_000);
    // a and b are gone, c has not been told: Fit's hint would wake the pod, but it is held back.
    expect(w.plane.api.pods.size).toBe(2);
    expect(w.scheduler.queued(high.id)?.gate).toBe('DefaultPreemption');
    w.run(1 * S + 30_000);
    expect(w.where('high')).toBe('n0');
    expect(w.scheduler.log.of(high.id).attempts).toBe(2);
  });

  test('others cannot take the room that is kept', () => {
    const w = world([node('n0')]);
    w.endsAfterGrace();
    w.create('low', '4', { priority: 0 });
    w.run(0);
    w.create('high', '3', { priority: 10 });
    w.run(1 * S);
    w.create('sneaky', '2', { priority: 5 });
    w.create('tiny', '1', { priority: 5 });
    w.run(40 * S);
    // Of the 4 CPU that become free 3 are kept for high.
    expect(w.where('high', 'sneaky', 'tiny')).toBe('n0 - n0');
  });

  test('a pod of still higher priority takes the kept node away from a lower one', () => {
    const w = world([node('n0')]);
    w.endsAfterGrace();
    w.create('low', '4', { priority: 0 });
    w.run(0);
    const middle = w.create('middle', '4', { priority: 5 });
    w.run(1 * S);
    expect(w.scheduler.nominatedNode(middle.id)).toBe('n0');
    const high = w.create('high', '4', { priority: 10 });
    w.run(2 * S);
    expect(w.scheduler.nominatedNode(high.id)).toBe('n0');
    w.run(40 * S);
    expect(w.where('middle', 'high')).toBe('- n0');
  });

  test('a budget turns it to another node', () => {
    const w = world([node('n0'), node('n1')], {}, undefined, (plane) => {
      create(plane.api, 'Pod', pod('guarded', { cpu: '4' }, { nodeName: 'n0', labels: { app: 'web' } }));
      create(plane.api, 'Pod', pod('free', { cpu: '4' }, { nodeName: 'n1', priority: 3 }));
      create(plane.api, 'PodDisruptionBudget', {
        kind: 'PodDisruptionBudget',
        metadata: { name: 'web', namespace: 'default' },
        spec: { selector: { matchLabels: { app: 'web' } }, unhealthyPodEvictionPolicy: 'IfHealthyBudget' },
        status: { expectedPods: 1, currentHealthy: 1, desiredHealthy: 1, disruptionsAllowed: 0, disruptedPods: {} },
      });
    });
    w.endsAfterGrace();
    w.create('high', '1', { priority: 10 });
    w.run(60 * S);
    expect(w.where('high', 'guarded', 'free')).toBe('n1 n0 -');
  });

  test('is the same with the same seed', () => {
    const runOnce = () => {
      const w = world(Array.from({ length: 30 }, (_, k) => node(`n${k}`)));
      w.endsAfterGrace();
      for (let k = 0; k < 30; k++) w.create(`low${k}`, '4');
      w.run(0);
      for (let k = 0; k < 5; k++) w.create(`high${k}`, '2', { priority: 1 });
      w.run(60 * S);
      return w.plane.chronicle.events.map((event) => `${event.timeUs} ${event.about} ${event.message}`);
    };
    expect(runOnce()).toEqual(runOnce());
  });
});

describe('gangs', () => {
  const member = (podGroupName: string) => ({ podGroupName });

  test('wait for their group and for enough members before they are tried', () => {
    const w = world([node('n0', { cpu: '10', memory: '10Gi' })]);
    const first = w.create('g0', '1', member('g'));
    w.create('g1', '1', member('g'));
    w.run(400 * S);
    expect(w.scheduler.queued(first.id)?.gate).toBe('GangScheduling');
    create(w.plane.api, 'PodGroup', group('g', 3));
    w.run(500 * S);
    expect(w.where('g0', 'g1')).toBe('- -');
    w.create('g2', '1', member('g'));
    w.run(500 * S);
    expect(w.where('g0', 'g1', 'g2')).toBe('n0 n0 n0');
    // All of them in one cycle, none tried before.
    expect(w.scheduler.stats.attempts).toEqual({ scheduled: 3, unschedulable: 0, error: 0 });
  });

  test('get all or nothing, and nothing is held meanwhile', () => {
    const w = world([node('n0'), node('n1')]);
    create(w.plane.api, 'PodGroup', group('g', 3));
    for (const name of ['g0', 'g1', 'g2']) w.create(name, '3', member('g'));
    w.create('single', '2');
    w.run(1 * S);
    expect(w.where('g0', 'g1', 'g2', 'single')).toBe('- - - n0');
    expect(w.messages('FailedScheduling').slice(0, 3)).toEqual([
      'pod group is unschedulable, waiting for minCount pods from a gang to be scheduled',
      'pod group is unschedulable, waiting for minCount pods from a gang to be scheduled',
      '0/2 nodes are available: 2 Insufficient cpu. no new claims to deallocate, preemption: 0/2 nodes are available: 2 No preemption victims found for incoming pod.',
    ]);
    create(w.plane.api, 'Node', node('n2'));
    create(w.plane.api, 'Node', node('n3'));
    w.run(2 * S);
    expect(w.where('g0', 'g1', 'g2').includes('-')).toBe(false);
  });

  test('more members than needed get nodes as far as there are any', () => {
    const w = world([node('n0')]);
    create(w.plane.api, 'PodGroup', group('g', 2));
    for (let k = 0; k < 5; k++) w.create(`g${k}`, '1', member('g'));
    w.run(1 * S);
    expect(w.where('g0', 'g1', 'g2', 'g3', 'g4')).toBe('n0 n0 n0 n0 -');
  });

  test('preempt as a whole: all keep their node until the victims are gone', () => {
    const w = world([node('n0'), node('n1')]);
    w.endsAfterGrace();
    w.create('low', '4', {});
    w.run(0);
    create(w.plane.api, 'PodGroup', group('g', 2));
    const members = ['g0', 'g1'].map((name) => w.create(name, '3', { ...member('g'), priority: 9 }));
    w.run(1 * S);
    expect(w.where('g0', 'g1')).toBe('- -');
    expect(new Set(members.map(({ id }) => w.scheduler.nominatedNode(id)))).toEqual(new Set(['n0', 'n1']));
    w.run(60 * S);
    expect(w.where('g0', 'g1').split(' ').sort()).toEqual(['n0', 'n1']);
  });

  test('before 1.36 come one by one and hold their nodes for at most five minutes', () => {
    const w = world([node('n0'), node('n1')], {}, defaultConfiguration('1.35'));
    create(w.plane.api, 'PodGroup', group('g', 3));
    for (const name of ['g0', 'g1', 'g2']) w.create(name, '3', member('g'));
    w.run(1 * S);
    w.create('single', '2');
    w.run(10 * S);
    // Two of the three hold 3 of 4 CPU each.
    expect(w.where('g0', 'g1', 'g2', 'single')).toBe('- - - -');
    w.run(GANG_WAIT_US);
    expect(w.messages('FailedScheduling')).toContain(
      '0/1 nodes are available: 1 rejected due to timeout after waiting 5m0s at plugin GangScheduling.',
    );
    w.run(GANG_WAIT_US + 60 * S);
    expect(w.where('single')).not.toBe('-');
  });

  test('before 1.36 the one that completes the gang lets all go', () => {
    const w = world([node('n0'), node('n1')], {}, defaultConfiguration('1.35'));
    create(w.plane.api, 'PodGroup', group('g', 3));
    for (const name of ['g0', 'g1', 'g2']) w.create(name, '1', member('g'));
    w.run(0);
    expect(w.where('g0', 'g1', 'g2').includes('-')).toBe(false);
  });
});

describe('another configuration', () => {
  test('decides from then on; what waited is tried at once', () => {
    const { run, create: make, where, scheduler } = world([node('n0', { cpu: '4', memory: '16Gi' })]);
    make('a', '3');
    make('b', '3');
    run(5 * S);
    expect(where('b')).toBe('-');
    const filters = DEFAULT_PROFILE.filters.filter((plugin) => plugin !== 'NodeResourcesFit');
    scheduler.configure({ ...defaultConfiguration(), profiles: [{ ...DEFAULT_PROFILE, filters }] });
    run(5 * S);
    expect(where('b')).toBe('n0');
  });

  test('what was found out about victims under the old one does not count', () => {
    const ports = [{ containerPort: 80, hostPort: 80, protocol: 'TCP' as const }];
    const withPort = (cpu: string) => ({ containers: [container('main', { cpu }, { ports })] });
    const w = world([node('n0')], {}, undefined, (plane) => {
      create(plane.api, 'Pod', pod('equal', { cpu: '4' }, { nodeName: 'n0', priority: 9 }));
      const low = { nodeName: 'n0', terminationGracePeriodSeconds: 0, ...withPort('0') };
      create(plane.api, 'Pod', pod('low', {}, low));
    });
    // Without low the port is free, but there is no CPU.
    w.create('high', '1', { priority: 9, ...withPort('1') });
    w.run(1 * S);
    expect(w.messages('FailedScheduling')[0]).toContain('preemption: 0/1 nodes are available: 1 Insufficient cpu.');
    // Where CPU does not count it is enough.
    const filters = DEFAULT_PROFILE.filters.filter((plugin) => plugin !== 'NodeResourcesFit');
    w.scheduler.configure({ ...defaultConfiguration(), profiles: [{ ...DEFAULT_PROFILE, filters }] });
    w.run(1 * S);
    expect(w.where('high', 'low')).toBe('n0 -');
  });

  test('in the middle of a cycle loses nothing', () => {
    const { run, create: make, where, scheduler } = world([node('n0')], { cycleUs: 50_000, bindUs: 50_000 });
    for (const name of ['a', 'b', 'c']) make(name);
    run(75_000);
    scheduler.configure(defaultConfiguration());
    run(1 * S);
    expect(where('a', 'b', 'c')).toBe('n0 n0 n0');
    expect(scheduler.stats.bound).toBe(3);
  });

  test('without a profile for them pods are left alone, and taken up again', () => {
    const { run, create: make, where, scheduler } = world([node('n0')]);
    scheduler.configure({ ...defaultConfiguration(), profiles: [{ ...DEFAULT_PROFILE, schedulerName: 'other' }] });
    make('a');
    run(1 * S);
    expect(where('a')).toBe('-');
    scheduler.configure(defaultConfiguration());
    run(1 * S);
    expect(where('a')).toBe('n0');
  });
});
