import type { LivingResult, TimelineSeries } from '../../sim/monitoring/living-result.ts';
import { measured } from './series-rows.ts';
import type { PodSlice } from './pod-slices.ts';

/** One record of the Trace Event Format (ph: M metadata, X complete slice, i instant, C counter). */
interface TraceEvent {
  readonly ph: 'M' | 'X' | 'i' | 'C';
  readonly name: string;
  readonly cat?: string;
  readonly pid: number;
  readonly tid: number;
  /** Microseconds. */
  readonly ts?: number;
  readonly dur?: number;
  /** Of an instant: the whole process. */
  readonly s?: 'p';
  readonly args?: Readonly<Record<string, unknown>>;
}

/** What a trace tells of a run; a run of pods alone has no decisions and happenings. */
export type TracedRun = Pick<LivingResult, 'timeline' | 'decisions' | 'happenings'>;

/** Processes of the trace, top to bottom. */
const DECISIONS = 1;
const HAPPENINGS = 2;
const SERIES = 3;
const FIRST_NODE = 10;

/**
 * A run as a trace for ui.perfetto.dev or chrome://tracing: who decides and what happens as instants on a track for
 * each, every series as a counter, and, where the caller kept the journal, each node as a process whose pods are
 * slices. JSON Object Format of the Trace Event Format (Google, "Trace Event Format", 2016).
 */
export function traceJson(run: TracedRun, pods: readonly PodSlice[] = []): string {
  const events = [...decisions(run), ...happenings(run), ...counters(run), ...slices(pods)];
  return `{"displayTimeUnit":"ms","traceEvents":[\n${events.map((event) => JSON.stringify(event)).join(',\n')}\n]}\n`;
}

function decisions({ decisions: made }: TracedRun): TraceEvent[] {
  const threads = new Threads(DECISIONS, 'Decisions');
  const events = made.map((one): TraceEvent => {
    const { timeUs, by, policy, about, what, why, limitedBy } = one;
    const args = { policy, about, why, ...(limitedBy !== undefined && { limitedBy }) };
    return instant(threads, `${by}: ${about}`, { name: what, cat: by, ts: timeUs, args });
  });
  return [...threads.names, ...events];
}

function happenings({ happenings: seen }: TracedRun): TraceEvent[] {
  const threads = new Threads(HAPPENINGS, 'Happenings');
  const events = seen.map(({ timeUs, kind, about, what }) =>
    instant(threads, kind, { name: `${kind}: ${about}`, cat: 'happening', ts: timeUs, args: { about, what } }),
  );
  return [...threads.names, ...events];
}

function instant(
  threads: Threads,
  thread: string,
  event: Pick<TraceEvent, 'name' | 'cat' | 'ts' | 'args'>,
): TraceEvent {
  return { ph: 'i', s: 'p', pid: threads.pid, tid: threads.of(thread), ...event };
}

/** A counter track for each series; viewers know no gaps, so what was not measured has no record. */
function counters({ timeline: { timeUs, series } }: TracedRun): TraceEvent[] {
  const events: TraceEvent[] = series.length === 0 ? [] : [processName(SERIES, 'Series')];
  for (const one of series) {
    const name = counterName(one);
    timeUs.forEach((ts, at) => {
      const value = measured(one.values[at]);
      if (value !== undefined && Number.isFinite(value))
        events.push({
          ph: 'C',
          name,
          pid: SERIES,
          tid: 0,
          ts,
          args: { [one.unit === '' ? 'value' : one.unit]: value },
        });
    });
  }
  return events;
}

function counterName({ title, labels }: TimelineSeries): string {
  const words = Object.entries(labels).map(([label, value]) =>
    label === 'service' || label === 'state' ? value : `${label} ${value}`,
  );
  return words.length === 0 ? title : `${title} (${words.join(', ')})`;
}

/** A process for each node, its pods on as few threads as keep slices from overlapping. */
function slices(pods: readonly PodSlice[]): TraceEvent[] {
  const events: TraceEvent[] = [];
  const nodes = new Map<string, { pid: number; freeAtUs: number[] }>();
  const inOrder = [...pods].sort((a, b) => a.startUs - b.startUs || b.endUs - a.endUs);
  for (const { node, pod, startUs, endUs, ended } of inOrder) {
    let known = nodes.get(node);
    if (!known) {
      known = { pid: FIRST_NODE + nodes.size, freeAtUs: [] };
      nodes.set(node, known);
      events.push(processName(known.pid, node));
    }
    const free = known.freeAtUs.findIndex((atUs) => atUs <= startUs);
    const lane = free < 0 ? known.freeAtUs.length : free;
    if (free < 0) events.push(threadName(known.pid, lane + 1, `pods ${lane + 1}`));
    known.freeAtUs[lane] = endUs;
    const slice = { pid: known.pid, tid: lane + 1, ts: startUs, dur: endUs - startUs, args: { ended } };
    events.push({ ph: 'X', name: pod, cat: 'pod', ...slice });
  }
  return events;
}

/** The tracks of one process, numbered as they are first used. */
class Threads {
  readonly pid: number;
  readonly names: TraceEvent[] = [];
  private readonly numbers = new Map<string, number>();

  constructor(pid: number, name: string) {
    this.pid = pid;
    this.names.push(processName(pid, name), {
      ph: 'M',
      name: 'process_sort_index',
      pid,
      tid: 0,
      args: { sort_index: pid },
    });
  }

  of(thread: string): number {
    let tid = this.numbers.get(thread);
    if (tid === undefined) {
      tid = this.numbers.size + 1;
      this.numbers.set(thread, tid);
      this.names.push(threadName(this.pid, tid, thread));
    }
    return tid;
  }
}

function processName(pid: number, name: string): TraceEvent {
  return { ph: 'M', name: 'process_name', pid, tid: 0, args: { name } };
}

function threadName(pid: number, tid: number, name: string): TraceEvent {
  return { ph: 'M', name: 'thread_name', pid, tid, args: { name } };
}
