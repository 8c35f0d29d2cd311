import { isRefusal } from '../api/api-server.ts';
import type { Component, ControlPlane } from '../api/control-plane.ts';
import { SYNC_DELAY_US, WorkQueue } from '../api/work-queue.ts';
import { matchesLabels } from '../objects/label-selector.ts';
import type { Labels } from '../objects/meta.ts';
import type { Endpoint, Service } from '../objects/network.ts';
import type { Pod } from '../objects/pod.ts';

interface Tracked {
  readonly id: number;
  /** Pods that the selector picks and that have a node. */
  readonly pods: Set<number>;
  syncedUs: number;
}

/**
 * The endpoint slice controller (`pkg/controller/endpointslice`): for every service with a selector the endpoints, in
 * one object that has the service's name. A service is written at once, and then at most once a second.
 *
 * A pod is an endpoint from when it runs (with `publishNotReadyAddresses` from when its kubelet took it) until it has
 * ended: serving while it is Ready, ready while it also is not Terminating.
 */
export class EndpointSlices implements Component {
  private readonly plane: ControlPlane;
  private readonly syncUs: number;
  private readonly queue: WorkQueue;
  /** Services with a selector, by namespace, in order of creation. */
  private readonly byNamespace = new Map<string, Map<number, Service>>();
  private readonly tracked = new Map<number, Tracked>();
  /** Services that are gone or have no selector any more, by number. */
  private readonly dropped = new Map<number, Service>();
  /** Which services' selectors pick these labels: labels of one template are one object. */
  private picked = new WeakMap<Labels, Map<string, readonly Service[]>>();

  constructor(plane: ControlPlane, syncUs: number) {
    this.plane = plane;
    this.syncUs = syncUs;
    this.queue = new WorkQueue(plane.clock, (id) => this.sync(id));
  }

  begin(): void {
    const { api } = this.plane;
    const services = api.store('Service');
    for (const service of services.all()) {
      this.serviceChanged(service, undefined);
      // What is there when the run begins has been looked at long before.
      this.queue.addAfter(service.id, 0);
    }
    services.watch((service, before) => this.serviceChanged(service, before));
    api.pods.watch((pod, before) => this.podChanged(pod, before));
  }

  private serviceChanged(service: Service | undefined, before: Service | undefined): void {
    if (before !== undefined && (service === undefined || service.spec.selector !== before.spec.selector)) {
      this.byNamespace.get(before.metadata.namespace)?.delete(before.id);
      this.tracked.delete(before.id);
      this.dropped.set(before.id, before);
      this.picked = new WeakMap();
    }
    if (service?.spec.selector === undefined) {
      if (before !== undefined) this.queue.add(before.id);
      return;
    }
    const { namespace } = service.metadata;
    let there = this.byNamespace.get(namespace);
    if (there === undefined) this.byNamespace.set(namespace, (there = new Map<number, Service>()));
    there.set(service.id, service);
    this.picked = new WeakMap();
    if (!this.tracked.has(service.id)) {
      const pods = new Set<number>();
      for (const pod of this.plane.api.pods.all())
        if (pod.metadata.namespace === namespace && matchesLabels(service.spec.selector, pod.metadata.labels))
          pods.add(pod.id);
      this.tracked.set(service.id, { id: service.id, pods, syncedUs: -Infinity });
    }
    this.queue.add(service.id);
  }

  private podChanged(pod: Pod | undefined, before: Pod | undefined): void {
    if (pod !== undefined && before !== undefined && sameToServices(pod, before)) return;
    const { namespace } = (pod ?? before!).metadata;
    const there = this.byNamespace.get(namespace);
    if (there === undefined || there.size === 0) return;
    const now = pod === undefined ? NONE : this.servicesOf(namespace, pod.metadata.labels, there);
    const was =
      before === undefined || before.metadata.labels === pod?.metadata.labels
        ? now
        : this.servicesOf(namespace, before.metadata.labels, there);
    for (const service of was) if (!now.includes(service)) this.touch(service, before!.id, false);
    for (const service of now) this.touch(service, pod!.id, true);
  }

  private touch(service: Service, podId: number, isPicked: boolean): void {
    const tracked = this.tracked.get(service.id);
    if (tracked === undefined) return;
    if (isPicked) tracked.pods.add(podId);
    else tracked.pods.delete(podId);
    const { nowUs } = this.plane.clock;
    this.queue.addAfter(service.id, Math.max(SYNC_DELAY_US, tracked.syncedUs + this.syncUs - nowUs));
  }

  private servicesOf(namespace: string, labels: Labels, there: ReadonlyMap<number, Service>): readonly Service[] {
    let byNamespace = this.picked.get(labels);
    if (byNamespace === undefined) this.picked.set(labels, (byNamespace = new Map<string, readonly Service[]>()));
    let services = byNamespace.get(namespace);
    if (services === undefined) {
      services = [...there.values()].filter(({ spec }) => matchesLabels(spec.selector ?? {}, labels));
      byNamespace.set(namespace, services);
    }
    return services;
  }

  private sync(serviceId: number): void {
    const { api, clock } = this.plane;
    const service = api.store('Service').get(serviceId);
    const tracked = this.tracked.get(serviceId);
    const slices = api.store('EndpointSlice');
    const dropped = this.dropped.get(serviceId);
    this.dropped.delete(serviceId);
    if (service === undefined || tracked === undefined) {
      const left = dropped && slices.named(dropped.metadata.namespace, dropped.metadata.name);
      if (left !== undefined) api.remove('EndpointSlice', left.id);
      return;
    }
    tracked.syncedUs = clock.nowUs;
    const endpoints = this.endpointsOf(service, tracked);
    const { name, namespace } = service.metadata;
    const slice = slices.named(namespace, name);
    if (slice === undefined) {
      const made = api.create('EndpointSlice', {
        kind: 'EndpointSlice',
        metadata: { name, namespace },
        endpoints,
      });
      if (isRefusal(made)) throw new Error(made.refused);
    } else if (!sameEndpoints(slice.endpoints, endpoints)) {
      api.update('EndpointSlice', slice.id, { endpoints });
    }
  }

  private endpointsOf(service: Service, tracked: Tracked): Endpoint[] {
    const endpoints: Endpoint[] = [];
    const { publishNotReadyAddresses } = service.spec;
    for (const id of tracked.pods) {
      const pod = this.plane.api.pods.get(id);
      if (pod === undefined) continue;
      const { phase, startUs, ready: serving } = pod.status;
      if (phase !== 'Running' && !(publishNotReadyAddresses && phase === 'Pending' && startUs !== undefined)) continue;
      const terminating = pod.metadata.deletionUs !== undefined;
      endpoints.push({ pod: id, ready: publishNotReadyAddresses || (serving && !terminating), serving, terminating });
    }
    return endpoints.sort((a, b) => a.pod - b.pod);
  }
}

const NONE: readonly Service[] = [];

/** Whether a change of a pod is nothing to services: not its labels, phase, readiness, or that it is to go. */
function sameToServices(pod: Pod, before: Pod): boolean {
  return (
    pod.metadata.labels === before.metadata.labels &&
    pod.metadata.deletionUs === before.metadata.deletionUs &&
    pod.status.phase === before.status.phase &&
    pod.status.ready === before.status.ready &&
    (pod.status.startUs === undefined) === (before.status.startUs === undefined)
  );
}

function sameEndpoints(a: readonly Endpoint[], b: readonly Endpoint[]): boolean {
  return (
    a.length === b.length &&
    a.every(
      (one, k) =>
        one.pod === b[k].pod &&
        one.ready === b[k].ready &&
        one.serving === b[k].serving &&
        one.terminating === b[k].terminating,
    )
  );
}
