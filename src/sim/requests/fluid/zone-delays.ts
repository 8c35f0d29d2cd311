/** Mean times on the way between zones, by where a service's replicas are. Zone -1 is outside. */
export class ZoneDelays {
  readonly zones: number;
  private readonly delayUs: Float64Array;
  private readonly placed = new Map<number, Float64Array>();
  private readonly down: Uint8Array;
  private anyDown = false;

  constructor(zones: number) {
    this.zones = zones;
    this.delayUs = new Float64Array((zones + 1) * (zones + 1));
    this.down = new Uint8Array((zones + 1) * (zones + 1));
  }

  setDelay(from: number, to: number, delayUs: number): void {
    this.delayUs[this.at(from, to)] = this.delayUs[this.at(to, from)] = delayUs;
  }

  setLink(from: number, to: number, up: boolean): void {
    this.down[this.at(from, to)] = this.down[this.at(to, from)] = up ? 0 : 1;
    this.anyDown = this.down.includes(1);
  }

  /** One replica more (or less) of a service in a zone. */
  place(service: number, zone: number, count: number): void {
    let counts = this.placed.get(service);
    if (counts === undefined) {
      counts = new Float64Array(this.zones + 1);
      this.placed.set(service, counts);
    }
    counts[zone + 1] += count;
  }

  /** There and back, over the replicas of a service. */
  roundTripUs(from: number, service: number): number {
    return this.mean(
      (zone) => (zone === from + 1 ? 1 : 0),
      service,
      (a, b) => this.delayUs[a] + this.delayUs[b],
    );
  }

  roundTripBetweenUs(caller: number, service: number): number {
    const counts = this.placed.get(caller);
    return this.mean(
      (zone) => counts?.[zone] ?? 0,
      service,
      (a, b) => this.delayUs[a] + this.delayUs[b],
    );
  }

  /** Share of what is sent from a zone (-1: outside) to a service, or from one service to another, that is lost on the way. */
  lostShare(from: number, caller: number, service: number): number {
    if (!this.anyDown) return 0;
    const counts = this.placed.get(caller);
    const weight = caller < 0 ? (zone: number) => (zone === from + 1 ? 1 : 0) : (zone: number) => counts?.[zone] ?? 0;
    return this.mean(weight, service, (a, b) => (this.down[a] === 1 || this.down[b] === 1 ? 1 : 0));
  }

  private mean(
    from: (zone: number) => number,
    service: number,
    value: (there: number, back: number) => number,
  ): number {
    const to = this.placed.get(service);
    if (to === undefined) return 0;
    let sum = 0;
    let weight = 0;
    for (let a = 0; a <= this.zones; a++)
      for (let b = 0; b <= this.zones; b++) {
        const pairs = from(a) * to[b];
        if (pairs <= 0) continue;
        sum += pairs * value(a * (this.zones + 1) + b, b * (this.zones + 1) + a);
        weight += pairs;
      }
    return weight > 0 ? sum / weight : 0;
  }

  private at(from: number, to: number): number {
    return (from + 1) * (this.zones + 1) + to + 1;
  }
}
