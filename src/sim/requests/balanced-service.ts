import type { RandomStream } from '../random.ts';
import type { Balancer, EndpointTable } from './balancing-policy.ts';
import type { Endpoints } from './endpoints.ts';
import type { RequestService } from './request-service.ts';

/** Whoever knows how many requests an endpoint has, at a time that has come already. */
export interface LoadSource {
  loadAt(endpoint: number, nowUs: number): number;
}

/** A new endpoint's weight rises in so many steps. */
const SLOW_START_STEPS = 10;

/**
 * One service's endpoints as its balancers see them: who is in, with what weight (slow starts included), and with a load
 * as old as the service says. The load is that of the balancers: what was sent to the endpoint and has not left it.
 */
export class BalancedService {
  /** When the tables next change by themselves; Infinity: not before the world changes. */
  nextTimerUs = Infinity;
  /** The table with the loads of now. */
  readonly table: EndpointColumns;

  private readonly service: RequestService;
  private readonly endpoints: Endpoints;
  private source: LoadSource;
  private readonly balancers: readonly Balancer[];
  /** One a balancer, all of them the same unless loads are told late. */
  private readonly tables: readonly EndpointColumns[];
  private readonly dealer: RandomStream | undefined;
  /** When each balancer's loads are next told. */
  private readonly refreshUs: number[] = [];
  /** Endpoints in slow start. */
  private readonly starting: number[] = [];
  private stale = false;

  constructor(
    service: RequestService,
    endpoints: Endpoints,
    source: LoadSource,
    zones: readonly string[],
    startUs: number,
    streams: (name: string) => RandomStream,
  ) {
    const { name, balancing, balancers, staleUs } = service;
    this.service = service;
    this.endpoints = endpoints;
    this.source = source;
    this.balancers = Array.from({ length: balancers }, (_, k) =>
      balancing.make({ random: streams(`requests/${name}/balancing/${k}`), zones }),
    );
    this.dealer = balancers > 1 ? streams(`requests/${name}/balancers`) : undefined;
    this.table = new EndpointColumns(source);
    const late = staleUs > 0 && balancing.reads !== 'nothing';
    this.tables = this.balancers.map(() => (late ? new EndpointColumns(undefined) : this.table));
    // Balancers are told one after the other, not all at once.
    if (late) this.refreshUs = this.balancers.map((_, k) => startUs + (staleUs * k) / balancers);
    this.findTimer();
  }

  add(endpoint: number, nowUs: number): void {
    this.endpoints.position[endpoint] = this.table.count;
    const weight = this.endpoints.weight[endpoint];
    const { slowStartUs } = this.service;
    if (slowStartUs > 0) this.starting.push(endpoint);
    const now = slowStartUs > 0 ? weight * (1 / SLOW_START_STEPS) : weight;
    for (const table of this.each()) {
      table.add(endpoint, now, this.endpoints.zone[endpoint], this.endpoints.hash[endpoint]);
    }
    this.stale = true;
    this.findTimer(nowUs);
  }

  /** Sends no more there. */
  withdraw(endpoint: number): void {
    const at = this.endpoints.position[endpoint];
    if (at < 0) return;
    for (const table of this.each()) table.remove(at);
    this.endpoints.position[endpoint] = -1;
    for (let k = at; k < this.table.count; k++) this.endpoints.position[this.table.id[k]] = k;
    const place = this.starting.indexOf(endpoint);
    if (place >= 0) this.starting.splice(place, 1);
    this.stale = true;
  }

  reweigh(endpoint: number, nowUs: number): void {
    const at = this.endpoints.position[endpoint];
    if (at < 0) return;
    const share = this.starting.includes(endpoint) ? this.slowStartShare(endpoint, nowUs) : 1;
    const weight = this.endpoints.weight[endpoint] * share;
    for (const table of this.each()) table.weight[at] = weight;
    this.stale = true;
  }

  /** The endpoint that gets this request, or -1. */
  pick(key: number, fromZone: number, nowUs: number): number {
    if (this.stale) this.tell();
    const { dealer } = this;
    const balancer = dealer === undefined ? 0 : dealer.below(this.balancers.length);
    const table = this.tables[balancer];
    table.nowUs = nowUs;
    const at = this.balancers[balancer].pick(table, key, fromZone);
    return at < 0 ? -1 : table.id[at];
  }

  /** From now on this one knows the loads. */
  learnFrom(source: LoadSource): void {
    this.source = source;
    this.table.source = source;
  }

  /** Does what was to be done at `nextTimerUs`. */
  onTimer(): void {
    const nowUs = this.nextTimerUs;
    for (let k = 0; k < this.refreshUs.length; k++)
      if (this.refreshUs[k] <= nowUs) {
        const table = this.tables[k];
        for (let at = 0; at < table.count; at++) table.inFlight[at] = this.source.loadAt(table.id[at], nowUs);
        this.refreshUs[k] += this.service.staleUs;
      }
    if (this.starting.length > 0) this.slowStart(nowUs);
    this.findTimer(nowUs);
  }

  private slowStart(nowUs: number): void {
    const { slowStartUs } = this.service;
    for (const endpoint of this.starting.slice()) {
      const { addedUs, weight } = this.endpoints;
      const at = this.endpoints.position[endpoint];
      const next = weight[endpoint] * this.slowStartShare(endpoint, nowUs);
      if (this.table.weight[at] !== next) {
        for (const table of this.each()) table.weight[at] = next;
        this.stale = true;
      }
      if (nowUs >= addedUs[endpoint] + slowStartUs) this.starting.splice(this.starting.indexOf(endpoint), 1);
    }
  }

  private slowStartShare(endpoint: number, nowUs: number): number {
    const { addedUs } = this.endpoints;
    const steps = Math.floor(((nowUs - addedUs[endpoint]) / this.service.slowStartUs) * SLOW_START_STEPS + 1e-9);
    return Math.min(SLOW_START_STEPS, Math.max(1, steps)) / SLOW_START_STEPS;
  }

  private findTimer(nowUs = -Infinity): void {
    let nextUs = Infinity;
    for (const refreshUs of this.refreshUs) nextUs = Math.min(nextUs, refreshUs);
    const { slowStartUs } = this.service;
    for (const endpoint of this.starting) {
      const stepUs = slowStartUs / SLOW_START_STEPS;
      const addedUs = this.endpoints.addedUs[endpoint];
      let step = Math.max(1, Math.floor((nowUs - addedUs) / stepUs));
      while (step < SLOW_START_STEPS && addedUs + step * stepUs <= nowUs) step++;
      nextUs = Math.min(nextUs, step >= SLOW_START_STEPS ? addedUs + slowStartUs : addedUs + step * stepUs);
    }
    this.nextTimerUs = nextUs;
  }

  private tell(): void {
    this.stale = false;
    for (let k = 0; k < this.balancers.length; k++) this.balancers[k].changed(this.tables[k]);
  }

  /** The table of now, and those that are told late. */
  private *each(): Iterable<EndpointColumns> {
    yield this.table;
    for (const table of this.tables) if (table !== this.table) yield table;
  }
}

/** Columns that grow. */
export class EndpointColumns implements EndpointTable {
  count = 0;
  id = new Int32Array(8);
  inFlight = new Float64Array(8);
  weight = new Float64Array(8);
  zone = new Int32Array(8);
  hash = new Int32Array(8);
  nowUs = 0;
  /** Absent: what was told last counts. */
  source: LoadSource | undefined;

  constructor(source: LoadSource | undefined) {
    this.source = source;
  }

  probe(position: number): number {
    return this.source === undefined ? this.inFlight[position] : this.source.loadAt(this.id[position], this.nowUs);
  }

  add(id: number, weight: number, zone: number, hash: number): void {
    if (this.count === this.id.length) this.grow();
    const at = this.count++;
    this.id[at] = id;
    this.inFlight[at] = 0;
    this.weight[at] = weight;
    this.zone[at] = zone;
    this.hash[at] = hash;
  }

  remove(at: number): void {
    const end = this.count--;
    for (const column of [this.id, this.inFlight, this.weight, this.zone, this.hash])
      column.copyWithin(at, at + 1, end);
  }

  private grow(): void {
    const size = this.count * 2;
    this.id = widened(this.id, new Int32Array(size));
    this.inFlight = widened(this.inFlight, new Float64Array(size));
    this.weight = widened(this.weight, new Float64Array(size));
    this.zone = widened(this.zone, new Int32Array(size));
    this.hash = widened(this.hash, new Int32Array(size));
  }
}

function widened<Column extends Int32Array | Float64Array>(old: Column, column: Column): Column {
  column.set(old);
  return column;
}
