import type { TimedWeather } from './timed-weather.ts';
import type { WeatherEvent } from './weather-event.ts';

/** What a fault does to a node while it lasts. */
export type NodeEffect =
  | { readonly kind: 'down' }
  /** Works at this share of its speed, 0 to 1. */
  | { readonly kind: 'speed'; readonly speed: number }
  /** Drops this share of what it is asked, 0 to 1. */
  | { readonly kind: 'loss'; readonly share: number }
  | { readonly kind: 'disk-full' }
  | { readonly kind: 'cut-off' }
  | { readonly kind: 'drain' };

/** The beginnings and ends of one effect on these nodes, in order of time. */
export function effectEvents(
  effect: NodeEffect,
  nodes: readonly number[],
  fromUs: number,
  untilUs: number,
  cause: string,
): TimedWeather[] {
  return [
    ...nodes.map((node) => ({ atUs: fromUs, event: effectBegins(effect, node, cause) })),
    ...nodes.map((node) => ({ atUs: untilUs, event: effectEnds(effect, node, cause) })),
  ];
}

function effectBegins(effect: NodeEffect, node: number, cause: string): WeatherEvent {
  switch (effect.kind) {
    case 'down':
      return { kind: 'node-down', node, cause };
    case 'speed':
      return { kind: 'node-speed', node, speed: effect.speed, cause };
    case 'loss':
      return { kind: 'node-loss', node, share: effect.share, cause };
    case 'disk-full':
      return { kind: 'disk-full', node, on: true, cause };
    case 'cut-off':
      return { kind: 'node-cut-off', node, on: true, cause };
    case 'drain':
      return { kind: 'drain-begin', node, cause };
    default:
      return effect satisfies never;
  }
}

function effectEnds(effect: NodeEffect, node: number, cause: string): WeatherEvent {
  switch (effect.kind) {
    case 'down':
      return { kind: 'node-up', node, cause };
    case 'speed':
      return { kind: 'node-speed', node, speed: 1, cause };
    case 'loss':
      return { kind: 'node-loss', node, share: 0, cause };
    case 'disk-full':
      return { kind: 'disk-full', node, on: false, cause };
    case 'cut-off':
      return { kind: 'node-cut-off', node, on: false, cause };
    case 'drain':
      return { kind: 'drain-end', node, cause };
    default:
      return effect satisfies never;
  }
}
