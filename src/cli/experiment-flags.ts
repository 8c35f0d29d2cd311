import { InvalidArgumentError, Option, type Command } from 'commander';
import type { ExperimentText } from '../experiment/experiment-schema.ts';

/** The flags that say what to run, as commander hands them over. */
export interface ExperimentFlags {
  cluster?: string[];
  nodes?: string[];
  workload?: string[];
  format?: string;
  option?: Record<string, string>;
  transform?: string[];
  policies?: string[];
  policy?: string[];
  queue?: string[];
  backfill?: string[];
  seeds?: string;
  whenFull?: ('wait' | 'refuse')[];
  stopAfter?: string;
  experiment?: string;
}

/** Adds the flags of commands that run many things (`compare`). */
export function addExperimentFlags(command: Command): Command {
  return addPlaceFlags(command)
    .option('--policies <names>', 'policies by name, with commas between; `baton policies` lists them', commas)
    .option('--policy <file>', 'your own policy from a .ts or .js file (or one more name); may be repeated', another)
    .option('--queue <names>', 'in which order waiting pods are tried (default fifo)', commas)
    .option('--backfill <names>', 'who may pass the head of the queue (default any)', commas)
    .option('--seeds <seeds>', 'such as 1,2 or 1..10 (default 1..10 where chance plays a part, else 1)')
    .option('--experiment <file>', 'all of this from a YAML file; flags given beside it replace its fields');
}

/** Adds the flags of commands that run one thing (`run`, `explain`). */
export function addRunFlags(command: Command): Command {
  return addPlaceFlags(command)
    .option('--policy <policy>', 'a name such as best-fit or best-fit+easy, or your own file', another)
    .option('--queue <name>', 'in which order waiting pods are tried (default fifo)', commas)
    .option('--backfill <name>', 'who may pass the head of the queue (default any)', commas)
    .option('--seed <seed>', 'a whole number (default 1)');
}

function addPlaceFlags(command: Command): Command {
  return command
    .option('--cluster <nodes>', 'nodes such as "64 x 32cpu 128Gi", or preset:NAME; compare takes several', another)
    .option('--nodes <file>', 'a machine list; compare takes several', another)
    .option(
      '--workload <file>',
      'a trace, or preset:NAME[,key=value…] for a synthetic one; compare takes several',
      another,
    )
    .option('--format <name>', 'format of the trace (default: found out)')
    .option('--option <key=value>', 'an option of the format or preset, such as as=gang; may be repeated', pair)
    .option(
      '--transform <step>',
      'change the pods, such as "scale-arrivals=2"; may be repeated, applied in order',
      another,
    )
    .addOption(
      new Option(
        '--when-full <what>',
        'what happens to a pod that fits nowhere now: wait or refuse (default wait)',
      ).argParser((text: string) => commas(text).map(waitOrRefuse)),
    )
    .option('--stop-after <time>', 'stop each run at this simulated time after its start, such as 7d');
}

/**
 * The experiment that the flags describe, on top of the one in the file (if any). Paths in flags start in the current
 * folder, those in the file beside it: `pathOf` tells them apart.
 */
export function experimentOf(
  flags: ExperimentFlags,
  fromFile?: ExperimentText,
  pathOf: (path: string) => string = (path) => path,
): Partial<ExperimentText> {
  const clusters = [...(flags.cluster ?? []), ...(flags.nodes ?? []).map((file) => ({ file: pathOf(file) }))];
  const workloads = (flags.workload ?? []).map((text) => workloadOf(text, flags, pathOf));
  const policies = [...(flags.policies ?? []), ...(flags.policy ?? []).map((one) => policyPath(one, pathOf))];
  const chosen = policies.length === 0 && (flags.queue || flags.backfill) && !fromFile ? ['first-fit'] : policies;
  return {
    ...fromFile,
    ...(clusters.length > 0 && { clusters }),
    ...(workloads.length > 0 && { workloads }),
    ...(chosen.length > 0 && {
      policies: chosen.flatMap((policy) =>
        (flags.queue ?? ['']).flatMap((queue) =>
          (flags.backfill ?? ['']).map((backfill) => [policy, queue, backfill].filter(Boolean).join('+')),
        ),
      ),
    }),
    ...(flags.seeds !== undefined && { seeds: flags.seeds }),
    ...(flags.whenFull !== undefined && { whenFull: flags.whenFull }),
    ...(flags.stopAfter !== undefined && { stopAfter: flags.stopAfter }),
  };
}

type Workload = Exclude<ExperimentText['workloads'], readonly unknown[]>;

function workloadOf(text: string, flags: ExperimentFlags, pathOf: (path: string) => string): Workload {
  const transforms = flags.transform ?? [];
  const own = flags.option ?? {};
  if (!text.startsWith('preset:'))
    return { file: pathOf(text), ...(flags.format && { format: flags.format }), options: own, transforms };
  if (transforms.length === 0 && Object.keys(own).length === 0) return text;
  const [generate, ...pairs] = text.slice('preset:'.length).split(',');
  const options = { ...pairs.reduce<Record<string, string>>((before, one) => pair(one, before), {}), ...own };
  const name = [
    text.slice('preset:'.length),
    ...Object.entries(own).map(([key, value]) => `${key}=${value}`),
    ...transforms,
  ];
  return { name: name.join(', '), generate, options, transforms };
}

/** `./mine.ts+easy` keeps what is joined to the file. */
function policyPath(text: string, pathOf: (path: string) => string): string {
  return text
    .split('+')
    .map((token) => (/[/\\]|\.m?[jt]s$/.test(token) ? pathOf(token) : token))
    .join('+');
}

/** Collects `key=value`. */
export function pair(text: string, before?: Record<string, string>): Record<string, string> {
  const at = text.indexOf('=');
  if (at <= 0) throw new InvalidArgumentError('write it like key=value.');
  return { ...before, [text.slice(0, at).trim()]: text.slice(at + 1).trim() };
}

function another(value: string, before: string[] | undefined): string[] {
  return [...(before ?? []), value];
}

function commas(text: string): string[] {
  return text
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '');
}

function waitOrRefuse(text: string): 'wait' | 'refuse' {
  if (text === 'wait' || text === 'refuse') return text;
  throw new InvalidArgumentError(`write wait or refuse, not "${text}".`);
}

/** The name of a folder. */
export function folder(text: string): string {
  if (text.trim() !== '') return text;
  throw new InvalidArgumentError('write the name of a folder, or . for this one.');
}

/** A whole number above 0, for flags such as `--workers`. */
export function positiveWhole(text: string): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new InvalidArgumentError(
    /^\d+$/.test(text) && Number(text) > 0 ? 'write at most 999999.' : 'write a whole number above 0.',
  );
}

/** Seconds above 0, fractions too. */
export function positiveSeconds(text: string): number {
  const value = Number(text.replace(/s$/, ''));
  if (value > 0 && value < 1e9) return value;
  throw new InvalidArgumentError('write seconds, such as 60.');
}
