/** What the energy of a machine is told by: both 0 when unknown. */
export interface PowerRange {
  /** Watts with nothing to do, and with all CPUs busy; overheads of the building included. */
  readonly idleWatts: number;
  readonly busyWatts: number;
}

const US_PER_HOUR = 3_600_000_000;

/**
 * Watts of a machine of which so much CPU is used (0 to 1): linear between idle and busy, as Etsy's Cloud Jewels and
 * Cloud Carbon Footprint have it. Use beyond 1 counts as 1.
 */
export function wattsAt(range: PowerRange, usedShare: number): number {
  const share = Math.min(1, Math.max(0, usedShare));
  return range.idleWatts + share * (range.busyWatts - range.idleWatts);
}

/** Kilowatt-hours of so many watts over so long. */
export function energyKWh(watts: number, us: number): number {
  return (watts / 1000) * (us / US_PER_HOUR);
}

/** Kilograms of CO2 equivalents; `kgPerKWh` is the grid's intensity. */
export function carbonKg(kWh: number, kgPerKWh: number): number {
  return kWh * kgPerKWh;
}
