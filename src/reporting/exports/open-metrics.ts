import type { TimelineSeries } from '../../sim/monitoring/living-result.ts';
import { measured, type Timeline } from './series-rows.ts';

/** A unit ends the name of its family in OpenMetrics. */
const UNITS: Readonly<Record<TimelineSeries['unit'], string>> = {
  '': '',
  s: 'seconds',
  share: 'ratio',
  'per-second': 'per_second',
  'usd-per-hour': 'usd_per_hour',
  usd: 'usd',
  bytes: 'bytes',
  millicores: 'millicores',
  watts: 'watts',
};

export interface OpenMetricsOptions {
  /** Labels on every sample, such as the run's policy and seed. */
  readonly labels?: Readonly<Record<string, string>>;
  /** What time 0 of the run is in seconds since 1970; default 0. */
  readonly epochS?: number;
}

/**
 * The timeline in the OpenMetrics text format 1.0: every series a gauge with its simulated time as timestamp. What was not measured has no
 * sample. Specification: https://github.com/prometheus/OpenMetrics/blob/v1.0.0/specification/OpenMetrics.md. To load it into Prometheus:
 * `promtool tsdb create-blocks-from openmetrics FILE`.
 */
export function openMetrics(timeline: Timeline, { labels = {}, epochS = 0 }: OpenMetricsOptions = {}): string {
  const families = new Map<string, { unit: string; help: string; members: Map<string, TimelineSeries> }>();
  for (const series of timeline.series) {
    const unit = UNITS[series.unit];
    const bare = metricName(series.name);
    const name = unit === '' || bare.endsWith(`_${unit}`) ? bare : `${bare}_${unit}`;
    const family = families.get(name) ?? { unit, help: series.title, members: new Map<string, TimelineSeries>() };
    const key = labelText({ ...labels, ...series.labels });
    if (family.unit !== unit || family.members.has(key))
      throw new Error(`two series are called ${name}${key} in OpenMetrics`);
    family.members.set(key, series);
    families.set(name, family);
  }
  const stamps = timeline.timeUs.map((timeUs) => stampOf(timeUs, epochS));
  const lines: string[] = [];
  for (const [name, { unit, help, members }] of families) {
    lines.push(`# TYPE ${name} gauge`);
    if (unit !== '') lines.push(`# UNIT ${name} ${unit}`);
    lines.push(`# HELP ${name} ${escaped(help)}`);
    for (const [key, { values }] of members)
      stamps.forEach((stamp, at) => {
        const value = measured(values[at]);
        if (value !== undefined) lines.push(`${name}${key} ${numberText(value)} ${stamp}`);
      });
  }
  return `${lines.join('\n')}${lines.length > 0 ? '\n' : ''}# EOF\n`;
}

function labelText(labels: Readonly<Record<string, string>>): string {
  // An empty value means the same as no label.
  const known = Object.entries(labels).filter(([, value]) => value !== '');
  return known.length === 0
    ? ''
    : `{${known.map(([name, value]) => `${labelName(name)}="${escaped(value)}"`).join(',')}}`;
}

/** Names may hold letters, digits and `_`, with no digit first. */
function metricName(name: string): string {
  return name.replace(/[^a-zA-Z0-9_]/g, '_').replace(/^(?=\d)/, '_');
}

/** As metric names; two `_` at the beginning are reserved. */
function labelName(name: string): string {
  return metricName(name).replace(/^__+/, '_');
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"');
}

function numberText(value: number): string {
  return value === Infinity ? '+Inf' : value === -Infinity ? '-Inf' : String(value);
}

/** Seconds with as many decimals as microseconds need, written without the detour of a quotient that may be inexact. */
function stampOf(timeUs: number, epochS: number): string {
  const wholeS = Math.floor(timeUs / 1e6);
  const restUs = timeUs - wholeS * 1e6;
  const decimals = restUs === 0 ? '' : `.${String(restUs).padStart(6, '0').replace(/0+$/, '')}`;
  return `${wholeS + epochS}${decimals}`;
}
