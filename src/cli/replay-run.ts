import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readTextFile } from '../experiment/local/read-input.ts';
import { connectEngines, type ConnectedEngines } from '../live/connect-engines.ts';
import type { Engine } from '../live/engine/engine.ts';
import { EngineFault } from '../live/engine/engine-fault.ts';
import { replayHere } from '../live/replay-here.ts';
import { outcomeOf } from '../live/replay-outcome.ts';
import type { ReplayRecord } from '../live/replay/replay-record.ts';
import { readEngineFacts } from '../live/safety/engine-facts.ts';
import { LockHeld } from '../live/safety/engine-lock.ts';
import { imagesOfReplay, planReplay } from '../live/safety/replay-plan.ts';
import type { ReplayPlanReport } from '../live/safety/replay-plan-report.ts';
import { replayPlanText } from '../live/safety/replay-plan-text.ts';
import { REPLAYS_FOLDER } from '../live/safety/replay-folder.ts';
import { keepReplayState } from '../live/safety/replay-state.ts';
import { resumePoint, type ResumePoint } from '../live/safety/resume.ts';
import { suggestScale } from '../live/safety/suggest-scale.ts';
import { readScript } from '../live/script/read-script.ts';
import { recordScript } from '../live/script/record-script.ts';
import type { ReplayScript } from '../live/script/replay-script.ts';
import { trafficOfRun } from '../live/traffic/run-traffic.ts';
import { workloadImage } from '../live/workload/workload-image.ts';
import { checkWorkloads, readUserImages, type UserImages } from '../live/workload/user-images.ts';
import { realityText } from '../reporting/reality/reality-text.ts';
import { InputError } from '../sim/input-error.ts';
import { note, painter, print, printJson } from './console-output.ts';
import { isNamed, meantBy } from './engine-flags.ts';
import { EXIT } from './exit-codes.ts';
import { commandLine, ExitWith, noteBug } from './finish.ts';
import { planOf } from './plan-of.ts';
import { cleanReplay } from './replay-clean.ts';
import type { ReplayFlags } from './replay.ts';
import { replayScreen, type ReplayScreen } from './replay-screen.ts';
import { writeReality } from './write-reality.ts';

const USUAL_SPEED = 20;

/** What was asked for, with all that was left out filled in. */
interface Asked {
  readonly script: ReplayScript;
  readonly speed: number;
  readonly scaleCpu: number | 'shares';
  readonly scaleMem: number;
  readonly userImages: UserImages;
  readonly resumed?: ResumePoint;
}

/** Carries out `baton replay`. */
export async function replay(name: string | undefined, flags: ReplayFlags): Promise<void> {
  if (flags.clean) return asSentences(() => cleanReplay(name, flags));
  if (name === undefined && flags.workload === undefined && flags.experiment === undefined)
    throw new InputError('say what is to be replayed: a scenario, such as: baton replay live-replay --docker');
  await asSentences(() => replayNamed(name, flags));
}

async function replayNamed(name: string | undefined, flags: ReplayFlags): Promise<void> {
  const root = flags.out ?? REPLAYS_FOLDER;
  const resumed = flags.resume ? resumePoint(root, name ?? '') : undefined;
  const script = resumed?.saved.script ?? (await scriptOf(name, flags));
  const connected = await connectEngines(
    resumed !== undefined && !isNamed(flags)
      ? { ...meantBy(flags), kept: resumed.saved.begin.engines }
      : meantBy(flags),
  );
  try {
    connected.engines.forEach(({ name: engine }, place) => note(`${engine}: ${connected.descriptions[place]}`));
    const { asked, plan, text } = await planned(script, connected, flags, resumed);
    if (flags.dryRun) {
      if (flags.json) printJson(plan);
      else print(text);
      return;
    }
    refuse(plan, flags, text);
    const record = await carryOut(asked, connected, root, flags);
    tell(script, record, join(root, script.runId), flags);
  } finally {
    connected.close();
  }
}

/** Faults of engines, and locks that others hold, are the user's to mend. */
async function asSentences(task: () => Promise<void>): Promise<void> {
  try {
    await task();
  } catch (error) {
    if (error instanceof EngineFault || error instanceof LockHeld) throw new InputError(error.message);
    throw error;
  }
}

async function scriptOf(name: string | undefined, flags: ReplayFlags): Promise<ReplayScript> {
  if (flags.traffic && flags.act === 'none' && flags.image === undefined)
    throw new InputError(
      '--traffic needs containers that answer, and with --act none none does; leave one of them out',
    );
  if (name !== undefined && isScript(name)) {
    const script = readScript(name);
    if (flags.traffic && script.traffic === undefined)
      throw new InputError(`${name} holds no requests for --traffic; leave it out, or name the scenario itself`);
    return script;
  }
  const { plan } = await planOf(name, { ...flags, calibrationSpeed: flags.speed ?? USUAL_SPEED });
  const script = await recordScript(plan);
  if (!flags.traffic) return script;
  const traffic = await trafficOfRun(plan);
  if (traffic === undefined)
    throw new InputError('--traffic sends the requests of a scenario, and this run has none; leave it out');
  return { ...script, traffic };
}

/** Whether a script is meant: by its usual name, or by the first words of a file of another. */
function isScript(name: string): boolean {
  if (/\bscript\.json$/.test(name)) return true;
  return (
    name.endsWith('.json') && existsSync(name) && readTextFile(name, 'a script').slice(0, 200).includes(SCRIPT_KIND)
  );
}

const SCRIPT_KIND = '"baton-replay-script/';

/** Asks the engines what a plan must know, and makes it. */
async function planned(
  script: ReplayScript,
  connected: ConnectedEngines,
  flags: ReplayFlags,
  resumed: ResumePoint | undefined,
): Promise<{ asked: Asked; plan: ReplayPlanReport; text: string }> {
  const { engines } = connected;
  const userImages = readUserImages(flags.image ?? []);
  checkWorkloads(
    userImages,
    script.pods.map(({ workload }) => workload),
  );
  const infos = await Promise.all(engines.map((engine) => engine.info()));
  const ownImage = workloadImage(infos[0].architecture).spec.reference;
  const facts = await Promise.all(
    engines.map((engine) => readEngineFacts(engine, script.runId, imagesOfReplay(script, { ownImage, userImages }))),
  );
  const begin = resumed?.saved.begin;
  const wanted = {
    speed: flags.speed ?? begin?.speed ?? USUAL_SPEED,
    scaleCpu: flags.scaleCpu ?? begin?.scaleCpu ?? 1,
    scaleMem: flags.scaleMemory ?? begin?.scaleMem ?? 1,
  };
  const usual = {
    speed: wanted.speed,
    scaleCpu: wanted.scaleCpu === 'fit' ? 1 : wanted.scaleCpu,
    scaleMem: wanted.scaleMem === 'fit' ? 1 : wanted.scaleMem,
    engineOfNode: connected.placesOf(script.nodes),
    ownImage,
    userImages,
    resumes: resumed !== undefined,
  };
  const suggested = suggestScale(script, facts, usual);
  const options = {
    ...usual,
    ...(wanted.scaleCpu === 'fit' && { scaleCpu: suggested.scaleCpu }),
    ...(wanted.scaleMem === 'fit' && { scaleMem: suggested.scaleMem }),
  };
  const plan = planReplay(script, facts, options);
  const { speed, scaleCpu, scaleMem } = options;
  return {
    asked: { script, speed, scaleCpu, scaleMem, userImages, ...(resumed && { resumed }) },
    plan,
    text: replayPlanText(plan, plan.refusals.length > 0 ? suggested : undefined),
  };
}

function refuse({ impossible, refusals, warnings }: ReplayPlanReport, flags: ReplayFlags, text: string): void {
  if (impossible.length > 0) throw new InputError(impossible.join('; '));
  if (refusals.length > 0 && !flags.overcommit && !flags.resume) {
    note(text);
    throw new InputError(
      `${refusals.join('; ')}; scale it (--scale-cpu fit --scale-memory fit), or do it all the same with --overcommit`,
    );
  }
  for (const sentence of [...refusals, ...warnings]) note(sentence);
}

async function carryOut(
  { script, speed, scaleCpu, scaleMem, userImages, resumed }: Asked,
  connected: ConnectedEngines,
  root: string,
  flags: ReplayFlags,
): Promise<ReplayRecord> {
  const { engines } = connected;
  const places = connected.placesOf(script.nodes);
  const engineOfName = new Map<string, Engine>(script.nodes.map((node, k) => [node.name, engines[places[k]]]));
  const screen = screenOf(script, flags);
  if (resumed !== undefined)
    note(`${resumed.sentence}, at speed ${speed} on ${engines.map((engine) => engine.name).join(', ')}`);
  const say = (sentence: string): void => {
    screen.end('stopping');
    note(sentence);
  };
  let ended = 'broken off';
  try {
    const record = await replayHere(script, {
      engines,
      engineOf: (node) => engineOfName.get(node)!,
      keepState: () => {
        const begin = {
          at: new Date().toISOString(),
          speed,
          scaleCpu,
          scaleMem,
          engines: connected.kept(script.nodes),
          fromUs: resumed?.fromUs ?? 0,
        };
        const state = keepReplayState(root, script, begin, resumed !== undefined);
        connected.logTo(state.callsFile);
        return state;
      },
      speed,
      scaleCpu,
      scaleMem,
      act: flags.act,
      userImages,
      sends: flags.traffic === true,
      callsAtOnce: flags.parallel,
      whenLate: flags.whenLate,
      checkpointEveryUs: Math.ceil(script.durationUs / flags.checkpoints),
      waitForEngineMs: flags.wait * 1000,
      ...(resumed !== undefined && { resumeFromUs: resumed.fromUs }),
      onTick: (view) => screen.draw(view),
      say,
      sayBug: (error) => noteBug(error instanceof Error ? error.message : String(error), commandLine()),
    });
    ended = record.outcome;
    return record;
  } finally {
    screen.end(ended);
  }
}

function screenOf(script: ReplayScript, flags: ReplayFlags): ReplayScreen {
  const stream = process.stdout.isTTY && !flags.json ? process.stdout : process.stderr;
  const isWhole = stream.isTTY && flags.live !== false;
  const colours = stream.isTTY && !process.env['NO_COLOR'] && process.env['TERM'] !== 'dumb';
  return replayScreen(stream, { title: script.title, isWhole, colours });
}

/** Says what it came to, and where that is written. */
function tell(script: ReplayScript, record: ReplayRecord, folder: string, flags: ReplayFlags): void {
  const outcome = outcomeOf(script, record, { act: flags.act, calibratedWith: flags.calibration });
  const files = writeReality(outcome, folder, commandLine());
  if (flags.json) printJson({ ...outcome.check, files });
  else {
    const paint = painter(process.stdout);
    print(
      realityText(outcome.check, {
        width: process.stdout.isTTY ? process.stdout.columns : 120,
        paint: (text, meaning) => (meaning === 'best' ? paint('bold', text) : text),
      }),
    );
    print(
      [
        '',
        ...(record.leftBehind === 0 ? ['All containers and networks that it made have been removed.'] : []),
        ...(files.calibration === undefined ? [] : [`Calibration: ${files.calibration}`]),
        `Report: ${files.report}`,
      ].join('\n'),
    );
  }
  const differed = record.checkpoints.some(({ differences }) => differences.length > 0);
  if (record.outcome === 'failed') throw new ExitWith(EXIT.difference);
  if (differed || record.leftBehind > 0) throw new ExitWith(EXIT.difference);
}
