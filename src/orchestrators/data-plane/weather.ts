import type { NodePlace, WeatherEvent, WeatherSource } from '../../sim/weather/weather-event.ts';
import type { Clock } from '../clock.ts';
import type { ContainerRuns } from './containers.ts';
import type { Balancers, Books, Container } from './data-plane.ts';
import type { Holdings } from './holdings.ts';
import type { MachinePark } from './machines.ts';
import type { MachineSpec } from './machine-spec.ts';
import { ZoneOutages } from './zone-outages.ts';

export interface WeatherParts {
  readonly clock: Clock;
  readonly machines: MachinePark;
  readonly containers: ContainerRuns;
  readonly balancers: Pick<Balancers, 'services' | 'isListed'> & ZoneLinks;
  readonly holdings: Pick<Holdings, 'task'>;
  readonly books: Pick<Books, 'happened'>;
  /** Names of zones by their indices. */
  readonly zones: readonly string[];
}

/** Ways between zones, by their indices; -1: outside. Both ways at once. */
export interface ZoneLinks {
  setLink(from: number, to: number, up: boolean): void;
  setExtraDelay(from: number, to: number, extraUs: number): void;
}

/** Where machines stand, for the weather. */
export function placesOf(machines: readonly MachineSpec[], zones: readonly string[]): NodePlace[] {
  return machines.map(({ name, zone, rack, power, group, instanceType, spot }) => ({
    name,
    zone: zones.indexOf(zone),
    rack,
    power,
    group,
    instanceType,
    spot,
  }));
}

/**
 * Lets the weather happen, from time 0 on. Machines and processes suffer it as they are; what people and the cloud want of
 * machines (drains, spot notices) becomes a wish, which the orchestrator hears when its control plane works.
 */
export class Weather {
  private readonly source: WeatherSource;
  private readonly parts: WeatherParts;
  private readonly nextKind: number;
  private readonly wishKind: number;
  private readonly outages: ZoneOutages;
  /** Wishes that have not been told yet, by their numbers. */
  private readonly wishes = new Map<number, Parameters<MachinePark['wish']>[0]>();
  private nextWish = 0;

  constructor(source: WeatherSource, parts: WeatherParts) {
    this.source = source;
    this.parts = parts;
    this.nextKind = parts.clock.kind(() => this.next());
    this.wishKind = parts.clock.apiKind((wish) => this.tellWish(wish));
    this.outages = new ZoneOutages(parts.clock, parts.machines);
  }

  begin(): void {
    this.plan();
  }

  private plan(): void {
    const { nextUs } = this.source;
    if (nextUs < Infinity) this.parts.clock.at(Math.max(0, nextUs), this.nextKind, 0);
  }

  private next(): void {
    while (this.source.nextUs <= this.parts.clock.nowUs) this.happens(this.source.take());
    this.plan();
  }

  private happens(event: WeatherEvent): void {
    const { machines, containers, balancers } = this.parts;
    if ('node' in event) {
      const isThere = event.node < machines.specs.length && !machines.state(event.node).gone;
      if (isThere && !machines.state(event.node).coming) this.happensTo(event);
      this.outages.note(event);
      return;
    }
    switch (event.kind) {
      case 'zone-partition':
        balancers.setLink(...event.zones, !event.on);
        this.tell(event.on ? event.kind : `${event.kind}-over`, this.between(event.zones), event.cause);
        break;
      case 'zone-delay':
        balancers.setExtraDelay(...event.zones, event.delayUs);
        this.tell(event.delayUs > 0 ? event.kind : `${event.kind}-over`, this.between(event.zones), event.cause);
        break;
      case 'spot-capacity':
        machines.setSpotStock(event.on);
        this.tell(event.kind, 'spot', `${event.on ? 'to be had again' : 'not to be had'} (${event.cause})`);
        break;
      case 'replica-crash': {
        const there = this.replicas(event.service);
        const hit = there[Math.floor(event.which * there.length)];
        if (hit !== undefined) containers.crash(hit);
        break;
      }
      case 'crash-loop':
        containers.setCrashLoop(
          event.service,
          event.on
            ? { matches: (container) => this.serves(container, event.service), afterUs: event.afterUs }
            : undefined,
        );
        this.tell(
          event.on ? event.kind : `${event.kind}-over`,
          balancers.services[event.service]?.name ?? `service ${event.service}`,
          event.cause,
        );
        break;
      case 'registry-down':
        machines.setRegistry(!event.on);
        this.tell(event.on ? event.kind : 'registry-up', 'registry', event.cause);
        break;
      case 'control-plane-down':
        machines.setControlPlane(!event.on);
        this.tell(event.on ? event.kind : 'control-plane-up', 'control plane', event.cause);
        break;
      default:
        event satisfies never;
    }
  }

  private happensTo(event: Extract<WeatherEvent, { node: number }>): void {
    const { machines } = this.parts;
    const { node: machine } = event;
    switch (event.kind) {
      case 'node-down':
        machines.stop(machine);
        break;
      case 'node-up':
        machines.start(machine);
        break;
      case 'node-speed':
        machines.slow(machine, event.speed);
        break;
      case 'node-loss':
        machines.lose(machine, event.share);
        break;
      case 'disk-full':
        machines.fillDisk(machine, event.on);
        break;
      case 'node-cut-off':
        machines.cutOff(machine, event.on);
        break;
      case 'drain-begin':
      case 'drain-end':
        this.wish({ kind: event.kind, machine, cause: event.cause });
        break;
      case 'spot-notice':
        this.wish({ kind: event.kind, machine, takenUs: event.takenUs, cause: event.cause });
        break;
      case 'spot-taken':
        machines.takeAway(machine);
        break;
      default:
        event satisfies never;
    }
  }

  /** At once, or when the control plane works again. */
  private wish(wish: Parameters<MachinePark['wish']>[0]): void {
    const { clock, machines } = this.parts;
    this.tell(wish.kind, machines.specs[wish.machine].name, wish.cause);
    this.wishes.set(this.nextWish, wish);
    clock.after(0, this.wishKind, this.nextWish++);
  }

  private tellWish(number: number): void {
    const { machines } = this.parts;
    const wish = this.wishes.get(number)!;
    this.wishes.delete(number);
    if (!machines.state(wish.machine).gone) machines.wish(wish);
  }

  /** Processes of the service that run, by number. */
  private replicas(service: number): number[] {
    const there: number[] = [];
    for (const container of this.parts.containers.all())
      if ((container.state === 'booting' || container.state === 'up') && this.serves(container, service))
        there.push(container.id);
    return there;
  }

  private serves({ id, order }: Container, service: number): boolean {
    const { balancers, holdings } = this.parts;
    return holdings.task(order.task)?.service === service || balancers.isListed(service, id);
  }

  private between(zones: readonly number[]): string {
    return zones.map((zone) => this.parts.zones[zone] ?? 'outside').join(' and ');
  }

  private tell(kind: string, about: string, what: string): void {
    this.parts.books.happened(kind, about, what);
  }
}
