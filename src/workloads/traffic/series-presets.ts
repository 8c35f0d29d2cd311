import { InputError } from '../../sim/input-error.ts';
import { suggestion } from '../../sim/nearest-name.ts';
import { quoted } from '../../sim/quantity.ts';
import type { MissingPolicy, SeriesFormat } from './series-format.ts';

/** A public recording of traffic: what its columns mean. The data is not shipped; see traces/README.md. */
export interface SeriesPreset {
  readonly name: string;
  /** One line: what it shows. */
  readonly summary: string;
  readonly source: string;
  /** Where the file lies below the folder of traces. */
  readonly file: string;
  readonly format: SeriesFormat;
  readonly missing: MissingPolicy;
}

export const SERIES_PRESETS: readonly SeriesPreset[] = [
  {
    name: 'worldcup98',
    summary:
      'requests a minute to the site of the football World Cup 1998, 87 days; matches bring flash crowds, peak 21 times the mean',
    source: 'Arlitt and Jin, HPL-1999-35R1; Internet Traffic Archive',
    file: 'worldcup98/requests_per_minute.csv',
    format: { time: { column: 'minute_utc', as: 'date-time' }, values: ['requests'], intervalUs: 60e6 },
    missing: 'zero',
  },
  {
    name: 'wikipedia-hourly',
    summary: 'page views an hour of the English Wikipedia, October 2008 to December 2009: a calm day and week',
    source: 'Wikimedia pagecounts-raw (CC0), hourly totals by Yuchen Luo',
    file: 'wikipedia-hourly/pageviews_hourly.csv',
    format: {
      time: { column: 'hour_end_utc', as: 'date-time', marks: 'end' },
      values: ['views'],
      intervalUs: 3600e6,
      only: { column: 'quality', value: 'ok' },
    },
    missing: 'interpolate',
  },
  {
    name: 'nasa-http-1995',
    summary:
      'requests a minute to the NASA Kennedy Space Center, July and August 1995, local time: a small site, off for 38 hours',
    source: 'NASA-HTTP, Internet Traffic Archive',
    file: 'nasa-http-1995/requests_per_minute.csv',
    format: { time: { column: 'local_time', as: 'date-time' }, values: ['requests'], intervalUs: 60e6 },
    missing: 'zero',
  },
  {
    name: 'huawei-private-2023',
    summary: 'requests a minute to 200 serverless functions, one column each, summed unless columns are named; one day',
    source: 'Joosen et al., "How Does It Function?", SoCC 2023 (CC-BY-4.0)',
    file: 'huawei-private-2023-day0/request_call.csv',
    format: { time: { column: 'time', as: 'seconds', plusDaysColumn: 'day' }, values: 'all', intervalUs: 60e6 },
    missing: 'zero',
  },
  {
    name: 'azure-llm-2023',
    summary:
      'requests to a language model, one row each, an hour; conversations, or code in AzureLLMInferenceTrace_code.csv',
    source: 'Patel et al., "Splitwise", ISCA 2024; Azure Public Dataset (CC-BY-4.0)',
    file: 'azure-llm-2023/AzureLLMInferenceTrace_conv.csv',
    format: { time: { column: 'TIMESTAMP', as: 'date-time' } },
    missing: 'zero',
  },
];

/** The preset of this name; throws InputError with a suggestion when there is none. */
export function seriesPreset(name: string): SeriesPreset {
  const preset = SERIES_PRESETS.find((candidate) => candidate.name === name);
  if (preset !== undefined) return preset;
  throw new InputError(
    `there is no recording called ${quoted(name)}${suggestion(
      name,
      SERIES_PRESETS.map((candidate) => candidate.name),
    )}`,
  );
}
