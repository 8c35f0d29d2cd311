import { InputError } from '../input-error.ts';
import { suggestion } from '../nearest-name.ts';
import type { RandomStream } from '../random.ts';
import { orderOfNodes } from './node-order.ts';
import type { NodePlace } from './weather-event.ts';
import { domainName, type WeatherScene } from './weather-scene.ts';

/** How many of the nodes that match are meant, in the words of Chaos Mesh. */
export const SELECTOR_MODES = ['all', 'one', 'fixed', 'percent', 'random-max-percent'] as const;
export type SelectorMode = (typeof SELECTOR_MODES)[number];

/** Which nodes a fault hits: those that match every list given, and of them all or some. */
export interface NodeSelector {
  readonly names?: readonly string[];
  readonly zones?: readonly string[];
  readonly racks?: readonly string[];
  readonly powers?: readonly string[];
  readonly groups?: readonly string[];
  readonly instanceTypes?: readonly string[];
  /** `all` by default. */
  readonly mode?: SelectorMode;
  /** Nodes for `fixed`, a share from 0 to 1 for `percent` (rounded up) and `random-max-percent` (a uniform share up to it). */
  readonly value?: number;
}

/** The nodes that are meant, in ascending order; which of those that match, the stream decides. Throws InputError for unknown names. */
export function selectNodes(selector: NodeSelector, scene: WeatherScene, stream: RandomStream): number[] {
  const { places } = scene;
  const keep = [
    listFilter('node', selector.names, places, ({ name }) => name),
    listFilter('zone', selector.zones, places, ({ zone }) => domain(scene, 'zone', zone)),
    listFilter('rack', selector.racks, places, ({ rack }) => domain(scene, 'rack', rack)),
    listFilter('power domain', selector.powers, places, ({ power }) => domain(scene, 'power', power)),
    listFilter('node group', selector.groups, places, ({ group }) => group),
    listFilter('instance type', selector.instanceTypes, places, ({ instanceType }) => instanceType),
  ];
  const matching = places.map((_, node) => node).filter((node) => keep.every((filter) => filter(places[node])));
  // Both are drawn always, so that another mode leaves what comes later as it is.
  const word = stream.below(2 ** 32);
  const part = stream.next();
  const count = countOf(selector, matching.length, part);
  if (count >= matching.length) return matching;
  return orderOfNodes(places, matching, word)
    .slice(0, count)
    .sort((a, b) => a - b);
}

function countOf({ mode = 'all', value = 0 }: NodeSelector, matching: number, part: number): number {
  switch (mode) {
    case 'all':
      return matching;
    case 'one':
      return 1;
    case 'fixed':
      return value;
    case 'percent':
      return Math.ceil(matching * value - 1e-9);
    case 'random-max-percent':
      return Math.ceil(matching * value * part);
    default:
      return mode satisfies never;
  }
}

function domain(scene: WeatherScene, level: 'zone' | 'rack' | 'power', index: number): string {
  return index < 0 ? '' : domainName(scene, level, index);
}

function listFilter(
  what: string,
  wanted: readonly string[] | undefined,
  places: readonly NodePlace[],
  nameOf: (place: NodePlace) => string,
): (place: NodePlace) => boolean {
  if (wanted === undefined || wanted.length === 0) return () => true;
  const known = new Set(places.map(nameOf));
  for (const name of wanted)
    if (!known.has(name)) {
      const names = [...known].filter((text) => text !== '').sort();
      const hint = names.length === 0 ? `; no node has a ${what}` : suggestion(name, names.slice(0, 1000));
      throw new InputError(`there is no ${what} "${name}"${hint}`);
    }
  const set = new Set(wanted);
  return (place) => set.has(nameOf(place));
}
