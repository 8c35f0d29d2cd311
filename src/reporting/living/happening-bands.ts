import type { HappeningRecord } from '../../sim/monitoring/living-result.ts';

/** A span of time in which something was wrong. */
export interface HappeningBand {
  readonly from: number;
  readonly to: number;
  readonly kind: string;
  /** What it concerned: nodes, zones, services; each once. */
  readonly about: readonly string[];
}

/** What begins a span, and the ending of the kind that ends it. */
const PAIRS: readonly (readonly [begins: RegExp, end: string])[] = [
  [/-down$/, '-up'],
  [/-begin$/, '-end'],
  [/-started$/, '-ended'],
  [/-lost$/, '-back'],
];
/** Or the kind itself with one of these behind it. */
const OVER = ['-over', '-end', '-ended', '-healed', '-restored'];

/**
 * Spans between a happening and the one that ends it for the same node, zone or service; what is not ended lasts to the
 * end. Spans of one kind that begin and end together (the nodes of a zone) are one band. Times in microseconds.
 */
export function happeningBands(happenings: readonly HappeningRecord[], untilUs: number): HappeningBand[] {
  const kinds = new Set(happenings.map((one) => one.kind));
  const open = new Map<string, HappeningRecord>();
  const bands = new Map<string, { from: number; to: number; kind: string; about: string[] }>();
  const close = (begun: HappeningRecord, toUs: number): void => {
    const key = `${begun.kind} ${begun.timeUs} ${toUs}`;
    const band = bands.get(key) ?? { from: begun.timeUs, to: toUs, kind: begun.kind, about: [] };
    if (!band.about.includes(begun.about)) band.about.push(begun.about);
    bands.set(key, band);
  };
  for (const one of happenings) {
    const begunBy = beginningOf(one.kind, kinds);
    const begun = begunBy === undefined ? undefined : open.get(`${begunBy} ${one.about}`);
    if (begun) {
      open.delete(`${begun.kind} ${begun.about}`);
      close(begun, one.timeUs);
    } else if (begins(one.kind, kinds) && !open.has(`${one.kind} ${one.about}`))
      open.set(`${one.kind} ${one.about}`, one);
  }
  for (const begun of open.values()) close(begun, untilUs);
  return [...bands.values()].sort((a, b) => a.from - b.from);
}

function begins(kind: string, kinds: ReadonlySet<string>): boolean {
  return PAIRS.some(([pattern]) => pattern.test(kind)) || OVER.some((ending) => kinds.has(kind + ending));
}

/** The kind that this kind ends, if it ends any. */
function beginningOf(kind: string, kinds: ReadonlySet<string>): string | undefined {
  for (const [pattern, end] of PAIRS) {
    if (!kind.endsWith(end)) continue;
    const stem = kind.slice(0, -end.length);
    const begun = [...kinds].find((other) => pattern.test(other) && other.replace(pattern, '') === stem);
    if (begun !== undefined) return begun;
  }
  const ending = OVER.find((one) => kind.endsWith(one));
  return ending === undefined ? undefined : kind.slice(0, -ending.length);
}
