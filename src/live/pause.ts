/** Waits so long in real time; or until the signal is given, without failing for it. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted === true) {
      resolve();
      return;
    }
    const done = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    let timer: NodeJS.Timeout;
    const go = (leftMs: number): void => {
      timer =
        leftMs > LONGEST_MS
          ? setTimeout(() => go(leftMs - LONGEST_MS), LONGEST_MS)
          : setTimeout(done, Math.max(0, leftMs));
    };
    go(ms);
    signal?.addEventListener('abort', done);
  });
}

/** A timer that is to wait longer, 25 days, does not wait at all. */
const LONGEST_MS = 2 ** 31 - 1;
