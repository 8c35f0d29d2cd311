import { stream } from '../../src/sim/random.ts';

type Json = Record<string, unknown>;

/** A scenario drawn at random, in which all troubles end by `QUIET_S`. */
export interface RandomWorld {
  /** JSON is YAML. */
  readonly text: string;
  /** Machines may not come back, so that what is wanted may have no room. */
  readonly losesMachines: boolean;
  /** Names of the services. */
  readonly services: readonly string[];
}

export const QUIET_S = 600;
export const DURATION_S = 3600;

/** Small services on few machines with room to spare, traffic, weather of all kinds, new versions and scaling. */
export function randomWorld(seed: number, orchestrator: string): RandomWorld {
  return new Draw(seed).world(orchestrator);
}

class Draw {
  private readonly random;

  constructor(seed: number) {
    this.random = stream(seed, 'random-world');
  }

  world(orchestrator: string): RandomWorld {
    const zones = this.of([[], ['a'], ['a', 'b'], ['a', 'b', 'c']]);
    const groups = this.groups(zones);
    const names = ['web', 'cart', 'store', 'ads'].slice(0, this.count(1, 4));
    const services = Object.fromEntries(names.map((name, index) => [name, this.service(index, names)]));
    const weather = Array.from({ length: this.count(0, 5) }, () => this.trouble(zones, Object.keys(groups), names));
    const scenario = {
      duration: `${DURATION_S}s`,
      ...this.maybe(0.3, () => ({ coldStart: true })),
      model: this.of(['auto', 'discrete', 'fluid']),
      cluster: { ...(zones.length > 0 && { zones }), groups },
      services,
      traffic: Object.fromEntries(
        names
          .filter((_, index) => index === 0 || this.chance(0.2))
          .map((name) => [
            name,
            {
              rate: `${this.of([0.5, 2, 8])}/s`,
              ...this.maybe(0.3, () => ({ spike: { at: '2m', rise: '30s', peak: '30/s', plateau: '1m', fall: '1m' } })),
              ...this.maybe(0.6, () => ({ client: { timeout: '2s', retries: this.count(0, 2) } })),
            },
          ]),
      ),
      weather,
      deployments: names
        .filter(() => this.chance(0.3))
        .map((service) => ({ service, at: `${this.count(0, 500)}s`, work: this.of([1, 1.5]) })),
      objectives: ['web 99%'],
      policies: { orchestrator, ...this.maybe(0.4, () => ({ scaling: 'target-utilisation(cpu=60%)' })) },
    };
    const losesMachines = weather.some(({ effect }) => effect === 'spot-reclaim');
    return { text: JSON.stringify(scenario), losesMachines, services: names };
  }

  private groups(zones: readonly string[]): Record<string, Json> {
    const group = (): Json => ({
      ...this.of<Json>([
        { cpu: 4, memory: '16Gi' },
        { instance: 'm5.xlarge' },
        { cpu: 8, memory: '32Gi', spot: true, price: '$0.1/h' },
      ]),
      count: this.count(2, 5),
      ...(zones.length > 0 && this.chance(0.3) && { zones: [this.of(zones)] }),
    });
    return { node: group(), ...this.maybe(0.4, () => ({ other: group() })) };
  }

  private service(index: number, names: readonly string[]): Json {
    const later = names.slice(index + 1);
    const replicas = this.count(index === 0 ? 1 : 0, 4);
    return {
      cpu: this.of(['100m', '250m', '500m']),
      memory: this.of(['64Mi', '256Mi', '1Gi']),
      replicas,
      min: Math.min(replicas, 1),
      max: Math.max(1, Math.min(6, 2 * replicas)),
      work: this.of(['exponential 20ms', 'lognormal 50ms sigma 0.5', '10ms']),
      boot: this.of(['0s', '2s', 'exponential 10s']),
      image: this.of(['10M', '200M', '2G']),
      ...this.maybe(0.5, () => ({
        readiness: this.of<unknown>([true, { period: '5s', timeout: '2s' }, { delay: '10s', failures: 1 }]),
      })),
      ...this.maybe(0.3, () => ({ liveness: this.of<unknown>([true, { period: '5s', failures: 2 }]) })),
      ...this.maybe(0.3, () => ({ grace: this.of(['1s', '10s', '60s']), ignoresStop: this.chance(0.5) })),
      ...this.maybe(0.3, () => ({ priority: this.count(-5, 50) })),
      ...this.maybe(0.3, () => ({ minAvailable: this.of<unknown>(['50%', 1]) })),
      ...this.maybe(0.2, () => ({ memoryLimit: '2Gi', cpuLimit: 2 })),
      ...(later.length > 0 && this.chance(0.6) && { calls: [this.of(later)] }),
      ...(later.length > 0 && this.chance(0.15) && { startsAfter: [this.of(later)] }),
    };
  }

  /** Something that is over before `QUIET_S`. */
  private trouble(zones: readonly string[], groups: readonly string[], services: readonly string[]): Json {
    const lasts = this.count(1, 300);
    const at = this.count(0, QUIET_S - 10 - lasts);
    const base = { kind: 'script', at: `${at}s`, for: `${lasts}s` };
    const nodes = this.of<Json>([
      { mode: 'one' },
      { mode: 'fixed', value: 2 },
      { mode: 'percent', value: 0.5 },
      { mode: 'all' },
      { groups: this.of(groups) },
      ...(zones.length > 0 ? [{ zones: this.of(zones) }] : []),
    ]);
    switch (this.count(0, 12)) {
      case 0:
        return { ...base, effect: 'slow', speed: this.of([0.001, 0.5]), ...nodes };
      case 1:
        return { ...base, effect: 'loss', loss: 0.5, ...nodes };
      case 2:
        return { ...base, effect: 'disk-full', ...nodes };
      case 3:
      case 4:
        return { ...base, effect: 'cut-off', ...nodes };
      case 5:
        return { ...base, effect: 'drain', ...nodes };
      case 6:
        return { ...base, effect: 'registry-down' };
      case 7:
        return { ...base, effect: 'control-plane-down' };
      case 8:
        return { ...base, effect: 'replica-crash', service: this.of(services), count: this.count(1, 3) };
      case 9:
        return { ...base, effect: 'crash-loop', service: this.of(services), 'dies-after': this.of(['1s', '30s']) };
      case 10:
        return { ...base, effect: 'spot-reclaim', notice: this.of(['0s', '30s', '120s']), mode: 'one' };
      default:
        return { ...base, effect: 'down', ...nodes };
    }
  }

  private chance(share: number): boolean {
    return this.random.next() < share;
  }

  private count(least: number, most: number): number {
    return least + this.random.below(most - least + 1);
  }

  private of<T>(list: readonly T[]): T {
    return list[this.random.below(list.length)];
  }

  private maybe(share: number, fields: () => Json): Json {
    return this.chance(share) ? fields() : {};
  }
}
