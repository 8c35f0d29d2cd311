const UNITS: Readonly<Record<string, number>> = { us: 1, ms: 1e3, s: 1e6, m: 60e6, h: 3600e6, d: 86_400e6 };

/** The microseconds in "90s", "1.5h", "250ms" or "2d", rounded to whole ones; undefined when it is no such text. */
export function durationText(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)(us|ms|s|m|h|d)$/.exec(text);
  return match ? Math.round(Number(match[1]) * UNITS[match[2]]) : undefined;
}
