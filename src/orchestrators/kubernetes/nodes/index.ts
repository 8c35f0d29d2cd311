import type { WeatherSource } from '../../../sim/weather/weather-event.ts';
import type { Component, ControlPlane } from '../api/control-plane.ts';
import type { PodUsage, WorkloadBehaviour } from '../behaviour/workload-behaviour.ts';
import { CloudNodes } from './cloud-nodes.ts';
import { EndpointSlices } from './endpoint-slices.ts';
import { Kubelets } from './kubelets.ts';
import { Machines } from './machines.ts';
import { NodeLifecycle } from './node-lifecycle.ts';
import { NODE_DEFAULTS, type NodeOptions } from './node-options.ts';
import { NodePressure } from './node-pressure.ts';
import { PodsByNode } from './pods-by-node.ts';
import { ServiceProxy } from './service-proxy.ts';
import { TaintEviction } from './taint-eviction.ts';
import { WeatherControl, type WeatherParts } from './weather-control.ts';

export interface NodeComponentsSpec {
  readonly behaviour: WorkloadBehaviour;
  /** What pods use; absent: nothing ever runs short. */
  readonly usage?: PodUsage;
  readonly options?: Partial<NodeOptions>;
  /** The weather and what it needs; absent: nothing ever fails by itself. */
  readonly weather?: WeatherSource;
  readonly drain?: WeatherParts['drain'];
  readonly uncordon?: WeatherParts['uncordon'];
  readonly services?: WeatherParts['services'];
  readonly others?: WeatherParts['others'];
  /** Machines that others were given already. */
  readonly machines?: Machines;
}

/** Everything of nodes: machines, kubelets, the controllers of nodes, endpoints and proxies. */
export interface NodeComponents {
  readonly machines: Machines;
  readonly podsByNode: PodsByNode;
  readonly kubelets: Kubelets;
  readonly lifecycle: NodeLifecycle;
  readonly proxy: ServiceProxy;
  /** To begin in this order, after all components of the run have been made. */
  readonly components: readonly Component[];
}

/** Puts the components of nodes together. Nodes and pods may be in the store already or come later. */
export function nodeComponents(plane: ControlPlane, spec: NodeComponentsSpec): NodeComponents {
  const options: NodeOptions = { ...NODE_DEFAULTS, ...spec.options };
  const machines = spec.machines ?? new Machines(plane.api);
  const podsByNode = new PodsByNode(plane.api);
  const kubelets = new Kubelets(plane, { machines, podsByNode, behaviour: spec.behaviour, options });
  const lifecycle = new NodeLifecycle(plane, { kubelets, podsByNode, options });
  const proxy = new ServiceProxy(plane, options.proxySyncUs);
  const components: Component[] = [
    // Kubelets first: the pods that are there run before anyone looks at them.
    kubelets,
    lifecycle,
    new TaintEviction(plane, podsByNode),
    new CloudNodes(plane, machines, options.nodeMonitorPeriodUs),
    new EndpointSlices(plane, options.endpointSyncUs),
    proxy,
  ];
  if (spec.usage !== undefined)
    components.push(new NodePressure(plane, { kubelets, podsByNode, usage: spec.usage, options }));
  if (spec.weather !== undefined) {
    components.push(
      new WeatherControl(plane, spec.weather, {
        machines,
        kubelets,
        options,
        drain: spec.drain ?? ((nodeName) => setCordon(plane, nodeName, true)),
        uncordon: spec.uncordon ?? ((nodeName) => setCordon(plane, nodeName, false)),
        services: spec.services ?? [],
        ...(spec.others !== undefined && { others: spec.others }),
      }),
    );
  }
  return { machines, podsByNode, kubelets, lifecycle, proxy, components };
}

function setCordon({ api }: ControlPlane, nodeName: string, unschedulable: boolean): void {
  const node = api.nodes.named('', nodeName);
  if (node !== undefined) api.update('Node', node.id, { spec: { ...node.spec, unschedulable } });
}
