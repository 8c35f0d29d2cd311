import type { WeatherEvent, WeatherSource } from '../../../sim/weather/weather-event.ts';
import type { Component, ControlPlane } from '../api/control-plane.ts';
import type { Pod } from '../objects/pod.ts';
import type { Kubelets } from './kubelets.ts';
import type { Machines } from './machines.ts';
import type { NodeOptions } from './node-options.ts';
import { usableEndpoints } from './service-proxy.ts';

/** What the weather reaches beyond machines and kubelets. */
export interface WeatherParts {
  readonly machines: Machines;
  readonly kubelets: Kubelets;
  readonly options: NodeOptions;
  /** Cordons a node and evicts its pods through the eviction API; and takes the cordon back. */
  readonly drain: (nodeName: string) => void;
  readonly uncordon: (nodeName: string) => void;
  /** Services by the numbers of the weather. */
  readonly services: readonly { readonly namespace: string; readonly name: string }[];
  /** Zones, spot capacity, the control plane, flaky machines: told of everything that is not a machine's or a pod's own. */
  readonly others?: (event: WeatherEvent) => void;
}

const NOTICE_TAINT = { key: 'cloud.google.com/impending-node-termination', value: '', effect: 'NoSchedule' } as const;

/**
 * Lets the weather happen. Machines stop, slow down, are cut off and come back as they do; a spot notice taints the node
 * at once and shuts it down gracefully so long before it is taken that the grace period is over by then. Partitions and
 * delays between zones, spot capacity and an outage of the control plane go to `others`. While the API server is down,
 * kubelets go unheard (`Kubelets.setControlPlane`), and all that needs it waits (`Clock.setApiDown`).
 */
export class WeatherControl implements Component {
  private readonly plane: ControlPlane;
  private readonly source: WeatherSource;
  private readonly parts: WeatherParts;
  private readonly nextKind: number;
  private readonly shutDownKind: number;
  private readonly noticeKind: number;
  private readonly drainKind: number;
  private readonly uncordonKind: number;

  constructor(plane: ControlPlane, source: WeatherSource, parts: WeatherParts) {
    this.plane = plane;
    this.source = source;
    this.parts = parts;
    this.nextKind = plane.clock.kind(() => this.next());
    this.shutDownKind = plane.clock.kind((machine) => {
      const nodeName = parts.machines.nodeName(machine);
      if (nodeName !== undefined) parts.kubelets.shutDown(nodeName);
    });
    const apiKind = (act: (nodeName: string) => void): number =>
      plane.clock.apiKind((machine) => {
        const nodeName = parts.machines.nodeName(machine);
        if (nodeName !== undefined && plane.api.nodes.named('', nodeName) !== undefined) act(nodeName);
      });
    this.noticeKind = apiKind((nodeName) => this.taint(nodeName));
    this.drainKind = apiKind(parts.drain);
    this.uncordonKind = apiKind(parts.uncordon);
  }

  begin(): void {
    this.plan();
  }

  private plan(): void {
    if (this.source.nextUs < Infinity) this.plane.clock.at(this.source.nextUs, this.nextKind, 0);
  }

  private next(): void {
    while (this.source.nextUs <= this.plane.clock.nowUs) this.happens(this.source.take());
    this.plan();
  }

  private happens(event: WeatherEvent): void {
    const { machines, kubelets, options } = this.parts;
    if ('node' in event) {
      const nodeName = machines.nodeName(event.node);
      if (nodeName === undefined || this.plane.api.nodes.named('', nodeName) === undefined) return;
      this.happensTo(nodeName, event);
      if (event.kind === 'spot-notice') {
        const atUs = Math.max(this.plane.clock.nowUs, event.takenUs - options.shutdownGraceUs);
        this.plane.clock.at(atUs, this.shutDownKind, event.node);
      }
      return;
    }
    if (event.kind === 'registry-down') machines.setRegistry(!event.on);
    else if (event.kind === 'replica-crash') this.crashReplica(event.service, event.which);
    else if (event.kind === 'crash-loop') this.crashLoop(event);
    else if (event.kind === 'control-plane-down') {
      this.plane.clock.setApiDown(event.on);
      kubelets.setControlPlane(!event.on);
    }
    this.parts.others?.(event);
  }

  private happensTo(nodeName: string, event: Extract<WeatherEvent, { node: number }>): void {
    const { machines } = this.parts;
    switch (event.kind) {
      case 'node-down':
        machines.stop(nodeName);
        break;
      case 'node-up':
        machines.start(nodeName);
        break;
      case 'node-speed':
        machines.slow(nodeName, event.speed);
        break;
      case 'node-loss':
        machines.lose(nodeName, event.share);
        break;
      case 'disk-full':
        machines.fillDisk(nodeName, event.on);
        break;
      case 'node-cut-off':
        machines.cutOff(nodeName, event.on);
        break;
      case 'drain-begin':
        this.throughApi(this.drainKind, event.node);
        break;
      case 'drain-end':
        this.throughApi(this.uncordonKind, event.node);
        break;
      case 'spot-notice':
        this.throughApi(this.noticeKind, event.node);
        break;
      case 'spot-taken':
        machines.takeAway(nodeName);
        break;
      default:
        event satisfies never;
    }
  }

  /** At once, or when the API server answers again. */
  private throughApi(kind: number, machine: number): void {
    this.plane.clock.at(this.plane.clock.nowUs, kind, machine);
  }

  private taint(nodeName: string): void {
    const { api } = this.plane;
    const node = api.nodes.named('', nodeName);
    if (node === undefined || node.spec.taints.some(({ key }) => key === NOTICE_TAINT.key)) return;
    api.update('Node', node.id, { spec: { ...node.spec, taints: [...node.spec.taints, NOTICE_TAINT] } });
  }

  private crashReplica(service: number, which: number): void {
    const name = this.parts.services[service];
    if (name === undefined) return;
    const slice = this.plane.api.store('EndpointSlice').named(name.namespace, name.name);
    const endpoints = usableEndpoints(slice?.endpoints ?? []);
    const hit = endpoints[Math.floor(which * endpoints.length)];
    if (hit !== undefined) this.parts.kubelets.crash(hit.pod);
  }

  private crashLoop(event: Extract<WeatherEvent, { kind: 'crash-loop' }>): void {
    const name = this.parts.services[event.service];
    if (name === undefined) return;
    const matches = (pod: Pod): boolean => {
      const selector = this.plane.api.store('Service').named(name.namespace, name.name)?.spec.selector;
      if (selector === undefined || pod.metadata.namespace !== name.namespace) return false;
      return Object.entries(selector).every(([key, value]) => pod.metadata.labels[key] === value);
    };
    this.parts.kubelets.crashLoop(event.service, event.on ? { matches, afterUs: event.afterUs } : undefined);
  }
}
