import type { Engine } from './engine/engine.ts';
import type { ReplayOptions } from './replay/replay-options.ts';
import type { ReplayRecord } from './replay/replay-record.ts';
import { replaySafely, type SafeReplayOptions } from './safety/replay-safely.ts';
import type { ReplayScript } from './script/replay-script.ts';
import { liveTraffic } from './traffic/live-traffic.ts';
import { ensureWorkload } from './workload/ensure-workload.ts';
import { podImages } from './workload/pod-images.ts';
import { checkUserImages, type UserImages } from './workload/user-images.ts';
import type { Act } from './workload/workload-orders-of.ts';

/** A replay that has been planned and may begin. */
export interface ReplayHere extends Omit<SafeReplayOptions, 'imageFor' | 'lockImage' | 'traffic'> {
  readonly act: Act;
  readonly userImages: UserImages;
  /** Whether the script's requests are sent. */
  readonly sends: boolean;
}

/**
 * Brings the images, and carries a script out on its engines from lock to unlock. Rejects with an `EngineFault`,
 * `LockHeld` or `InputError` before anything has been started; a signal ends the process, after cleaning.
 */
export async function replayHere(script: ReplayScript, here: ReplayHere): Promise<ReplayRecord> {
  const { userImages, sends } = here;
  const references = await Promise.all(here.engines.map((engine) => ensureWorkload(engine)));
  for (const engine of here.engines) await checkUserImages(engine, userImages);
  return replaySafely(script, {
    ...here,
    lockImage: (engine) => references[here.engines.indexOf(engine)],
    imageFor: imagesOf(script, here, references),
    ...(sends &&
      script.traffic && { traffic: liveTraffic(script, script.traffic, { fromUs: here.resumeFromUs ?? 0 }) }),
  });
}

/** Engines may be of different architectures: a pod's image is that of the engine on which it starts. */
function imagesOf(
  script: ReplayScript,
  { engines, engineOf, act, userImages, speed, scaleCpu, scaleMem }: ReplayHere,
  references: readonly string[],
): ReplayOptions['imageFor'] {
  const byEngine = new Map<Engine, ReplayOptions['imageFor']>(
    engines.map((engine, place) => [
      engine,
      podImages(script, { workloadImage: references[place], userImages, act, speed, scaleCpu, scaleMem }),
    ]),
  );
  const nodeOf = new Map<number, number>();
  for (const step of script.steps) if (step.do === 'start') nodeOf.set(step.pod, step.node);
  return (pod, place) => byEngine.get(engineOf(script.nodes[nodeOf.get(place) ?? 0].name))!(pod, place);
}
