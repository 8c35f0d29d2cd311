import type { Pod } from '../../objects/pod.ts';
import type { JobSpec } from '../../objects/workloads.ts';

/** Which piece of an indexed job a pod works on. */
export const COMPLETION_INDEX = 'batch.kubernetes.io/job-completion-index';
/** How often that piece had failed before this pod. */
export const INDEX_FAILURES = 'batch.kubernetes.io/job-index-failure-count';

/** The pod's index; -1: it has none. */
export function indexOf(pod: Pod): number {
  const text = pod.metadata.annotations[COMPLETION_INDEX] ?? pod.metadata.labels[COMPLETION_INDEX];
  return text !== undefined && /^[0-9]{1,9}$/.test(text) ? Number(text) : -1;
}

/** The lowest indexes that nobody works on and that are not done, at most so many (`firstPendingIndexes`). */
export function firstFreeIndexes(
  spec: JobSpec,
  active: readonly Pod[],
  done: readonly (readonly number[])[],
  count: number,
): number[] {
  const taken = new Set<number>(active.map(indexOf));
  for (const indexes of done) for (const index of indexes) taken.add(index);
  const free: number[] = [];
  for (let index = 0; index < (spec.completions ?? 0) && free.length < count; index++)
    if (!taken.has(index)) free.push(index);
  return free;
}

/** Active pods that must go whatever happens: of an index that is done or out of range, or the second of an index, the later ones. */
export function superfluousPods(spec: JobSpec, active: readonly Pod[], done: readonly (readonly number[])[]): Pod[] {
  const taken = new Set<number>(done.flat());
  return active.filter((pod) => {
    const index = indexOf(pod);
    if (index < 0 || index >= (spec.completions ?? 0) || taken.has(index)) return true;
    taken.add(index);
    return false;
  });
}

/** Indexes as `kubectl` writes them: `0-2,5`. */
export function indexesText(indexes: readonly number[]): string {
  const parts: string[] = [];
  for (let at = 0; at < indexes.length; at++) {
    const first = indexes[at];
    while (indexes[at + 1] === indexes[at] + 1) at++;
    const last = indexes[at];
    parts.push(first === last ? String(first) : last === first + 1 ? `${first},${last}` : `${first}-${last}`);
  }
  return parts.join(',');
}
