/** Tasks that follow one another strictly where they share a key, and run side by side where they do not. */
export interface Chains<Key> {
  /** Rejects as the task does; what comes after it is done all the same. */
  add(key: Key, task: () => Promise<void>): Promise<void>;
  /** Resolves when nothing is left to do, what was added meanwhile included. */
  idle(): Promise<void>;
  /** Tasks that have not ended. */
  readonly size: number;
}

/** A key is forgotten as soon as its last task has ended, so that nothing grows with the number of keys. */
export function createChains<Key>(): Chains<Key> {
  const queues = new Map<Key, (() => Promise<void>)[]>();
  let idlers: (() => void)[] = [];
  let size = 0;
  const drain = async (key: Key, queue: (() => Promise<void>)[]): Promise<void> => {
    while (queue.length > 0) {
      await queue[0]();
      queue.shift();
      size--;
    }
    queues.delete(key);
    if (size > 0) return;
    const toWake = idlers;
    idlers = [];
    for (const wake of toWake) wake();
  };
  return {
    add: (key, task) =>
      new Promise((resolve, reject) => {
        size++;
        const queue = queues.get(key);
        const told = (): Promise<void> => task().then(resolve, reject);
        if (queue !== undefined) {
          queue.push(told);
          return;
        }
        const fresh = [told];
        queues.set(key, fresh);
        void drain(key, fresh);
      }),
    idle: () => (size === 0 ? Promise.resolve() : new Promise((resolve) => idlers.push(resolve))),
    get size() {
      return size;
    },
  };
}
