import type { EngineEvent, Labels } from './engine.ts';
import type { EngineFault } from './engine-fault.ts';

/** As many events as an engine remembers for those who come later. */
const REMEMBERED = 256;

/** Hands events of a fake engine to all who follow them. */
export interface FakeEvents {
  emit(event: EngineEvent): void;
  follow(labels: Labels, signal: AbortSignal, sinceMs?: number): AsyncIterable<EngineEvent>;
  /** All streams end with this. */
  fail(fault: EngineFault): void;
  /** What is remembered is lost, as when the engine starts anew. */
  forget(): void;
}

interface Follower {
  readonly labels: Labels;
  readonly waiting: EngineEvent[];
  fault?: EngineFault;
  wake: () => void;
}

export function fakeEvents(): FakeEvents {
  const followers = new Set<Follower>();
  let past: EngineEvent[] = [];
  return {
    emit: (event) => {
      past.push(event);
      if (past.length > REMEMBERED) past = past.slice(-REMEMBERED);
      for (const follower of followers)
        if (matches(event.labels, follower.labels)) {
          follower.waiting.push(event);
          follower.wake();
        }
    },
    follow: (labels, signal, sinceMs) => {
      const remembered = sinceMs === undefined ? [] : past.filter(({ atMs }) => atMs >= sinceMs);
      const follower: Follower = {
        labels,
        waiting: remembered.filter((event) => matches(event.labels, labels)),
        wake: () => {},
      };
      followers.add(follower);
      const ended = (): void => {
        followers.delete(follower);
        follower.wake();
      };
      signal.addEventListener('abort', ended, { once: true });
      return read(follower, signal, ended);
    },
    fail: (fault) => {
      for (const follower of followers) {
        follower.fault = fault;
        follower.wake();
      }
      followers.clear();
    },
    forget: () => {
      past = [];
    },
  };
}

async function* read(follower: Follower, signal: AbortSignal, ended: () => void): AsyncGenerator<EngineEvent> {
  try {
    for (;;) {
      if (signal.aborted) return;
      const event = follower.waiting.shift();
      if (event !== undefined) yield event;
      else if (follower.fault !== undefined) throw follower.fault;
      else await new Promise<void>((resolve) => (follower.wake = resolve));
    }
  } finally {
    signal.removeEventListener('abort', ended);
    ended();
  }
}

/** Whether something carries all these labels; an empty value matches any. */
export function matches(carried: Labels, wanted: Labels): boolean {
  return Object.entries(wanted).every(([key, value]) =>
    value === '' ? carried[key] !== undefined : carried[key] === value,
  );
}
