import { InputError } from '../../../../sim/input-error.ts';
import { nearestName } from '../../../../sim/nearest-name.ts';
import { calendarTime, daysTo } from './calendar.ts';

/**
 * Minutes that a zone is ahead of UTC, at so many minutes since 1970 (UTC). Absent or `UTC`: none. Known are zones whose
 * rule has been the same since 2010 and is the same now; others would need the whole tz database, which differs between
 * engines, so they are refused with a sentence.
 */
export function timeZone(name: string | undefined): (utcMinutes: number) => number {
  const rule: Rule = name === undefined ? [0] : (ruleOf(name) ?? unknown(name));
  const [standard, summer] = rule;
  if (summer === undefined) return () => standard;
  const transitions = SUMMERS[summer];
  return (utcMinutes) => {
    const { year } = calendarTime(utcMinutes + standard);
    const [fromUtc, toUtc] = transitions(year, standard);
    const isSummer =
      fromUtc < toUtc ? utcMinutes >= fromUtc && utcMinutes < toUtc : utcMinutes < toUtc || utcMinutes >= fromUtc;
    return standard + (isSummer ? 60 : 0);
  };
}

type Summer = 'europe' | 'america' | 'australia' | 'new-zealand';
type Rule = readonly [standardMinutes: number, summer?: Summer];

/** Sunday number `nth` (-1: the last) of a month, in days since 1970. */
function sunday(year: number, month: number, nth: number): number {
  if (nth < 0) {
    const last = month === 12 ? daysTo(year, 12, 31) : daysTo(year, month + 1, 1) - 1;
    return last - ((((last + 4) % 7) + 7) % 7);
  }
  const first = daysTo(year, month, 1);
  return first + ((7 - ((((first + 4) % 7) + 7) % 7)) % 7) + (nth - 1) * 7;
}

/** When summer time begins and ends in a year, in minutes since 1970 UTC. */
const SUMMERS: Readonly<Record<Summer, (year: number, standard: number) => readonly [number, number]>> = {
  // Directive 2000/84/EC: 01:00 UTC on the last Sundays of March and October.
  europe: (year) => [sunday(year, 3, -1) * 1440 + 60, sunday(year, 10, -1) * 1440 + 60],
  // Energy Policy Act of 2005: second Sunday of March to first Sunday of November, at 2:00 by the clock.
  america: (year, standard) => [sunday(year, 3, 2) * 1440 + 120 - standard, sunday(year, 11, 1) * 1440 + 60 - standard],
  // First Sunday of October to first Sunday of April, at 2:00 standard time.
  australia: (year, standard) => [
    sunday(year, 10, 1) * 1440 + 120 - standard,
    sunday(year, 4, 1) * 1440 + 120 - standard,
  ],
  // Last Sunday of September to first Sunday of April, at 2:00 standard time.
  'new-zealand': (year, standard) => [
    sunday(year, 9, -1) * 1440 + 120 - standard,
    sunday(year, 4, 1) * 1440 + 120 - standard,
  ],
};

/** Zones by their rule (IANA tz database 2025). */
const ZONES: readonly (readonly [Rule, string])[] = [
  [[0], 'UTC Etc/UTC Etc/GMT GMT Etc/UCT Etc/Zulu Zulu Africa/Abidjan Africa/Accra Africa/Dakar Atlantic/Reykjavik'],
  [[60], 'Africa/Lagos Africa/Algiers Africa/Tunis'],
  [[120], 'Africa/Johannesburg Africa/Maputo'],
  [[180], 'Africa/Nairobi Asia/Riyadh Asia/Baghdad Asia/Qatar'],
  [[240], 'Asia/Dubai'],
  [[300], 'Asia/Karachi Asia/Tashkent'],
  [[330], 'Asia/Kolkata Asia/Calcutta Asia/Colombo'],
  [[345], 'Asia/Kathmandu'],
  [[360], 'Asia/Dhaka'],
  [[420], 'Asia/Bangkok Asia/Jakarta Asia/Ho_Chi_Minh'],
  [[480], 'Asia/Shanghai Asia/Hong_Kong Asia/Singapore Asia/Taipei Asia/Manila Asia/Kuala_Lumpur Australia/Perth'],
  [[540], 'Asia/Tokyo Asia/Seoul'],
  [[600], 'Australia/Brisbane'],
  [[-600], 'Pacific/Honolulu'],
  [[-420], 'America/Phoenix'],
  [[-360], 'America/Costa_Rica America/Guatemala'],
  [[-300], 'America/Bogota America/Lima America/Panama'],
  [[-240], 'America/Puerto_Rico America/La_Paz'],
  [[-180], 'America/Argentina/Buenos_Aires'],
  [[0, 'europe'], 'Europe/London Europe/Dublin Europe/Lisbon'],
  [
    [60, 'europe'],
    'Europe/Berlin Europe/Paris Europe/Madrid Europe/Rome Europe/Amsterdam Europe/Brussels Europe/Vienna Europe/Zurich ' +
      'Europe/Stockholm Europe/Oslo Europe/Copenhagen Europe/Prague Europe/Warsaw Europe/Budapest Europe/Belgrade ' +
      'Europe/Zagreb Europe/Ljubljana Europe/Bratislava Europe/Luxembourg CET',
  ],
  [
    [120, 'europe'],
    'Europe/Helsinki Europe/Athens Europe/Bucharest Europe/Sofia Europe/Riga Europe/Tallinn Europe/Vilnius',
  ],
  [[-300, 'america'], 'America/New_York US/Eastern America/Toronto America/Detroit'],
  [[-360, 'america'], 'America/Chicago US/Central America/Winnipeg'],
  [[-420, 'america'], 'America/Denver US/Mountain America/Edmonton'],
  [[-480, 'america'], 'America/Los_Angeles US/Pacific America/Tijuana'],
  [[-540, 'america'], 'America/Anchorage'],
  [[-240, 'america'], 'America/Halifax'],
  [[600, 'australia'], 'Australia/Sydney Australia/Melbourne Australia/Hobart'],
  [[570, 'australia'], 'Australia/Adelaide'],
  [[720, 'new-zealand'], 'Pacific/Auckland'],
];

const RULES: ReadonlyMap<string, Rule> = new Map(
  ZONES.flatMap(([rule, names]) => names.split(' ').map((name) => [name, rule] as const)),
);

function ruleOf(name: string): Rule | undefined {
  const fixed = /^Etc\/GMT([+-])([0-9]|1[0-4])$/.exec(name);
  // POSIX counts westwards: Etc/GMT+5 is five hours behind.
  if (fixed !== null) return [Number(fixed[2]) * (fixed[1] === '+' ? -60 : 60)];
  return RULES.get(name);
}

function unknown(name: string): never {
  const near = nearestName(name, [...RULES.keys()]);
  const hint = near === undefined ? '' : `; did you mean "${near}"?`;
  throw new InputError(
    `the rules of time zone "${name}" are not known here${hint}; write a fixed offset such as "Etc/GMT-3" (three hours ahead of UTC) or "UTC" instead`,
  );
}
