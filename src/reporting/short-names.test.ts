import { expect, test } from 'vitest';
import { livingFixture } from '../../test/living-fixture.ts';
import { summarise } from '../experiment/statistics/summarise.ts';
import { shortNames, withShortNames } from './short-names.ts';

test('the family alone where no other policy has it, else with the options that differ', () => {
  expect(
    shortNames([
      'fixed',
      'fixed(replicas=22)',
      'target-utilisation(cpu=60%)',
      'predictive(season=20m, slot=1m, lead=3m)',
      'predictive(season=20m, slot=1m, lead=5m)',
      'scheduled(plan="00:00 4; 00:15 22, then (maybe) 6")',
    ]),
  ).toEqual([
    'fixed',
    'fixed(replicas=22)',
    'target-utilisation',
    'predictive(lead=3m)',
    'predictive(lead=5m)',
    'scheduled',
  ]);
});

test('each of several policies by itself; what is no policy with options stays', () => {
  expect(shortNames(['zone-spread + swarm(beat=5s)', 'zone-spread + swarm(beat=9s)', 'best-fit + mesos(a=1)'])).toEqual(
    ['zone-spread + swarm(beat=5s)', 'zone-spread + swarm(beat=9s)', 'best-fit + mesos'],
  );
  const odd = ['my policy(1)', '" onmouseover="alert(1)', 'a(', 'x)', '', 'fixed #2'];
  expect(shortNames(odd)).toEqual(odd);
});

test('long values are cut, unless names would become the same', () => {
  expect(shortNames(['s(plan="00:00 4; 00:15 22; 00:38 6")', 's(plan="12:00 4; 00:15 22; 00:38 6")'])).toEqual([
    's(plan="00:00 4; 00:15 22…)',
    's(plan="12:00 4; 00:15 22…)',
  ]);
  const late = ['s(plan="00:00 4; 00:15 22; 00:38 6")', 's(plan="00:00 4; 00:15 22; 00:38 7")'];
  expect(shortNames(late)).toEqual(late);
});

test('a comparison is renamed throughout, and knows the full names', () => {
  const { facts, runs } = livingFixture({ seeds: [1, 2] });
  const full = summarise(facts, runs);
  const short = withShortNames(full);
  const text = JSON.stringify(short.cells);
  expect(text).not.toContain('(replicas=24)');
  expect(short.policies.map((one) => one.fullName)).toEqual(full.policies.map((one) => one.name));
  expect(short.runs.map((run) => run.policy).slice(0, 4)).toEqual(
    full.runs.slice(0, 4).map((run) => run.policy.replace(/\(.*/, '')),
  );
  expect(withShortNames(short).policies.map((one) => one.name)).toEqual(short.policies.map((one) => one.name));
});
