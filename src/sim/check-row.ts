import { InputError } from './input-error.ts';
import type { PodRow } from './pod-source.ts';

/**
 * Refuses a row that no source should give: readers check their files, but anyone may write a source. `number` is the
 * pod's order of arrival, `notBeforeUs` the arrival before it.
 */
export function checkRow(row: PodRow, number: number, notBeforeUs: number): void {
  const { arrivesUs, runsUs, estimateUs } = row;
  // fast: one comparison each for what is right; the sentences are for what is wrong.
  if (
    arrivesUs >= notBeforeUs &&
    arrivesUs <= Number.MAX_SAFE_INTEGER &&
    Math.floor(arrivesUs) === arrivesUs &&
    runsUs >= 0 &&
    Math.floor(runsUs) === runsUs &&
    estimateUs >= 0 &&
    (runsUs === Infinity || arrivesUs + runsUs <= Number.MAX_SAFE_INTEGER)
  )
    return;
  const pod = `pod "${row.name ?? `pod-${number}`}"`;
  if (!isWholeTime(arrivesUs))
    throw new InputError(`${pod} arrives at ${arrivesUs}; give a whole number of microseconds from 0 to 2^53`);
  if (arrivesUs < notBeforeUs)
    throw new InputError(
      `${pod} arrives at ${arrivesUs} µs, after a pod that arrived at ${notBeforeUs} µs; sort the workload by arrival`,
    );
  if (!(estimateUs >= 0))
    throw new InputError(`${pod} is estimated to run ${estimateUs}; give microseconds from 0 on, or Infinity`);
  throw new InputError(
    `${pod} runs for ${runsUs}; give a whole number of microseconds that ends before 2^53, or Infinity`,
  );
}

function isWholeTime(timeUs: number): boolean {
  return Number.isSafeInteger(timeUs) && timeUs >= 0;
}
