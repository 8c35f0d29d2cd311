import { CauseCount, CauseLevel } from './cause-count.ts';
import type { WeatherEvent } from './weather-event.ts';

/** The part of combined weather that is not about one node: links between zones, services, registry, control plane. */
export class SharedStates {
  private readonly partitions = new Map<string, PairOf<CauseCount>>();
  private readonly delays = new Map<string, PairOf<CauseLevel>>();
  private readonly loops = new Map<number, CauseLevel>();
  private readonly registry = new CauseCount();
  private readonly controlPlane = new CauseCount();
  private touched = false;

  /** Notes an event; what needs no counting goes to `out` at once. */
  take(event: WeatherEvent, source: number, out: WeatherEvent[]): void {
    this.touched = true;
    switch (event.kind) {
      case 'zone-partition':
        pairOf(this.partitions, event.zones, () => new CauseCount()).turn(event.on, event.cause);
        return;
      case 'zone-delay':
        pairOf(this.delays, event.zones, () => new CauseLevel(0, (a, b) => a + b)).set(
          source,
          event.delayUs,
          event.cause,
        );
        return;
      case 'crash-loop': {
        let loop = this.loops.get(event.service);
        if (loop === undefined) this.loops.set(event.service, (loop = new CauseLevel(Infinity, Math.min)));
        loop.set(source, event.on ? event.afterUs : Infinity, event.cause);
        return;
      }
      case 'registry-down':
        this.registry.turn(event.on, event.cause);
        return;
      case 'control-plane-down':
        this.controlPlane.turn(event.on, event.cause);
        return;
      default:
        out.push(event);
    }
  }

  /** Puts what has changed since the last call into `out`. */
  settle(out: WeatherEvent[]): void {
    if (!this.touched) return;
    this.touched = false;
    this.controlPlane.settle((on, cause) => out.push({ kind: 'control-plane-down', on, cause }));
    this.registry.settle((on, cause) => out.push({ kind: 'registry-down', on, cause }));
    for (const { zones, state } of this.partitions.values())
      state.settle((on, cause) => out.push({ kind: 'zone-partition', zones, on, cause }));
    for (const { zones, state } of this.delays.values())
      state.settle((delayUs, cause) => out.push({ kind: 'zone-delay', zones, delayUs, cause }));
    for (const [service, loop] of this.loops)
      loop.settle((afterUs, cause) => {
        const on = afterUs !== Infinity;
        out.push({ kind: 'crash-loop', service, on, afterUs: on ? afterUs : 0, cause });
      });
  }
}

interface PairOf<State> {
  readonly zones: readonly [number, number];
  readonly state: State;
}

/** A link has no direction: the lower zone stands first. */
function pairOf<State>(pairs: Map<string, PairOf<State>>, [a, b]: readonly [number, number], make: () => State): State {
  const zones: [number, number] = a < b ? [a, b] : [b, a];
  const key = zones.join(' ');
  let pair = pairs.get(key);
  if (pair === undefined) pairs.set(key, (pair = { zones, state: make() }));
  return pair.state;
}
