import { ANSWERED, type Departures, END, GONE, MASK, NEXT, ROW } from './departures.ts';

/** What is kept of a request, as places in its row. */
export const DEPARTS = 0;
export const ISSUED = 1;
export const ENTERS = 2;
export const STARTS = 3;
/** Work left, as it was at its start or at the endpoint's last change of speed. */
export const LEFT = 4;
/** Which of the service's traffics it belongs to. */
export const SOURCE = 5;
/** The end of the ring when it came: who came first. */
export const TURN = 6;

/** A whole number of the endpoint's head. */
export function headInt({ ints, head }: Departures, endpoint: number, which: number): number {
  return ints[2 * head[endpoint] + which];
}

/** Whether nobody is there and no answer is on its way. */
export function isEmpty(departures: Departures, endpoint: number): boolean {
  return headInt(departures, endpoint, ANSWERED) === headInt(departures, endpoint, END);
}

/** The row at a position of the endpoint's ring, itself and no copy. */
export function rowAt(departures: Departures, endpoint: number, position: number): Float64Array {
  const { floats, head } = departures;
  const at = head[endpoint] + ROW * (1 + (position & headInt(departures, endpoint, MASK)));
  return floats.subarray(at, at + ROW);
}

/** The rows of those who have not been taken out as departed, in the order of their departure. */
export function presentRows(departures: Departures, endpoint: number): Float64Array[] {
  const rows: Float64Array[] = [];
  const end = headInt(departures, endpoint, END);
  for (let at = headInt(departures, endpoint, GONE); at !== end; at = (at + 1) | 0)
    rows.push(rowAt(departures, endpoint, at));
  return rows;
}

/** Copies of those rows in the order in which they came; they are taken out. */
export function takeOutRows(departures: Departures, endpoint: number): Float64Array[] {
  const rows = presentRows(departures, endpoint).map((row) => row.slice());
  const { ints, floats, head } = departures;
  ints[2 * head[endpoint] + END] = headInt(departures, endpoint, GONE);
  floats[head[endpoint] + NEXT] = Infinity;
  return rows.sort((one, other) => (one[TURN] - other[TURN]) | 0);
}

/** Puts a row in by its departure. */
export function insertRow(departures: Departures, endpoint: number, row: Float64Array): void {
  const { ints, floats, head } = departures;
  const gone = headInt(departures, endpoint, GONE);
  let at = headInt(departures, endpoint, END);
  ints[2 * head[endpoint] + END] = (at + 1) | 0;
  for (; at !== gone; at = (at - 1) | 0) {
    const before = rowAt(departures, endpoint, at - 1);
    if (before[DEPARTS] <= row[DEPARTS]) break;
    rowAt(departures, endpoint, at).set(before);
  }
  rowAt(departures, endpoint, at).set(row);
  if (at === gone) floats[head[endpoint] + NEXT] = row[DEPARTS];
}
