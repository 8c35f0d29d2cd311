import type { IncidentRecord } from '../../../sim/monitoring/incident-record.ts';
import type { TimerSpan } from '../../chronicle.ts';
import { incidentsOf } from '../../recording/incident.ts';
import { IncidentLog } from '../../recording/incident-log.ts';
import type { ControlPlane } from '../api/control-plane.ts';
import type { TrafficControl } from '../behaviour/traffic-control.ts';
import type { Machines, MachineState } from '../nodes/machines.ts';
import { fullName } from '../objects/full-name.ts';
import { ZONE_LABEL } from '../objects/node-labels.ts';
import type { Pod } from '../objects/pod.ts';
import type { AnsweringPod } from './answering-pods.ts';
import type { Workloads } from './workloads.ts';

export interface ClusterIncidentsParts {
  readonly plane: Pick<ControlPlane, 'api' | 'clock'>;
  readonly machines: Pick<Machines, 'watch'>;
  readonly traffic: TrafficControl;
  readonly workloads: Workloads;
}

const SCALERS = /^(Horizontal|Vertical)PodAutoscaler |^ScaledObject /;

/** Tells a Kubernetes cluster's incidents to their log. */
export class ClusterIncidents {
  private readonly parts: ClusterIncidentsParts;
  private readonly log: IncidentLog;

  constructor(parts: ClusterIncidentsParts) {
    this.parts = parts;
    const { plane, machines, traffic, workloads } = parts;
    this.log = new IncidentLog((zone) => this.machinesIn(zone));
    workloads.onAnswering = (workload, atUs) => this.log.counted(workload, atUs);
    machines.watch((name, state, before) => this.noteMachine(name, state, before));
    traffic.onListing = (podId, listed) => this.log.listed(podId, listed, plane.clock.nowUs);
    plane.api.pods.watch((pod, before) => {
      if (pod !== undefined) this.notePod(pod, before);
    });
  }

  /** A pod answers, or no longer. */
  answers({ id, name, workload, nodeName }: AnsweringPod, answers: boolean, atUs: number): void {
    if (workload === undefined || nodeName === undefined) return;
    const replica = { id, name, workload, machine: nodeName, isListed: this.parts.traffic.isListed(id) };
    this.log.answers(replica, answers, atUs);
  }

  /** The node controller has found that a node is not ready. */
  nodeNotReady(nodeName: string): void {
    this.log.noticed(nodeName, this.parts.plane.clock.nowUs);
  }

  get notes(): string[] {
    return this.log.notes;
  }

  result(timers: readonly TimerSpan[]): IncidentRecord[] {
    // Nobody waits for the windows of autoscalers, which are called like what they scale.
    const own = timers.filter(({ about }) => !SCALERS.test(about));
    return incidentsOf(this.log.incidents, own, this.parts.plane.clock.nowUs);
  }

  private noteMachine(name: string, state: MachineState, before: MachineState): void {
    const { nowUs } = this.parts.plane.clock;
    const reaches = state.works && !state.cutOff;
    const reached = before.works && !before.cutOff;
    if (reaches && !reached) this.log.back(name, nowUs);
    if (reached && !reaches)
      this.log.lost(state.works ? 'machine-cut-off' : 'machine-stopped', name, this.zoneOf(name), nowUs);
  }

  private notePod(pod: Pod, before: Pod | undefined): void {
    const { clock } = this.parts.plane;
    if (before === undefined) {
      const workload = this.parts.workloads.of(pod);
      if (workload !== undefined) this.log.made({ id: pod.id, name: fullName(pod), workload }, clock.nowUs);
    }
    const { nodeName } = pod.spec;
    if (nodeName !== undefined && before?.spec.nodeName === undefined) this.log.placed(pod.id, nodeName, clock.nowUs);
    if (pod.metadata.deletionUs !== undefined && before?.metadata.deletionUs === undefined)
      this.log.givenUp(pod.id, clock.nowUs);
    if (pod.status.containers !== before?.status.containers && runs(pod) && (before === undefined || !runs(before)))
      this.log.started(pod.id, clock.nowUs);
  }

  private zoneOf(nodeName: string): string {
    return this.parts.plane.api.nodes.named('', nodeName)?.metadata.labels[ZONE_LABEL] ?? '';
  }

  private machinesIn(zone: string): number {
    let count = 0;
    for (const { metadata } of this.parts.plane.api.nodes.all()) if (metadata.labels[ZONE_LABEL] === zone) count++;
    return count;
  }
}

const runs = (pod: Pod): boolean => pod.status.containers.some(({ state }) => state === 'running');
