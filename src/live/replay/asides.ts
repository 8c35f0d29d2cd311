/** What goes on beside the steps of a replay: watching, measuring, waiting for readiness. */
export interface Asides {
  add(task: Promise<void>): void;
  /** Resolves when all of them have ended. */
  ended(): Promise<void>;
}

/** `onFailure` is told of each that rejects. */
export function createAsides(onFailure: (error: unknown) => void): Asides {
  const tasks = new Set<Promise<void>>();
  return {
    add: (task) => {
      const watched = task.catch(onFailure).finally(() => tasks.delete(watched));
      tasks.add(watched);
    },
    ended: async () => {
      await Promise.all(tasks);
    },
  };
}
