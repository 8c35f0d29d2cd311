import type { RandomStream } from '../random.ts';
import type { NodePlace } from './weather-event.ts';

/** What weather falls on: the nodes and services of one cluster, and where its random numbers come from. */
export interface WeatherScene {
  readonly places: readonly NodePlace[];
  /** Names of the zones, racks, power domains and services, by index; where absent they are called `rack-3` and so on. */
  readonly zones?: readonly string[];
  readonly racks?: readonly string[];
  readonly powers?: readonly string[];
  readonly services?: readonly string[];
  readonly streams: (name: string) => RandomStream;
}

/** How far a fault reaches. */
export type DomainLevel = 'node' | 'rack' | 'power' | 'zone' | 'cluster';

/** Nodes that fail together; `nodes` in ascending order. */
export interface Domain {
  readonly name: string;
  readonly nodes: readonly number[];
}

/**
 * The stream of one process for one node or domain. Named after it, so that a node's weather stays as it is when other
 * nodes come and go.
 */
export function weatherStream(scene: WeatherScene, process: string, name: string): RandomStream {
  return scene.streams(`weather/${process}/${name}`);
}

/** The domains of a level that have nodes, by index. Nodes whose domain is not known belong to none. */
export function domainsOf(scene: WeatherScene, level: DomainLevel): Domain[] {
  const { places } = scene;
  if (level === 'node') return places.map(({ name }, node) => ({ name, nodes: [node] }));
  if (level === 'cluster')
    return places.length === 0 ? [] : [{ name: 'cluster', nodes: places.map((_, node) => node) }];
  const members: number[][] = [];
  places.forEach((place, node) => {
    if (place[level] >= 0) (members[place[level]] ??= []).push(node);
  });
  const domains: Domain[] = [];
  // Indices of domains without nodes are holes, which forEach passes over.
  members.forEach((nodes, index) => domains.push({ name: domainName(scene, level, index), nodes }));
  return domains;
}

/** What a domain is called: its given name, or its level and index. */
export function domainName(scene: WeatherScene, level: 'rack' | 'power' | 'zone', index: number): string {
  const names = { rack: scene.racks, power: scene.powers, zone: scene.zones }[level];
  return names?.[index] ?? `${level}-${index}`;
}

/** What a service is called: its given name, or its index. */
export function serviceName(scene: WeatherScene, service: number): string {
  return scene.services?.[service] ?? `service-${service}`;
}
