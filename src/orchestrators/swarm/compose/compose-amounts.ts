const TIME =
  /^\+?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:ns|us|µs|μs|ms|s|m|h)(?:(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:ns|us|µs|μs|ms|s|m|h))*$/;
const TIME_UNITS: Readonly<Record<string, number>> = {
  ns: 0.001,
  us: 1,
  µs: 1,
  μs: 1,
  ms: 1000,
  s: 1e6,
  m: 60e6,
  h: 3600e6,
};
const MOST_US = 1e15;

/** Whole microseconds of a Go duration that is not negative: `1m30s`, `1.5h`, `0`; undefined: not one, or beyond all measure. */
export function goDurationUs(text: string): number | undefined {
  if (text === '0') return 0;
  if (text.length > 64 || !TIME.test(text)) return undefined;
  let us = 0;
  for (const [, amount, unit] of text.matchAll(/([0-9.]+)(ns|us|µs|μs|ms|s|m|h)/g))
    us += Number(amount) * TIME_UNITS[unit];
  return us <= MOST_US ? Math.round(us) : undefined;
}

const BYTES = /^([0-9]+(?:\.[0-9]*)?|\.[0-9]+) ?(?:([kmgtp])i?)?b?$/i;

const BYTE_UNITS: Readonly<Record<string, number>> = {
  '': 1,
  k: 1024,
  m: 1_048_576,
  g: 1_073_741_824,
  t: 1_099_511_627_776,
  p: 1_125_899_906_842_624,
};

/** Bytes of `50M`, `1.5gb`, `2 GiB`: every unit is a power of 1024 (docker/go-units, RAMInBytes); undefined: not an amount. */
export function bytesOfText(text: string): number | undefined {
  const match = BYTES.exec(text.trim());
  if (match === null || text.length > 32) return undefined;
  const bytes = Math.trunc(Number(match[1]) * BYTE_UNITS[match[2]?.toLowerCase() ?? '']);
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}

/** Whole millicores of `0.5`, rounded up; docker reckons in billionths and takes none that is finer. Undefined: not an amount. */
export function cpuMilliOfText(text: string): number | undefined {
  if (!/^(?:[0-9]{1,6}(?:\.[0-9]{0,9})?|\.[0-9]{1,9})$/.test(text)) return undefined;
  const [whole, fraction = ''] = text.split('.');
  const nano = Number(whole || '0') * 1e9 + Number(fraction.padEnd(9, '0'));
  return Math.ceil(nano / 1e6);
}
