import type { EngineLink } from './engine-link.ts';
import { runLabels } from './container-spec.ts';
import type { ReplayContext } from './replay-context.ts';

/** Follows an engine's events until the replay is over, and takes them up again when the stream breaks. */
export async function followEvents(context: ReplayContext, link: EngineLink): Promise<void> {
  const { script, time, over, live } = context;
  let waitMs = 100;
  // What happened while nobody listened is asked for again; what is heard twice changes nothing.
  let sinceMs: number | undefined;
  while (!over.aborted) {
    try {
      for await (const event of link.engine.events(runLabels(script.runId), over, sinceMs)) {
        waitMs = 100;
        sinceMs = event.atMs;
        live.onEvent(link, event);
      }
    } catch {
      if (over.aborted) return;
      await link.suspect();
    }
    if (over.aborted) return;
    await time.sleep(waitMs, over);
    waitMs = Math.min(2000, waitMs * 2);
  }
}
