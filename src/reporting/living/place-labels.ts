/** A name beside a point of a chart. */
interface Labelled {
  readonly text: string;
  readonly x: number;
  readonly y: number;
}

/** Where the name stands, in pixels from its point. */
export interface LabelPlace {
  readonly dx: number;
  readonly dy: number;
  readonly align: 'left' | 'center' | 'right';
}

/** The size of the chart and of a letter, roughly: charts are as wide as the page has room. */
const PLOT = { width: 330, height: 190 };
const LETTER_PX = 6.2;
const LINE_PX = 13;
/** Above the point; below; then further away. */
const OFFSETS = [-11, 12, -24, 25, -37, 38];

/**
 * Names that do not cover each other: each takes the first free place above or below its point, in the order given.
 * Near the sides of the chart a name is written towards its middle. `within`: what else the axes must hold.
 */
export function placeLabels(
  points: readonly Labelled[],
  within: readonly { readonly x: number; readonly y: number }[] = points,
): LabelPlace[] {
  const xOf = toPixels(
    within.map((point) => point.x),
    PLOT.width,
  );
  const yOf = toPixels(
    within.map((point) => -point.y),
    PLOT.height,
  );
  const taken: { left: number; right: number; top: number }[] = points.map((point) => ({
    left: xOf(point.x) - 5,
    right: xOf(point.x) + 5,
    top: yOf(-point.y) - LINE_PX / 2,
  }));
  return points.map((point) => {
    const [x, y, width] = [xOf(point.x), yOf(-point.y), point.text.length * LETTER_PX];
    const align = x < width / 2 ? 'left' : x > PLOT.width - width / 2 ? 'right' : 'center';
    const left = align === 'left' ? x - 4 : align === 'right' ? x + 4 - width : x - width / 2;
    const box = (dy: number) => ({ left, right: left + width, top: y + dy - LINE_PX / 2 });
    const free = OFFSETS.find((dy) => !taken.some((other) => overlap(box(dy), other))) ?? OFFSETS[0];
    taken.push(box(free));
    return { dx: align === 'left' ? -4 : align === 'right' ? 4 : 0, dy: free, align };
  });
}

interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
}

function overlap(a: Box, b: Box): boolean {
  return a.left < b.right && b.left < a.right && Math.abs(a.top - b.top) < LINE_PX;
}

function toPixels(values: readonly number[], pixels: number): (value: number) => number {
  const least = Math.min(...values);
  const span = Math.max(...values) - least;
  return (value) => (span === 0 ? pixels / 2 : ((value - least) / span) * pixels);
}
