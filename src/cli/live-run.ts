import type { Command } from 'commander';
import { isOrchestrated } from '../experiment/orchestrated/is-orchestrated.ts';
import type { RunPlan } from '../experiment/run-plan.ts';
import { InputError } from '../sim/input-error.ts';
import type { RunResult } from '../sim/result.ts';
import type { SteppedRun } from './live-dashboard.ts';

/** What `addLiveFlags` adds to the flags of a command. */
export interface LiveFlags {
  live?: boolean;
  liveSpeed?: number;
}

/** How long a run is shown when no speed is given. */
const SHOWN_S = 20;
const ENDS = ['SIGTERM', 'SIGHUP'] as const;

/** Adds `--live` and `--live-speed`. */
export function addLiveFlags(command: Command): Command {
  return command
    .option('--live', 'watch a scenario run: nodes, services, cost, decisions (ctrl-c ends it)')
    .option(
      '--live-speed <speed>',
      'simulated time a second, such as 60x or 10m, or max (default: the whole run in 20 seconds)',
      speed,
    );
}

/**
 * Runs a scenario in this process and draws it meanwhile, on stdout where that is a terminal, else as lines on stderr.
 * Undefined when it was interrupted.
 */
export async function runPlanLive(
  plan: RunPlan,
  { liveSpeed }: LiveFlags,
  signal: AbortSignal,
  journalPath?: string,
): Promise<RunResult | undefined> {
  if (plan.scenario === undefined && plan.kubernetes === undefined && plan.native === undefined)
    throw new InputError(
      '--live draws scenarios, and this is a run of pods alone; name a scenario: baton run black-friday --live',
    );
  const [{ inlineMore }, { runLive }] = await Promise.all([
    import('../experiment/local/inline-more.ts'),
    import('./live-dashboard.ts'),
  ]);
  inlineMore();
  const { run, close } = isOrchestrated(plan)
    ? await steppedOrchestrated(plan, journalPath)
    : plan.kubernetes === undefined
      ? await steppedScenario(plan, plan.scenario!, journalPath)
      : await steppedKubernetes(plan, plan.kubernetes, journalPath);
  // Ended from outside, the terminal must be put back as well.
  const stop = new AbortController();
  const end = (): void => stop.abort();
  signal.addEventListener('abort', end);
  for (const name of ENDS) process.once(name, end);
  if (signal.aborted) end();
  const stream = process.stdout.isTTY ? process.stdout : process.stderr;
  const colours = stream.isTTY && !process.env['NO_COLOR'] && process.env['TERM'] !== 'dumb';
  // Whoever watches a terminal wants to see something; into a file it may go as fast as it can.
  const pace = liveSpeed ?? (stream.isTTY ? run.endUs / 1e6 / SHOWN_S : Infinity);
  try {
    return await runLive(run, { stream, colours, signal: stop.signal, ...(pace !== Infinity && { speed: pace }) });
  } finally {
    for (const name of ENDS) process.removeListener(name, end);
    signal.removeEventListener('abort', end);
    close();
  }
}

/** A run to be taken step by step, and what closes its files. */
interface OpenedRun {
  readonly run: SteppedRun;
  readonly close: () => void;
}

async function steppedScenario(
  plan: RunPlan,
  scenario: NonNullable<RunPlan['scenario']>,
  journalPath: string | undefined,
): Promise<OpenedRun> {
  const [{ scenarioSimulation }, { policiesOf }, { WorkloadCache }] = await Promise.all([
    import('../experiment/local/scenario-simulation.ts'),
    import('../experiment/local/policies-of-plan.ts'),
    import('../experiment/local/open-inputs.ts'),
  ]);
  const policies = await policiesOf(plan.policy);
  const onRead = (): void => {};
  const workloads = new WorkloadCache(onRead);
  const { simulation, durationUs, close } = scenarioSimulation(plan, scenario, {
    policies,
    workloads,
    onRead,
    journalPath,
  });
  const run = {
    get nowUs() {
      return simulation.world.nowUs;
    },
    endUs: durationUs,
    step: () => simulation.step(),
    snapshot: () => simulation.snapshot(),
    result: () => simulation.result(),
  };
  return { run, close };
}

async function steppedKubernetes(
  plan: RunPlan,
  kubernetes: NonNullable<RunPlan['kubernetes']>,
  journalPath: string | undefined,
): Promise<OpenedRun> {
  const { openKubernetes } = await import('../experiment/local/execute-kubernetes.ts');
  const opened = openKubernetes(plan, kubernetes, { ...(journalPath !== undefined && { journalPath }) });
  const run = {
    get nowUs() {
      return opened.run.plane.clock.nowUs;
    },
    endUs: opened.durationUs,
    step: () => opened.run.step(),
    snapshot: () => opened.run.recorder.snapshot(),
    result: () => opened.result(),
  };
  return { run, close: opened.close };
}

async function steppedOrchestrated(plan: RunPlan, journalPath: string | undefined): Promise<OpenedRun> {
  const [{ openOrchestrated }, { policiesOf }, { WorkloadCache }] = await Promise.all([
    import('../experiment/local/open-orchestrated.ts'),
    import('../experiment/local/policies-of-plan.ts'),
    import('../experiment/local/open-inputs.ts'),
  ]);
  const policies = await policiesOf(plan.policy);
  const opened = openOrchestrated(plan, { policies, workloads: new WorkloadCache(() => {}), journalPath });
  const run = {
    get nowUs() {
      return opened.run.plane.clock.nowUs;
    },
    endUs: opened.durationUs,
    step: () => opened.run.step(),
    snapshot: () => opened.run.recorder.snapshot(),
    result: () => opened.result(),
  };
  return { run, close: opened.close };
}

/** `60x`: so many times faster than it is; `10m`: so much simulated time a second. */
function speed(text: string): number {
  if (text === 'max') return Infinity;
  const [, number, unit] = /^(\d+(?:\.\d+)?)(x|s|m|min|h|d)$/.exec(text) ?? [];
  const factor = { x: 1, s: 1, m: 60, min: 60, h: 3600, d: 86_400 }[unit ?? ''];
  const value = Number(number) * (factor ?? Number.NaN);
  if (!(value > 0))
    throw new InputError(`--live-speed ${text}: write how much faster, such as 60x, or the time a second, such as 10m`);
  return value;
}
