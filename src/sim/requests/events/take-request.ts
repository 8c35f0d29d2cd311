import { QUEUED, RETURNS, SERVED } from '../attempts.ts';
import { NOBODY } from '../requests.ts';
import { ANSWERED, ARRIVES, DEPARTS } from './event-kinds.ts';
import type { EventWorld } from './event-world.ts';
import { GOOD } from './outcomes.ts';

/** Where a request is that was begun elsewhere: on its way until `atUs`, queued, served since `atUs`, or on its way back until then. */
export interface BegunRequest {
  readonly state: 'travels' | 'queued' | 'served' | 'returns';
  readonly atUs: number;
  /** Own work left. */
  readonly workUs: number;
}

/** Takes over a patient request of a traffic that was begun elsewhere; those of an endpoint in their order. */
export function takeRequest(
  world: EventWorld,
  traffic: number,
  endpoint: number,
  issuedUs: number,
  begun: BegunRequest,
): void {
  const { requests, attempts, servers, heap, endpoints } = world;
  const { service, fromZone } = world.options.traffic[traffic];
  const request = requests.take(traffic, NOBODY, NOBODY, 0, fromZone, issuedUs);
  requests.live[request] = 1;
  const attempt = attempts.take(request, service, begun.workUs, issuedUs);
  attempts.endpoint[attempt] = endpoint;
  if (begun.state === 'returns') {
    attempts.state[attempt] = RETURNS;
    attempts.outcome[attempt] = GOOD;
    attempts.event[attempt] = heap.push(begun.atUs, ANSWERED, ANSWERED, attempt);
    return;
  }
  servers.link(attempt, endpoint);
  if (begun.state === 'travels') {
    servers.coming[endpoint]++;
    attempts.event[attempt] = heap.push(begun.atUs, ARRIVES, ARRIVES, attempt);
  } else if (begun.state === 'queued') {
    attempts.state[attempt] = QUEUED;
    servers.enqueue(attempt, endpoint);
  } else {
    attempts.state[attempt] = SERVED;
    servers.taken[endpoint]++;
    servers.work(endpoint, 1, world.nowUs);
    attempts.sinceUs[attempt] = begun.atUs;
    const speed = endpoints.speed[endpoint];
    if (speed > 0) attempts.event[attempt] = heap.push(begun.atUs + begun.workUs / speed, DEPARTS, DEPARTS, attempt);
  }
}
