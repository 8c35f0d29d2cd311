const TIME = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,3}))?)?)?(Z|[+-]\d\d:?\d\d)?$/;

/** Milliseconds since 1970 of `2018-06-18T22:28:28+00:00`; without a zone it is UTC. NaN for anything else. */
export function epochMsOf(text: string): number {
  const found = TIME.exec(text.trim());
  if (found === null) return NaN;
  const [year, month, day, hour, minute, second] = found.slice(1, 7).map((part) => Number(part ?? 0));
  const millis = Number((found[7] ?? '0').padEnd(3, '0'));
  const zone = /^([+-])(\d\d):?(\d\d)$/.exec(found[8] ?? '');
  const offsetMin = zone === null ? 0 : (zone[1] === '-' ? -1 : 1) * (Number(zone[2]) * 60 + Number(zone[3]));
  return (((daysSince1970(year, month, day) * 24 + hour) * 60 + minute - offsetMin) * 60 + second) * 1000 + millis;
}

/** Days of the Gregorian calendar; years are counted from March, so that the leap day comes last. */
function daysSince1970(year: number, month: number, day: number): number {
  const marchYear = month > 2 ? year : year - 1;
  const era = Math.floor(marchYear / 400);
  const ofEra = marchYear - era * 400;
  const ofYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1;
  return era * 146_097 + ofEra * 365 + Math.floor(ofEra / 4) - Math.floor(ofEra / 100) + ofYear - 719_468;
}
