import type { ReplayScript } from '../script/replay-script.ts';
import { createAsides } from './asides.ts';
import { createCallSlots } from '../engine/call-slots.ts';
import { createChains } from './chains.ts';
import { createExpectedState } from './expected-state.ts';
import { createHolding } from './holding.ts';
import { linkEngines } from './link-engines.ts';
import { createLivePods } from './live-pods.ts';
import { mendEngine } from './mend.ts';
import { httpProbe } from './readiness.ts';
import type { ReplayContext } from './replay-context.ts';
import type { ReplayOptions } from './replay-options.ts';
import { createStepWorks } from './step-work.ts';
import { realTime } from './time-source.ts';
import { createWallClock } from './wall-clock.ts';

const PROBES_AT_ONCE = 16;

/**
 * Links the engines and makes what the parts of a replay share; its clock begins. `onFailure` is told of what must not fail
 * and did. Rejects with an `EngineFault` when an engine cannot be asked who it is.
 */
export async function openContext(
  script: ReplayScript,
  options: ReplayOptions,
  over: AbortSignal,
  onFailure: (error: unknown) => void,
): Promise<ReplayContext> {
  const { time = realTime } = options;
  const { links, linkOf } = await linkEngines(script, options.engineOf, {
    runId: script.runId,
    callsAtOnce: options.callsAtOnce ?? 8,
    time,
    signal: over,
    onAway: ({ engine }, why) => context.trouble(`${engine.name} is away: ${why}`),
    onBack: async (link) => {
      const left = await mendEngine(context, link, () => link.arrive());
      const how = left > 0 ? 'without all that the script says' : 'and its containers are what the script says';
      context.trouble(`${link.engine.name} is back, ${how}`);
    },
    aside: (task) => context.aside(task),
  });
  const clock = createWallClock(options.speed, options.resumeFromUs ?? 0, time);
  const context: ReplayContext = {
    script,
    options,
    time,
    clock,
    holding: createHolding(clock),
    over,
    expected: createExpectedState(script),
    live: createLivePods(() => context, time.dateMs()),
    chains: createChains<number>(),
    works: createStepWorks(),
    asides: createAsides(onFailure),
    links,
    linkOf,
    probe: options.probe ?? httpProbe,
    probeSlots: createCallSlots(PROBES_AT_ONCE),
    checkpoints: [],
    samples: [],
    troubles: [],
    trouble: (what, wallMs) => {
      const trouble = { ...(wallMs === undefined ? clock.now() : clock.momentAt(wallMs)), what };
      context.troubles.push(trouble);
      options.onTrouble?.(trouble);
    },
    aside: (task) => context.asides.add(task),
  };
  return context;
}
