import type { EngineFault } from './engine-fault.ts';

/** Whether an engine answers, by what has become of the calls to it. */
export interface EngineHealth {
  readonly isUp: boolean;
  /** Real milliseconds (`performance.now()`) since which it has not answered; undefined: it does. */
  readonly awaySinceMs: number | undefined;
  /** Told when it goes away, with the fault that showed it; returns how to be told no more. */
  onAway(tell: (fault: EngineFault) => void): () => void;
  /** Told when it answers again, with how long it was away. */
  onBack(tell: (awayMs: number) => void): () => void;
}

export interface HealthWatch extends EngineHealth {
  /** An answer, also one that refuses. */
  answered(): void;
  failed(fault: EngineFault): void;
}

/** An engine is away after so many calls in a row to which nobody answered in time; a connection lost counts at once. */
const TIMEOUTS_TO_BE_AWAY = 2;

export function healthWatch(nowMs: () => number): HealthWatch {
  const toldOfAway = new Set<(fault: EngineFault) => void>();
  const toldOfBack = new Set<(awayMs: number) => void>();
  let awaySinceMs: number | undefined;
  let timeouts = 0;
  return {
    get isUp() {
      return awaySinceMs === undefined;
    },
    get awaySinceMs() {
      return awaySinceMs;
    },
    onAway: (tell) => {
      toldOfAway.add(tell);
      return () => void toldOfAway.delete(tell);
    },
    onBack: (tell) => {
      toldOfBack.add(tell);
      return () => void toldOfBack.delete(tell);
    },
    answered: () => {
      timeouts = 0;
      if (awaySinceMs === undefined) return;
      const awayMs = nowMs() - awaySinceMs;
      awaySinceMs = undefined;
      for (const tell of toldOfBack) tell(awayMs);
    },
    failed: (fault) => {
      if (fault.kind === 'timeout') timeouts++;
      const isGone = fault.kind === 'unreachable' || timeouts >= TIMEOUTS_TO_BE_AWAY;
      if (!isGone || awaySinceMs !== undefined) return;
      awaySinceMs = nowMs();
      for (const tell of toldOfAway) tell(fault);
    },
  };
}
