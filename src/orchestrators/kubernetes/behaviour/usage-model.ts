import type { ControlPlane } from '../api/control-plane.ts';
import type { KubernetesSpec } from '../kubernetes-spec.ts';
import { lastingContainers } from '../objects/lasting-containers.ts';
import type { Container, Pod } from '../objects/pod.ts';
import type { CpuUse } from './cpu-use.ts';
import { servingContainer, statusOf } from './serving-container.ts';
import type { TrafficControl } from './traffic-control.ts';
import { ownDiskBytes, ownMemBytes } from './usage-levels.ts';
import type { PodUsage } from './workload-behaviour.ts';

/**
 * What running pods use now: CPU as `CpuUse` measures and divides it, memory by annotation or default and by the requests
 * at the pod, disk by annotation. What does not run uses nothing; disk stays written until the pod is gone.
 */
export class UsageModel implements PodUsage {
  private readonly plane: ControlPlane;
  private readonly spec: KubernetesSpec;
  private readonly traffic: TrafficControl;
  private readonly cpu: CpuUse;

  constructor(plane: ControlPlane, spec: KubernetesSpec, traffic: TrafficControl, cpu: CpuUse) {
    this.plane = plane;
    this.spec = spec;
    this.traffic = traffic;
    this.cpu = cpu;
  }

  cpuMilli(pod: Pod): number {
    return this.cpu.podMilli(pod.id);
  }

  memBytes(pod: Pod): number {
    let bytes = 0;
    for (const container of lastingContainers(pod.spec)) bytes += this.memOf(pod, container);
    return bytes;
  }

  diskBytes(pod: Pod): number {
    let bytes = 0;
    for (const container of lastingContainers(pod.spec)) {
      const status = statusOf(pod, container.name);
      if (status !== undefined) bytes += ownDiskBytes(pod, container, this.plane.clock.nowUs - status.sinceUs);
    }
    return bytes;
  }

  containerCpuMilli(pod: Pod, container: string): number {
    return this.cpu.containerMilli(pod.id, container);
  }

  containerMemBytes(pod: Pod, container: string): number {
    const found = lastingContainers(pod.spec).find(({ name }) => name === container);
    return found === undefined ? 0 : this.memOf(pod, found);
  }

  /** At the end of the run, when all that grows has grown; requests may take any amount. */
  mostMemBytes(pod: Pod, container: string): number {
    const found = lastingContainers(pod.spec).find(({ name }) => name === container);
    if (found === undefined) return 0;
    const takesForRequests = this.traffic.services.some(
      ({ namespace, memPerRequestBytes = 0 }) => memPerRequestBytes > 0 && namespace === pod.metadata.namespace,
    );
    if (takesForRequests && found === servingContainer(pod.spec)) return Infinity;
    return ownMemBytes(pod, found, this.spec.durationUs, this.spec.defaults);
  }

  mostDiskBytes(pod: Pod): number {
    let bytes = 0;
    for (const container of lastingContainers(pod.spec)) bytes += ownDiskBytes(pod, container, this.spec.durationUs);
    return bytes;
  }

  private memOf(pod: Pod, container: Container): number {
    const status = statusOf(pod, container.name);
    if (status?.state !== 'running') return 0;
    const own = ownMemBytes(pod, container, this.plane.clock.nowUs - status.sinceUs, this.spec.defaults);
    return container === servingContainer(pod.spec) ? own + this.requestBytes(pod.id) : own;
  }

  private requestBytes(podId: number): number {
    let bytes = 0;
    for (const backend of this.traffic.backendsOf(podId)) {
      const { memPerRequestBytes = 0 } = this.traffic.services[backend.service];
      if (memPerRequestBytes === 0) continue;
      this.traffic.flow();
      bytes += backend.inFlight * memPerRequestBytes;
    }
    return Math.round(bytes);
  }
}
