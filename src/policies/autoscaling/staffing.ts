/**
 * Places for an offered load (arrivals times mean service time, in erlangs) by the square-root rule, not rounded:
 * a + beta sqrt(a). The chance to wait then hardly depends on size (Halfin and Whitt, Operations Research 1981).
 */
export function squareRootStaffing(offered: number, beta: number): number {
  return offered + beta * Math.sqrt(offered);
}

/** The chance that a call has to wait at `places` servers under Poisson arrivals and exponential service (Erlang C); 1 when overloaded. */
export function erlangC(places: number, offered: number): number {
  if (offered <= 0) return 0;
  if (places <= offered) return 1;
  let blocked = 1;
  for (let k = 1; k <= places; k++) blocked = (offered * blocked) / (k + offered * blocked);
  const busy = offered / places;
  return blocked / (1 - busy * (1 - blocked));
}

/** The fewest places at which at most this share of calls has to wait. */
export function placesForWait(offered: number, waitShare: number): number {
  if (offered <= 0) return 0;
  // One pass of Erlang B's recursion over the number of places, looking at Erlang C on the way.
  let blocked = 1;
  for (let places = 1; ; places++) {
    blocked = (offered * blocked) / (places + offered * blocked);
    if (places <= offered) continue;
    const wait = blocked / (1 - (offered / places) * (1 - blocked));
    if (wait <= waitShare) return places;
  }
}
