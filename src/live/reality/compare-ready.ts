import type { ComparedLine, ReadyCompared } from '../../reporting/reality/reality-check.ts';
import { countAt, type CountLine, type ReadyLines } from './ready-line.ts';

const POINTS = 240;

/** Ready pods of each workload, compared exactly over all changes between two times. */
export function compareReady(lines: ReadonlyMap<string, ReadyLines>, untilUs: number): ReadyCompared[] {
  return [...lines].flatMap(([workload, { predicted, measured }]) => {
    if (predicted.at.length === 0 && measured.at.length === 0) return [];
    const times = [...new Set([0, ...predicted.at, ...measured.at, untilUs])]
      .filter((at) => at >= 0 && at <= untilUs)
      .sort((one, other) => one - other);
    let [predictedSum, measuredSum, equal, gapSum, largestGap] = [0, 0, 0, 0, 0];
    for (let k = 0; k + 1 < times.length; k++) {
      const lasts = times[k + 1] - times[k];
      const [wanted, found] = [countAt(predicted, times[k]), countAt(measured, times[k])];
      const gap = Math.abs(wanted - found);
      predictedSum += wanted * lasts;
      measuredSum += found * lasts;
      gapSum += gap * lasts;
      if (gap === 0) equal += lasts;
      largestGap = Math.max(largestGap, gap);
    }
    const span = Math.max(1, untilUs);
    return [
      {
        workload,
        predictedMean: predictedSum / span,
        measuredMean: measuredSum / span,
        equalShare: equal / span,
        meanGap: gapSum / span,
        largestGap,
      },
    ];
  });
}

/** The same as lines for charts: the count at even times. */
export function readyChartLines(lines: ReadonlyMap<string, ReadyLines>, untilUs: number): ComparedLine[] {
  const times = Array.from({ length: POINTS + 1 }, (_, k) => (k * untilUs) / POINTS);
  const values = (line: CountLine): number[] => times.map((at) => countAt(line, at));
  return [...lines].flatMap(([about, { predicted, measured }]): ComparedLine[] =>
    predicted.at.length === 0 && measured.at.length === 0
      ? []
      : [
          {
            group: 'ready',
            about,
            unit: 'pods',
            atS: times.map((at) => at / 1e6),
            predicted: values(predicted),
            measured: values(measured),
          },
        ],
  );
}
