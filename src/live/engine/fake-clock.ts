/** Time as a fake engine has it. */
export interface FakeClock {
  /** Milliseconds since 1970. */
  nowMs(): number;
  /** Runs it so much later; returns how to call it off. */
  after(ms: number, run: () => void): () => void;
}

/** A clock that stands still until it is driven. */
export interface DrivenClock extends FakeClock {
  /** Lets so much time pass: what is due meanwhile is run in its order, and what follows from it is waited for. */
  advance(ms: number): Promise<void>;
}

/** 22 November 2026. */
const BEGIN_MS = 1_795_305_600_000;

export function drivenClock(beginMs = BEGIN_MS): DrivenClock {
  let now = beginMs;
  let count = 0;
  const waiting = new Map<number, { readonly atMs: number; readonly run: () => void }>();
  return {
    nowMs: () => now,
    after: (ms, run) => {
      const key = count++;
      waiting.set(key, { atMs: now + Math.max(0, ms), run });
      return () => void waiting.delete(key);
    },
    advance: async (ms) => {
      const until = now + ms;
      await settled();
      for (;;) {
        const due = [...waiting].reduce<[number, number] | undefined>(
          (first, [key, { atMs }]) => (atMs <= until && (first === undefined || atMs < first[1]) ? [key, atMs] : first),
          undefined,
        );
        if (due === undefined) break;
        const { atMs, run } = waiting.get(due[0])!;
        waiting.delete(due[0]);
        now = Math.max(now, atMs);
        run();
        await settled();
      }
      now = until;
      await settled();
    },
  };
}

/** The clock of this machine. */
export function realClock(): FakeClock {
  return {
    nowMs: () => performance.timeOrigin + performance.now(),
    after: (ms, run) => {
      const timer = setTimeout(run, ms);
      return () => clearTimeout(timer);
    },
  };
}

/** Until all promises that can go on have done so. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
