import { InputError } from '../../sim/input-error.ts';
import type { DataPlaneOrchestrator } from '../../orchestrators/orchestrator.ts';
import type { Dialect } from '../../orchestrators/translate/app-model.ts';
import { dialectOf } from '../../orchestrators/translate/detect-dialect.ts';
import type { NativeFile } from '../../orchestrators/native-file.ts';
import { filesBelow, kindOf } from './manifests-here.ts';
import { readTextFile } from './read-input.ts';

const ENDINGS = /\.(ya?ml|json|hcl|nomad)$/i;

/** The native files at a path, sorted by name: the file itself, or the files of the folder and of those in it. */
export function nativeFilesAt(path: string): readonly string[] {
  const there = kindOf(path);
  if (there === undefined)
    throw new InputError(`${path}: there is no such file or folder; the orchestrator's own files are read from here`);
  if (there !== 'folder') return [path];
  const files = filesBelow(path, 0, ENDINGS);
  if (files.length === 0)
    throw new InputError(`${path}: the folder holds no such files; they end in .yaml, .yml, .json, .hcl or .nomad`);
  return files;
}

/** Whose dialect is run by whom. */
const RUNS: Readonly<Partial<Record<Dialect, DataPlaneOrchestrator>>> = {
  compose: 'swarm',
  marathon: 'mesos',
  ecs: 'ecs',
  nomad: 'nomad',
};
/** Fields that scenarios and experiments have, and no file of an orchestrator at its top; `cluster` services of ECS have, too. */
const OF_SCENARIOS =
  /^["']?(clusters|workloads|policies|traffic|weather|duration|objectives|seeds|orchestrator|model|coldStart)["']?\s*:/m;
const CLUSTER = /^["']?cluster["']?\s*:/m;
/** Fields of a service in a compose file that a scenario's service has not. */
const OF_COMPOSE = /^\s+["']?(build|deploy|command|ports|environment|volumes|networks|restart|entrypoint)["']?\s*:/m;
const IMAGE_NAME = /^\s+["']?image["']?\s*:\s*["']?[^\s"']*[A-Za-z/][^\s"']*[:/@]/m;

/**
 * The scenario that is meant by naming an orchestrator's own file, or a folder of them, alone; undefined where it is
 * something else, such as a scenario, an experiment or manifests.
 */
export function scenarioOfNativeFiles(path: string): string | undefined {
  const there = kindOf(path);
  if (there !== 'file' && there !== 'folder') return undefined;
  if (there === 'file' && !ENDINGS.test(path)) return undefined;
  const files = there === 'file' ? [path] : filesBelow(path, 0, ENDINGS);
  const owners = new Set(files.map(ownerOf));
  // What says nothing of itself, such as a list of weights, belongs to the files beside it.
  owners.delete('unclear');
  const [owner] = owners;
  return owners.size === 1 && owner !== 'others' ? JSON.stringify({ orchestrator: owner, files: [path] }) : undefined;
}

function ownerOf(path: string): DataPlaneOrchestrator | 'others' | 'unclear' {
  if (/\.(hcl|nomad)$/i.test(path)) return 'nomad';
  const file = readNativeFile(path);
  // JSON may stand on one line, or be indented as a whole.
  const top = /^\s*[{[]/.test(file.text) ? topOfJson(file.text) : file.text;
  if (OF_SCENARIOS.test(top)) return 'others';
  const dialect = dialectHere(file);
  if (dialect === undefined) return CLUSTER.test(top) ? 'others' : 'unclear';
  if (CLUSTER.test(top) && dialect !== 'ecs') return 'others';
  if (dialect === 'compose' && !OF_COMPOSE.test(file.text) && !IMAGE_NAME.test(file.text)) return 'others';
  return RUNS[dialect] ?? 'others';
}

function dialectHere(file: NativeFile): Dialect | undefined {
  try {
    return dialectOf(file);
  } catch {
    return undefined;
  }
}

/** The fields at the top of an object in JSON, one a line. */
function topOfJson(text: string): string {
  try {
    const data: unknown = JSON.parse(text);
    if (typeof data !== 'object' || data === null || Array.isArray(data)) return '';
    return Object.keys(data)
      .map((key) => `${key}: 0`)
      .join('\n');
  } catch {
    return '';
  }
}

const WRITTEN: Readonly<Record<Dialect, string>> = {
  compose: 'a compose file',
  kubernetes: 'a manifest of Kubernetes',
  marathon: 'of Marathon',
  ecs: 'of Amazon ECS',
  nomad: 'a job of Nomad',
};

/** What is wrong with a file that was refused, if it is another orchestrator's: that says more than its first unknown field. */
export function strangerAmong(files: readonly NativeFile[], wanted: DataPlaneOrchestrator): InputError | undefined {
  const own = (Object.keys(RUNS) as Dialect[]).find((dialect) => RUNS[dialect] === wanted)!;
  for (const file of files) {
    const dialect = dialectFound(file);
    if (dialect !== undefined && dialect !== own)
      return new InputError(
        `${file.file}: this is ${WRITTEN[dialect]}, and the scenario is for ${wanted}; write orchestrator: ${RUNS[dialect] ?? 'kubernetes'}, or translate it: baton translate ${file.file} --to ${own}`,
      );
  }
  return undefined;
}

function dialectFound(file: NativeFile): Dialect | undefined {
  try {
    return dialectOf(file);
  } catch {
    return undefined;
  }
}

export function readNativeFile(file: string): NativeFile {
  return { file, text: readTextFile(file, 'a native file') };
}
