import { expect, test } from 'vitest';
import type { Cell, Comparison } from '../../experiment/comparison.ts';
import type { IncidentRecord } from '../../sim/monitoring/incident-record.ts';
import { incidentRows } from './incident-section.ts';
import { incidentComparison } from './incident-times.ts';

const S = 1e6;

/** Zone a stops at 100 s and is noticed 10 s later; what was lost is whole after so many seconds, or never. */
function incident(lost: number, wholeAfterS?: number): IncidentRecord {
  return {
    kind: 'zone-outage',
    about: 'a',
    machines: ['n1', 'n2'],
    atUs: 100 * S,
    noticedUs: 110 * S,
    services: [
      {
        service: 'web',
        desired: 4,
        lost: Array.from({ length: lost }, (_, k) => `web-${k}`),
        replicas: [],
        ...(wholeAfterS !== undefined && { unlistedUs: 105 * S, wholeUs: (100 + wholeAfterS) * S }),
        lostReplicaS: lost * 20,
      },
    ],
    steps: [],
    timers: [],
  };
}

/** One policy a list of runs, a seed each. */
function comparisonOf(policies: readonly (readonly IncidentRecord[])[]): [Comparison, Cell] {
  const runs = policies.flatMap((incidents, policy) =>
    incidents.map((one, place) => ({
      cluster: 'c',
      workload: 'w',
      policy: `p${policy}`,
      seed: place + 1,
      result: { living: { incidents: [one] } },
    })),
  );
  const facts = policies.map((_, policy) => ({ name: `p${policy}`, summary: '', source: '' }));
  return [
    { policies: facts, runs } as unknown as Comparison,
    { cluster: 'c', workload: 'w', seeds: [1, 2], policies: facts.map(({ name }) => name) } as unknown as Cell,
  ];
}

test('runs in which a policy had nothing there to lose are none in which it was never whole', () => {
  const [comparison, cell] = comparisonOf([
    [incident(2, 30), incident(2, 40)],
    [incident(0), incident(2, 50)],
    [incident(0), incident(0)],
    [incident(2), incident(2)],
  ]);
  const rows = incidentComparison(comparison, cell)!.rows;
  expect(rows.map(({ wholeS }) => wholeS)).toEqual([
    { median: 35, low: 30, high: 40, missing: 0 },
    { median: 50, low: 50, high: 50, missing: 0 },
    { median: Number.NaN, low: Number.NaN, high: Number.NaN, missing: 0 },
    { median: Number.NaN, low: Number.NaN, high: Number.NaN, missing: 2 },
  ]);
  expect(rows.map(({ noticedS }) => noticedS.median)).toEqual([10, 10, 10, 10]);
  const told = incidentRows(comparison, cell)!.rows.slice(1);
  expect(told.map(([policy, noticed, unlisted, , whole]) => [policy, noticed, unlisted, whole])).toEqual([
    ['p0', '10 s', '5 s', '35 s'],
    ['p1', '10 s', '5 s', '50 s'],
    ['p2', '10 s', 'nothing lost', 'nothing lost'],
    ['p3', '10 s', 'never', 'never'],
  ]);
});
