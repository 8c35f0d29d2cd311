import { countOf, fixed } from '../format.ts';
import type { IncidentComparison, Spread, WaitedTimer } from './incident-times.ts';

/** `14.2 s`, or minutes from three on. */
export function secondsText(seconds: number): string {
  if (seconds >= 180) return `${fixed(seconds / 60, 1)}\u00a0min`;
  return `${fixed(seconds, seconds < 100 && seconds !== Math.round(seconds) ? 1 : 0)}\u00a0s`;
}

/** `14.2 s (10.8–21)`; `not before the end` where it never came. */
export function spreadText({ median, low, high, missing }: Spread): string {
  if (Number.isNaN(median)) return missing > 0 ? 'not before the end' : 'nothing lost';
  const range = rangeText(low, high);
  const rest = missing > 0 ? `, not in ${countOf(missing, 'run')}` : '';
  return `${secondsText(median)}${range === '' ? '' : ` (${range})`}${rest}`;
}

function rangeText(low: number, high: number): string {
  const [from, to] = [secondsText(low), secondsText(high)];
  if (from === to) return '';
  const unit = from.slice(from.indexOf('\u00a0'));
  return to.endsWith(unit) ? `${from.slice(0, -unit.length)}–${to}` : `${from}–${to}`;
}

/** `heartbeat expiry 10.8–15.5 s, restart delay 5 s`. */
export function timersText(timers: readonly WaitedTimer[]): string {
  if (timers.length === 0) return 'no timer';
  return timers.map(({ timer, low, high }) => `${timer} ${rangeText(low, high) || secondsText(low)}`).join(', then ');
}

/** `Zone a (3 machines) is lost at 13:00 and back after 9 min.` */
export function incidentSentence({ kind, about, machines, atUs, overUs }: IncidentComparison): string {
  const what =
    kind === 'zone-outage'
      ? `Zone ${about} (${countOf(machines, 'machine')})`
      : machines === 1
        ? `Machine ${about}`
        : `${countOf(machines, 'machine')} (${about})`;
  const verb =
    kind === 'machine-cut-off'
      ? machines === 1
        ? 'is cut off'
        : 'are cut off'
      : machines > 1 && kind !== 'zone-outage'
        ? 'stop'
        : 'stops';
  const back =
    overUs === undefined ? 'and does not come back' : `and is back after ${secondsText((overUs - atUs) / 1e6)}`;
  return `${what} ${verb} at ${clock(atUs)} ${back}.`;
}

/** Minutes and seconds of the run. */
function clock(us: number): string {
  const seconds = Math.floor(us / 1e6);
  const two = (count: number): string => String(count).padStart(2, '0');
  const hours = Math.floor(seconds / 3600);
  return `${hours > 0 ? `${hours}:` : ''}${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}
