/** Something that keeps pods or tasks running, as results tell of it: a modelled service with all behind it, or a workload. */
export interface Workload {
  /** Number among all; modelled services come first, in their order. */
  readonly index: number;
  readonly name: string;
  /** Replicas asked for, of which ready and available as the orchestrator has it. */
  desired: number;
  ready: number;
  available: number;
  /** Replicas that really answer: the process does, and its machine works and can be reached. NaN: nobody says. */
  answering: number;
  readyPeak: number;
  evictions: number;
  restarts: number;
  /** Replicas x microseconds: ready, missing (asked for and not ready), lost (asked for and not answering). */
  readyUs: number;
  missingUs: number;
  lostUs: number;
  sinceUs: number;
  /** Up to when `lostUs` is summed. */
  lostSinceUs: number;
}

/** How many replicas each workload asks for and has, summed up over time from 0 on. */
export class WorkloadCounts {
  readonly all: Workload[] = [];
  /** Told of a workload that has just become known. */
  onNew: (workload: Workload) => void = () => {};
  /** Called before anything is summed up: whoever knows of changes of `answering` in the past tells them now, in order. */
  catchUp: () => void = () => {};
  /** Told when `answering` or `desired` has changed, with `lostUs` up to then. */
  onAnswering: (workload: Workload, atUs: number) => void = () => {};
  private readonly clock: { readonly nowUs: number };
  private knowsAnswering = false;
  private readonly names = new Set<string>();

  constructor(clock: { readonly nowUs: number }) {
    this.clock = clock;
  }

  isKnown(name: string): boolean {
    return this.names.has(name);
  }

  add(name: string): Workload {
    const sinceUs = Math.max(0, this.clock.nowUs);
    const workload: Workload = {
      index: this.all.length,
      name,
      desired: 0,
      ready: 0,
      available: 0,
      answering: this.knowsAnswering ? 0 : Number.NaN,
      readyPeak: 0,
      evictions: 0,
      restarts: 0,
      readyUs: 0,
      missingUs: 0,
      lostUs: this.knowsAnswering ? 0 : Number.NaN,
      sinceUs,
      lostSinceUs: sinceUs,
    };
    this.all.push(workload);
    this.names.add(name);
    this.onNew(workload);
    return workload;
  }

  /** From now on somebody tells which replicas really answer: none yet. */
  knowAnswering(): void {
    this.knowsAnswering = true;
    for (const workload of this.all) {
      workload.answering = 0;
      workload.lostUs = 0;
      workload.lostSinceUs = Math.max(0, this.clock.nowUs);
    }
  }

  changeDesired(workload: Workload, by: number): void {
    if (by === 0) return;
    this.pass(workload);
    workload.desired += by;
    this.onAnswering(workload, Math.max(0, this.clock.nowUs));
  }

  /** So many more (or fewer) replicas of it are ready. */
  changeReady(workload: Workload, by: number): void {
    this.pass(workload);
    workload.ready += by;
    workload.readyPeak = Math.max(workload.readyPeak, workload.ready);
  }

  /** So many more (or fewer) answer since `atUs`, which is not before the last such change. */
  changeAnswering(workload: Workload, by: number, atUs = this.clock.nowUs): void {
    passLost(workload, atUs);
    workload.answering += by;
    this.onAnswering(workload, atUs);
  }

  /** Brings integrals over time up to now. */
  pass(workload: Workload): void {
    this.catchUp();
    const nowUs = Math.max(0, this.clock.nowUs);
    const spanUs = nowUs - workload.sinceUs;
    workload.sinceUs = nowUs;
    workload.readyUs += workload.ready * spanUs;
    workload.missingUs += Math.max(0, workload.desired - workload.ready) * spanUs;
    passLost(workload, nowUs);
  }
}

function passLost(workload: Workload, toUs: number): void {
  if (toUs <= workload.lostSinceUs) return;
  workload.lostUs += Math.max(0, workload.desired - workload.answering) * (toUs - workload.lostSinceUs);
  workload.lostSinceUs = toUs;
}
