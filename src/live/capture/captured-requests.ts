import { countOf } from '../../reporting/format.ts';
import type { CapturedContainer, CapturedHistory } from './captured-history.ts';
import { ownerOfContainer } from './owner-of-container.ts';

/** What a container asks for while it has a process. */
export interface CapturedRequest {
  readonly cpuMilli: number;
  readonly memBytes: number;
}

export interface CapturedRequests {
  /** From this time on. */
  at(container: CapturedContainer, timeUs: number): CapturedRequest;
  /** Where the numbers come from, in sentences. */
  readonly notes: readonly string[];
}

/**
 * Requests, which an engine does not know: the hard limit where one is set, else the highest that was measured of the
 * container, else the median of what was measured of others of its owner, else 0.
 */
export function capturedRequests(history: CapturedHistory): CapturedRequests {
  const cpu = measuredOf(history, 'peakCpuMilli');
  const mem = measuredOf(history, 'peakMemBytes');
  const limitAt = (container: CapturedContainer, timeUs: number) =>
    container.limits.findLast((one) => one.atUs <= timeUs) ?? container.limits[0];
  return {
    at(container, timeUs) {
      const limit = limitAt(container, timeUs);
      return {
        cpuMilli: limit?.cpuMilli ?? cpu.of(container) ?? 0,
        memBytes: limit?.memBytes ?? mem.of(container) ?? 0,
      };
    },
    notes: [
      sources(history, 'CPU', (one) => one.limits.some((limit) => limit.cpuMilli !== undefined), cpu),
      sources(history, 'memory', (one) => one.limits.some((limit) => limit.memBytes !== undefined), mem),
    ].filter((one) => one !== ''),
  };
}

interface Measured {
  readonly own: (container: CapturedContainer) => number | undefined;
  readonly of: (container: CapturedContainer) => number | undefined;
}

function measuredOf(history: CapturedHistory, field: 'peakCpuMilli' | 'peakMemBytes'): Measured {
  const own = (container: CapturedContainer): number | undefined => {
    const peaks = container.runs.flatMap((run) => run[field] ?? []);
    return peaks.length === 0 ? undefined : Math.max(...peaks);
  };
  const byOwner = new Map<string, number[]>();
  for (const container of history.containers) {
    const peak = own(container);
    const { name } = ownerOfContainer(container);
    if (peak !== undefined) byOwner.set(name, [...(byOwner.get(name) ?? []), peak]);
  }
  const medians = new Map([...byOwner].map(([name, peaks]) => [name, medianOf(peaks)]));
  return { own, of: (container) => own(container) ?? medians.get(ownerOfContainer(container).name) };
}

/** The lower one of two in the middle. */
function medianOf(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[(values.length - 1) >> 1];
}

function sources(
  { containers }: CapturedHistory,
  what: string,
  hasLimit: (container: CapturedContainer) => boolean,
  measured: Measured,
): string {
  const ran = containers.filter((one) => one.runs.length > 0);
  const rest = ran.filter((one) => !hasLimit(one));
  if (rest.length === 0) return '';
  const own = rest.filter((one) => measured.own(one) !== undefined).length;
  const others = rest.filter((one) => measured.own(one) === undefined && measured.of(one) !== undefined).length;
  const limited = ran.length - rest.length;
  const never = rest.length - own - others;
  const parts = [
    ...(limited > 0 ? [`${countOf(limited, 'has', 'have')} a limit`] : []),
    ...(own > 0 ? [`${countOf(own, 'asks', 'ask')} for the highest that was measured`] : []),
    ...(others > 0 ? [`${countOf(others, 'asks', 'ask')} for the median of others of the same owner`] : []),
    ...(never > 0 ? [`${countOf(never, 'was never measured and asks', 'were never measured and ask')} for 0`] : []),
  ];
  return `${what} of ${countOf(ran.length, 'container')} that ran: ${parts.join(', ')}`;
}
