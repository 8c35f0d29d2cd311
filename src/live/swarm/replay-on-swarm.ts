import { guardEnd, type EndOptions } from '../safety/on-end.ts';
import { carryOutSwarm, type SwarmMeasured } from './carry-out-swarm.ts';
import { cleanCommand, cleanSwarm, swarmCleanedText, type SwarmCleaned } from './clean-swarm.ts';
import type { SwarmApi } from './swarm-api.ts';
import { checkSwarm, type SwarmCheck } from './swarm-check.ts';
import type { SwarmReplay } from './swarm-replay.ts';
import type { SwarmRun } from './swarm-run.ts';
import type { SwarmTarget } from './swarm-target.ts';

export interface ReplayOnSwarm extends Pick<EndOptions, 'say' | 'sayBug' | 'exit' | 'target'> {
  readonly replay: SwarmReplay;
  readonly predicted: SwarmRun;
  readonly swarm: SwarmTarget;
  readonly api: SwarmApi;
  readonly notes: readonly string[];
  readonly onStep?: (text: string) => void;
}

/**
 * Replays a run on a real swarm, removes all of it however that ends, and compares. When the process is told to end, it
 * does so from here, as soon as everything is removed.
 */
export async function replayOnSwarm(options: ReplayOnSwarm): Promise<SwarmCheck> {
  const { replay, predicted, swarm, api, say } = options;
  const startedAt = new Date().toISOString();
  let stopped: () => void = () => {};
  const over = new Promise<void>((resolve) => (stopped = resolve));
  let exited: () => void = () => {};
  const exit = new Promise<void>((resolve) => (exited = resolve));
  const guard = guardEnd({
    runId: replay.runId,
    say,
    cleanLater: cleanCommand(replay.runId),
    // Nothing may be made any more while what there is is removed.
    stop: () => over,
    clean: async () => swarmCleanedText(await cleanSwarm(api, replay.runId), replay.runId),
    ...(options.sayBug !== undefined && { sayBug: options.sayBug }),
    exit: (code) => {
      if (options.exit === undefined) process.exit(code);
      options.exit(code);
      exited();
    },
    ...(options.target !== undefined && { target: options.target }),
  });
  let measured: SwarmMeasured | undefined;
  let cleaned: SwarmCleaned | undefined;
  try {
    measured = await carryOutSwarm({
      replay,
      predicted,
      target: swarm,
      api,
      signal: guard.signal,
      ...(options.onStep !== undefined && { onStep: options.onStep }),
    });
  } finally {
    stopped();
    if (guard.signal.aborted) await exit;
    else {
      try {
        cleaned = await cleanSwarm(api, replay.runId);
      } finally {
        guard.dispose();
      }
      if (cleaned.left.length > 0) say(swarmCleanedText(cleaned, replay.runId));
    }
  }
  return checkSwarm({
    replay,
    target: swarm,
    address: api.address,
    predicted,
    measured,
    startedAt,
    notes: options.notes,
    left: cleaned?.left ?? [],
  });
}
