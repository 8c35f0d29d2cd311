/** So many calls at once to one engine, and no more. */
export interface CallSlots {
  /** Makes the call when there is room; `low`: only when nothing of a step waits, and never in the last slot. */
  run<T>(call: () => Promise<T>, priority?: 'step' | 'low'): Promise<T>;
  readonly busy: number;
}

export function createCallSlots(limit: number): CallSlots {
  const waiting: (() => void)[] = [];
  const waitingLow: (() => void)[] = [];
  let busy = 0;
  const wake = (): void => {
    while (busy < limit && waiting.length > 0) {
      busy++;
      waiting.shift()!();
    }
    while (busy < Math.max(1, limit - 1) && waitingLow.length > 0) {
      busy++;
      waitingLow.shift()!();
    }
  };
  return {
    run: async (call, priority = 'step') => {
      await new Promise<void>((resolve) => {
        (priority === 'step' ? waiting : waitingLow).push(resolve);
        wake();
      });
      try {
        return await call();
      } finally {
        busy--;
        wake();
      }
    },
    get busy() {
      return busy;
    },
  };
}
