import { InputError } from '../../sim/input-error.ts';
import { recordedTraffic, replayCurve } from './replay.ts';
import { readRequestTimes } from './request-times.ts';
import {
  MISSING_POLICIES,
  TIME_UNITS,
  VALUE_UNITS,
  type MissingPolicy,
  type SeriesFormat,
  type TimeUnit,
  type ValueUnit,
} from './series-format.ts';
import { seriesPreset, type SeriesPreset } from './series-presets.ts';
import { curveKind, type TrafficField, type TrafficKind, type TrafficOptions } from './traffic-kind.ts';
import { readSeries } from './traffic-series.ts';

const FILE_FIELDS: readonly TrafficField[] = [
  {
    name: 'preset',
    kind: 'text',
    meaning:
      'A recording whose columns are known: worldcup98, wikipedia-hourly, nasa-http-1995, huawei-private-2023, azure-llm-2023.',
  },
  { name: 'file', kind: 'text', meaning: 'The CSV or NDJSON file, packed or not; absent: that of the preset.' },
  {
    name: 'header',
    kind: 'switch',
    default: true,
    meaning: 'Whether the first row names the columns; without, they are called 1, 2, 3.',
  },
  { name: 'delimiter', kind: 'text', meaning: 'What separates fields; absent: a comma.' },
  { name: 'comment', kind: 'text', meaning: 'Lines that begin so are skipped; absent: none are.' },
  {
    name: 'time',
    kind: 'text',
    meaning: 'The column of times; absent (and no preset): rows follow each other every `interval`.',
  },
  {
    name: 'timeAs',
    kind: 'choice',
    choices: TIME_UNITS,
    meaning: 'What a time is; numbers count from 1970 or from a beginning of their own; absent: date-time.',
  },
  { name: 'days', kind: 'text', meaning: 'A column of whole days that are added to the time.' },
  { name: 'onlyColumn', kind: 'text', meaning: 'Only rows in which this column holds `only` are taken.' },
  { name: 'only', kind: 'text', meaning: 'See onlyColumn.' },
  {
    name: 'from',
    kind: 'text',
    meaning: 'Where to begin: a date and time such as 1998-07-07 18:00, or a duration from the beginning such as 30h.',
  },
  { name: 'lasts', kind: 'duration', minimum: 1, meaning: 'How much of it to play; absent: all that follows.' },
  { name: 'factor', kind: 'number', minimum: 0, meaning: 'Times the recorded rate.' },
  { name: 'compress', kind: 'number', minimum: 1e-6, default: 1, meaning: 'Time runs so many times as fast.' },
];

const SOURCE = 'the recordings named in traces/README.md, or your own';

/** Traffic that was recorded. */
export const RECORDED_KINDS: readonly TrafficKind[] = [
  curveKind({
    name: 'series',
    summary: 'replays counts or rates of a file, as a rate',
    source: SOURCE,
    makes: 'rate',
    fields: [
      ...FILE_FIELDS,
      {
        name: 'timeMarks',
        kind: 'choice',
        choices: ['start', 'end'],
        meaning: 'Whether the time is that of the start (absent) or the end of the interval.',
      },
      {
        name: 'values',
        kind: 'texts',
        meaning:
          'The columns that are added up; `all`: every one not named otherwise; absent (and no preset): each row is one request.',
      },
      {
        name: 'valuesAs',
        kind: 'choice',
        choices: VALUE_UNITS,
        meaning: 'Whether values are requests in the interval (absent) or a rate.',
      },
      {
        name: 'interval',
        kind: 'duration',
        minimum: 1,
        meaning:
          'The length of an interval; absent: the smallest step of time in the file, a second where rows are requests.',
      },
      {
        name: 'missing',
        kind: 'choice',
        choices: MISSING_POLICIES,
        meaning:
          'What was there when a value is missing: nothing (absent), what was there before, or the line between its neighbours.',
      },
      {
        name: 'mean',
        kind: 'rate',
        meaning: 'Scaled to this mean rate over the part played; only one of factor, mean and peak.',
      },
      { name: 'peak', kind: 'rate', meaning: 'Scaled to this highest rate in the part played.' },
      { name: 'repeat', kind: 'switch', default: false, meaning: 'Whether it begins anew when it is over.' },
    ],
    curve(options, { open }) {
      const { preset, file } = recordingOf('series', options);
      const series = readSeries(open(file), formatOf(options, preset));
      const curve = replayCurve(series, {
        from: options['from'] as string | undefined,
        lastsUs: options['lasts'] as number | undefined,
        missing: (options['missing'] as MissingPolicy | undefined) ?? preset?.missing ?? 'zero',
        factor: options['factor'] as number | undefined,
        meanPerSecond: options['mean'] as number | undefined,
        peakPerSecond: options['peak'] as number | undefined,
        compress: options['compress'] as number | undefined,
        repeat: options['repeat'] as boolean | undefined,
      });
      return () => curve;
    },
  }),
  {
    name: 'requests',
    summary: 'replays a file with one row a request, request by request',
    source: SOURCE,
    makes: 'requests',
    fields: [
      ...FILE_FIELDS,
      {
        name: 'spread',
        kind: 'duration',
        default: 100_000,
        meaning: 'Copies, where factor makes some, come at random within this time after their original.',
      },
    ],
    make(options, { open, streamName }) {
      const { preset, file } = recordingOf('requests', options);
      const recording = readRequestTimes(open(file), formatOf(options, preset));
      const play = {
        from: options['from'] as string | undefined,
        lastsUs: options['lasts'] as number | undefined,
        factor: options['factor'] as number | undefined,
        spreadUs: options['spread'] as number | undefined,
        compress: options['compress'] as number | undefined,
      };
      return (streams) => recordedTraffic(recording, play, streams(streamName));
    },
  },
];

function recordingOf(kind: string, options: TrafficOptions): { preset: SeriesPreset | undefined; file: string } {
  const name = options['preset'] as string | undefined;
  const preset = name === undefined ? undefined : seriesPreset(name);
  const file = (options['file'] as string | undefined) ?? preset?.file;
  if (file === undefined) throw new InputError(`${kind} needs a file or a preset, such as preset: worldcup98`);
  return { preset, file };
}

/** What the options say, over what the preset says. */
function formatOf(options: TrafficOptions, preset: SeriesPreset | undefined): SeriesFormat {
  const text = (name: string): string | undefined => options[name] as string | undefined;
  const known = preset?.format;
  const column = text('time') ?? known?.time?.column;
  const values = options['values'] as readonly string[] | undefined;
  const onlyColumn = text('onlyColumn') ?? known?.only?.column;
  const only = text('only') ?? known?.only?.value;
  if ((onlyColumn === undefined) !== (only === undefined))
    throw new InputError('onlyColumn and only belong together: the column, and the value that its rows must hold');
  return {
    header: options['header'] as boolean | undefined,
    delimiter: asciiOf('delimiter', text('delimiter')),
    comment: asciiOf('comment', text('comment')),
    time:
      column === undefined
        ? undefined
        : {
            column,
            as: (options['timeAs'] as TimeUnit | undefined) ?? known?.time?.as ?? 'date-time',
            plusDaysColumn: text('days') ?? known?.time?.plusDaysColumn,
            marks: (options['timeMarks'] as 'start' | 'end' | undefined) ?? known?.time?.marks,
          },
    values: values === undefined ? known?.values : values.length === 1 && values[0] === 'all' ? 'all' : values,
    valuesAs: (options['valuesAs'] as ValueUnit | undefined) ?? known?.valuesAs,
    intervalUs: (options['interval'] as number | undefined) ?? known?.intervalUs,
    only: onlyColumn === undefined || only === undefined ? undefined : { column: onlyColumn, value: only },
  };
}

function asciiOf(name: string, text: string | undefined): string | undefined {
  if (text === undefined || (text.length === 1 && text < '\u0080' && !/["\r\n]/.test(text))) return text;
  throw new InputError(`the ${name} must be one character such as ;`);
}
