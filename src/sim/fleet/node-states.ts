import type { NodePlace } from '../weather/weather-event.ts';
import type { NodeGroup } from './node-group.ts';
import type { NodeSpec } from '../node-spec.ts';

/**
 * What the machines are up to, beyond what the scheduler's columns say: which are bought, which really work, and what
 * the control plane believes. All groups' machines up to their maximum have a number from the start, so that the
 * weather can be drawn for each whether it is bought or not.
 */
export class NodeStates {
  readonly count: number;
  readonly specs: readonly NodeSpec[];
  readonly places: readonly NodePlace[];
  /** Index of the node's group. */
  readonly group: Int32Array;
  /** First node of each group; its nodes follow each other. */
  readonly firstOfGroup: readonly number[];
  /** Ordered or running: it is there, and costs. */
  readonly bought: Uint8Array;
  /** Ordered and not booted yet. */
  readonly coming: Uint8Array;
  /** The machine does not run. */
  readonly down: Uint8Array;
  /** It runs, but nobody can reach it. */
  readonly cutOff: Uint8Array;
  /** The control plane has given it up. */
  readonly lost: Uint8Array;
  /** Takes no new pods: it is being emptied. */
  readonly cordoned: Uint8Array;
  /** Given back once it is empty. */
  readonly leaving: Uint8Array;
  /** The cloud will take it. */
  readonly doomed: Uint8Array;
  readonly diskFull: Uint8Array;
  readonly speed: Float64Array;
  readonly lossShare: Float64Array;
  /** When it was ordered, and when it became ready last; -1: never. */
  readonly orderedUs: Float64Array;
  readonly readyUs: Float64Array;
  /** When what is planned for it happens; NaN: nothing is planned. */
  readonly lostAtUs: Float64Array;
  readonly evictAtUs: Float64Array;
  readonly endpointsAtUs: Float64Array;
  readonly bootedAtUs: Float64Array;
  /** When its first heartbeat after a healed network comes. */
  readonly heardAtUs: Float64Array;
  /** When its pulls of images are done. */
  readonly pullFreeUs: Float64Array;

  /** `zones` gives zones their numbers. */
  constructor(groups: readonly NodeGroup[], zones: readonly string[]) {
    const specs: NodeSpec[] = [];
    const places: NodePlace[] = [];
    const first: number[] = [];
    const rackNames: string[] = [];
    const groupOf: number[] = [];
    const rackIndex = (name: string): number => {
      if (!rackNames.includes(name)) rackNames.push(name);
      return rackNames.indexOf(name);
    };
    groups.forEach((group, g) => {
      first.push(specs.length);
      for (let k = 0; k < group.max; k++) {
        const zonesOfGroup = Math.max(1, group.zones.length);
        const zone: string | undefined = group.zones[k % zonesOfGroup];
        const rack = group.racksPerZone > 0 ? Math.floor(k / zonesOfGroup) % group.racksPerZone : -1;
        const name = group.max === 1 ? group.name : `${group.name}-${k + 1}`;
        specs.push({
          ...group.template,
          name,
          ...(zone !== undefined && { zone }),
          labels: {
            ...group.template.labels,
            group: group.name,
            ...(zone !== undefined && { zone }),
          },
        });
        places.push({
          name,
          zone: zone === undefined ? -1 : zones.indexOf(zone),
          rack: rack < 0 ? -1 : rackIndex(`${zone ?? ''}/${rack}`),
          power: zone === undefined ? -1 : zones.indexOf(zone),
          group: group.name,
          instanceType: group.instanceType,
          spot: group.spot,
        });
        groupOf.push(g);
      }
    });
    const count = specs.length;
    this.count = count;
    this.specs = specs;
    this.places = places;
    this.group = Int32Array.from(groupOf);
    this.firstOfGroup = first;
    const flags = (): Uint8Array => new Uint8Array(count);
    const times = (value: number): Float64Array => new Float64Array(count).fill(value);
    this.bought = flags();
    this.coming = flags();
    this.down = flags();
    this.cutOff = flags();
    this.lost = flags();
    this.cordoned = flags();
    this.leaving = flags();
    this.doomed = flags();
    this.diskFull = flags();
    this.speed = times(1);
    this.lossShare = times(0);
    this.orderedUs = times(-1);
    this.readyUs = times(-1);
    this.lostAtUs = times(Number.NaN);
    this.evictAtUs = times(Number.NaN);
    this.endpointsAtUs = times(Number.NaN);
    this.bootedAtUs = times(Number.NaN);
    this.heardAtUs = times(Number.NaN);
    this.pullFreeUs = times(0);
  }

  /** Whether the scheduler may give it pods, as far as the control plane knows. */
  takesPods(node: number): boolean {
    return (
      this.bought[node] === 1 &&
      this.coming[node] === 0 &&
      this.lost[node] === 0 &&
      this.cordoned[node] === 0 &&
      this.doomed[node] === 0
    );
  }

  /** Whether a process on it runs and can be spoken to. */
  works(node: number): boolean {
    return this.bought[node] === 1 && this.coming[node] === 0 && this.down[node] === 0 && this.cutOff[node] === 0;
  }
}
