import { blankRow } from '../sim/pod-source.ts';
import { US_PER_SECOND } from '../sim/time.ts';
import { WorkloadTally } from '../workloads/workload-tally.ts';
import { sparkline } from './bars.ts';
import { columns, note, painter, print, printJson } from './console-output.ts';
import { openTrace, type TraceFlags } from './trace-input.ts';
import { barLines, TimeHistogram, timeText } from './trace-plots.ts';

/** Prints statistics, small plots and the drop report of a trace. */
export async function inspect(trace: string, flags: TraceFlags): Promise<void> {
  const { source, report, nodes } = openTrace(trace, flags);
  const tally = new WorkloadTally();
  const gaps = new TimeHistogram();
  const runs = new TimeHistogram();
  const row = blankRow();
  let lastUs = -1;
  while (source.next(row)) {
    tally.add(row);
    if (row.runsUs !== Infinity) runs.add(row.runsUs / US_PER_SECOND);
    if (lastUs >= 0) gaps.add((row.arrivesUs - lastUs) / US_PER_SECOND);
    lastUs = row.arrivesUs;
  }
  const statistics = tally.statistics(nodes);
  if (flags.json) return printJson({ trace, statistics, drops: report.sentences() });

  const paint = painter(process.stdout);
  const number = (value: number | undefined): string =>
    value === undefined ? '–' : `${Number.isInteger(value) ? value : Number(value.toPrecision(4))}`;
  const percent = (value: number | undefined): string => (value === undefined ? '–' : `${(100 * value).toFixed(1)} %`);
  const time = (value: number | undefined): string => (value === undefined ? '–' : timeText(value));
  const facts: [string, string][] = [
    ['pods', number(statistics.pods)],
    ['arrivals (instants)', number(statistics.arrivals)],
    ['span', timeText(statistics.spanHours * 3600)],
    ['arrivals per hour', number(statistics.arrivalsPerHour)],
    ['variation of gaps (1: Poisson)', number(statistics.gapCv)],
    [
      'dispersion in 1 min, 5 min, 1 h',
      [statistics.dispersion1Minute, statistics.dispersion5Minutes, statistics.dispersion1Hour].map(number).join(', '),
    ],
    [
      'pods per arrival: mean, p90, p99',
      [statistics.podsPerArrivalMean, statistics.podsPerArrivalP90, statistics.podsPerArrivalP99]
        .map(number)
        .join(', '),
    ],
    [
      'run time: mean, p50, p90, p99',
      [statistics.runSecondsMean, statistics.runSecondsP50, statistics.runSecondsP90, statistics.runSecondsP99]
        .map(time)
        .join(', '),
    ],
    ['longest run', time(statistics.runSecondsMax)],
    ['pods that never end', number(statistics.endlessPods)],
    ['share of the largest 1 % in resource-time', percent(statistics.topResourceTimeShare)],
    ['distinct requests', number(statistics.distinctShapes)],
    ['pods that ask for GPUs', percent(statistics.gpuPodShare)],
    ['users, share of the largest', `${number(statistics.users)}, ${percent(statistics.topUserShare)}`],
    [
      'gangs, pods in them, largest',
      [statistics.gangs, statistics.gangPods, statistics.largestGang].map(number).join(', '),
    ],
    ['run time over estimate, median', number(statistics.runOverEstimateP50)],
  ];
  if (nodes)
    facts.push([
      'load on CPU, memory, GPU',
      [statistics.loadCpu, statistics.loadMemory, statistics.loadGpu].map(percent).join(', '),
    ]);
  print(columns([['what', 'value'], ...facts], paint));
  const section = (title: string, lines: readonly string[]): void =>
    print(`\n${paint('bold', title)}\n${lines.join('\n')}`);
  section('Gaps between pods', gaps.lines());
  section('Run times', runs.lines());
  if (statistics.hourOfDay)
    section('Arrivals by hour of the day, from time 0', [
      `  ${sparkline(statistics.hourOfDay)}  busiest hour ${number(statistics.dayPeakToTrough)} times the quietest`,
    ]);
  section(
    'Most frequent requests',
    barLines(
      statistics.topShapes.map((one) => [one.request, one.share] as const),
      1,
    ),
  );
  if (report.rowsRead > 0) for (const sentence of report.sentences()) note(sentence);
}
