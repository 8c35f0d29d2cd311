import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readTextFile } from '../experiment/local/read-input.ts';
import { operationOf, type OperationText } from '../experiment/orchestrated/operation-text.ts';
import { EngineFault } from '../live/engine/engine-fault.ts';
import { findEngine } from '../live/engine/find-engine.ts';
import { folderOf, REPLAYS_FOLDER } from '../live/safety/replay-folder.ts';
import { cleanSwarm, runsOnSwarm, swarmCleanedText } from '../live/swarm/clean-swarm.ts';
import { predictSwarm } from '../live/swarm/predict-swarm.ts';
import { replayOnSwarm } from '../live/swarm/replay-on-swarm.ts';
import { swarmApi, type SwarmApi } from '../live/swarm/swarm-api.ts';
import { isAsPredicted } from '../live/swarm/swarm-check.ts';
import { swarmConcerns } from '../live/swarm/swarm-concerns.ts';
import { swarmRunId, type SwarmReplay, type SwarmReplayStep } from '../live/swarm/swarm-replay.ts';
import { readTarget, type SwarmTarget } from '../live/swarm/swarm-target.ts';
import { changedServices, wantedAfter, wantedAtFirst } from '../live/swarm/wanted-stack.ts';
import { checkWorkloads, readUserImages } from '../live/workload/user-images.ts';
import type { OperatorChange } from '../orchestrators/data-plane/control-loop.ts';
import type { NativeFile } from '../orchestrators/native-file.ts';
import { readStack } from '../orchestrators/swarm/compose/read-stack.ts';
import { InputError } from '../sim/input-error.ts';
import { suggestion } from '../sim/nearest-name.ts';
import { durationUs } from '../sim/quantity.ts';
import { note, print, printJson } from './console-output.ts';
import { EXIT } from './exit-codes.ts';
import { commandLine, ExitWith, noteBug } from './finish.ts';
import { planOf } from './plan-of.ts';
import type { ReplayFlags } from './replay.ts';
import { swarmCheckText, swarmPlanText } from './swarm-check-text.ts';

/** Longest that a replay of compose files alone is simulated. */
const MOST_US = 3600e6;

/** `baton replay --swarm`: a stack on a real swarm, held against its simulation on the same nodes. */
export async function replaySwarm(name: string | undefined, flags: ReplayFlags): Promise<void> {
  refuseOtherFlags(flags);
  const { address, description } = findEngine({
    ...(Array.isArray(flags.docker) && { docker: flags.docker[0] }),
    ...(flags.dockerInsecure === true && { isPlainAllowed: true }),
  });
  const api = await swarmApi('swarm', address);
  try {
    if (flags.clean) await clean(api, name, flags);
    else await replay(api, description, name, flags);
  } catch (error) {
    if (error instanceof EngineFault) throw new InputError(error.message);
    throw error;
  } finally {
    api.close();
  }
}

function refuseOtherFlags(flags: ReplayFlags): void {
  if (Array.isArray(flags.docker) && flags.docker.length > 1)
    throw new InputError('--swarm speaks to one manager, and --docker names several; name one of them');
  const foreign = [
    ['--engines', flags.engines],
    ['--resume', flags.resume],
    ['--traffic', flags.traffic],
    ['--scale-cpu', flags.scaleCpu],
    ['--scale-memory', flags.scaleMemory],
    ['--calibration', flags.calibration],
  ].find(([, value]) => value !== undefined && value !== false);
  if (foreign !== undefined)
    throw new InputError(
      `${String(foreign[0])} is for replays on single engines and does not go with --swarm; leave it out`,
    );
}

async function replay(api: SwarmApi, description: string, name: string | undefined, flags: ReplayFlags): Promise<void> {
  if (name === undefined)
    throw new InputError(
      'say what is to be replayed: a compose file or a scenario of Swarm, such as: baton replay stack.yaml --swarm free --docker MANAGER',
    );
  const target = await readTarget(api);
  const asked = await askedFor(name, flags, target);
  const { predicted, durationUs: lastsUs } = predictSwarm(asked, target.machines);
  const whole: SwarmReplay = { ...asked, durationUs: lastsUs };
  const { refusals, notes } = await swarmConcerns(whole, target, api);
  if (flags.dryRun) {
    if (flags.json)
      printJson({ ...whole, images: undefined, refusals, notes, nodes: target.machines, predicted: predicted.tasks });
    else print(swarmPlanText(whole, target, predicted, { description, refusals, notes }));
    return;
  }
  if (refusals.length > 0) throw new InputError(refusals.join('; '));
  for (const sentence of notes) note(sentence);
  note(`${whole.title}: ${whole.mode} on ${description}, about ${Math.ceil(lastsUs / 1e6)} s, run ${whole.runId}`);
  const check = await replayOnSwarm({
    replay: whole,
    predicted,
    swarm: target,
    api,
    notes,
    onStep: note,
    say: note,
    sayBug: (error) => noteBug(error instanceof Error ? error.message : String(error), commandLine()),
  });
  const folder = folderOf(flags.out ?? REPLAYS_FOLDER, whole.runId);
  mkdirSync(folder, { recursive: true });
  const path = join(folder, 'swarm-check.json');
  writeFileSync(path, `${JSON.stringify(check, null, 2)}\n`);
  if (flags.json) printJson(check);
  else print(`${swarmCheckText(check)}\n\nReport: ${path}`);
  if (!isAsPredicted(check) || check.left.length > 0 || check.troubles.length > 0) throw new ExitWith(EXIT.difference);
}

async function clean(api: SwarmApi, name: string | undefined, { json }: ReplayFlags): Promise<void> {
  await readTarget(api);
  const runs = await runsOnSwarm(api);
  if (name === undefined || runs.length === 0) {
    print(runs.length === 0 ? 'nothing is left of any run' : runs.join('\n'));
    return;
  }
  if (name !== 'all' && !runs.includes(name))
    throw new InputError(`nothing of run "${name}" is on this swarm${suggestion(name, [...runs, 'all'])}`);
  const reports = [];
  for (const runId of name === 'all' ? runs : [name]) reports.push({ runId, ...(await cleanSwarm(api, runId)) });
  if (json) printJson(reports);
  else print(reports.map((report) => swarmCleanedText(report, report.runId)).join('\n'));
  if (reports.some(({ left }) => left.length > 0)) throw new ExitWith(EXIT.difference);
}

/** What the arguments mean, checked against the swarm's own nodes. */
async function askedFor(name: string, flags: ReplayFlags, target: SwarmTarget): Promise<SwarmReplay> {
  const { files, steps, lastsUs, title, seed } = isStack(name)
    ? {
        files: name.split(',').map((file): NativeFile => ({ file, text: readTextFile(file, 'a stack') })),
        steps: [],
        lastsUs: MOST_US,
        title: name,
        seed: Number(flags.seed ?? 1),
      }
    : await ofScenario(name, flags);
  const speed = flags.speed ?? 1;
  const added = (flags.step ?? []).map((text) => stepOf(text));
  const all = [...steps, ...added]
    .map((step) => ({ ...step, atUs: Math.round(step.atUs / speed) }))
    .sort((a, b) => a.atUs - b.atUs);
  const checked = checkedSteps(files, all, target);
  const replayed = {
    title,
    mode: flags.swarm!,
    files,
    steps: checked,
    durationUs: Math.round(Math.max(lastsUs / speed, ...checked.map(({ atUs }) => atUs + 120e6))),
    speed,
    seed,
  };
  const images = readUserImages(flags.image ?? []);
  checkWorkloads(images, [...wantedAtFirst(files).keys()]);
  for (const sentence of readStack(files).notes) note(sentence);
  return { ...replayed, runId: swarmRunId(replayed), images };
}

/** Whether compose files are meant, with commas between, and no scenario. */
function isStack(name: string): boolean {
  const [first] = name.split(',');
  return existsSync(first) && /\.ya?ml$/.test(first) && /^services:/m.test(readTextFile(first, 'a stack'));
}

async function ofScenario(
  name: string,
  flags: ReplayFlags,
): Promise<{ files: NativeFile[]; steps: TextStep[]; lastsUs: number; title: string; seed: number }> {
  const { plan } = await planOf(name, flags);
  const { native } = plan;
  if (native?.orchestrator !== 'swarm')
    throw new InputError(
      `${name} has no files of Swarm; name a compose file, or a scenario with "orchestrator: swarm" and "files:"`,
    );
  return {
    files: native.files.map(({ file }) => ({ file, text: readTextFile(file, 'a stack') })),
    steps: native.steps.map(({ at, text, change }) => ({ atUs: at, text, change })),
    lastsUs: native.duration,
    title: name,
    seed: plan.seed,
  };
}

interface TextStep {
  readonly atUs: number;
  readonly text: string;
  readonly change: OperationText;
}

/** `30s scale web=6`. */
function stepOf(text: string): TextStep {
  const [, at, run] = /^\s*(\S+)\s+(.+)$/.exec(text) ?? [];
  if (at === undefined || run === undefined)
    throw new InputError(`--step "${text}" does not say when and what; write it like --step "30s scale web=6"`);
  try {
    return { atUs: durationUs(at), text: run, change: operationOf(run) };
  } catch (error) {
    if (error instanceof InputError) throw new InputError(`--step "${text}": ${error.message}`);
    throw error;
  }
}

/** Steps with their files read and their names found, each against what is there by then. */
function checkedSteps(
  files: readonly NativeFile[],
  steps: readonly TextStep[],
  target: SwarmTarget,
): SwarmReplayStep[] {
  let wanted = wantedAtFirst(files);
  const machines = target.machines.map(({ name }) => name);
  return steps.map(({ atUs, text, change }) => {
    const full: OperatorChange =
      change.verb === 'apply-file'
        ? { verb: 'apply', files: [{ file: change.file, text: readTextFile(change.file, 'a stack') }] }
        : change;
    if ('machine' in full && !machines.includes(full.machine))
      throw new InputError(
        `step "${text}": the swarm has no node "${full.machine}"${suggestion(full.machine, machines)}`,
      );
    if ('workload' in full && !wanted.has(full.workload))
      throw new InputError(
        `step "${text}": there is no service "${full.workload}" by then${suggestion(full.workload, wanted.keys())}`,
      );
    const after = wantedAfter(wanted, full);
    if (!('machine' in full) && changedServices(wanted, after).length === 0)
      throw new InputError(`step "${text}" changes nothing; leave it out`);
    wanted = after;
    return { atUs, text, change: full };
  });
}
