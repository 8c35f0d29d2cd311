import type { JournalSink } from '../../sim/journal.ts';
import { FINISH, Journal, PLACE } from '../../sim/journal.ts';
import type { RunResult } from '../../sim/result.ts';
import type { Clock } from '../clock.ts';
import type { ClusterEvent, Decision, TimerSpan } from '../chronicle.ts';
import type { Chronicle } from '../chronicle.ts';
import type { Books, TaskEnd, Usage } from './data-plane.ts';
import type { OrchestratedSpec } from './orchestrated-spec.ts';

/** Books in memory only. */
export class MinimalRecorder implements Books, Chronicle {
  readonly events: ClusterEvent[] = [];
  readonly decisions: Decision[] = [];
  readonly timers: TimerSpan[] = [];
  private readonly journal: Journal;
  private readonly clock: Clock;
  private workloads = 0;
  private tasks = 0;

  constructor(clock: Clock, _spec: OrchestratedSpec, options: { readonly journal?: JournalSink }) {
    this.clock = clock;
    this.journal = new Journal(options.journal);
  }
  attach(_parts: object): void {}
  beginRun(): void {}
  scrape(): void {}
  result(): RunResult {
    return {
      fingerprint: this.journal.fingerprint,
      startUs: 0,
      endUs: this.clock.nowUs,
      metrics: {},
    } as RunResult;
  }
  addWorkload(): number {
    return this.workloads++;
  }
  setDesired(): void {}
  addTask(): number {
    return this.tasks++;
  }
  place(task: number, machine: number): void {
    this.journal.record(this.clock.nowUs, PLACE, task, machine, 0);
  }
  setReady(): void {}
  end(task: number, _how: TaskEnd): void {
    this.journal.record(this.clock.nowUs, FINISH, task, -1, 0);
  }
  restarted(): void {}
  waits(): void {}
  happened(): void {}
  addCost(): void {}
  event(component: string, type: 'Normal' | 'Warning', reason: string, about: string, message: string): void {
    this.events.push({ timeUs: this.clock.nowUs, component, type, reason, about, message });
  }
  decision(decision: Decision): void {
    this.decisions.push(decision);
  }
  timer(span: TimerSpan): void {
    this.timers.push(span);
  }
}

export class MinimalUsage implements Usage {
  onOutOfMemory: (container: number) => void = () => {};
  begin(): void {}
  look(): void {}
  cpuMilli(): number {
    return 0;
  }
  memBytes(): number {
    return 0;
  }
  meanCpuMilli(): number {
    return 0;
  }
}
