import { conduct } from '../src/live/replay/conduct.ts';
import type { ReplayOptions } from '../src/live/replay/replay-options.ts';
import type { ReplayRecord } from '../src/live/replay/replay-record.ts';
import type { TimeSource } from '../src/live/replay/time-source.ts';
import { SCRIPT_FORMAT, type ReplayScript, type ScriptPod, type ScriptStep } from '../src/live/script/replay-script.ts';
import { drivenClock, type DrivenClock } from '../src/live/engine/fake-clock.ts';
import type { Engine } from '../src/live/engine/engine.ts';
import type { FakeProgram } from '../src/live/engine/fake-container.ts';
import { fakeEngine } from '../src/live/engine/fake-engine.ts';
import { POD_LABEL } from '../src/live/labels.ts';

/** A replay's time that stands still until a test drives it, and that a fake engine shares. */
export function drivenTime(clock: DrivenClock): TimeSource {
  return {
    nowMs: () => clock.nowMs(),
    dateMs: () => clock.nowMs(),
    sleep: (waitMs, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted === true) {
          resolve();
          return;
        }
        const done = (): void => {
          callOff();
          signal?.removeEventListener('abort', done);
          resolve();
        };
        const callOff = clock.after(waitMs, done);
        signal?.addEventListener('abort', done);
      }),
  };
}

/** Lets time pass until the promise has come to its end; fails when it has not after ten minutes of its time. */
export async function drive<T>(clock: DrivenClock, promise: Promise<T>): Promise<T> {
  const end = { isThere: false };
  const watched = promise.finally(() => (end.isThere = true));
  watched.catch(() => {});
  for (let seconds = 0; seconds <= 600; seconds++) {
    if (end.isThere) return watched;
    await clock.advance(1000);
  }
  throw new Error('what was driven has not come to an end within ten minutes');
}

/** Replays a script on engines that share the clock, in no time at all. */
export async function drivenReplay(
  script: ReplayScript,
  engine: Engine | ((node: string) => Engine),
  clock: DrivenClock = drivenClock(),
  options: Partial<ReplayOptions> = {},
): Promise<ReplayRecord> {
  return drive(
    clock,
    conduct(script, {
      engineOf: typeof engine === 'function' ? engine : () => engine,
      imageFor: ({ service }) => ({ image: 'work', ...(service !== undefined && { ports: [8080] }) }),
      speed: 10,
      scaleCpu: 1,
      scaleMem: 1,
      sampleEveryMs: 0,
      time: drivenTime(clock),
      probe: () => Promise.resolve(true),
      ...options,
    }),
  );
}

/** A script of these pods and steps; pods without more are of 100 millicores and 64 MiB and answer no requests. */
export function scriptOf(
  pods: readonly (Partial<ScriptPod> & { readonly name: string })[],
  steps: readonly ScriptStep[],
  more: Partial<ReplayScript> = {},
): ReplayScript {
  return {
    format: SCRIPT_FORMAT,
    runId: '0123456789abcdef',
    title: 'a test',
    policy: 'first-fit',
    seed: 1,
    fingerprint: '00000000',
    durationUs: 60_000_000,
    nodes: ['one', 'two'].map((name) => ({ name, cpuMilli: 4000, memBytes: 8 * 1024 ** 3, isThereAtStart: true })),
    services: [],
    pods: pods.map((pod) => ({
      workload: 'work',
      cpuMilli: 100,
      memBytes: 64 * 1024 * 1024,
      bootUs: 0,
      restart: 'never',
      ...pod,
    })),
    steps,
    predicted: { metrics: {} },
    notes: [],
    ...more,
  };
}

export const SECOND_US = 1_000_000;

/** An engine in memory and the clock it shares with a replay; `programs`: what containers of pods do, by the pods' names. */
export function setUpEngine(
  programs: Readonly<Record<string, FakeProgram>> = {},
  more: Parameters<typeof fakeEngine>[0] = {},
): { clock: DrivenClock; engine: ReturnType<typeof fakeEngine> } {
  const clock = drivenClock();
  const engine = fakeEngine({
    clock,
    images: ['work'],
    program: ({ labels }) => programs[labels[POD_LABEL]] ?? {},
    ...more,
  });
  return { clock, engine };
}

export const outcomesOf = (record: ReplayRecord): string[] => record.steps.map(({ outcome }) => outcome);
export const differencesOf = (record: ReplayRecord): string[] => record.checkpoints.flatMap((one) => one.differences);
export const troublesOf = (record: ReplayRecord): string[] => record.troubles.map(({ what }) => what);
