import type { PodSource } from '../../sim/pod-source.ts';

/** The first `count` pods, and the rest of the gang that the last of them belongs to. */
export function limit(source: PodSource, count: number): PodSource {
  let given = 0;
  let lastGang: string | undefined;
  let ended = count === 0;
  return {
    next(row) {
      if (ended || !source.next(row) || (given >= count && (row.gang === undefined || row.gang !== lastGang))) {
        ended = true;
        return false;
      }
      given++;
      lastGang = row.gang;
      // Nothing more is read when the last pod is in no gang: the rest of the file may be long.
      if (given >= count && lastGang === undefined) ended = true;
      return true;
    },
  };
}
