import { parseArgs } from 'node:util';
import { IndexedCore } from '../../../orchestrators/kubernetes/scheduler/indexed/indexed-core.ts';
import { ReferenceCore } from '../../../orchestrators/kubernetes/scheduler/reference/reference-core.ts';
import type { SchedulerProfile } from '../../../orchestrators/kubernetes/scheduler/scheduler-profile.ts';
import type { SchedulingCore } from '../../../orchestrators/kubernetes/scheduler/scheduling-core.ts';
import { InputError } from '../../../sim/input-error.ts';
import { referencePath } from '../reference-data.ts';
import { type Comparison, type Difference, replayScenario } from './replay-scenario.ts';
import { type Family, readFamilies } from './vector-files.ts';

/** Ways of deciding by name. */
const CORES: Readonly<Record<string, (profile: SchedulerProfile) => SchedulingCore>> = {
  reference: (profile) => new ReferenceCore(profile),
  indexed: (profile) => new IndexedCore(profile),
};

/**
 * `npm run fidelity:kubernetes -- [--vectors DIR] [--core reference|indexed|both]`: compares every decision of the
 * scenario files with the real scheduler's, prints one line a family and returns the exit code: 0 when all are equal,
 * 1 when one differs, 2 when the files or the arguments cannot be read.
 */
export function fidelityCommand(args: readonly string[], print: (line: string) => void): 0 | 1 | 2 {
  try {
    const { cores, directory } = readArguments(args);
    const families = readFamilies(directory);
    print(`decisions of the real kube-scheduler: ${directory}`);
    const equal = cores.map((name) => compareCore(name, families, print));
    return equal.every(Boolean) ? 0 : 1;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    print(error.message);
    return 2;
  }
}

/** Compares all families with one core; whether every decision is equal. */
function compareCore(name: string, families: readonly Family[], print: (line: string) => void): boolean {
  const width = Math.max(...families.map((family) => family.name.length), 'core reference'.length);
  print(`${`core ${name}`.padEnd(width)} decisions  equal`);
  let decisions = 0;
  let different = 0;
  for (const family of families) {
    const compared = compareFamily(family, CORES[name]);
    const [first] = compared.differences;
    print(line(family.name, width, compared.decisions, compared.differences.length));
    if (first !== undefined) print(described(first));
    decisions += compared.decisions;
    different += compared.differences.length;
  }
  print(`${line('all', width, decisions, different)}${different === 0 ? ', no difference' : ''}`);
  return different === 0;
}

function compareFamily(family: Family, coreOf: (profile: SchedulerProfile) => SchedulingCore): Comparison {
  const compared = family.scenarios.map((scenario) => replayScenario(scenario, coreOf));
  return {
    decisions: compared.reduce((sum, { decisions }) => sum + decisions, 0),
    differences: compared.flatMap(({ differences }) => differences),
  };
}

function line(name: string, width: number, decisions: number, different: number): string {
  return `${name.padEnd(width)} ${String(decisions).padStart(9)} ${String(decisions - different).padStart(6)}`;
}

function described({ scenario, pod, expected, got }: Difference): string {
  return `  first difference: ${scenario}, pod ${pod}\n    expected ${expected}\n    got      ${got}`;
}

function readArguments(args: readonly string[]): { readonly cores: readonly string[]; readonly directory: string } {
  const known = [...Object.keys(CORES), 'both'];
  let values: { readonly vectors?: string | undefined; readonly core?: string | undefined };
  try {
    ({ values } = parseArgs({ args: [...args], options: { vectors: { type: 'string' }, core: { type: 'string' } } }));
  } catch (error) {
    throw new InputError(`${(error as Error).message}; write --vectors DIR --core ${known.join('|')}`);
  }
  const core = values.core ?? 'both';
  if (!known.includes(core)) throw new InputError(`there is no core "${core}"; write --core ${known.join('|')}`);
  return {
    cores: core === 'both' ? Object.keys(CORES) : [core],
    directory: referencePath(values.vectors, 'kube-scheduler', "the real scheduler's decisions"),
  };
}
