import { REFUSED } from '../circuit-breaker.ts';
import type { Client } from '../client.ts';
import { NOBODY } from '../requests.ts';
import { HEDGES, RETRIES } from './event-kinds.ts';
import type { EventWorld } from './event-world.ts';
import { BREAKER_OPEN, countBad, GOOD } from './outcomes.ts';

/** Callers, users and services alike: a request is as many attempts as its client makes until one is answered well. */
export class Asking {
  private readonly world: EventWorld;

  constructor(world: EventWorld) {
    this.world = world;
  }

  /** Makes the request's first attempt. */
  begin(request: number, fromOutside: boolean): void {
    const { requests, callers, patience, context } = this.world;
    const client = callers.clients[requests.client[request]];
    client.budget?.request();
    if (client.hedges !== undefined) patience.set(client.hedges, HEDGES, requests.client[request], request);
    const { service } = client;
    this.attempt(request, client, fromOutside ? context.work[service]() : callers.innerWork[service]());
  }

  private attempt(request: number, client: Client, workUs: number): void {
    const { requests, attempts, counters, nowUs, sending } = this.world;
    const { service, breaker } = client;
    const tally = counters.services[service];
    tally.arrived++;
    tally.inFlight++;
    counters.work.requests++;
    requests.live[request]++;
    const attempt = attempts.take(request, service, workUs, nowUs);
    if (breaker !== undefined) {
      const admitted = breaker.admit(nowUs);
      attempts.admitted[attempt] = admitted;
      if (admitted === REFUSED) {
        this.end(attempt, BREAKER_OPEN);
        return;
      }
    }
    sending.send(attempt, request, client, false);
  }

  /** The caller hears how the attempt ended, and its slot is free. */
  end(attempt: number, outcome: number): void {
    const { attempts } = this.world;
    const request = attempts.request[attempt];
    attempts.request[attempt] = NOBODY;
    const issuedUs = attempts.issuedUs[attempt];
    const admitted = attempts.admitted[attempt];
    const service = attempts.service[attempt];
    const endpoint = attempts.endpoint[attempt];
    attempts.release(attempt);
    this.settle(request, service, endpoint, issuedUs, admitted, outcome);
  }

  /** Counts how an attempt ended for its caller, and sees what the request does next. */
  settle(
    request: number,
    service: number,
    endpoint: number,
    issuedUs: number,
    admitted: number,
    outcome: number,
  ): void {
    const { requests, endpoints, counters, callers, nowUs } = this.world;
    const tally = counters.services[service];
    tally.inFlight--;
    if (outcome === GOOD) {
      const tookUs = Math.floor(nowUs - issuedUs + 0.5);
      tally.served++;
      counters.serviceLatency[service].addOne(tookUs);
      endpoints.served[endpoint]++;
      endpoints.latencySumUs[endpoint] += tookUs;
    } else {
      countBad(tally, outcome);
      if (endpoint !== NOBODY) endpoints.bad[endpoint]++;
    }
    const client = callers.clients[requests.client[request]];
    if (outcome !== BREAKER_OPEN) client.breaker?.record(nowUs, admitted, outcome === GOOD);
    requests.live[request]--;
    if (requests.done[request] === 0) {
      if (outcome === GOOD) this.complete(request, client, true);
      else if (requests.live[request] === 0) this.failedTry(request, client);
    }
    if (requests.done[request] === 1 && requests.live[request] === 0 && requests.backingOff[request] === 0)
      requests.release(request);
  }

  /** No attempt is left: the next one after a pause, or none. */
  private failedTry(request: number, client: Client): void {
    const { requests, heap, nowUs } = this.world;
    const retry = requests.tries[request]++;
    if (!client.mayRetry(retry + 1)) {
      this.complete(request, client, false);
      return;
    }
    const waitUs = client.backoffUs(retry, requests.previousBackoffUs[request]);
    requests.previousBackoffUs[request] = waitUs;
    requests.backingOff[request] = 1;
    heap.push(nowUs + waitUs, RETRIES, RETRIES, request);
  }

  /** The pause before another attempt is over. */
  retry(request: number): void {
    const { requests, callers, counters } = this.world;
    requests.backingOff[request] = 0;
    if (requests.done[request] === 1) {
      requests.release(request);
      return;
    }
    const client = callers.clients[requests.client[request]];
    counters.services[client.service].retries++;
    this.attempt(request, client, callers.innerWork[client.service]());
  }

  /** A second copy of a request that has no answer yet. */
  hedge(request: number): void {
    const { requests, callers, counters } = this.world;
    if (requests.done[request] === 1 || requests.live[request] === 0) return;
    const client = callers.clients[requests.client[request]];
    counters.services[client.service].hedges++;
    this.attempt(request, client, callers.innerWork[client.service]());
  }

  /** The request has its answer. */
  private complete(request: number, client: Client, good: boolean): void {
    const { requests, counters, calling, users, nowUs } = this.world;
    requests.done[request] = 1;
    const parent = requests.parent[request];
    if (parent !== NOBODY) {
      calling.answered(parent, good || !client.required);
      return;
    }
    const traffic = requests.client[request];
    const tally = counters.traffic[traffic];
    tally.inFlight--;
    const tookUs = nowUs - requests.issuedUs[request];
    if (good) {
      tally.good++;
      counters.trafficLatency[traffic].addOne(Math.floor(tookUs + 0.5));
    } else tally.bad++;
    const user = requests.user[request];
    if (user !== NOBODY) users.answered(user, tookUs);
  }
}
