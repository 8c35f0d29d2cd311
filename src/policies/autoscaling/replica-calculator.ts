import { percent, short } from './numbers-in-words.ts';

/**
 * The per-metric proposals of the Kubernetes horizontal pod autoscaler. Doubles are used where upstream uses float64, in
 * the same order, so that a ratio on the edge of the tolerance falls to the same side.
 *
 * Source: kubernetes v1.36.2, pkg/controller/podautoscaler/replica_calculator.go.
 */

/** A replica as one metric sees it. */
export interface MeasuredReplica {
  /** `missing`: no sample; `unready`: there, but its sample must not count; replicas that are ending are not listed. */
  readonly group: 'ready' | 'unready' | 'missing';
  /** Usage, a whole number in the unit of `request`; means nothing unless ready. */
  readonly usage: number;
  /** What it requests; 0: nothing, and then there is no utilisation. */
  readonly request: number;
}

/** No action while the ratio of usage to target lies within [1 - down, 1 + up]. */
export interface Tolerance {
  readonly up: number;
  readonly down: number;
}

/** What one metric asks for. `replicas` is undefined when it cannot say; `why` then says what is lacking. */
export interface Proposal {
  readonly replicas: number | undefined;
  readonly why: string;
}

/** By utilisation: usage in whole percent of the requests of the measured replicas, against a whole percentage. */
export function proposeByUtilisation(
  metric: string,
  replicas: readonly MeasuredReplica[],
  current: number,
  targetPercent: number,
  tolerance: Tolerance,
): Proposal {
  if (replicas.some((replica) => !(replica.request > 0)))
    return { replicas: undefined, why: `${metric}: a replica requests none, so there is no utilisation` };
  return propose(metric, replicas, current, tolerance, {
    target: targetPercent,
    unit: ' %',
    measure: (counted) => Math.trunc((sum(counted, (c) => c.usage) * 100) / sum(counted, (c) => c.request)),
    // A replica without a sample is taken to use all it requests (or the target, if that is more) before scaling in.
    fallback: (replica) => Math.trunc((replica.request * Math.max(100, targetPercent)) / 100),
  });
}

/** By average value: the mean usage of the measured replicas, without its fraction, against a value in the same unit. */
export function proposeByAverage(
  metric: string,
  replicas: readonly MeasuredReplica[],
  current: number,
  targetAverage: number,
  tolerance: Tolerance,
): Proposal {
  return propose(metric, replicas, current, tolerance, {
    target: targetAverage,
    unit: '',
    measure: (counted) => Math.trunc(sum(counted, (c) => c.usage) / counted.length),
    fallback: () => targetAverage,
  });
}

/**
 * By a total that belongs to no replica in particular (requests per second, length of a queue), against so much of it
 * for each replica that exists ("averageValue" of an object or external metric).
 */
export function proposeByTotal(
  metric: string,
  total: number,
  current: number,
  existing: number,
  targetAverage: number,
  tolerance: Tolerance,
): Proposal {
  if (!Number.isFinite(total)) return { replicas: undefined, why: `${metric}: not measured yet` };
  const ratio = total / (targetAverage * existing);
  const observed = `${metric} ${short(total)} of ${short(targetAverage)} x ${existing}`;
  if (isWithin(ratio, tolerance))
    return { replicas: current, why: `${observed}: within ${toleranceInWords(tolerance)}, keep ${current}` };
  const wanted = Math.ceil(total / targetAverage);
  return { replicas: wanted, why: `${observed}: ceil(${short(total)}/${short(targetAverage)}) = ${wanted}` };
}

interface Counted {
  readonly usage: number;
  readonly request: number;
}

interface Gauge {
  readonly target: number;
  readonly unit: string;
  readonly measure: (counted: readonly Counted[]) => number;
  readonly fallback: (replica: MeasuredReplica) => number;
}

function propose(
  metric: string,
  replicas: readonly MeasuredReplica[],
  current: number,
  tolerance: Tolerance,
  gauge: Gauge,
): Proposal {
  const ready = replicas.filter((replica) => replica.group === 'ready');
  const missing = replicas.filter((replica) => replica.group === 'missing');
  const unready = replicas.filter((replica) => replica.group === 'unready');
  if (ready.length === 0)
    return { replicas: undefined, why: `${metric}: none of ${replicas.length} replicas has a sample that counts` };
  const { target, unit } = gauge;
  const value = gauge.measure(ready);
  const ratio = value / target;
  const observed = `${metric} ${short(value)}${unit} of ${short(target)}${unit}`;
  const addUnready = unready.length > 0 && ratio > 1;
  const keep = (text: string): Proposal => ({ replicas: current, why: `${text}, keep ${current}` });
  const formula = (of: number, count: number) => `ceil(${count} x ${short(of)}/${short(target)})`;
  if (missing.length === 0 && !addUnready) {
    if (isWithin(ratio, tolerance)) return keep(`${observed}: within ${toleranceInWords(tolerance)}`);
    const wanted = Math.ceil(ratio * ready.length);
    return { replicas: wanted, why: `${observed}: ${formula(value, ready.length)} = ${wanted}` };
  }
  // What is not known is assumed so that it damps the change: idle before scaling out, busy before scaling in.
  const counted: Counted[] = [...ready];
  if (ratio !== 1)
    for (const replica of missing)
      counted.push({ request: replica.request, usage: ratio < 1 ? gauge.fallback(replica) : 0 });
  if (addUnready) for (const replica of unready) counted.push({ request: replica.request, usage: 0 });
  const damped = gauge.measure(counted);
  const ratio2 = damped / target;
  const assumed = `${observed}, ${short(damped)}${unit} with ${counted.length - ready.length} assumed ${ratio < 1 ? 'busy' : 'idle'}`;
  if (isWithin(ratio2, tolerance)) return keep(`${assumed}: within ${toleranceInWords(tolerance)}`);
  if ((ratio < 1 && ratio2 > 1) || (ratio > 1 && ratio2 < 1))
    return keep(`${assumed}: on the other side of the target`);
  const wanted = Math.ceil(ratio2 * counted.length);
  const text = `${assumed}: ${formula(damped, counted.length)} = ${wanted}`;
  if ((ratio2 < 1 && wanted > current) || (ratio2 > 1 && wanted < current)) return keep(`${text}, the wrong way`);
  return { replicas: wanted, why: text };
}

function isWithin(ratio: number, tolerance: Tolerance): boolean {
  return 1 - tolerance.down <= ratio && ratio <= 1 + tolerance.up;
}

function toleranceInWords({ up, down }: Tolerance): string {
  return up === down ? percent(up) : `+${percent(up)}/-${percent(down)}`;
}

function sum(counted: readonly Counted[], pick: (counted: Counted) => number): number {
  let total = 0;
  for (const one of counted) total += pick(one);
  return total;
}
