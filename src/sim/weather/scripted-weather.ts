import { InputError } from '../input-error.ts';
import { suggestion } from '../nearest-name.ts';
import { effectEvents, type NodeEffect } from './node-effect.ts';
import { selectNodes, type NodeSelector } from './node-selector.ts';
import { reclaim } from './spot-market.ts';
import { occurrences, type Occurrence, type TimedWeather } from './timed-weather.ts';
import type { WeatherEvent, WeatherSource } from './weather-event.ts';
import { weatherStream, type WeatherScene } from './weather-scene.ts';

/** What a scripted fault does. Zones and services go by their names; 'outside' is everything beyond the cluster. */
export type ScriptedEffect =
  | NodeEffect
  /** Notice at the fault's time; until it ends, no other of those machines can be had. */
  | { readonly kind: 'spot-reclaim'; readonly noticeUs: number }
  | { readonly kind: 'zone-partition'; readonly zones: readonly [string, string] }
  | { readonly kind: 'zone-delay'; readonly zones: readonly [string, string]; readonly delayUs: number }
  /** So many processes of the service die at once. */
  | { readonly kind: 'replica-crash'; readonly service: string; readonly count: number }
  | { readonly kind: 'crash-loop'; readonly service: string; readonly afterUs: number }
  | { readonly kind: 'registry-down' }
  | { readonly kind: 'control-plane-down' };

/** A fault at a fixed time: "at 10m zone a down for 20m". */
export interface ScriptedFault {
  /** Names its random stream; faults of one name that pick nodes at random pick alike. */
  readonly name: string;
  readonly atUs: number;
  /** How long it lasts, at least 1; Infinity: to the end of the run. */
  readonly forUs: number;
  readonly effect: ScriptedEffect;
  /** For effects on nodes; absent: all of them. */
  readonly nodes?: NodeSelector;
  /** Again every so long (absent: once), at most so often. */
  readonly everyUs?: number;
  readonly times?: number;
}

/** Faults at times that the user gives. Throws InputError for names that are not in the scene. */
export function scriptedWeather(fault: ScriptedFault, scene: WeatherScene): WeatherSource {
  const stream = weatherStream(scene, 'script', fault.name);
  const { everyUs, times = everyUs === undefined ? 1 : Infinity } = fault;
  let round = 0;
  const draw = (): Occurrence | undefined => {
    if (round >= times) return undefined;
    const fromUs = fault.atUs + round++ * (everyUs ?? 0);
    const events = faultEvents(fault, fromUs, fromUs + fault.forUs);
    // What hits nothing once hits nothing ever: to go on would be to look for it without end.
    return events.length === 0 ? undefined : { atUs: fromUs, events };
  };
  return occurrences(draw);

  function faultEvents(
    { effect, nodes: selector = {}, name }: ScriptedFault,
    fromUs: number,
    untilUs: number,
  ): TimedWeather[] {
    const cause = name;
    const between = (begin: WeatherEvent, end: WeatherEvent): TimedWeather[] => [
      { atUs: fromUs, event: begin },
      { atUs: untilUs, event: end },
    ];
    switch (effect.kind) {
      case 'spot-reclaim': {
        const nodes = selectNodes(selector, scene, stream).filter((node) => scene.places[node].spot);
        if (nodes.length === 0) return [];
        const takenUs = fromUs + effect.noticeUs;
        return [
          ...between(
            { kind: 'spot-capacity', nodes, on: false, cause },
            { kind: 'spot-capacity', nodes, on: true, cause },
          ),
          ...nodes.flatMap((node) => reclaim(node, fromUs, takenUs, cause)),
        ];
      }
      case 'zone-partition': {
        const zones = zonePair(effect.zones, scene);
        return between(
          { kind: 'zone-partition', zones, on: true, cause },
          { kind: 'zone-partition', zones, on: false, cause },
        );
      }
      case 'zone-delay': {
        const zones = zonePair(effect.zones, scene);
        return between(
          { kind: 'zone-delay', zones, delayUs: effect.delayUs, cause },
          { kind: 'zone-delay', zones, delayUs: 0, cause },
        );
      }
      case 'replica-crash': {
        const service = serviceIndex(effect.service, scene);
        return Array.from({ length: effect.count }, () => ({
          atUs: fromUs,
          event: { kind: 'replica-crash', service, which: stream.next(), cause },
        }));
      }
      case 'crash-loop': {
        const service = serviceIndex(effect.service, scene);
        return between(
          { kind: 'crash-loop', service, on: true, afterUs: effect.afterUs, cause },
          { kind: 'crash-loop', service, on: false, afterUs: 0, cause },
        );
      }
      case 'registry-down':
      case 'control-plane-down':
        return between({ kind: effect.kind, on: true, cause }, { kind: effect.kind, on: false, cause });
      default:
        return effectEvents(effect, selectNodes(selector, scene, stream), fromUs, untilUs, cause);
    }
  }
}

/** The index of a service of this name; throws InputError when there is none. */
export function serviceIndex(name: string, scene: WeatherScene): number {
  const index = scene.services?.indexOf(name) ?? -1;
  if (index < 0) throw new InputError(`there is no service "${name}"${suggestion(name, scene.services ?? [])}`);
  return index;
}

function zonePair([a, b]: readonly [string, string], scene: WeatherScene): [number, number] {
  const index = (name: string): number => {
    if (name === 'outside') return -1;
    const zone = scene.zones?.indexOf(name) ?? -1;
    if (zone < 0)
      throw new InputError(`there is no zone "${name}"${suggestion(name, [...(scene.zones ?? []), 'outside'])}`);
    return zone;
  };
  const first = index(a);
  const second = index(b);
  if (first === second) throw new InputError(`a link leads from one zone to another, not from "${a}" to itself`);
  return first < second ? [first, second] : [second, first];
}
