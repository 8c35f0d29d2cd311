import { expect, test } from 'vitest';
import { parse, parseAllDocuments, stringify } from 'yaml';
import { specsOfText } from '../../../test/kubernetes/text-cluster.ts';
import { mutantsOf } from '../../../test/mutated-data.ts';
import { slowTest } from '../../../test/slow.ts';
import { FIRST_KUBERNETES } from '../../cli/first-kubernetes.ts';
import { KubernetesRun } from '../../orchestrators/kubernetes/kubernetes-run.ts';
import type { KubernetesSpec } from '../../orchestrators/kubernetes/kubernetes-spec.ts';
import { ScenarioFault } from '../scenario/scenario-fault.ts';
import { endOfScenario } from '../orchestrator-of-text.ts';

/** A scenario's data, and that of the manifests behind it. */
interface Whole {
  readonly scenario: unknown;
  readonly manifests: readonly unknown[];
}

const end = endOfScenario(FIRST_KUBERNETES);
const GOOD: Whole = {
  scenario: parse(FIRST_KUBERNETES.slice(0, end)),
  manifests: parseAllDocuments(FIRST_KUBERNETES.slice(end)).flatMap((document) => {
    const data: unknown = document.toJS();
    return data === null ? [] : [data];
  }),
};

function textOf({ scenario, manifests }: Whole): string {
  return [scenario, ...manifests].map((one) => stringify(one, { aliasDuplicateObjects: false })).join('---\n');
}

/** Short, so that many can run, and with whatever happens to the cluster within that time. */
function shorter(spec: KubernetesSpec): KubernetesSpec {
  const changes = spec.changes.map((one) => ({ ...one, atUs: one.atUs / 30 }));
  return { ...spec, durationUs: Math.min(spec.durationUs, 90e6), changes };
}

interface Mutation {
  readonly what: string;
  readonly whole: Whole;
}

const OF_SCENARIO: readonly Mutation[] = mutantsOf(GOOD.scenario, 'kubernetes scenario', 90).map(({ data, what }) => ({
  what,
  whole: { ...GOOD, scenario: data },
}));
const OF_MANIFESTS: readonly Mutation[] = GOOD.manifests.flatMap((manifest, place) =>
  mutantsOf(manifest, `kubernetes manifest ${place}`, 20).map(({ data, what }) => ({
    what: `manifest ${place}: ${what}`,
    whole: { ...GOOD, manifests: GOOD.manifests.map((one, at) => (at === place ? data : one)) },
  })),
);

/** What is to be run, or the sentences of what is wrong. */
function read({ whole }: Mutation): readonly KubernetesSpec[] | string {
  try {
    return specsOfText(textOf(whole), undefined, {}, 1).map(({ spec }) => spec);
  } catch (error) {
    if (!(error instanceof ScenarioFault) && (error as Error).name !== 'InputError') throw error;
    return (error as Error).message;
  }
}

/** Runs a mutant that is accepted; a cluster that cannot be (without any machine) is refused with a sentence even then. */
function run({ what }: Mutation, spec: KubernetesSpec): 'ran' | 'refused' {
  let finished;
  try {
    finished = new KubernetesRun(shorter(spec), { seed: 1 }).run();
  } catch (error) {
    expect((error as Error).name, `${what}: ${(error as Error).stack}`).toBe('InputError');
    return 'refused';
  }
  expect(finished.fingerprint, what).toMatch(/^[0-9a-f]{16}$/);
  return 'ran';
}

test('mutants of a good scenario are each refused with one sentence that names its place, or accepted', () => {
  const sentences: string[] = [];
  for (const mutant of OF_SCENARIO) {
    const outcome = read(mutant);
    if (typeof outcome !== 'string') continue;
    sentences.push(outcome);
    expect(outcome, mutant.what).toMatch(/^(scenario\.yaml:\d+:\d+: )?\S.{10,}[^.]$/u);
    expect(outcome.length, mutant.what).toBeLessThan(700);
  }
  expect(sentences.filter((one) => one.startsWith('scenario.yaml:')).length).toBeGreaterThan(0.9 * sentences.length);
  expect(sentences.length).toBeGreaterThan(30);
  expect(sentences.length).toBeLessThan(85);
  if (process.env['SHOW']) process.stdout.write(`${sentences.join('\n')}\n`);
});

test('mutants of its manifests are each refused with sentences that name file, line and field, or the object, or accepted', () => {
  let refused = 0;
  for (const mutant of OF_MANIFESTS) {
    const outcome = read(mutant);
    if (typeof outcome !== 'string') continue;
    refused++;
    for (const line of outcome.split('\n'))
      expect(line, mutant.what).toMatch(
        /^((scenario\.yaml:\d+:\d+|[A-Z]\w+ default\/[\w\][",.-]+): \S.{10,}[^.]|and \d+ more like these)$/u,
      );
    if (process.env['SHOW']) process.stdout.write(`${outcome}\n`);
  }
  expect(refused).toBeGreaterThan(40);
  expect(refused).toBeLessThan(115);
});

function runSome(every: number): { ran: number; refused: number } {
  const counts = { ran: 0, refused: 0 };
  for (const mutant of [...OF_SCENARIO, ...OF_MANIFESTS].filter((_, place) => place % every === 0)) {
    const outcome = read(mutant);
    if (typeof outcome !== 'string') counts[run(mutant, outcome[0])]++;
  }
  return counts;
}

test('of the mutants that are accepted some run', () => {
  expect(runSome(12).ran).toBeGreaterThan(5);
});

slowTest('all mutants that are accepted run', () => {
  const { ran, refused } = runSome(1);
  expect(ran).toBeGreaterThan(100);
  expect(refused).toBeLessThan(10);
});
