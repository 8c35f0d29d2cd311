import type { Moment } from './replay-clock.ts';
import type { StepOutcome } from './replay-record.ts';

/** A step that has been ordered and is not done. */
export interface StepWork {
  readonly step: number;
  readonly due: Moment;
  begun: Moment | undefined;
  /** Pods it is to be carried out on. */
  readonly pods: readonly number[];
}

/** Steps under way: which of them is late, how many have ended how. */
export interface StepWorks {
  begin(step: number, due: Moment, pods: readonly number[]): StepWork;
  end(work: StepWork, done: Moment, carried: Pick<StepOutcome, 'outcome' | 'sentence'>): StepOutcome;
  /** It was not begun and never will be. */
  drop(work: StepWork): void;
  /** Waits for a process that ends by itself; that is no backlog, nor is what must wait for it. */
  setPatient(pod: number, isPatient: boolean): void;
  /** How late the oldest step is that the engine has to do, in wall milliseconds; 0: there is none. */
  lateMs(nowMs: number): number;
  readonly underWay: number;
  readonly counts: { readonly done: number; readonly failed: number; readonly missed: number };
  /** By the steps' places; holes for what has not ended. */
  readonly outcomes: readonly (StepOutcome | undefined)[];
}

export function createStepWorks(): StepWorks {
  // In the order of their due times, so the first that counts is the oldest.
  const works = new Set<StepWork>();
  const patient = new Set<number>();
  const counts = { done: 0, failed: 0, missed: 0 };
  const outcomes: (StepOutcome | undefined)[] = [];
  return {
    begin: (step, due, pods) => {
      const work: StepWork = { step, due, begun: undefined, pods };
      works.add(work);
      return work;
    },
    end: (work, done, { outcome, sentence }) => {
      works.delete(work);
      counts[outcome]++;
      const { step, due, begun = done } = work;
      const told = { step, due, begun, done, outcome, ...(sentence !== undefined && { sentence }) };
      outcomes[step] = told;
      return told;
    },
    drop: (work) => void works.delete(work),
    setPatient: (pod, isPatient) => {
      if (isPatient) patient.add(pod);
      else patient.delete(pod);
    },
    lateMs: (nowMs) => {
      for (const { due, pods } of works)
        if (!pods.some((pod) => patient.has(pod))) return Math.max(0, nowMs - due.wallMs);
      return 0;
    },
    get underWay() {
      return works.size;
    },
    counts,
    outcomes,
  };
}
