import type { PodRow } from '../../src/sim/pod-source.ts';

/** Start times by the textbook on one pool of processors, and for the promises their checks. Shares no code with the engine. */
export interface NaiveBackfill {
  /** `job 3 at 5`, in the order of starts. */
  readonly starts: string[];
  /** The first time each job was promised to start by. */
  readonly promisedUs: Map<number, number>;
}

interface Running {
  readonly job: number;
  readonly startUs: number;
}

type Pass = (nowUs: number, queue: number[], running: Running[]) => number[];

/** Runs the jobs; `pass` names, at each event, who of the queue starts now. At one instant ends come first. */
function runPool(
  rows: readonly PodRow[],
  pass: Pass,
  started: string[],
  arrivalPasses: (job: number, freeMilli: number) => boolean,
): void {
  const running: Running[] = [];
  let queue: number[] = [];
  let arrived = 0;
  const endOf = ({ job, startUs }: Running): number => startUs + rows[job].runsUs;
  const freeMilli = (): number => 10_000 - running.reduce((sum, { job }) => sum + rows[job].request.cpuMilli, 0);
  for (;;) {
    const endUs = Math.min(...running.map(endOf));
    const arrivalUs = rows[arrived]?.arrivesUs ?? Infinity;
    const nowUs = Math.min(endUs, arrivalUs);
    if (nowUs === Infinity) return;
    let passes = true;
    if (endUs <= arrivalUs)
      running.splice(
        running.findIndex((one) => endOf(one) === endUs),
        1,
      );
    else {
      const due = running
        .filter((one) => isDue(rows, one, nowUs))
        .reduce((sum, { job }) => sum + rows[job].request.cpuMilli, 0);
      passes = arrivalPasses(arrived, freeMilli() + due);
      queue.push(arrived++);
    }
    if (!passes) continue;
    // Whoever is due to end now and does holds nothing any more.
    const stay = running.filter((one) => !isDue(rows, one, nowUs));
    const starting = pass(nowUs, queue, stay);
    queue = queue.filter((job) => !starting.includes(job));
    for (const job of starting) {
      started.push(`job ${job} at ${nowUs}`);
      running.push({ job, startUs: nowUs });
    }
  }
}

function isDue(rows: readonly PodRow[], { job, startUs }: Running, nowUs: number): boolean {
  return startUs + rows[job].estimateUs <= nowUs && rows[job].runsUs <= rows[job].estimateUs;
}

/** When a running job is expected to be gone: an overdue one at any moment. */
function expectedEndUs(rows: readonly PodRow[], { job, startUs }: Running, nowUs: number): number {
  return Math.max(startUs + rows[job].estimateUs, nowUs + 1);
}

/** EASY as in Mu'alem and Feitelson: shadow time and extra processors of the first job in the queue. */
export function naiveEasy(rows: readonly PodRow[], shortestFirst: boolean): NaiveBackfill {
  const starts: string[] = [];
  const promisedUs = new Map<number, number>();
  const size = (job: number): number => rows[job].request.cpuMilli;
  runPool(
    rows,
    (nowUs, queue, stay) => {
      const starting: number[] = [];
      const running = [...stay];
      let free = 10_000 - running.reduce((sum, { job }) => sum + size(job), 0);
      const start = (job: number): void => {
        starting.push(job);
        running.push({ job, startUs: nowUs });
        free -= size(job);
      };
      const rest = [...queue];
      while (rest.length > 0 && size(rest[0]) <= free) start(rest.shift()!);
      if (rest.length === 0) return starting;
      const head = rest.shift()!;
      const endsUs = [...new Set(running.map((one) => expectedEndUs(rows, one, nowUs)))].sort(
        (one, other) => one - other,
      );
      const freeAt = (atUs: number): number =>
        free +
        running.filter((one) => expectedEndUs(rows, one, nowUs) <= atUs).reduce((sum, { job }) => sum + size(job), 0);
      const shadowUs = endsUs.find((atUs) => freeAt(atUs) >= size(head))!;
      let extra = freeAt(shadowUs) - size(head);
      if (!promisedUs.has(head)) promisedUs.set(head, shadowUs);
      if (shortestFirst) rest.sort((one, other) => rows[one].estimateUs - rows[other].estimateUs || one - other);
      for (const job of rest) {
        if (size(job) > free) continue;
        const inTime = nowUs + rows[job].estimateUs <= shadowUs;
        if (!inTime && size(job) > extra) continue;
        if (!inTime) extra -= size(job);
        start(job);
      }
      return starting;
    },
    starts,
    (job, free) => shortestFirst || rows[job].request.cpuMilli <= free,
  );
  return { starts, promisedUs };
}

/** Conservative: everybody holds a reservation; at each event each in turn gives it back and takes the earliest. */
export function naiveConservative(rows: readonly PodRow[]): NaiveBackfill {
  const starts: string[] = [];
  const promisedUs = new Map<number, number>();
  const plannedUs = new Map<number, number>();
  const size = (job: number): number => rows[job].request.cpuMilli;
  runPool(
    rows,
    (nowUs, queue, stay) => {
      const starting: number[] = [];
      const running = [...stay];
      for (const job of queue) {
        plannedUs.delete(job);
        const taken = [
          ...running.map((one) => ({ cpu: size(one.job), fromUs: nowUs, untilUs: expectedEndUs(rows, one, nowUs) })),
          ...[...plannedUs].map(([one, atUs]) => ({
            cpu: size(one),
            fromUs: atUs,
            untilUs: atUs + Math.max(1, rows[one].estimateUs),
          })),
        ];
        const fitsAt = (atUs: number): boolean =>
          [atUs, ...taken.map(({ fromUs }) => fromUs)]
            .filter((timeUs) => timeUs >= atUs && timeUs < atUs + Math.max(1, rows[job].estimateUs))
            .every((timeUs) => {
              const used = taken.filter(({ fromUs, untilUs }) => fromUs <= timeUs && timeUs < untilUs);
              return used.reduce((sum, { cpu }) => sum + cpu, size(job)) <= 10_000;
            });
        const times = [nowUs, ...taken.map(({ untilUs }) => untilUs)].sort((one, other) => one - other);
        const atUs = times.find((timeUs) => timeUs >= nowUs && fitsAt(timeUs))!;
        if (!promisedUs.has(job)) promisedUs.set(job, atUs);
        if (atUs === nowUs) {
          starting.push(job);
          running.push({ job, startUs: nowUs });
        } else plannedUs.set(job, atUs);
      }
      return starting;
    },
    starts,
    () => true,
  );
  return { starts, promisedUs };
}
