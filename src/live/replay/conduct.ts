import type { ReplayScript } from '../script/replay-script.ts';
import { createCallSlots } from './call-slots.ts';
import { createChains } from './chains.ts';
import { checkContainers } from './check-containers.ts';
import type { LinkOptions } from './engine-link.ts';
import { createExpectedState } from './expected-state.ts';
import { followEvents } from './follow-events.ts';
import { linkEngines } from './link-engines.ts';
import { createLivePods } from './live-pods.ts';
import { mendEngine } from './mend.ts';
import { orderStep } from './order-steps.ts';
import { httpProbe } from './readiness.ts';
import { removeAllOfRun, whatIsLeft } from './remove-all.ts';
import type { ReplayContext } from './replay-context.ts';
import type { ReplayOptions } from './replay-options.ts';
import { RECORD_FORMAT, type Checkpoint, type ReplayRecord, type ResourceSample } from './replay-record.ts';
import type { ReplayView } from './replay-view.ts';
import { resumeFrom } from './resume-from.ts';
import { sentenceOf } from '../sentence-of.ts';
import { setUp } from './set-up.ts';
import { sampleResources } from './sample-resources.ts';
import { createStepWorks } from './step-work.ts';
import { realTime } from './time-source.ts';
import { viewOf } from './view-of.ts';
import { createWallClock } from './wall-clock.ts';

const PROBES_AT_ONCE = 16;
const LOOK_EVERY_MS = 100;

/**
 * Carries a script out on its engines, measures what really happens, and removes everything again. Rejects with an
 * `EngineFault` only when an engine cannot be asked who it is, before anything has been made; whatever goes wrong later
 * is in the record.
 */
export async function conduct(script: ReplayScript, options: ReplayOptions): Promise<ReplayRecord> {
  const { time = realTime, resumeFromUs, traffic, maxLateMs = 2000, whenLate = 'hold' } = options;
  const ending = new AbortController();
  const over = ending.signal;
  const stop = (): void => ending.abort();
  if (options.signal?.aborted === true) stop();
  options.signal?.addEventListener('abort', stop);

  const troubles: ReplayRecord['troubles'][number][] = [];
  const checkpoints: Checkpoint[] = [];
  const samples: ResourceSample[] = [];
  const asides = new Set<Promise<void>>();
  const works = createStepWorks();
  const linkOptions: LinkOptions = {
    runId: script.runId,
    callsAtOnce: options.callsAtOnce ?? 8,
    time,
    signal: over,
    onAway: ({ engine }, why) => context.trouble(`${engine.name} is away: ${why}`),
    onBack: async (link) => {
      await mendEngine(context, link, () => link.arrive());
      context.trouble(`${link.engine.name} is back, and its containers are what the script says`);
    },
  };
  const { links, linkOf } = await linkEngines(script, options.engineOf, linkOptions);
  const startedAt = new Date(time.dateMs()).toISOString();
  const beganDateMs = time.dateMs();
  const clock = createWallClock(options.speed, resumeFromUs ?? 0, time);
  let failure: unknown;
  const context: ReplayContext = {
    script,
    options,
    time,
    clock,
    over,
    expected: createExpectedState(script),
    live: createLivePods(() => context, beganDateMs),
    chains: createChains<number>(),
    links,
    linkOf,
    probe: options.probe ?? httpProbe,
    probeSlots: createCallSlots(PROBES_AT_ONCE),
    trouble: (what, wallMs) => {
      const trouble = { ...(wallMs === undefined ? clock.now() : clock.momentAt(wallMs)), what };
      troubles.push(trouble);
      options.onTrouble?.(trouble);
    },
    aside: (task) => {
      const watched = task
        .catch((error: unknown) => {
          failure ??= error;
          stop();
        })
        .finally(() => asides.delete(watched));
      asides.add(watched);
    },
  };

  let held: ReplayView['held'];
  /** Simulated time stands still while this goes on. */
  const holding = async (why: NonNullable<ReplayView['held']>, task: () => Promise<void>): Promise<void> => {
    const release = clock.hold(why === 'late');
    held = why;
    try {
      await task();
    } finally {
      held = undefined;
      release();
    }
  };
  const check = (): Promise<void> =>
    holding('checkpoint', async () => {
      await context.chains.idle();
      if (over.aborted) return;
      const checkpoint = await checkContainers(context);
      checkpoints.push(checkpoint);
      options.onCheckpoint?.(checkpoint);
    });
  const keepPace = async (): Promise<void> => {
    while (!over.aborted) {
      if (works.lateMs(clock.nowMs()) > maxLateMs && held === undefined)
        await holding('late', async () => {
          while (!over.aborted && works.lateMs(clock.nowMs()) > 0) await time.sleep(LOOK_EVERY_MS / 2, over);
        });
      await time.sleep(LOOK_EVERY_MS, over);
    }
  };
  const tick = async (onTick: (view: ReplayView) => void): Promise<void> => {
    while (!over.aborted) {
      onTick(viewOf(context, works, held, checkpoints, troubles));
      await time.sleep(options.tickEveryMs ?? 250, over);
    }
  };

  try {
    for (const link of links) context.aside(followEvents(context, link));
    if (whenLate === 'hold') context.aside(keepPace());
    if (options.onTick !== undefined) context.aside(tick(options.onTick));
    const { sampleEveryMs = 1000 } = options;
    const keep = (sample: ResourceSample): void => {
      samples.push(sample);
      options.onSample?.(sample);
    };
    if (sampleEveryMs > 0) for (const link of links) context.aside(sampleResources(context, link, sampleEveryMs, keep));
    let next = 0;
    await holding('beginning', async () => {
      const order = (place: number): void => {
        orderStep(context, works, script.steps[place], place, (outcome) => options.onStep?.(outcome));
      };
      next = resumeFromUs === undefined ? await setUp(context, order) : await resumeFrom(context, resumeFromUs);
    });
    traffic?.begin(clock);
    const everyUs = Math.max(1, options.checkpointEveryUs ?? Math.ceil(script.durationUs / 12));
    let checkUs = everyUs;
    while (checkUs <= (resumeFromUs ?? -1)) checkUs += everyUs;
    for (let place = next; place < script.steps.length && !over.aborted; place++) {
      const step = script.steps[place];
      for (; checkUs < step.atUs && !over.aborted; checkUs += everyUs) {
        await clock.come(checkUs, over);
        if (!over.aborted) await check();
      }
      await clock.come(step.atUs, over);
      if (!over.aborted) orderStep(context, works, step, place, (outcome) => options.onStep?.(outcome));
    }
    for (; checkUs < script.durationUs && !over.aborted; checkUs += everyUs) {
      await clock.come(checkUs, over);
      if (!over.aborted) await check();
    }
    await clock.come(script.durationUs, over);
    if (!over.aborted) await check();
  } catch (error) {
    failure ??= error;
  }
  const wasInterrupted = options.signal?.aborted === true;
  const wallMs = clock.nowMs();
  const { heldMs } = clock;
  stop();
  options.signal?.removeEventListener('abort', stop);
  await context.chains.idle();
  const measured = await traffic?.end();
  await Promise.all(asides);
  for (const process of context.live.processes) if (process.ended === undefined) options.onProcess?.(process);
  if (failure !== undefined) context.trouble(`the replay broke off: ${sentenceOf(failure)}`);
  try {
    await (options.cleanUp ?? (() => removeAllOfRun(script.runId, links, (what) => context.trouble(what))))();
  } catch (error) {
    context.trouble(`what was left could not be removed: ${sentenceOf(error)}`);
  }
  const leftBehind = await whatIsLeft(script.runId, links, context);
  if (options.onTick !== undefined) options.onTick(viewOf(context, works, undefined, checkpoints, troubles));
  return {
    format: RECORD_FORMAT,
    runId: script.runId,
    startedAt,
    speed: options.speed,
    scaleCpu: options.scaleCpu,
    scaleMem: options.scaleMem,
    engines: links.map(({ engine, info, nodes }) => ({ name: engine.name, info, nodes })),
    wallMs,
    heldMs,
    outcome: failure !== undefined ? 'failed' : wasInterrupted ? 'interrupted' : 'finished',
    steps: works.outcomes.filter((outcome) => outcome !== undefined),
    processes: context.live.processes,
    checkpoints,
    samples,
    ...(measured !== undefined && { traffic: measured }),
    troubles,
    leftBehind,
  };
}
