import type { Client } from '../client.ts';
import { NOBODY } from '../requests.ts';
import { ARRIVES, TIMEOUTS } from './event-kinds.ts';
import type { EventWorld } from './event-world.ts';
import { ENDPOINT_LOST, NO_ENDPOINT } from './outcomes.ts';

/** The way from the caller to an endpoint: balancers, delays, links that are cut. */
export class Sending {
  private readonly world: EventWorld;

  constructor(world: EventWorld) {
    this.world = world;
  }

  /**
   * Sends the attempt to the endpoint that a balancer picks; where there is none it is held (`held`: it has been) or
   * fails. Returns whether there was one.
   */
  send(attempt: number, request: number, client: Client, held: boolean): boolean {
    const { requests, attempts, network, serving, patience, nowUs } = this.world;
    const { service, timeouts } = client;
    const fromZone = requests.fromZone[request];
    const endpoint = this.world.balanced[service].pick(requests.key[request], fromZone, nowUs);
    if (endpoint < 0) {
      if (held) return false;
      if (this.world.holding.holds(service)) {
        if (timeouts !== undefined) patience.set(timeouts, TIMEOUTS, requests.client[request], attempt);
        this.world.holding.add(attempt, service);
      } else this.world.asking.end(attempt, NO_ENDPOINT);
      return false;
    }
    if (held) this.world.holding.drop(attempt);
    const toZone = this.world.endpoints.zone[endpoint];
    const cut = network.isCut(fromZone, toZone);
    if (timeouts === undefined) {
      if (cut) {
        this.world.asking.end(attempt, ENDPOINT_LOST);
        return true;
      }
    } else if (!held) patience.set(timeouts, TIMEOUTS, requests.client[request], attempt);
    attempts.endpoint[attempt] = endpoint;
    this.world.servers.link(attempt, endpoint);
    serving.seen(endpoint, 1);
    if (cut) {
      serving.loseAnswer(attempt, endpoint);
      return true;
    }
    if (fromZone !== toZone && fromZone >= 0 && toZone >= 0) this.world.counters.services[service].crossZone++;
    const delayUs = network.delayUs(fromZone, toZone);
    if (delayUs > 0) {
      this.world.servers.coming[endpoint]++;
      attempts.event[attempt] = this.world.heap.push(nowUs + delayUs, ARRIVES, ARRIVES, attempt);
    } else serving.enter(attempt, endpoint);
    return true;
  }

  /** It has come to its endpoint. */
  arrived(attempt: number): void {
    const { attempts, servers, serving } = this.world;
    const endpoint = attempts.endpoint[attempt];
    servers.coming[endpoint]--;
    if (attempts.request[attempt] === NOBODY) {
      serving.leave(attempt, endpoint);
      attempts.release(attempt);
    } else serving.enter(attempt, endpoint);
  }
}
