import type { RequestModel } from '../../../sim/requests/request-model.ts';
import type { Component, ControlPlane } from '../api/control-plane.ts';
import { nameKey } from '../api/object-store.ts';
import type { KubernetesSpec, ServiceTraffic } from '../kubernetes-spec.ts';
import type { MachineState, Machines } from '../nodes/machines.ts';
import type { Endpoint } from '../objects/network.ts';
import { ZONE_LABEL } from '../objects/node-labels.ts';
import { ofContainer, podAnnotations } from './annotations.ts';
import { servingContainer } from './serving-container.ts';
import type { Pod } from '../objects/pod.ts';
import { Backend, type BackendFacts } from '../../data-plane/requests/backend.ts';
import { RequestFlow } from '../../data-plane/requests/request-flow.ts';
import { replicasAtStart } from './replicas-at-start.ts';
import { servingProcess } from './serving-process.ts';
import type { WorkloadBehaviour } from './workload-behaviour.ts';

/**
 * Requests in the cluster: the request model, told of everything that matters to it. Who gets requests is what the
 * service proxies believe (`onEndpoints`); whether a process takes them, how fast, and whether anything reaches its
 * machine, is what is really so. The model flows lazily: `flow` brings it up to now, before it is changed or read.
 */
export class TrafficControl implements Component {
  readonly model: RequestModel;
  readonly services: readonly ServiceTraffic[];
  /** Index of each traffic's service. */
  readonly serviceOfTraffic: readonly number[];
  /** Told of every pod that proxies begin or cease to send requests to. */
  onListing: (podId: number, listed: boolean) => void = () => {};
  private readonly plane: ControlPlane;
  private readonly machines: Pick<Machines, 'state' | 'watch'>;
  private readonly behaviour: WorkloadBehaviour;
  private readonly indexOf = new Map<string, number>();
  /** By service, then by pod's number. */
  private readonly backends: Map<number, Backend>[];
  /** By pod's number. */
  private readonly ofPod = new Map<number, Backend[]>();
  private readonly listed: Set<number>[];
  private readonly cpuFactor = new Map<number, number>();
  private readonly zoneIndex: ReadonlyMap<string, number>;
  private readonly onProcess: number;
  private readonly requests: RequestFlow;

  constructor(
    plane: ControlPlane,
    spec: KubernetesSpec,
    machines: Pick<Machines, 'state' | 'watch'>,
    behaviour: WorkloadBehaviour,
  ) {
    this.plane = plane;
    this.machines = machines;
    this.behaviour = behaviour;
    this.services = spec.services;
    spec.services.forEach(({ namespace, name }, index) => this.indexOf.set(nameKey(namespace, name), index));
    this.requests = new RequestFlow(plane.clock, spec, plane.streams, replicasAtStart(spec));
    this.model = this.requests.model;
    this.serviceOfTraffic = this.requests.serviceOfTraffic;
    this.zoneIndex = new Map(spec.zones.map((zone, index) => [zone, index]));
    this.backends = spec.services.map(() => new Map<number, Backend>());
    this.listed = spec.services.map(() => new Set<number>());
    this.onProcess = plane.clock.kind((podId) => this.refresh(podId));
  }

  begin(): void {
    if (this.services.length === 0) return;
    this.plane.api.pods.watch((pod, before) => {
      const id = (pod ?? before)!.id;
      if (!this.ofPod.has(id)) return;
      if (pod !== undefined && before !== undefined && !hasChanged(pod, before)) return;
      this.refresh(id);
    });
    this.machines.watch((nodeName) => {
      for (const podId of this.ofPod.keys())
        if (this.plane.api.pods.get(podId)?.spec.nodeName === nodeName) this.refresh(podId);
    });
  }

  /** Lets the requests flow up to now. */
  flow(): void {
    this.requests.flow();
  }

  /** The proxies have been told: from now on requests go to these. Terminating ones are used when none is ready. */
  onEndpoints(service: { readonly namespace: string; readonly name: string }, endpoints: readonly Endpoint[]): void {
    const index = this.indexOf.get(nameKey(service.namespace, service.name));
    if (index === undefined) return;
    let used = endpoints.filter(({ ready }) => ready);
    if (used.length === 0) used = endpoints.filter(({ serving, terminating }) => serving && terminating);
    const before = this.listed[index];
    const now = new Set(used.map(({ pod }) => pod));
    this.listed[index] = now;
    for (const podId of now) {
      if (before.has(podId)) continue;
      this.list(index, podId);
      this.onListing(podId, true);
    }
    for (const podId of before) {
      if (now.has(podId)) continue;
      this.refresh(podId);
      this.onListing(podId, false);
    }
  }

  /** Whether any service's requests go to a pod. */
  isListed(podId: number): boolean {
    return this.listed.some((pods) => pods.has(podId));
  }

  /** The pods behind a service that get its requests, and those that still work on some. */
  backendsOf(podId: number): readonly Backend[] {
    return this.ofPod.get(podId) ?? [];
  }

  /** Pods that serve, in the order in which they were first sent requests. */
  servingPods(): IterableIterator<number> {
    return this.ofPod.keys();
  }

  /** By what its CPU slows a pod down, 1: not at all. */
  setCpuFactor(podId: number, factor: number): void {
    if ((this.cpuFactor.get(podId) ?? 1) === factor) return;
    if (factor === 1) this.cpuFactor.delete(podId);
    else this.cpuFactor.set(podId, factor);
    this.refresh(podId);
  }

  /** Between two zones (-1: outside) nothing passes, or everything again. */
  setLink(from: number, to: number, up: boolean): void {
    this.requests.setLink(from, to, up);
  }

  /** So much more time one way between two zones than usual. */
  setExtraDelay(from: number, to: number, extraUs: number): void {
    this.requests.setExtraDelay(from, to, extraUs);
  }

  private list(service: number, podId: number): void {
    const { backends, ofPod } = this;
    if (!backends[service].has(podId)) {
      const pod = this.plane.api.pods.get(podId);
      const name = pod?.metadata.name ?? `${podId}`;
      const backend = new Backend(this.model, service, name, this.requests.refusingSpeed(service));
      backends[service].set(podId, backend);
      const others = ofPod.get(podId);
      if (others) others.push(backend);
      else ofPod.set(podId, [backend]);
    }
    this.refresh(podId);
  }

  /** Brings the pod's endpoints in line with what is so now. */
  private refresh(podId: number): void {
    const of = this.ofPod.get(podId);
    if (of === undefined) return;
    this.requests.touch();
    const pod = this.plane.api.pods.get(podId);
    const facts = this.factsOf(podId, pod);
    const left = of.filter((backend) => {
      const listed = this.listed[backend.service].has(podId);
      if (pod !== undefined || listed) {
        backend.apply({ ...facts, listed });
        return true;
      }
      backend.drop();
      this.backends[backend.service].delete(podId);
      return false;
    });
    if (left.length > 0) this.ofPod.set(podId, left);
    else {
      this.ofPod.delete(podId);
      this.cpuFactor.delete(podId);
    }
  }

  private factsOf(podId: number, pod: Pod | undefined): Omit<BackendFacts, 'listed'> {
    const nodeName = pod?.spec.nodeName;
    if (pod === undefined || nodeName === undefined)
      return { process: -1, accepts: false, reachable: true, speed: 1, errorShare: 0, zone: -1 };
    const machine: MachineState = this.machines.state(nodeName);
    const zone = this.zoneIndex.get(this.plane.api.nodes.named('', nodeName)?.metadata.labels[ZONE_LABEL] ?? '') ?? -1;
    const { workFactor = 1, errorShare = 0 } = versionOf(pod);
    return {
      ...this.processOf(pod, machine.speed),
      reachable: machine.works && !machine.cutOff,
      speed: (machine.speed * (this.cpuFactor.get(podId) ?? 1)) / workFactor,
      errorShare: errorShare === 0 ? machine.lossShare : 1 - (1 - errorShare) * (1 - machine.lossShare),
      zone,
    };
  }

  /** The process that serves: whether there is one, and whether it takes requests now; if that will change by time alone, an event is set. */
  private processOf(pod: Pod, speed: number): { process: number; accepts: boolean } {
    const { clock } = this.plane;
    const found = servingProcess(pod, speed, this.behaviour);
    if (found === undefined) return { process: -1, accepts: false };
    const { process, fromUs, untilUs } = found;
    if (fromUs > clock.nowUs) {
      clock.at(fromUs, this.onProcess, pod.id);
      return { process, accepts: false };
    }
    const accepts = untilUs > clock.nowUs;
    if (accepts && untilUs < Infinity) clock.at(untilUs, this.onProcess, pod.id);
    return { process, accepts };
  }
}

/** How the version that the pod runs differs from what is said of the service. */
function versionOf({ spec, metadata }: Pod): { readonly workFactor?: number; readonly errorShare?: number } {
  const said = podAnnotations(metadata.annotations);
  if (said.workFactor === undefined && said.errorShare === undefined) return {};
  const { name } = servingContainer(spec);
  const workFactor = ofContainer(said.workFactor, name);
  const errorShare = ofContainer(said.errorShare, name);
  return { ...(workFactor !== undefined && { workFactor }), ...(errorShare !== undefined && { errorShare }) };
}

/** Whether anything has changed that its endpoints depend on. */
function hasChanged(pod: Pod, before: Pod): boolean {
  return (
    pod.status.containers !== before.status.containers ||
    pod.metadata.deletionUs !== before.metadata.deletionUs ||
    pod.metadata.deletionGracePeriodSeconds !== before.metadata.deletionGracePeriodSeconds ||
    pod.spec.nodeName !== before.spec.nodeName
  );
}
