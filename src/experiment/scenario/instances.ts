/** What a scenario takes from the catalogue of instance types. */
export interface Instance {
  readonly name: string;
  readonly cpuMilli: number;
  readonly memBytes: number;
  readonly gpuCount?: number;
  readonly gpuModel?: string;
  readonly usdPerHour: number;
  readonly spotUsdPerHour: number;
  readonly idleWatts: number;
  readonly busyWatts: number;
}

/** The instance type of this name, or undefined. */
export function instanceOf(_name: string): Instance | undefined {
  return undefined;
}

/** Names to suggest from, near the misspelt one. */
export function instanceNames(_near: string): string[] {
  return [];
}
