/** The first tick of a timer with this phase and period that is not before `atUs`. */
export function nextTick(phaseUs: number, periodUs: number, atUs: number): number {
  return phaseUs + Math.max(0, Math.ceil((atUs - phaseUs) / periodUs)) * periodUs;
}

/** The last tick that is not after `atUs`; one period before the phase when none has been yet. */
export function lastTick(phaseUs: number, periodUs: number, atUs: number): number {
  return phaseUs + Math.max(-1, Math.floor((atUs - phaseUs) / periodUs)) * periodUs;
}
