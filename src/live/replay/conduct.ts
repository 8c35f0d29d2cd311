import { sentenceOf } from '../sentence-of.ts';
import type { ReplayScript } from '../script/replay-script.ts';
import { followEvents } from './follow-events.ts';
import { followScript } from './follow-script.ts';
import { keepPace } from './keep-pace.ts';
import { openContext } from './open-context.ts';
import { removeAllOfRun, whatIsLeft } from './remove-all.ts';
import type { ReplayContext } from './replay-context.ts';
import type { ReplayOptions } from './replay-options.ts';
import { RECORD_FORMAT, type ReplayRecord } from './replay-record.ts';
import { resumeFrom } from './resume-from.ts';
import { sampleResources } from './sample-resources.ts';
import { setUp } from './set-up.ts';
import { viewOf } from './view-of.ts';

/**
 * Carries a script out on its engines, measures what really happens, and removes everything again. Rejects with an
 * `EngineFault` only when an engine cannot be asked who it is, before anything has been made; whatever goes wrong later
 * is in the record.
 */
export async function conduct(script: ReplayScript, options: ReplayOptions): Promise<ReplayRecord> {
  const { resumeFromUs, traffic } = options;
  const ending = new AbortController();
  const stop = (): void => ending.abort();
  if (options.signal?.aborted === true) stop();
  options.signal?.addEventListener('abort', stop);
  let failure: unknown;
  const context = await openContext(script, options, ending.signal, (error) => {
    failure ??= error;
    stop();
  });
  const { clock, links, live } = context;
  const startedAt = new Date(context.time.dateMs()).toISOString();
  try {
    watch(context);
    let next = 0;
    await context.holding.during('beginning', async () => {
      next = resumeFromUs === undefined ? await setUp(context) : await resumeFrom(context, resumeFromUs);
    });
    traffic?.begin(clock);
    await followScript(context, next);
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
  await context.asides.ended();
  for (const process of live.processes) if (process.ended === undefined) options.onProcess?.(process);
  if (failure !== undefined) context.trouble(`the replay broke off: ${sentenceOf(failure)}`);
  await cleanUp(context);
  const leftBehind = await whatIsLeft(script.runId, links, context);
  options.onTick?.(viewOf(context));
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
    steps: context.works.outcomes.filter((outcome) => outcome !== undefined),
    processes: live.processes,
    checkpoints: context.checkpoints,
    samples: context.samples,
    ...(measured !== undefined && { traffic: measured }),
    troubles: context.troubles,
    leftBehind,
  };
}

/** Begins what goes on beside the steps until the replay is over. */
function watch(context: ReplayContext): void {
  const { links, options, samples } = context;
  const { maxLateMs = 2000, whenLate = 'hold', sampleEveryMs = 1000, onTick } = options;
  for (const link of links) context.aside(followEvents(context, link));
  if (whenLate === 'hold') context.aside(keepPace(context, maxLateMs));
  if (onTick !== undefined) context.aside(tick(context, onTick));
  if (sampleEveryMs === 0) return;
  for (const link of links)
    context.aside(
      sampleResources(context, link, sampleEveryMs, (sample) => {
        samples.push(sample);
        options.onSample?.(sample);
      }),
    );
}

async function tick(context: ReplayContext, onTick: NonNullable<ReplayOptions['onTick']>): Promise<void> {
  const { options, over, time } = context;
  while (!over.aborted) {
    onTick(viewOf(context));
    await time.sleep(options.tickEveryMs ?? 250, over);
  }
}

async function cleanUp(context: ReplayContext): Promise<void> {
  const { links, options, script } = context;
  try {
    await (options.cleanUp ?? (() => removeAllOfRun(script.runId, links, (what) => context.trouble(what))))();
  } catch (error) {
    context.trouble(`what was left could not be removed: ${sentenceOf(error)}`);
  }
}
