/** What a time axis counts in. */
export interface TimeUnit {
  readonly seconds: number;
  readonly title: string;
}

/** The unit in which a span of so many seconds is read easily. */
export function timeUnit(spanS: number): TimeUnit {
  if (spanS >= 4 * 86_400) return { seconds: 86_400, title: 'Days since the start' };
  if (spanS >= 3 * 3600) return { seconds: 3600, title: 'Hours since the start' };
  if (spanS >= 180) return { seconds: 60, title: 'Minutes since the start' };
  return { seconds: 1, title: 'Seconds since the start' };
}
