import { InputError } from '../sim/input-error.ts';
import { blankRow, type PodSource } from '../sim/pod-source.ts';
import { generatorPreset, PRESETS } from '../workloads/generators/generator-registry.ts';
import type { GeneratorOptions } from '../workloads/generators/preset.ts';
import { compareWithTargets } from '../workloads/targets.ts';
import { writeNodeCsv } from '../workloads/write-node-csv.ts';
import { WorkloadTally } from '../workloads/workload-tally.ts';
import { writeAtomically } from '../experiment/local/result-store.ts';
import { columns, note, painter, print, printJson } from './console-output.ts';
import { seedOf } from './trace-input.ts';
import { writePods } from './write-pods.ts';

export interface GenerateFlags {
  list?: boolean;
  out?: string;
  nodesOut?: string;
  seed?: string;
  pods?: number;
  option?: Record<string, string>;
  json?: boolean;
}

/** Makes a synthetic trace, and says how near it comes to what it imitates. */
export async function generate(name: string | undefined, flags: GenerateFlags): Promise<void> {
  if (flags.list) return list(flags);
  if (name === undefined) throw new InputError(`name a preset: ${PRESETS.map((one) => one.name).join(', ')}`);
  const preset = generatorPreset(name);
  const options: Partial<GeneratorOptions> = {
    ...Object.fromEntries(Object.entries(flags.option ?? {}).map(([key, value]) => [key, numberOf(key, value)])),
    ...(flags.pods !== undefined && { pods: flags.pods }),
  };
  const [seed] = seedOf(flags.seed);
  const nodes = preset.nodes(options);
  const tally = new WorkloadTally();
  const source = tallied(preset.pods(options, seed), tally);
  let pods: number | undefined;
  if (flags.out !== undefined) pods = await writePods(source, flags.out);
  else for (const row = blankRow(); source.next(row););
  if (flags.nodesOut !== undefined) writeAtomically(flags.nodesOut, writeNodeCsv(nodes));
  const targets = compareWithTargets(tally.statistics(nodes), preset.targets);
  const say = flags.out === '-' ? note : print;
  if (flags.json && flags.out !== '-') printJson({ preset: name, seed, pods, targets });
  else if (targets.length > 0) {
    const paint = painter(flags.out === '-' ? process.stderr : process.stdout);
    say(
      columns(
        [
          ['statistic', 'published', 'here', 'tolerance', ''],
          ...targets.map((one) => [
            one.statistic,
            `${Number(one.value.toPrecision(4))}`,
            one.got === undefined ? '–' : `${Number(one.got.toPrecision(4))}`,
            `${Math.round(one.tolerance * 100)} %`,
            one.within ? 'near' : 'off',
          ]),
        ],
        paint,
      ),
    );
  }
  if (flags.out !== undefined && flags.out !== '-') note(`${pods} pods written to ${flags.out}`);
  if (flags.nodesOut !== undefined) note(`${nodes.length} machines written to ${flags.nodesOut}`);
}

function list(flags: GenerateFlags): void {
  if (flags.json)
    return printJson(PRESETS.map(({ name, summary, source, defaults }) => ({ name, summary, source, defaults })));
  print(
    columns([['preset', 'what it is like', 'source'], ...PRESETS.map((one) => [one.name, one.summary, one.source])]),
  );
}

function numberOf(key: string, text: string): number {
  const value = text.trim() === '' ? NaN : Number(text);
  if (Number.isNaN(value))
    throw new InputError(`--option ${key}: cannot read "${text}" as a number; write it like ${key}=0.9`);
  return value;
}

function tallied(source: PodSource, tally: WorkloadTally): PodSource {
  return {
    next: (row) => {
      const more = source.next(row);
      if (more) tally.add(row);
      return more;
    },
  };
}
