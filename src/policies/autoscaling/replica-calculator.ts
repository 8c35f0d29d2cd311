import { percent, short } from './numbers-in-words.ts';

/**
 * The per-metric proposals of the Kubernetes horizontal pod autoscaler. Doubles are used where upstream uses float64, in
 * the same order, so that a ratio on the edge of the tolerance falls to the same side.
 *
 * Source: kubernetes v1.36.2, pkg/controller/podautoscaler/replica_calculator.go.
 */

/**
 * The replicas of a service as one metric sees them, in sums: usage and requests are whole numbers in one unit. Sums
 * instead of a list, because a decision of a service with many replicas is made thousands of times a day.
 */
export interface MeasuredReplicas {
  /** Those whose samples count, what they use and what they request. */
  ready: number;
  usage: number;
  request: number;
  /** Those without a sample. */
  missing: number;
  missingRequest: number;
  /** Those whose samples must not count, since they are not ready. */
  unready: number;
  unreadyRequest: number;
  /** How many of all request nothing, so that there is no utilisation. */
  requestless: number;
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
  seen: MeasuredReplicas,
  current: number,
  targetPercent: number,
  tolerance: Tolerance,
): Proposal {
  if (seen.requestless > 0)
    return { replicas: undefined, why: `${metric}: a replica requests none, so there is no utilisation` };
  if (seen.ready === 0)
    return {
      replicas: undefined,
      why: `${metric}: none of ${seen.missing + seen.unready} replicas has a sample that counts`,
    };
  const percentUsed = Math.trunc((seen.usage * 100) / seen.request);
  const ratio = percentUsed / targetPercent;
  const observed = `${metric} ${percentUsed} % of ${targetPercent} %`;
  const keep = (text: string): Proposal => ({ replicas: current, why: `${text}, keep ${current}` });
  const within = () => `within ${toleranceInWords(tolerance)}`;
  const addUnready = seen.unready > 0 && ratio > 1;
  if (seen.missing === 0 && !addUnready) {
    if (isWithin(ratio, tolerance)) return keep(`${observed}: ${within()}`);
    const wanted = Math.ceil(ratio * seen.ready);
    return { replicas: wanted, why: `${observed}: ceil(${seen.ready} x ${percentUsed}/${targetPercent}) = ${wanted}` };
  }
  // What is not known is assumed so that it damps the change: idle before scaling out, busy before scaling in.
  let { usage, request, ready: count } = seen;
  if (ratio !== 1) {
    count += seen.missing;
    request += seen.missingRequest;
    // Busy is to use all of the request, or the target where that is more (upstream drops the fraction replica by replica,
    // which differs by less than a unit each, and only for targets above 100 %).
    if (ratio < 1) usage += Math.trunc((seen.missingRequest * Math.max(100, targetPercent)) / 100);
  }
  if (addUnready) {
    count += seen.unready;
    request += seen.unreadyRequest;
  }
  const damped = Math.trunc((usage * 100) / request);
  const ratio2 = damped / targetPercent;
  const assumed = `${observed}, ${damped} % with ${count - seen.ready} assumed ${ratio < 1 ? 'busy' : 'idle'}`;
  if (isWithin(ratio2, tolerance)) return keep(`${assumed}: ${within()}`);
  if ((ratio < 1 && ratio2 > 1) || (ratio > 1 && ratio2 < 1))
    return keep(`${assumed}: on the other side of the target`);
  const wanted = Math.ceil(ratio2 * count);
  const text = `${assumed}: ceil(${count} x ${damped}/${targetPercent}) = ${wanted}`;
  if ((ratio2 < 1 && wanted > current) || (ratio2 > 1 && wanted < current)) return keep(`${text}, the wrong way`);
  return { replicas: wanted, why: text };
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

function isWithin(ratio: number, tolerance: Tolerance): boolean {
  return 1 - tolerance.down <= ratio && ratio <= 1 + tolerance.up;
}

function toleranceInWords({ up, down }: Tolerance): string {
  return up === down ? percent(up) : `+${percent(up)}/-${percent(down)}`;
}
