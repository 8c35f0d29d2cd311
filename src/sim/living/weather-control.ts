import type { WeatherEvent, WeatherSource } from '../weather/weather-event.ts';
import { RANK, WEATHER_EVENT } from './event-kinds.ts';
import type { NodeDrains } from './node-drains.ts';
import type { NodeFaults } from './node-faults.ts';
import type { NodeOrders } from './node-orders.ts';
import type { ReplicaControl } from './replica-control.ts';
import type { World } from './world.ts';

/** Lets the weather happen to the world: one event of the source after the other. */
export class WeatherControl {
  private readonly world: World;
  private readonly orders: NodeOrders;
  private readonly faults: NodeFaults;
  private readonly drains: NodeDrains;
  private readonly replicas: ReplicaControl;
  private readonly source: WeatherSource;
  /** Told when the control plane works again. */
  onControlPlaneBack: () => void = () => {};

  constructor(
    world: World,
    nodes: { readonly orders: NodeOrders; readonly faults: NodeFaults; readonly drains: NodeDrains },
    replicas: ReplicaControl,
  ) {
    this.world = world;
    this.orders = nodes.orders;
    this.faults = nodes.faults;
    this.drains = nodes.drains;
    this.replicas = replicas;
    this.source = world.spec.weather(world.streams, world.nodes.places);
  }

  /** Plans the event that comes next; nothing, when there is none. */
  plan(): void {
    const { nextUs } = this.source;
    if (nextUs <= this.world.spec.durationUs)
      this.world.simulation.schedule(Math.max(nextUs, this.world.nowUs), RANK.weather, WEATHER_EVENT, 0);
  }

  /** Everything that comes at this instant. */
  strike(): void {
    while (this.source.nextUs <= this.world.nowUs) this.apply(this.source.take());
    this.plan();
  }

  private apply(event: WeatherEvent): void {
    const { world, orders, faults, drains } = this;
    const states = world.nodes;
    switch (event.kind) {
      case 'node-down':
        faults.goDown(event.node, event.cause);
        return;
      case 'node-up':
        faults.comeUp(event.node, event.cause);
        return;
      case 'node-speed':
        states.speed[event.node] = event.speed;
        this.tell(
          event.node,
          event.speed === 1 ? 'node-speed-back' : 'node-slow',
          `${event.cause}: speed ${event.speed}`,
        );
        for (const replica of world.onNode[event.node]) this.replicas.endpoints.applySpeed(replica);
        return;
      case 'node-loss':
        states.lossShare[event.node] = event.share;
        this.tell(
          event.node,
          event.share === 0 ? 'node-loss-over' : 'node-flaky',
          `${event.cause}: loses ${event.share}`,
        );
        for (const replica of world.onNode[event.node]) this.replicas.endpoints.applyErrors(replica);
        return;
      case 'disk-full':
        states.diskFull[event.node] = event.on ? 1 : 0;
        this.tell(event.node, event.on ? 'disk-full' : 'disk-free', event.cause);
        return;
      case 'node-cut-off':
        faults.cutOff(event.node, event.on, event.cause);
        return;
      case 'zone-partition': {
        const [from, to] = event.zones;
        world.requests.setLink(from, to, !event.on);
        world.requests.setLink(to, from, !event.on);
        world.happened(event.on ? 'zone-partition' : 'zone-partition-over', this.zones(event.zones), event.cause);
        return;
      }
      case 'zone-delay':
        this.delay(event.zones, event.delayUs, event.cause);
        return;
      case 'drain-begin':
        drains.drain(event.node, event.cause, false);
        return;
      case 'drain-end':
        drains.uncordon(event.node);
        return;
      case 'spot-notice':
        drains.spotNotice(event.node, event.takenUs, event.cause);
        return;
      case 'spot-taken':
        drains.spotTaken(event.node, event.cause);
        return;
      case 'spot-capacity':
        for (const node of event.nodes) orders.soldOut[node] = event.on ? 0 : 1;
        world.happened(event.on ? 'spot-capacity-back' : 'spot-capacity-gone', 'spot', event.cause);
        if (event.on) orders.order();
        return;
      case 'replica-crash': {
        const there = world.ofService[event.service].filter((replica) => replica.runs);
        const struck = there[Math.floor(event.which * there.length)];
        if (struck !== undefined) this.replicas.crash(struck, event.cause);
        return;
      }
      case 'crash-loop':
        this.crashLoop(event.service, event.on ? event.afterUs : Infinity, event.cause);
        return;
      case 'registry-down':
        world.registryDown = event.on;
        world.happened(event.on ? 'registry-down' : 'registry-up', 'registry', event.cause);
        return;
      case 'control-plane-down':
        world.controlPlaneDown = event.on;
        world.happened(event.on ? 'control-plane-down' : 'control-plane-up', 'control plane', event.cause);
        if (event.on) orders.syncAll();
        else this.onControlPlaneBack();
        return;
      default:
        event satisfies never;
    }
  }

  private tell(node: number, kind: string, what: string): void {
    if (this.world.nodes.bought[node] === 1) this.world.happened(kind, this.world.nodes.places[node].name, what);
  }

  private delay(zones: readonly [number, number], extraUs: number, cause: string): void {
    const { world } = this;
    const [from, to] = zones;
    const { within, between, outside } = world.spec.delaysUs;
    const usualUs = from < 0 || to < 0 ? outside : from === to ? within : between;
    world.requests.setDelay(from, to, usualUs + extraUs);
    world.requests.setDelay(to, from, usualUs + extraUs);
    world.happened(
      extraUs > 0 ? 'zone-delay' : 'zone-delay-over',
      this.zones(zones),
      `${cause}: ${extraUs / 1000} ms more`,
    );
  }

  private crashLoop(service: number, afterUs: number, cause: string): void {
    const { world } = this;
    world.crashAfterUs[service] = afterUs;
    world.happened(afterUs === Infinity ? 'crash-loop-over' : 'crash-loop', world.spec.services[service].name, cause);
    for (const replica of world.ofService[service].slice())
      if (replica.runs && world.nowUs - replica.startedUs >= afterUs) this.replicas.crash(replica, cause);
      else this.replicas.crashAt(replica, replica.startedUs + afterUs);
  }

  private zones(zones: readonly [number, number]): string {
    return zones.map((zone) => (zone < 0 ? 'outside' : this.world.spec.zones[zone])).join(' - ');
  }
}
