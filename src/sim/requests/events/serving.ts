import { CALLS, LOST, QUEUED, RETURNS, SERVED } from '../attempts.ts';
import type { RandomStream } from '../../random.ts';
import { NOBODY } from '../requests.ts';
import { ANSWERED, DEPARTS } from './event-kinds.ts';
import type { EventWorld } from './event-world.ts';
import { ENDPOINT_LOST, ERROR_ANSWER, GOOD, QUEUE_FULL } from './outcomes.ts';

/** Endpoints at work: places, queues, own work, answers. */
export class Serving {
  private readonly world: EventWorld;
  private readonly concurrency: readonly number[];
  private readonly queueLimit: readonly number[];
  private readonly holdsPlace: readonly boolean[];
  private readonly callsOthers: readonly boolean[];
  private readonly errors: readonly RandomStream[];

  constructor(world: EventWorld) {
    const { services, streams } = world.options;
    this.world = world;
    this.concurrency = services.map(({ concurrency }) => concurrency);
    this.queueLimit = services.map(({ queueLimit }) => queueLimit);
    this.holdsPlace = services.map(({ holdsPlace }) => holdsPlace);
    this.callsOthers = services.map(({ calls }) => calls.length > 0);
    this.errors = services.map(({ name }) => streams(`requests/${name}/errors`));
  }

  /** The attempt is at the endpoint: it is served, queues, is turned away, or nothing will ever be heard of it. */
  enter(attempt: number, endpoint: number): void {
    const { servers, attempts, endpoints } = this.world;
    const service = attempts.service[attempt];
    if (!endpoints.reachable[endpoint]) this.loseAnswer(attempt, endpoint);
    else if (servers.taken[endpoint] < this.concurrency[service]) {
      servers.taken[endpoint]++;
      this.start(attempt, endpoint);
    } else if (servers.queueLength[endpoint] < this.queueLimit[service]) {
      attempts.state[attempt] = QUEUED;
      servers.enqueue(attempt, endpoint);
    } else this.respond(attempt, QUEUE_FULL);
  }

  private start(attempt: number, endpoint: number): void {
    const { attempts, servers, nowUs } = this.world;
    attempts.state[attempt] = SERVED;
    servers.started[endpoint]++;
    servers.work(endpoint, 1, nowUs);
    this.work(attempt, endpoint);
  }

  /** Sets the end of its own work, as far as the endpoint's speed tells. */
  private work(attempt: number, endpoint: number): void {
    const { attempts, endpoints, heap, nowUs } = this.world;
    attempts.sinceUs[attempt] = nowUs;
    const speed = endpoints.speed[endpoint];
    attempts.event[attempt] =
      speed > 0 ? heap.push(nowUs + attempts.workUs[attempt] / speed, DEPARTS, DEPARTS, attempt) : 0;
  }

  /** What the endpoint is serving goes on at the new speed. */
  setSpeed(endpoint: number, speed: number): void {
    const { attempts, servers, endpoints, nowUs } = this.world;
    const old = endpoints.speed[endpoint];
    endpoints.speed[endpoint] = speed;
    if (old === speed) return;
    for (let at = servers.first[endpoint]; at !== NOBODY; at = attempts.next[at])
      if (attempts.state[at] === SERVED) {
        attempts.workUs[at] -= (nowUs - attempts.sinceUs[at]) * old;
        this.work(at, endpoint);
      }
  }

  /** Its own work is done. */
  workDone(attempt: number): void {
    const { attempts, servers, calling, endpoints, nowUs } = this.world;
    const endpoint = attempts.endpoint[attempt];
    const service = attempts.service[attempt];
    servers.work(endpoint, -1, nowUs);
    // Who fails everything turns it away before it asks anyone else.
    if (!this.callsOthers[service] || endpoints.errorShare[endpoint] >= 1) {
      this.freePlace(endpoint);
      this.respond(attempt, GOOD);
      return;
    }
    attempts.state[attempt] = CALLS;
    if (!this.holdsPlace[service]) this.freePlace(endpoint);
    calling.nextStage(attempt);
  }

  /** All that it called has answered. */
  callsDone(attempt: number, result: number): void {
    const { attempts } = this.world;
    if (this.holdsPlace[attempts.service[attempt]]) this.freePlace(attempts.endpoint[attempt]);
    this.respond(attempt, result);
  }

  private freePlace(endpoint: number): void {
    const { servers } = this.world;
    const head = servers.queueHead[endpoint];
    if (head === NOBODY) {
      servers.taken[endpoint]--;
      return;
    }
    servers.dequeue(head, endpoint);
    this.start(head, endpoint);
  }

  /** The endpoint is done with the attempt and sends its answer. */
  private respond(attempt: number, result: number): void {
    const { attempts, requests, network, endpoints, callers, asking } = this.world;
    const endpoint = attempts.endpoint[attempt];
    const outcome = result === GOOD && this.errs(endpoint) ? ERROR_ANSWER : result;
    const request = attempts.request[attempt];
    if (request === NOBODY) {
      this.leave(attempt, endpoint);
      attempts.release(attempt);
      return;
    }
    const fromZone = endpoints.zone[endpoint];
    const toZone = requests.fromZone[request];
    const cut = network.isCut(fromZone, toZone);
    if (cut || !endpoints.reachable[endpoint]) {
      if (cut && callers.clients[requests.client[request]].timeouts === undefined) {
        this.leave(attempt, endpoint);
        asking.end(attempt, ENDPOINT_LOST);
      } else this.loseAnswer(attempt, endpoint);
      return;
    }
    this.leave(attempt, endpoint);
    const delayUs = network.delayUs(fromZone, toZone);
    if (delayUs > 0) {
      attempts.state[attempt] = RETURNS;
      attempts.outcome[attempt] = outcome;
      attempts.event[attempt] = this.world.heap.push(this.world.nowUs + delayUs, ANSWERED, ANSWERED, attempt);
    } else asking.end(attempt, outcome);
  }

  private errs(endpoint: number): boolean {
    const { errorShare, service } = this.world.endpoints;
    const share = errorShare[endpoint];
    return share > 0 && this.errors[service[endpoint]].next() < share;
  }

  /** The attempt is at the endpoint no more. */
  leave(attempt: number, endpoint: number): void {
    this.world.servers.unlink(attempt, endpoint);
    if (this.world.attempts.state[attempt] !== LOST) this.seen(endpoint, -1);
  }

  /** No answer will come. It stays in the endpoint's list, so that those who wait for ever learn when that is removed. */
  loseAnswer(attempt: number, endpoint: number): void {
    const { servers, attempts } = this.world;
    servers.load[endpoint]--;
    this.seen(endpoint, -1);
    attempts.state[attempt] = LOST;
    attempts.event[attempt] = 0;
  }

  /** The balancers' table of now follows. */
  seen(endpoint: number, change: 1 | -1): void {
    const { position, service } = this.world.endpoints;
    const at = position[endpoint];
    if (at >= 0) this.world.balanced[service[endpoint]].table.inFlight[at] += change;
  }

  /** The answer is back. */
  answered(attempt: number): void {
    const { attempts, asking } = this.world;
    if (attempts.request[attempt] === NOBODY) attempts.release(attempt);
    else asking.end(attempt, attempts.outcome[attempt]);
  }
}
