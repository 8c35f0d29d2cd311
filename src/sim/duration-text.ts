import type { DurationSpec } from './duration-spec.ts';
import { exp, log } from './exact-math.ts';
import { InputError } from './input-error.ts';
import { suggestion } from './nearest-name.ts';
import { durationUs, quoted } from './quantity.ts';
import { shareOf } from './unit-text.ts';

const KINDS = ['constant', 'exponential', 'uniform', 'erlang', 'hyperexponential', 'lognormal', 'weibull', 'pareto'];
const EXAMPLES = '20ms, "exponential 20ms", "lognormal 20ms sigma 0.5" or "p50 20ms p99 200ms"';
/** The standard normal's 90th, 99th and 99.9th percentiles (Abramowitz and Stegun, table 26.5). */
const NORMAL: Readonly<Record<string, number>> = {
  p90: 1.2815515655446,
  p99: 2.3263478740408,
  'p99.9': 3.0902323061678,
};
const DECADE_US = 3.2e14;

/**
 * Reads how long something takes:
 *
 *     20ms                              always the same (or `constant 20ms`)
 *     exponential 20ms                  by its mean, as all but uniform, pareto and percentiles
 *     uniform 10ms..30ms
 *     erlang 20ms phases 4
 *     hyperexponential 20ms cv2 4       cv2: variance over squared mean
 *     lognormal 20ms sigma 0.5
 *     weibull 20ms shape 0.7
 *     pareto 5ms alpha 1.5 to 10s       from 5ms, cut at 10s
 *     p50 20ms p99 200ms                the lognormal with these percentiles (p90, p99 or p99.9)
 *     90% 10ms, 10% exponential 200ms   one of several
 *
 * Throws an InputError with the second half of a sentence.
 */
export function durationSpecOf(text: string): DurationSpec {
  const parts = text.split(',');
  if (parts.length === 1) return single(text);
  if (parts.length > 20) throw new InputError(`${quoted(text)} has more than 20 parts; write fewer`);
  return {
    kind: 'mixture',
    parts: parts.map((part) => {
      const [, weight, rest] = /^\s*([\d.]+\s*%)\s+(.*)$/s.exec(part) ?? [];
      if (weight === undefined || rest === undefined)
        throw new InputError(
          `${quoted(part.trim())} does not begin with its share; write it like "10% exponential 200ms"`,
        );
      return { weight: shareOf(weight), of: single(rest) };
    }),
  };
}

function single(text: string): DurationSpec {
  const words = text.trim().split(/\s+/);
  const [first = '', ...rest] = words;
  if (/^[-+.\d]/.test(first) || first === '')
    return words.length === 1 ? { kind: 'constant', meanUs: timeOf(first) } : unknown(rest[0], text);
  if (/^p\d/i.test(first)) return byPercentiles(words, text);
  const kind = first.toLowerCase();
  const [time = '', ...settings] = rest;
  const setting = settingsOf(settings, text);
  const meanUs = (): number => positive(timeOf(time), text);
  switch (kind) {
    case 'constant':
      setting.none();
      return { kind, meanUs: timeOf(time) };
    case 'exponential':
      setting.none();
      return { kind, meanUs: meanUs() };
    case 'uniform': {
      setting.none();
      const [low = '', high = ''] = time.split('..');
      const [lowUs, highUs] = [timeOf(low), timeOf(high)];
      if (highUs < lowUs) throw new InputError(`${quoted(text)} runs backwards; write the smaller time first`);
      return { kind, lowUs, highUs };
    }
    case 'erlang':
      return { kind, meanUs: meanUs(), phases: setting.number('phases', 1, 1000, true) };
    case 'hyperexponential':
      return { kind, meanUs: meanUs(), squaredCv: setting.number('cv2', 1, 10_000) };
    case 'lognormal':
      return { kind, meanUs: meanUs(), sigma: setting.number('sigma', 0, 5) };
    case 'weibull':
      return { kind, meanUs: meanUs(), shape: setting.number('shape', 0.1, 100) };
    case 'pareto': {
      const to = setting.text('to');
      const alpha = setting.number('alpha', to === undefined ? 1.0001 : 0.01, 100);
      const fromUs = meanUs();
      const limitUs = to === undefined ? undefined : timeOf(to);
      if (limitUs !== undefined && limitUs <= fromUs)
        throw new InputError(`${quoted(text)} ends before it begins; write a longer time after "to"`);
      return { kind, alpha, fromUs, ...(limitUs !== undefined && { limitUs }) };
    }
    default:
      throw new InputError(`${quoted(first)} is no kind of duration${suggestion(first, KINDS)}`);
  }
}

/** A lognormal through its median and one high percentile. */
function byPercentiles(words: readonly string[], text: string): DurationSpec {
  const [p50, median = '', high = '', at = ''] = words;
  const z = NORMAL[high.toLowerCase()];
  if (words.length !== 4 || p50.toLowerCase() !== 'p50' || z === undefined)
    throw new InputError(`${quoted(text)} is not a pair of percentiles; write it like "p50 20ms p99 200ms"`);
  const [medianUs, highUs] = [positive(timeOf(median), text), timeOf(at)];
  if (highUs < medianUs) throw new InputError(`${quoted(text)}: its ${high} is below its median`);
  const sigma = log(highUs / medianUs) / z;
  return { kind: 'lognormal', meanUs: medianUs * exp((sigma * sigma) / 2), sigma };
}

function settingsOf(words: readonly string[], text: string) {
  const given = new Map<string, string>();
  for (let k = 0; k < words.length; k += 2) {
    if (words[k + 1] === undefined) unknown(words[k], text);
    given.set(words[k].toLowerCase(), words[k + 1]);
  }
  const take = (name: string): string | undefined => {
    const value = given.get(name);
    given.delete(name);
    return value;
  };
  const none = (): void => {
    for (const name of given.keys()) unknown(name, text);
  };
  return {
    none,
    text: take,
    number(name: string, least: number, most: number, isWhole = false): number {
      const written = take(name);
      none();
      if (written === undefined)
        throw new InputError(`${quoted(text)} does not say its ${name}; write "${name}" and a number behind it`);
      const value = /^[\d.]+$/.test(written) ? Number(written) : NaN;
      if (value >= least && value <= most && (!isWhole || Number.isInteger(value))) return value;
      throw new InputError(
        `${quoted(text)}: ${name} must be a ${isWhole ? 'whole ' : ''}number from ${least} to ${most}, not ${quoted(written)}`,
      );
    },
  };
}

function timeOf(text: string): number {
  const us = durationUs(text);
  if (us > DECADE_US) throw new InputError(`${quoted(text)} is longer than ten years; write a shorter time`);
  return us;
}

function positive(us: number, text: string): number {
  if (us > 0) return us;
  throw new InputError(`${quoted(text)} takes no time at all; write a time above 0`);
}

function unknown(word: string | undefined, text: string): never {
  throw new InputError(`${quoted(text)}: cannot read ${quoted(word ?? '')} there; write it like ${EXAMPLES}`);
}
