import { expect, test } from 'vitest';
import { fc } from '../../../../test/fuzz.ts';
import { isRefusal } from '../api/api-server.ts';
import { controlPlane, create, node, pod } from '../cluster-fixture.ts';
import type { SchedulingTimes } from '../kubernetes-spec.ts';
import { hasEnded } from '../objects/pod-state.ts';
import type { Pod, PodSpec } from '../objects/pod.ts';
import { DEFAULT_PROFILE, defaultConfiguration } from './default-profile.ts';
import { IndexedCore } from './indexed/indexed-core.ts';
import { KubeScheduler } from './kube-scheduler.ts';
import { type CoreOptions, ReferenceCore } from './reference/reference-core.ts';
import type { SchedulerConfiguration, SchedulerProfile, SchedulerVersion } from './scheduler-profile.ts';
import type { SchedulingCore } from './scheduling-core.ts';
import { sameTexts } from './queue/cluster-event.ts';

const S = 1_000_000;
const ZONES = ['a', 'b', 'c'];

const KINDS = ['gang', 'delete', 'end', 'node', 'lose', 'cordon', 'taint', 'label', 'lift', 'configure'] as const;

/** What may happen, by numbers that mean what they are used for. */
const step = fc.record({
  what: fc.constantFrom('pod', 'pod', 'pod', 'pod', ...KINDS),
  waitUs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 3 * S }), fc.integer({ min: 0, max: 200 * S })),
  one: fc.nat(1000),
  other: fc.nat(1000),
});

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

const TIMES: SchedulingTimes[] = [
  { cycleUs: 0, perNodeUs: 0, bindUs: 0, clientQps: 0, clientBurst: 0 },
  { cycleUs: 700_000, perNodeUs: 1_000, bindUs: 1_300_000, clientQps: 2, clientBurst: 2 },
  { cycleUs: 5_000, perNodeUs: 10, bindUs: 20_000, clientQps: 50, clientBurst: 100 },
];

/** Runs the steps with pods that end their grace as they should, and looks at everything after each. */
function run(
  steps: readonly Step[],
  times: SchedulingTimes,
  version: SchedulerVersion,
  coreOf: (profile: SchedulerProfile, options: CoreOptions) => SchedulingCore = (profile, options) =>
    new ReferenceCore(profile, options),
): string[] {
  const plane = controlPlane();
  const { api, clock } = plane;
  const configuration = (scheduled: string): SchedulerConfiguration => ({
    ...defaultConfiguration(version),
    profiles: [
      { ...DEFAULT_PROFILE, version },
      { ...DEFAULT_PROFILE, version, schedulerName: scheduled, scores: DEFAULT_PROFILE.scores.slice(2, 3) },
    ],
  });
  const scheduler = new KubeScheduler(plane, {
    configuration: configuration('second'),
    times,
    coreOf: (profile) => coreOf(profile, { random: plane.streams('scheduler/ties') }),
  });
  const end = clock.kind((id) => api.remove('Pod', id));
  api.pods.watch((after, before) => {
    if (after?.metadata.deletionUs !== undefined && before?.metadata.deletionUs === undefined)
      clock.after(after.metadata.deletionGracePeriodSeconds! * S, end, after.id);
  });
  for (let k = 0; k < 3; k++) create(api, 'Node', node(`n${k}`, undefined, { zone: ZONES[k % 3] }));
  scheduler.begin();
  let nowUs = 0;
  let count = 0;
  for (const { what, waitUs, one, other } of steps) {
    nowUs += waitUs;
    while (clock.step(nowUs));
    count++;
    act(what, one, other, count);
    while (clock.step(nowUs));
    check();
  }
  while (clock.step(nowUs + 4000 * S));
  check();
  return plane.chronicle.events.map((event) => `${event.timeUs} ${event.about} ${event.reason} ${event.message}`);

  function act(what: string, one: number, other: number, name: number): void {
    const pods = [...api.pods.all()];
    const chosen = pods[one % Math.max(1, pods.length)] as Pod | undefined;
    const nodes = [...api.nodes.all()];
    const place = nodes[one % Math.max(1, nodes.length)] as (typeof nodes)[number] | undefined;
    if (what === 'pod')
      for (let k = 0; k < 3; k++)
        create(api, 'Pod', pod(`p${name}-${k}`, { cpu: `${(other % 5) * 700}m` }, podFields(one, other + k)));
    else if (what === 'gang') {
      const podGroupName = `g${one % 3}`;
      if (other % 3 > 0) create(api, 'Pod', pod(`m${name}`, { cpu: '1' }, { podGroupName, priority: other % 3 }));
      else
        isRefusal(
          api.create('PodGroup', {
            kind: 'PodGroup',
            metadata: { name: podGroupName, namespace: 'default' },
            minCount: other % 4,
          }),
        );
    } else if (what === 'node' && nodes.length < 8)
      create(api, 'Node', node(`x${name}`, { cpu: `${1 + (other % 6)}`, memory: '8Gi' }, { zone: ZONES[one % 3] }));
    else if (what === 'lose' && place !== undefined) {
      api.remove('Node', place.id);
      // The pod garbage collector. Until it comes, upstream has no hint for pods that the lost ones kept away.
      for (const on of pods) if (on.spec.nodeName === place.metadata.name) api.remove('Pod', on.id);
    } else if (what === 'cordon' && place !== undefined)
      api.update('Node', place.id, { spec: { ...place.spec, unschedulable: other % 2 === 0 } });
    else if (what === 'taint' && place !== undefined) {
      const taints = other % 2 === 0 ? [] : [{ key: 'x', value: '', effect: 'NoSchedule' as const }];
      api.update('Node', place.id, { spec: { ...place.spec, taints } });
    } else if (what === 'delete' && chosen !== undefined) api.deletePod(chosen.id);
    else if (what === 'end' && chosen?.spec.nodeName !== undefined) api.setPodStatus(chosen.id, { phase: 'Succeeded' });
    else if (what === 'label' && chosen !== undefined)
      api.update('Pod', chosen.id, { metadata: { ...chosen.metadata, labels: { app: `a${other % 3}` } } });
    else if (what === 'lift' && chosen !== undefined) api.setPodSpec(chosen.id, { schedulingGates: [] });
    else if (what === 'configure') scheduler.configure(configuration(other % 2 === 0 ? 'second' : 'third'));
  }

  function check(): void {
    const wrong: string[] = [];
    for (const name of ['default-scheduler', 'second']) {
      const core = scheduler.core(name);
      if (core !== undefined) wrong.push(...misbelieves(core));
    }
    let queued = 0;
    const isAnyoneGoing = [...api.pods.all()].some((one) => one.metadata.deletionUs !== undefined);
    for (const one of api.pods.all()) {
      const entry = scheduler.queued(one.id);
      const { name } = one.metadata;
      if (one.spec.nodeName !== undefined || one.status.phase === 'Succeeded') {
        if (entry !== undefined) wrong.push(`${name} is still queued`);
        continue;
      }
      const core = scheduler.core(one.spec.schedulerName);
      if (core === undefined) continue;
      // Waiting, being decided, or being bound.
      if (entry === undefined && times.bindUs + times.clientQps === 0) wrong.push(`${name} is nowhere`);
      if (entry !== undefined && entry.place !== 'in-flight') queued++;
      if (entry?.place !== 'unschedulable' || entry.gate !== undefined) continue;
      if (clock.nowUs - entry.timestampUs > 330 * S) wrong.push(`${name} is left lying`);
      // Hints miss nothing: after whatever happened, no pod lies there that a node would take. (Spreading does not
      // count pods from when they are told to go, of which there is no hint until they are gone; nor is there one when
      // a pod may be the first of those it wants near because the others have gone.)
      if (times.cycleUs > 0 || isAnyoneGoing || one.spec.podGroupName !== undefined) continue;
      if (one.spec.podAffinity !== undefined || !(core instanceof ReferenceCore)) continue;
      const feasible = core.consider(entry.pod).filtering.feasible.map((at) => at.name);
      if (feasible.length > 0) wrong.push(`${name}, refused by ${entry.plugins.join()}, fits ${feasible.join()}`);
    }
    expect(wrong).toEqual([]);
    const { active, backoff, unschedulable, gated } = scheduler.pending;
    expect(active + backoff + unschedulable + gated).toBe(queued);
  }

  /** Where a core does not believe what the API says; pods that are being bound it may know before. */
  function misbelieves(core: SchedulingCore): string[] {
    const wrong: string[] = [];
    const believed = new Map<number, string>();
    for (const { metadata } of api.nodes.all()) {
      for (const on of core.podsOn(metadata.name)) {
        believed.set(on.id, metadata.name);
        const said = api.pods.get(on.id);
        if (said === undefined || hasEnded(said)) wrong.push(`${on.metadata.name} is gone`);
        else if (said.spec.nodeName !== undefined && !sameTexts(said.metadata.labels, on.metadata.labels))
          wrong.push(`${on.metadata.name} has other labels`);
      }
    }
    for (const { id, metadata, spec, status } of api.pods.all()) {
      if (spec.nodeName === undefined || status.phase === 'Succeeded') continue;
      const isThere = api.nodes.named('', spec.nodeName) !== undefined;
      if (believed.get(id) !== (isThere ? spec.nodeName : undefined)) wrong.push(`${metadata.name} is elsewhere`);
    }
    return wrong;
  }
}

/** Priorities, gates, spreading, affinity, tolerations: a bit of everything. */
function podFields(one: number, other: number): Partial<PodSpec> & { labels: Record<string, string> } {
  const labelSelector = { matchLabels: { app: `a${other % 3}` } };
  const term = { labelSelector, topologyKey: 'zone', namespaces: [] };
  return {
    labels: { app: `a${one % 3}` },
    priority: one % 4,
    terminationGracePeriodSeconds: other % 2 === 0 ? 0 : 20,
    schedulerName: one % 11 === 0 ? 'second' : 'default-scheduler',
    ...(one % 7 === 0 && { schedulingGates: ['wait'] }),
    ...(one % 5 === 0 && { preemptionPolicy: 'Never' as const }),
    ...(other % 6 === 0 && { podAntiAffinity: { required: [term], preferred: [] } }),
    ...(other % 6 === 1 && { podAffinity: { required: [term], preferred: [] } }),
    ...(other % 6 === 2 && {
      topologySpreadConstraints: [
        {
          maxSkew: 1,
          topologyKey: 'zone',
          whenUnsatisfiable: 'DoNotSchedule' as const,
          labelSelector,
          nodeAffinityPolicy: 'Honor' as const,
          nodeTaintsPolicy: 'Honor' as const,
          matchLabelKeys: [],
        },
      ],
    }),
    ...(other % 4 === 0 && {
      tolerations: [{ key: 'x', operator: 'Exists' as const, value: '', effect: '' as const }],
    }),
  };
}

const VERSIONS = ['1.34', '1.35', '1.36'] as const;

test('nothing is lost: cores, queue and API agree at any time, and nobody is left lying', () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 5, maxLength: 40 }), fc.nat(2), fc.nat(2), (steps, times, version) => {
      run(steps, TIMES[times], VERSIONS[version]);
    }),
    { numRuns: 20 },
  );
});

test('twice is once', () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 20, maxLength: 40 }), fc.nat(2), (steps, times) => {
      expect(run(steps, TIMES[times], '1.36')).toEqual(run(steps, TIMES[times], '1.36'));
    }),
    { numRuns: 5 },
  );
});

test('the indexed core leads to the same history', () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 10, maxLength: 40 }), fc.nat(2), fc.nat(2), (steps, times, version) => {
      const indexed = (profile: SchedulerProfile, options: CoreOptions) => new IndexedCore(profile, options);
      const [one, other] = [
        run(steps, TIMES[times], VERSIONS[version]),
        run(steps, TIMES[times], VERSIONS[version], indexed),
      ];
      expect(other).toEqual(one);
    }),
    { numRuns: 15 },
  );
});
