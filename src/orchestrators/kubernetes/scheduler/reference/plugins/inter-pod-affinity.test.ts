import { describe, expect, test } from 'vitest';
import type { PodAffinityTerm, PodSpec } from '../../../objects/pod.ts';
import { coreNode, corePod } from '../../core-fixture.ts';
import { DEFAULT_PROFILE } from '../../default-profile.ts';
import type { SchedulerProfile } from '../../scheduler-profile.ts';
import { explainDecision } from '../explain-decision.ts';
import { ReferenceCore } from '../reference-core.ts';

const ZONE = 'topology.kubernetes.io/zone';
const HOST = 'kubernetes.io/hostname';
const web = { labels: { app: 'web' } };
const db = { labels: { app: 'db' } };

const term = (app: string, fields: Partial<PodAffinityTerm> = {}): PodAffinityTerm => ({
  labelSelector: { matchLabels: { app } },
  topologyKey: ZONE,
  namespaces: [],
  ...fields,
});
const near = (...required: PodAffinityTerm[]): Partial<PodSpec> => ({ podAffinity: { required, preferred: [] } });
const far = (...required: PodAffinityTerm[]): Partial<PodSpec> => ({ podAntiAffinity: { required, preferred: [] } });

/** a1, a2 in zone a, b1 in zone b, x1 in none. */
function core(profile: Partial<SchedulerProfile> = {}): ReferenceCore {
  const made = new ReferenceCore({ ...DEFAULT_PROFILE, ...profile });
  for (const name of ['a1', 'a2', 'b1', 'x1'])
    made.addNode(coreNode(name, undefined, name === 'x1' ? {} : { [ZONE]: name.slice(0, 1) }));
  return made;
}

/** Of each node, by its name: what the plugin says. */
function verdicts(on: ReferenceCore, pod: ReturnType<typeof corePod>): Record<string, string> {
  return Object.fromEntries(
    explainDecision(on, pod)
      .nodes.map(({ name, rejection }): [string, string] => [
        name,
        rejection === undefined ? 'fits' : `${rejection.reasons.join(' + ')}${rejection.resolvable ? '' : '!'}`,
      ])
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

const NOT_NEAR = "node(s) didn't match pod affinity rules!";
const TOO_NEAR = "node(s) didn't match pod anti-affinity rules";
const UNWANTED = "node(s) didn't satisfy existing pods anti-affinity rules";

describe('required affinity', () => {
  test('the zone of a pod that matches, and nowhere without the label', () => {
    const on = core();
    on.addPod(corePod('x', {}, db), 'a1');
    expect(verdicts(on, corePod('p', {}, near(term('db'))))).toEqual({
      a1: 'fits',
      a2: 'fits',
      b1: NOT_NEAR,
      x1: NOT_NEAR,
    });
  });

  test('the first of a group that attracts itself may go anywhere with the label', () => {
    const pod = corePod('p', {}, { ...web, ...near(term('web')) });
    expect(verdicts(core(), pod)).toEqual({ a1: 'fits', a2: 'fits', b1: 'fits', x1: NOT_NEAR });
    expect(verdicts(core(), corePod('p', {}, near(term('web'))))).toMatchObject({ a1: NOT_NEAR });
    const on = core();
    on.addPod(corePod('x', {}, web), 'b1');
    expect(verdicts(on, pod)).toEqual({ a1: NOT_NEAR, a2: NOT_NEAR, b1: 'fits', x1: NOT_NEAR });
  });

  test('a pod that matches on a node without any of the labels does not count', () => {
    const on = core();
    on.addPod(corePod('x', {}, web), 'x1');
    expect(verdicts(on, corePod('p', {}, { ...web, ...near(term('web')) }))).toMatchObject({ a1: 'fits', b1: 'fits' });
  });

  test('of several terms one pod must match all; each at its own key', () => {
    const on = core();
    on.addPod(corePod('both', {}, { labels: { app: 'db', tier: 'back' } }), 'a1');
    on.addPod(corePod('one', {}, db), 'b1');
    const tier = term('', { labelSelector: { matchLabels: { tier: 'back' } }, topologyKey: HOST });
    expect(verdicts(on, corePod('p', {}, near(term('db'), tier)))).toEqual({
      a1: 'fits',
      a2: NOT_NEAR,
      b1: NOT_NEAR,
      x1: NOT_NEAR,
    });
  });

  test('without a selector nothing matches', () => {
    const on = core();
    on.addPod(corePod('x'), 'a1');
    const { labelSelector: _, ...without } = term('x');
    expect(verdicts(on, corePod('p', {}, near(without)))).toMatchObject({ a1: NOT_NEAR });
    expect(verdicts(on, corePod('p', {}, near({ ...without, labelSelector: {} })))).toMatchObject({
      a1: 'fits',
      b1: NOT_NEAR,
    });
  });
});

describe('required anti-affinity', () => {
  test('the pod keeps away from others', () => {
    const on = core();
    on.addPod(corePod('x', {}, db), 'a1');
    expect(verdicts(on, corePod('p', {}, far(term('db'))))).toEqual({
      a1: TOO_NEAR,
      a2: TOO_NEAR,
      b1: 'fits',
      x1: 'fits',
    });
  });

  test('others keep the pod away', () => {
    const on = core();
    on.addPod(corePod('x', {}, { ...db, ...far(term('web')) }), 'a1');
    expect(verdicts(on, corePod('p', {}, web))).toEqual({ a1: UNWANTED, a2: UNWANTED, b1: 'fits', x1: 'fits' });
    expect(verdicts(on, corePod('p', {}, db))).toEqual({ a1: 'fits', a2: 'fits', b1: 'fits', x1: 'fits' });
  });

  test('which reason is told first', () => {
    const on = core();
    on.addPod(corePod('x', {}, { ...web, ...far(term('web')) }), 'a1');
    expect(verdicts(on, corePod('p', {}, { ...web, ...far(term('web')) }))).toMatchObject({ a1: TOO_NEAR });
  });
});

describe('namespaces', () => {
  const other = (name: string) => corePod(name, {}, { ...db, namespace: 'other' });

  test('without any, the own one', () => {
    const on = core();
    on.addPod(other('x'), 'a1');
    expect(verdicts(on, corePod('p', {}, far(term('db'))))).toMatchObject({ a1: 'fits' });
    expect(verdicts(on, corePod('p', {}, far(term('db', { namespaces: ['other'] }))))).toMatchObject({ a1: TOO_NEAR });
    expect(verdicts(on, corePod('p', {}, far(term('db', { namespaces: ['third'] }))))).toMatchObject({ a1: 'fits' });
  });

  test('by a selector of their labels; an empty one takes all', () => {
    const on = core();
    on.addPod(other('x'), 'a1');
    const bySelector = (matchLabels: Record<string, string>) =>
      corePod('p', {}, far(term('db', { namespaceSelector: { matchLabels } })));
    expect(verdicts(on, bySelector({ team: 'x' }))).toMatchObject({ a1: 'fits' });
    on.setNamespace('other', { team: 'x' });
    expect(verdicts(on, bySelector({ team: 'x' }))).toMatchObject({ a1: TOO_NEAR });
    expect(verdicts(on, bySelector({ team: 'y' }))).toMatchObject({ a1: 'fits' });
    expect(verdicts(on, corePod('p', {}, far(term('db', { namespaceSelector: {} }))))).toMatchObject({ a1: TOO_NEAR });
  });

  test('terms of pods that are there go by the labels of the namespace of the pod that comes', () => {
    const on = core();
    const guard = far(term('web', { namespaceSelector: { matchLabels: { team: 'x' } } }));
    on.addPod(corePod('guard', {}, { ...guard, namespace: 'other' }), 'a1');
    expect(verdicts(on, corePod('p', {}, web))).toMatchObject({ a1: 'fits' });
    on.setNamespace('default', { team: 'x' });
    expect(verdicts(on, corePod('p', {}, web))).toMatchObject({ a1: UNWANTED });
  });
});

describe('preferences', () => {
  const scores = (on: ReferenceCore, pod: ReturnType<typeof corePod>): unknown =>
    Object.fromEntries(
      explainDecision(on, pod).nodes.map(({ name, scores: all = [] }) => {
        const score = all.find(({ plugin }) => plugin === 'InterPodAffinity');
        return [name, score === undefined ? 'skipped' : [score.raw, score.normalised]];
      }),
    );
  const wish = (weight: number, app: string): Partial<PodSpec> => ({
    podAffinity: { required: [], preferred: [{ weight, term: term(app) }] },
  });

  test('each pod counts, and the quotient is taken before it is multiplied', () => {
    const on = core();
    on.addPod(corePod('x', {}, db), 'a1');
    on.addPod(corePod('y', {}, db), 'a2');
    on.addPod(corePod('z', {}, db), 'b1');
    expect(scores(on, corePod('p', {}, wish(10, 'db')))).toEqual({
      a1: [20, 100],
      b1: [10, 50],
      a2: [20, 100],
      x1: [0, 0],
    });
    // 29 of 100: 100 * 0.29 = 28.999999999999996.
    const uneven = core();
    uneven.addPod(corePod('x', {}, db), 'a1');
    uneven.addPod(corePod('y', {}, web), 'b1');
    const both = corePod(
      'p',
      {},
      {
        podAffinity: {
          required: [],
          preferred: [
            { weight: 100, term: term('db') },
            { weight: 29, term: term('web') },
          ],
        },
      },
    );
    expect(scores(uneven, both)).toMatchObject({ a1: [100, 100], b1: [29, 28] });
  });

  test('wishes of pods that are there count too, what they require with the weight of the profile', () => {
    const on = core();
    on.addPod(corePod('x', {}, { ...db, ...wish(7, 'web') }), 'a1');
    on.addPod(corePod('y', {}, { ...web, ...near(term('web', { topologyKey: HOST })) }), 'b1');
    expect(scores(on, corePod('p', {}, web))).toEqual({ a1: [7, 100], a2: [7, 100], b1: [1, 14], x1: [0, 0] });
    const heavy = core({ hardPodAffinityWeight: 0 });
    heavy.addPod(corePod('y', {}, { ...web, ...near(term('web')) }), 'b1');
    expect(scores(heavy, corePod('p', {}, web))).toMatchObject({ b1: 'skipped' });
  });

  test('the profile may ignore them for pods without wishes of their own', () => {
    const on = core({ ignorePreferredTermsOfExistingPods: true });
    on.addPod(corePod('x', {}, { ...db, ...wish(7, 'web') }), 'a1');
    expect(scores(on, corePod('p', {}, web))).toMatchObject({ a1: 'skipped' });
    expect(scores(on, corePod('p', {}, { ...web, ...wish(1, 'nobody') }))).toMatchObject({ a1: [7, 100] });
  });

  test('all alike is 0 for all', () => {
    const on = core();
    on.addPod(corePod('x', {}, db), 'a1');
    const everywhere = corePod('p', {}, { ...wish(10, 'db'), nodeSelector: { [ZONE]: 'a' } });
    expect(scores(on, everywhere)).toMatchObject({ a1: [10, 0], a2: [10, 0] });
  });
});
