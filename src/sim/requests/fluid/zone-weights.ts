/** How much of each service's endpoints, by weight, is in each zone, and so which share of calls leaves its zone. */
export class ZoneWeights {
  private readonly weights: readonly Float64Array[];

  constructor(services: number, zones: number) {
    this.weights = Array.from({ length: services }, () => new Float64Array(zones));
  }

  /** So much more (or less) weight of a service in a zone; what is outside of all zones (-1) is left out. */
  change(service: number, zone: number, by: number): void {
    if (zone >= 0) this.weights[service][zone] += by;
  }

  /** Share of what is sent from a zone to a service, by weight, that goes to another zone; from outside (-1) none does. */
  crossShare(fromZone: number, service: number): number {
    const total = sum(this.weights[service]);
    return fromZone < 0 || !(total > 0) ? 0 : 1 - this.weights[service][fromZone] / total;
  }

  /** The same of what one service, wherever its endpoints are, sends to another. */
  crossShareBetween(caller: number, service: number): number {
    const from = this.weights[caller];
    const total = sum(from);
    let share = 0;
    if (total > 0) for (let zone = 0; zone < from.length; zone++) share += from[zone] * this.crossShare(zone, service);
    return total > 0 ? share / total : 0;
  }
}

function sum(weights: Float64Array): number {
  let total = 0;
  for (const weight of weights) total += weight;
  return total;
}
