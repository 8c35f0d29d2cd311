import { Worker } from 'node:worker_threads';
import { thrown } from '../policy-shape.ts';
import type { PolicyPlan } from '../run-plan.ts';
import { EVENTS_PER_BEAT, type WorkerAnswer, type WorkerBirth, type WorkerRequest } from './worker-messages.ts';

/** A piece of work for a worker that serves this policy (or none). */
export interface Job {
  readonly policy: PolicyPlan | undefined;
  readonly request: WorkerRequest;
}

export interface WorkerPoolOptions {
  /** Threads at once. */
  readonly workers: number;
  /** A worker that has shown no sign of progress for so long is ended. */
  readonly timeoutMs: number;
  /** Stops everything; jobs without an answer get none. */
  readonly signal?: AbortSignal;
  /** Whether users' policies are put through the contract suite first; default true. */
  readonly examine?: boolean;
}

interface Slot {
  worker: Worker | undefined;
  group: string;
  job: Job | undefined;
  heartbeat: Int32Array;
  beats: number;
  lastBeatMs: number;
}

const LOOK_MS = 200;
/** Until its first beat a worker loads Baton itself, which on a busy machine must not look like an endless policy. */
const START_MS = 60_000;
/** A survey runs no code but Baton's own, and its bounds may compute for long after the last row is read. */
const SURVEY_MS = 600_000;

/**
 * Carries out jobs on worker threads. One policy at a time has a worker, since a `score` call site that has seen five
 * policies is 2-4 times slower; the same worker takes its policy's seeds one after the other. A worker that makes no
 * progress, dies or runs out of memory fails the job it had, and the others go on.
 */
export async function runJobs(
  jobs: readonly Job[],
  options: WorkerPoolOptions,
  onAnswer: (job: Job, answer: WorkerAnswer) => void,
  onProgress: (events: number, running: number) => void = () => {},
): Promise<void> {
  const waiting = new Map<string, Job[]>();
  for (const job of jobs) {
    const group = groupOf(job.policy);
    const mates = waiting.get(group);
    if (mates) mates.push(job);
    else waiting.set(group, [job]);
  }
  const slots: Slot[] = Array.from({ length: Math.max(1, Math.min(options.workers, jobs.length)) }, () => ({
    worker: undefined,
    group: '',
    job: undefined,
    heartbeat: new Int32Array(2),
    beats: 0,
    lastBeatMs: 0,
  }));
  const examined = new Set<string>();
  let eventsOfEnded = 0;
  let unanswered = jobs.length;
  let finish: () => void;
  let fail: (error: unknown) => void;
  const finished = new Promise<void>((resolve, reject) => ([finish, fail] = [resolve, reject]));

  const close = (slot: Slot): void => {
    const worker = slot.worker;
    if (!worker) return;
    eventsOfEnded += Atomics.load(slot.heartbeat, 1);
    slot.worker = undefined;
    worker.removeAllListeners();
    worker.on('error', () => {});
    void worker.terminate();
  };

  const answer = (job: Job, message: WorkerAnswer): void => {
    unanswered--;
    try {
      onAnswer(job, message);
    } catch (error) {
      fail(error);
    }
  };

  const settle = (slot: Slot, message: WorkerAnswer): void => {
    const job = slot.job;
    if (!job) return;
    slot.job = undefined;
    answer(job, message);
    if (message.kind === 'failed' && message.wholePolicy) {
      const mates = waiting.get(slot.group) ?? [];
      waiting.delete(slot.group);
      for (const mate of mates) answer(mate, message);
    }
    if (unanswered === 0) finish();
    else feed(slot);
  };

  /** A user's policy that costs a worker is not tried again, and is not Baton's fault. */
  const lose = (slot: Slot, policy: PolicyPlan | undefined, sentence: string, fault?: 'input'): void => {
    close(slot);
    const own = policy?.file !== undefined;
    settle(slot, { kind: 'failed', sentence, fault: fault ?? (own ? 'input' : 'baton'), wholePolicy: own });
  };

  const open = (slot: Slot, group: string, policy: PolicyPlan | undefined): void => {
    close(slot);
    const heartbeat = new SharedArrayBuffer(8);
    const birth: WorkerBirth = {
      ...(policy && { policy }),
      examine: (options.examine ?? true) && !examined.has(group),
      heartbeat,
    };
    examined.add(group);
    slot.group = group;
    slot.heartbeat = new Int32Array(heartbeat);
    slot.beats = 0;
    const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
    const worker = new Worker(new URL(`./run-worker.${extension}`, import.meta.url), {
      workerData: birth,
      stdout: true,
      stderr: true,
    });
    // What a user's policy prints is a note, not a result.
    worker.stdout.pipe(process.stderr, { end: false });
    worker.stderr.pipe(process.stderr, { end: false });
    worker.on('message', (message: WorkerAnswer) => settle(slot, message));
    // Whatever a user's policy throws when nobody calls it arrives here, also what is no Error.
    worker.on('error', (error: unknown) => {
      const who = describe(policy);
      const full = (error as NodeJS.ErrnoException | undefined)?.code === 'ERR_WORKER_OUT_OF_MEMORY';
      lose(
        slot,
        policy,
        full
          ? `${who} needed more memory than its worker may have; give it more with NODE_OPTIONS=--max-old-space-size=8192, or use fewer --workers`
          : `${who} broke its worker: ${thrown(error)}`,
        full ? 'input' : undefined,
      );
    });
    worker.on('exit', () =>
      lose(slot, policy, `${describe(policy)} ended its worker before there was a result; a policy must not exit`),
    );
    slot.worker = worker;
  };

  const feed = (slot: Slot): void => {
    const group = nextGroup(waiting, slots, slot);
    if (group === undefined) return close(slot);
    const mates = waiting.get(group)!;
    const job = mates.shift()!;
    if (mates.length === 0) waiting.delete(group);
    if (!slot.worker || slot.group !== group) open(slot, group, job.policy);
    slot.job = job;
    slot.lastBeatMs = performance.now();
    slot.worker!.postMessage(job.request);
  };

  const patienceMs = (job: Job, beats: number): number =>
    Math.max(options.timeoutMs, job.policy === undefined ? SURVEY_MS : beats === 0 ? START_MS : 0);

  const watch = setInterval(() => {
    const now = performance.now();
    let events = eventsOfEnded;
    let running = 0;
    for (const slot of slots) {
      if (!slot.worker || !slot.job) continue;
      running++;
      events += Atomics.load(slot.heartbeat, 1);
      const beats = Atomics.load(slot.heartbeat, 0);
      if (beats !== slot.beats) [slot.beats, slot.lastBeatMs] = [beats, now];
      else if (now - slot.lastBeatMs > patienceMs(slot.job, beats))
        lose(
          slot,
          slot.job.policy,
          `${describe(slot.job.policy)} made no progress for ${patienceMs(slot.job, beats) / 1000} s and was stopped; ${remedy(slot.job.policy)}allow more with --timeout`,
          'input',
        );
    }
    onProgress(events * EVENTS_PER_BEAT, running);
  }, LOOK_MS);

  const stop = (): void => finish();
  options.signal?.addEventListener('abort', stop);
  try {
    if (options.signal?.aborted || jobs.length === 0) return;
    for (const slot of slots) feed(slot);
    await finished;
  } finally {
    clearInterval(watch);
    options.signal?.removeEventListener('abort', stop);
    for (const slot of slots) close(slot);
  }
}

/** Jobs of one policy may share a worker; the queue's order, backfilling and a scenario's other policies are part of it. */
function groupOf(policy: PolicyPlan | undefined): string {
  return policy ? [policy.file, policy.placement, policy.queue, policy.backfill, policy.living].join('\n') : '';
}

/** The slot's own group while it has jobs, else the one with the most jobs for each worker on it. */
function nextGroup(waiting: ReadonlyMap<string, Job[]>, slots: readonly Slot[], slot: Slot): string | undefined {
  if (slot.worker && waiting.has(slot.group)) return slot.group;
  let best: string | undefined;
  let bestLoad = 0;
  for (const [group, jobs] of waiting) {
    const helpers = slots.filter((one) => one !== slot && one.worker && one.group === group).length;
    const load = helpers === 0 ? Infinity : jobs.length / (helpers + 1);
    if (load > bestLoad) [best, bestLoad] = [group, load];
  }
  return best;
}

function describe(policy: PolicyPlan | undefined): string {
  if (policy === undefined) return 'the look at the workload';
  if (policy.file !== undefined) return `${policy.file}: the policy`;
  return policy.living === undefined ? `policy "${policy.name}"` : `the run under "${policy.name}"`;
}

/** What may help a run that stands still, but for patience. */
function remedy(policy: PolicyPlan | undefined): string {
  return policy?.living !== undefined && policy.file === undefined
    ? 'it may follow too many requests one by one: write model: fluid, fewer requests, copies or retries, or '
    : 'if it is slow rather than endless, ';
}
