import type { DecisionRecord, EventCount, HappeningRecord, TimerRecord } from '../sim/monitoring/living-result.ts';
import type { ClusterEvent, Decision, TimerSpan } from './chronicle.ts';

/** No run keeps more records of one kind than this; those that come later are counted only. */
const MOST_RECORDS = 20_000;

/** Who decides, by the names under which reports show them; others keep their own. */
const LANES: Readonly<Record<string, string>> = {
  'horizontal-pod-autoscaler': 'horizontal',
  'vertical-pod-autoscaler': 'vertical',
  'vpa-updater': 'vertical',
  'vpa-recommender': 'vertical',
  'keda-operator': 'horizontal',
  keda: 'horizontal',
  'cluster-autoscaler': 'nodes',
  karpenter: 'nodes',
  'deployment-controller': 'deployment',
  'default-scheduler': 'scheduler',
  'kube-scheduler': 'scheduler',
};

/** What is kept as it is, or cannot be had, is no action. */
const INACTION = /^(keep|is kept|no |not |wait)/;
const SCALERS = new Set(['horizontal', 'vertical', 'nodes']);

/** Events, decisions, timers and happenings of a run, as many as are kept, and how many there were. */
export class KeptRecords {
  readonly events: ClusterEvent[] = [];
  readonly decisions: DecisionRecord[] = [];
  readonly timers: TimerSpan[] = [];
  readonly happenings: HappeningRecord[] = [];
  readonly counts = { events: 0, decisions: 0, timers: 0, happenings: 0 };
  /** Times an autoscaler changed a number. */
  scalingActions = 0;

  event(event: ClusterEvent): void {
    this.counts.events++;
    const same = `${event.type} ${event.reason}`;
    this.byReason.set(same, (this.byReason.get(same) ?? 0) + 1);
    if (this.events.length < MOST_RECORDS) this.events.push(event);
    // What is said again and again of the same object is one happening as long as nothing else is said of it.
    if (event.type === 'Warning' && this.isNews(event))
      this.happened(event.timeUs, kindOf(event), event.about, event.message);
  }

  decision(timeUs: number, { component, about, what, why, limitedBy }: Decision): void {
    this.counts.decisions++;
    const by = LANES[component] ?? component;
    if (SCALERS.has(by) && !INACTION.test(what)) this.scalingActions++;
    if (this.decisions.length >= MOST_RECORDS) return;
    const record = { timeUs, by, policy: component, about, what, why };
    this.decisions.push(limitedBy === undefined ? record : { ...record, limitedBy });
  }

  /** A span that began with the last one of the same timer for the same thing is that one, of which more is known now. */
  timer(span: TimerSpan): void {
    const key = `${span.timer} ${span.about}`;
    const place = this.lastSpan.get(key);
    if (place !== undefined && this.timers[place].fromUs === span.fromUs) {
      this.timers[place] = span;
      return;
    }
    this.counts.timers++;
    if (this.timers.length >= MOST_RECORDS) return;
    this.lastSpan.set(key, this.timers.length);
    this.timers.push(span);
  }

  happened(timeUs: number, kind: string, about: string, what: string): void {
    this.counts.happenings++;
    if (this.happenings.length < MOST_RECORDS) this.happenings.push({ timeUs, kind, about, what });
  }

  /**
   * Timers in order of their beginnings, cut off at the end of the run. Spans of one timer for one thing that overlap are
   * one, since it was wound up again; those that ran from the same time to the same for many things are one as well.
   */
  timerRecords(endUs: number): TimerRecord[] {
    const groups = new Map<string, TimerSpan[]>();
    for (const span of joined(this.timers, endUs)) {
      const key = `${span.fromUs} ${span.toUs} ${span.timer}`;
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [span]);
      else group.push(span);
    }
    return [...groups.values()]
      .map((spans) => ({ fromUs: spans[0].fromUs, toUs: spans[0].toUs, timer: spans[0].timer, about: aboutAll(spans) }))
      .sort((a, b) => a.fromUs - b.fromUs || a.toUs - b.toUs);
  }

  /** Happenings in order of time, those of timers among them. */
  allHappenings(endUs: number): HappeningRecord[] {
    const ofTimers = this.timerRecords(endUs).map(({ fromUs, toUs, timer, about }): HappeningRecord => ({
      timeUs: fromUs,
      kind: 'timer',
      about,
      what: `${timer} runs for ${secondsText(toUs - fromUs)}`,
    }));
    const all = [...this.happenings, ...ofTimers];
    return all
      .map((one, place) => ({ one, place }))
      .sort((a, b) => a.one.timeUs - b.one.timeUs || a.place - b.place)
      .slice(0, MOST_RECORDS)
      .map(({ one }) => one);
  }

  /** All events by reason, also those that are not kept: warnings first, then the most frequent. */
  eventCounts(): EventCount[] {
    return [...this.byReason]
      .map(([key, count]): EventCount => {
        const [type, reason] = key.split(' ') as [EventCount['type'], string];
        return { reason, type, count };
      })
      .sort(
        (a, b) =>
          Number(b.type === 'Warning') - Number(a.type === 'Warning') ||
          b.count - a.count ||
          (a.reason < b.reason ? -1 : 1),
      );
  }

  /** How many records of all kinds are counted only. */
  get dropped(): number {
    const { events, decisions, timers, happenings, counts } = this;
    return (
      counts.events -
      events.length +
      (counts.decisions - decisions.length) +
      (counts.timers - timers.length) +
      (counts.happenings - happenings.length)
    );
  }

  /** Events by type and reason. */
  private readonly byReason = new Map<string, number>();
  private readonly said = new Map<string, string>();
  /** Where the last span of a timer for a thing stands, by both. */
  private readonly lastSpan = new Map<string, number>();

  private isNews({ about, reason, message }: ClusterEvent): boolean {
    // Counts in a message do not make it another one: "0/12 nodes are available" comes again with each node.
    const text = `${reason} ${message.replace(/\d+/g, '#')}`;
    if (this.said.get(about) === text) return false;
    if (this.said.size > MOST_RECORDS) this.said.clear();
    this.said.set(about, text);
    return true;
  }
}

/** `FailedScheduling` as `failed-scheduling`; what is said of a pod's node is a happening of the pod's, not of the node's. */
function kindOf({ reason, about }: ClusterEvent): string {
  const kind = reason.replace(/([a-z0-9])([A-Z])/g, '$1-$2').toLowerCase();
  return kind.startsWith('node-') && about.startsWith('Pod ') ? `pod-${kind}` : kind;
}

/** Spans within the run, overlapping ones of one timer for one thing joined, in the order of their first beginnings. */
function joined(timers: readonly TimerSpan[], endUs: number): TimerSpan[] {
  const inOrder = timers
    .filter(({ fromUs, toUs }) => fromUs < endUs && toUs > fromUs)
    .map((span, place) => ({ span: { ...span, toUs: Math.min(span.toUs, endUs) }, place }))
    .sort((a, b) => a.span.fromUs - b.span.fromUs || a.place - b.place);
  const last = new Map<string, { fromUs: number; toUs: number; timer: string; about: string }>();
  const spans: TimerSpan[] = [];
  for (const { span } of inOrder) {
    const key = `${span.timer} ${span.about}`;
    const before = last.get(key);
    if (before !== undefined && span.fromUs < before.toUs) before.toUs = Math.max(before.toUs, span.toUs);
    else {
      const next = { ...span };
      last.set(key, next);
      spans.push(next);
    }
  }
  return spans;
}

function aboutAll(spans: readonly TimerSpan[]): string {
  const names = [...new Set(spans.map(({ about }) => about))];
  return names.length === 1 ? names[0] : `${names[0]} and ${names.length - 1} more`;
}

const secondsText = (us: number): string => `${Math.round(us / 1000) / 1000} s`;
