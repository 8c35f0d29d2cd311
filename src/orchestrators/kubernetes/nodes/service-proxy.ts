import type { Component, ControlPlane } from '../api/control-plane.ts';
import { nameKey } from '../api/object-store.ts';
import { SYNC_DELAY_US } from '../api/work-queue.ts';
import type { Endpoint, EndpointSlice, Service } from '../objects/network.ts';

/** Told what the proxies of the nodes send a service's connections to from now on; no endpoints: nobody answers. */
export type EndpointsWatcher = (service: Service, endpoints: readonly Endpoint[]) => void;

/**
 * What the proxies of all nodes know (kube-proxy): they write their rules at most once a second, so a change after a
 * quiet time is known at once, and those that follow within the second together when it is over. One proxy stands for
 * those of all nodes: they hear of a change at the same moment.
 */
export class ServiceProxy implements Component {
  private readonly plane: ControlPlane;
  private readonly syncUs: number;
  private readonly kind: number;
  private readonly watchers: EndpointsWatcher[] = [];
  /** Services by namespace and name, in the order in which they changed. */
  private readonly changed = new Map<string, EndpointSlice['metadata']>();
  private writtenUs = -Infinity;
  private planned = false;
  /** When the run began: what is there by then the proxies know already. */
  private begunUs = Number.NaN;

  constructor(plane: ControlPlane, syncUs: number) {
    this.plane = plane;
    this.syncUs = syncUs;
    this.kind = plane.clock.kind(() => this.write());
  }

  begin(): void {
    this.begunUs = this.plane.clock.nowUs;
    const slices = this.plane.api.store('EndpointSlice');
    for (const slice of slices.all()) this.note(slice);
    slices.watch((slice, before) => this.note((slice ?? before)!));
  }

  onEndpoints(watcher: EndpointsWatcher): void {
    this.watchers.push(watcher);
  }

  private note({ metadata }: EndpointSlice): void {
    this.changed.set(nameKey(metadata.namespace, metadata.name), metadata);
    if (this.planned) return;
    this.planned = true;
    const { clock } = this.plane;
    const soonestUs = clock.nowUs === this.begunUs ? clock.nowUs : clock.nowUs + SYNC_DELAY_US;
    clock.at(Math.max(soonestUs, this.writtenUs + this.syncUs), this.kind, 0);
  }

  private write(): void {
    const { api, clock } = this.plane;
    this.planned = false;
    this.writtenUs = clock.nowUs;
    const changed = [...this.changed.values()];
    this.changed.clear();
    for (const { namespace, name } of changed) {
      const service = api.store('Service').named(namespace, name);
      if (service === undefined) continue;
      const endpoints = api.store('EndpointSlice').named(namespace, name)?.endpoints ?? [];
      for (const watcher of this.watchers) watcher(service, endpoints);
    }
  }
}

/**
 * The endpoints that new connections go to: the ready ones; when there are none, those that are Terminating but still
 * serve (KEP-1669).
 */
export function usableEndpoints(endpoints: readonly Endpoint[]): Endpoint[] {
  const ready = endpoints.filter((one) => one.ready);
  return ready.length > 0 ? ready : endpoints.filter(({ serving, terminating }) => serving && terminating);
}
