import type { LevelCurve } from '../../../sim/requests/traffic.ts';
import { US_PER_SECOND, seconds } from '../../../sim/time.ts';
import type { Component, ControlPlane } from '../api/control-plane.ts';
import { nameKey } from '../api/object-store.ts';
import type { AnyObject } from '../objects/kinds.ts';
import { lastingContainers } from '../objects/lasting-containers.ts';
import type { CpuUse } from './cpu-use.ts';
import { readScalerAnnotations } from './external-metrics.ts';
import { Meter } from '../../data-plane/usage/meter.ts';
import { statusOf } from './serving-container.ts';
import type { TrafficControl } from './traffic-control.ts';
import type { MetricsServer, PodSample, PodUsage } from './workload-behaviour.ts';

/** metrics-server, `--metric-resolution`: a scrape of all kubelets every so long. */
const RESOLUTION_US = seconds(15);
/**
 * From a scrape until autoscalers see it. Kubelets measure every 10 s (cAdvisor, `--housekeeping-interval`), so that what
 * is scraped is 5 s old on average. [model]
 */
const DELAY_US = seconds(5);
/** A container that began between two scrapes counts when it ran for so long (metrics-server, pkg/storage/pod.go, freshContainerMinMetricsResolution). */
const FRESH_US = seconds(10);

/** A metric from outside of the cluster, over time. */
export interface ExternalSeries {
  readonly namespace: string;
  readonly name: string;
  readonly curve: LevelCurve;
}

/**
 * What is measured of pods, services and the world outside, as late as pipelines are: a scrape every 15 s, seen 5 s
 * later. External metrics come from annotations of those who scale, or are given.
 */
export class ScrapedMetrics implements MetricsServer, Component {
  private readonly plane: ControlPlane;
  private readonly usage: PodUsage;
  private readonly traffic: TrafficControl;
  private readonly cpu: CpuUse;
  private readonly given: readonly ExternalSeries[];
  private readonly scrapeKind: number;
  /** By number of the pod: requests begun, and those in flight at the last scrapes. */
  private readonly begun = new Map<number, { readonly meter: Meter; readonly inFlight: [number, number][] }>();
  /** By service: calls that have come. */
  private readonly arrived: Meter[];
  private readonly curves = new Map<string, LevelCurve>();

  constructor(
    plane: ControlPlane,
    usage: PodUsage,
    traffic: TrafficControl,
    cpu: CpuUse,
    given: readonly ExternalSeries[] = [],
  ) {
    this.plane = plane;
    this.usage = usage;
    this.traffic = traffic;
    this.cpu = cpu;
    this.given = given;
    this.arrived = traffic.services.map(() => new Meter(0));
    this.scrapeKind = plane.clock.kind(() => {
      this.scrape();
      plane.clock.after(RESOLUTION_US, this.scrapeKind, 0);
    });
  }

  begin(): void {
    const { api, clock } = this.plane;
    if (this.traffic.services.length > 0) clock.after(RESOLUTION_US, this.scrapeKind, 0);
    for (const kind of ['HorizontalPodAutoscaler', 'ScaledObject'] as const) {
      for (const object of api.store(kind).all()) this.noteScaler(object);
      api.store(kind).watch((object) => {
        if (object !== undefined) this.noteScaler(object);
      });
    }
    for (const { namespace, name, curve } of this.given) this.curves.set(nameKey(namespace, name), curve);
  }

  sample(podId: number): PodSample | undefined {
    const pod = this.plane.api.pods.get(podId);
    const timeUs = this.scrapedUs;
    if (pod === undefined || timeUs <= 0) return undefined;
    let windowUs = RESOLUTION_US;
    const running = lastingContainers(pod.spec).filter(({ name }) => {
      const status = statusOf(pod, name);
      if (status?.state !== 'running') return false;
      windowUs = Math.min(windowUs, timeUs - status.sinceUs);
      return true;
    });
    // Of a pod of which a container has not run for long enough nothing is told.
    if (running.length === 0 || windowUs < FRESH_US) return undefined;
    return {
      timeUs,
      windowUs,
      containers: running.map(({ name }) => ({
        name,
        cpuMilli: Math.round(this.cpu.meanMilli(podId, name, timeUs - windowUs, timeUs)),
        memBytes: this.usage.containerMemBytes(pod, name),
      })),
    };
  }

  podMetric(podId: number, name: string): number | undefined {
    const of = this.begun.get(podId);
    const timeUs = this.scrapedUs;
    if (of === undefined || of.inFlight[0][0] > timeUs) return undefined;
    if (IN_FLIGHT.test(name)) {
      let value = 0;
      for (const [atUs, count] of of.inFlight) if (atUs <= timeUs) value = count;
      return Math.round(value * 1000);
    }
    if (!PER_SECOND.test(name)) return undefined;
    return Math.round(of.meter.rate(timeUs - RESOLUTION_US, timeUs) * US_PER_SECOND * 1000);
  }

  objectMetric(namespace: string, kind: string, object: string, name: string): number | undefined {
    const timeUs = this.scrapedUs;
    const service = this.traffic.services.findIndex((one) => one.namespace === namespace && one.name === object);
    // An Ingress is taken for the Service of its name.
    if (service < 0 || !/^(Service|Ingress)$/.test(kind) || timeUs <= 0) return undefined;
    if (PER_SECOND.test(name))
      return Math.round(this.arrived[service].rate(timeUs - RESOLUTION_US, timeUs) * US_PER_SECOND * 1000);
    if (!IN_FLIGHT.test(name)) return undefined;
    this.traffic.flow();
    return Math.round(this.traffic.model.services[service].inFlight * 1000);
  }

  externalMetric(namespace: string, name: string): number | undefined {
    const curve = this.curves.get(nameKey(namespace, name)) ?? this.curves.get(nameKey('', name));
    return curve === undefined ? undefined : Math.round(curve.at(Math.max(0, this.scrapedUs)) * 1000);
  }

  /** When what is seen now was scraped; not above 0: nothing is seen yet. */
  private get scrapedUs(): number {
    return Math.floor((this.plane.clock.nowUs - DELAY_US) / RESOLUTION_US) * RESOLUTION_US;
  }

  private scrape(): void {
    const { traffic, begun } = this;
    const { nowUs } = this.plane.clock;
    traffic.flow();
    this.cpu.look();
    traffic.model.services.forEach(({ arrived }, service) => {
      const meter = this.arrived[service];
      meter.add(nowUs, arrived - meter.at(meter.lastUs));
    });
    for (const podId of begun.keys()) if (traffic.backendsOf(podId).length === 0) begun.delete(podId);
    for (const podId of traffic.servingPods()) {
      let started = 0;
      let inFlight = 0;
      for (const backend of traffic.backendsOf(podId)) {
        started += backend.started;
        inFlight += backend.inFlight;
      }
      let of = begun.get(podId);
      if (of === undefined) begun.set(podId, (of = { meter: new Meter(nowUs - RESOLUTION_US), inFlight: [] }));
      of.meter.add(nowUs, started - of.meter.at(of.meter.lastUs));
      of.inFlight.push([nowUs, inFlight]);
      if (of.inFlight.length > 4) of.inFlight.shift();
    }
  }

  private noteScaler(object: AnyObject): void {
    const { namespace, annotations } = object.metadata;
    for (const { name, curve } of readScalerAnnotations(annotations)) {
      const key = nameKey(namespace, name);
      if (!this.curves.has(key)) this.curves.set(key, curve(this.plane.epochMs));
    }
  }
}

/** Names under which the same is called by Prometheus adapters. */
const PER_SECOND = /^(http[-_])?requests?[-_]per[-_]second$|^http[-_]requests([-_]total)?$/;
const IN_FLIGHT = /^(http[-_])?(requests?[-_])?in[-_]flight([-_]requests)?$|^concurrency$|^queue[-_]length$/;
