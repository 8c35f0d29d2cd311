import type { ContainerStats } from '../engine/engine.ts';
import type { EngineLink } from './engine-link.ts';
import type { ReplayContext } from './replay-context.ts';
import type { ResourceSample } from './replay-record.ts';

/**
 * Reads what the running containers of an engine use, one after another and only when no step waits for the engine, until
 * the replay is over.
 */
export async function sampleResources(
  context: ReplayContext,
  link: EngineLink,
  everyMs: number,
  onSample: (sample: ResourceSample) => void,
): Promise<void> {
  const { clock, time, over, live } = context;
  /** By container: what was read last. */
  let before = new Map<string, ContainerStats>();
  while (!over.aborted) {
    const beganMs = clock.nowMs();
    const now = new Map<string, ContainerStats>();
    for (const one of live.all()) {
      const { id } = one;
      if (over.aborted || link.isAway) break;
      if (one.link !== link || id === undefined || (one.is !== 'running' && one.is !== 'paused')) continue;
      try {
        const stats = await link.call((engine) => engine.stats(id), 'low');
        const last = before.get(id);
        now.set(id, stats);
        // Another process counts from 0 again.
        if (last === undefined || stats.cpuTotalMs < last.cpuTotalMs || stats.readMs <= last.readMs) continue;
        const cpuMilli = ((stats.cpuTotalMs - last.cpuTotalMs) / (stats.readMs - last.readMs)) * 1000;
        onSample({ at: clock.now(), pod: one.pod, cpuMilli, memBytes: stats.memBytes });
      } catch {
        // It has ended meanwhile, or the engine is away; nothing depends on a sample.
      }
    }
    before = now;
    await time.sleep(Math.max(50, everyMs - (clock.nowMs() - beganMs)), over);
  }
}
