import type { ProcessRecord, ReplayRecord } from '../replay/replay-record.ts';
import type { Moment } from '../replay/replay-clock.ts';
import type { ReplayScript } from '../script/replay-script.ts';
import type { PredictedLife } from './script-lives.ts';

/** A count that changes: from `at[k]` on it is `count[k]`; before the first it is 0. */
export interface CountLine {
  readonly at: readonly number[];
  readonly count: readonly number[];
}

/**
 * Pods of each workload that are ready, as far as both sides know it: booted, not told to end, not ended and not hanging.
 * Readiness that a probe takes away and gives back without any of these is left out.
 */
export interface ReadyLines {
  /** Over simulated microseconds. */
  readonly predicted: CountLine;
  readonly measured: CountLine;
  /** Over real milliseconds. */
  readonly measuredWall: CountLine;
}

/** By workload, in the order of the script's pods. */
export function readyLines(
  script: ReplayScript,
  record: ReplayRecord,
  lives: readonly PredictedLife[],
): Map<string, ReadyLines> {
  const lifeAt = new Map(lives.map((life) => [life.step, life]));
  const doneAt = new Map(record.steps.map(({ step, done }) => [step, done]));
  const drafts = new Map<string, { predicted: Change[]; measured: Change[]; measuredWall: Change[] }>();
  const draftOf = (pod: number): { predicted: Change[]; measured: Change[]; measuredWall: Change[] } => {
    const { workload } = script.pods[pod];
    let draft = drafts.get(workload);
    if (draft === undefined) drafts.set(workload, (draft = { predicted: [], measured: [], measuredWall: [] }));
    return draft;
  };
  script.pods.forEach((_, pod) => draftOf(pod));
  for (const life of lives) {
    if (life.readyUs === undefined) continue;
    const pauses = life.pauses.map(({ from, to }) => ({
      from: script.steps[from].atUs,
      to: to === undefined ? undefined : script.steps[to].atUs,
    }));
    spend(draftOf(life.pod).predicted, life.readyUs, life.leftUs, pauses);
  }
  for (const process of record.processes) {
    if (process.ready === undefined) continue;
    const hangs = (lifeAt.get(process.step)?.pauses ?? []).flatMap(({ from, to }) => {
      const began = doneAt.get(from);
      return began === undefined ? [] : [{ from: began, to: to === undefined ? undefined : doneAt.get(to) }];
    });
    const left = leftAt(process);
    const draft = draftOf(process.pod);
    for (const [line, clock] of [
      [draft.measured, 'simUs'],
      [draft.measuredWall, 'wallMs'],
    ] as const) {
      const pauses = hangs.map(({ from, to }) => ({ from: from[clock], to: to?.[clock] }));
      spend(line, process.ready[clock], left?.[clock], pauses);
    }
  }
  return new Map(
    [...drafts].map(([workload, one]) => [
      workload,
      {
        predicted: lineOf(one.predicted),
        measured: lineOf(one.measured),
        measuredWall: lineOf(one.measuredWall),
      },
    ]),
  );
}

/** When a process was told to end, or ended by itself; undefined: neither was seen. */
export function leftAt({ told, ended }: ProcessRecord): Moment | undefined {
  if (told === undefined || ended === undefined) return told ?? ended;
  return ended.wallMs < told.wallMs ? ended : told;
}

/** The count at a time. */
export function countAt({ at, count }: CountLine, time: number): number {
  let low = 0;
  let high = at.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (at[middle] <= time) low = middle + 1;
    else high = middle;
  }
  return low === 0 ? 0 : count[low - 1];
}

type Change = { readonly at: number; readonly by: 1 | -1 };
type Stretch = { readonly from: number; readonly to: number | undefined };

/** Counts one more from a time until another, less while it hangs. */
function spend(changes: Change[], from: number, to: number | undefined, pauses: readonly Stretch[]): void {
  const end = to ?? Infinity;
  let at = from;
  for (const pause of pauses) {
    if (pause.from < at || pause.from >= end) continue;
    changes.push({ at, by: 1 }, { at: pause.from, by: -1 });
    at = pause.to ?? Infinity;
  }
  if (at >= end) return;
  changes.push({ at, by: 1 });
  if (end !== Infinity) changes.push({ at: end, by: -1 });
}

/** Changes at one time are one. */
function lineOf(changes: readonly Change[]): CountLine {
  const sorted = [...changes].sort((one, other) => one.at - other.at);
  const at: number[] = [];
  const count: number[] = [];
  let now = 0;
  for (const change of sorted) {
    now += change.by;
    if (at.at(-1) === change.at) count[count.length - 1] = now;
    else {
      at.push(change.at);
      count.push(now);
    }
  }
  return { at, count };
}
