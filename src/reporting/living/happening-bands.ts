import type { HappeningRecord } from '../../sim/monitoring/living-result.ts';

/** A span of time in which something was broken, or in the making. */
export interface HappeningBand {
  readonly from: number;
  readonly to: number;
  readonly kind: string;
  /** Wanted by someone (a deployment), not suffered. */
  readonly planned: boolean;
  /** What it concerned: nodes, zones, services; each once. */
  readonly about: readonly string[];
}

/** What ends a span, where it is not called as what began it with `-over` behind. */
const ENDS: Readonly<Record<string, readonly string[]>> = {
  'node-down': ['node-up'],
  'node-cut-off': ['node-back'],
  'node-not-ready': ['node-ready'],
  'node-slow': ['node-speed-back'],
  'node-flaky': ['node-loss-over'],
  'disk-full': ['disk-free'],
  'spot-capacity-gone': ['spot-capacity-back'],
  'registry-down': ['registry-up'],
  'control-plane-down': ['control-plane-up'],
  deployment: ['deployed', 'rolled-back'],
};
const PLANNED = new Set(['deployment']);
const BEGUN_BY = new Map(Object.entries(ENDS).flatMap(([begin, ends]) => ends.map((end) => [end, begin])));

/** How a happening is drawn: as something that went wrong, as its end, or as neither. */
export type Tone = 'bad' | 'good' | 'plain';

/** See `Tone`; what nobody knows is taken for plain. */
export function toneOf(kind: string): Tone {
  if (kind.endsWith('-over') || (BEGUN_BY.has(kind) && kind !== 'rolled-back') || kind === 'node-ready') return 'good';
  return /^(deployment|drain|spot-notice|detected|timer|node-added|node-removed|cordoned|uncordoned)$/.test(kind)
    ? 'plain'
    : 'bad';
}

/**
 * Spans between a happening and the one that ends it for the same node, zone or service; what is not ended lasts to the
 * end. Spans of one kind that begin and end together (the nodes of a zone) are one band. Times in microseconds.
 */
export function happeningBands(happenings: readonly HappeningRecord[], untilUs: number): HappeningBand[] {
  const kinds = new Set(happenings.map((one) => one.kind));
  const open = new Map<string, HappeningRecord>();
  const bands = new Map<string, { from: number; to: number; kind: string; planned: boolean; about: string[] }>();
  const close = ({ kind, about, timeUs }: HappeningRecord, toUs: number): void => {
    const key = `${kind} ${timeUs} ${toUs}`;
    const band = bands.get(key) ?? { from: timeUs, to: toUs, kind, planned: PLANNED.has(kind), about: [] };
    if (!band.about.includes(about)) band.about.push(about);
    bands.set(key, band);
  };
  for (const one of happenings) {
    const begin =
      BEGUN_BY.get(one.kind) ?? (one.kind.endsWith('-over') ? one.kind.slice(0, -'-over'.length) : undefined);
    const key = `${begin ?? one.kind} ${one.about}`;
    const begun = open.get(key);
    if (begin !== undefined && begun) {
      open.delete(key);
      close(begun, one.timeUs);
    } else if (!begun && (one.kind in ENDS || kinds.has(`${one.kind}-over`))) open.set(key, one);
  }
  for (const begun of open.values()) close(begun, untilUs);
  const all = [...bands.values()].sort((a, b) => a.from - b.from);
  // That a node is not ready says nothing new while its machine is down: shaded twice it would look twice as bad.
  return all.filter(
    (band) =>
      band.kind !== 'node-not-ready' ||
      !all.some(
        ({ kind, from, to, about }) =>
          kind === 'node-down' && from <= band.from && to >= band.to && band.about.every((one) => about.includes(one)),
      ),
  );
}
