import type { EngineInfo } from './engine.ts';

/**
 * How far the clock of an engine is ahead of that of this machine, in milliseconds, by when it was asked for its time and
 * when it answered; that of a local engine is this machine's. `slackMs`: it may be so much more or less.
 */
export function clockAhead(
  { isLocal, clockMs }: Pick<EngineInfo, 'isLocal' | 'clockMs'>,
  askedMs: number,
  answeredMs: number,
): { readonly aheadMs: number; readonly slackMs: number } {
  if (isLocal || clockMs === undefined) return { aheadMs: 0, slackMs: 0 };
  return { aheadMs: clockMs - (askedMs + answeredMs) / 2, slackMs: (answeredMs - askedMs) / 2 };
}
