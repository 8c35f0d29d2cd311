import { minutes } from '../../../../sim/time.ts';
import type { Admission } from '../../api/api-server.ts';
import { aboutOf } from '../../api/about-of.ts';
import type { Component, ControlPlane } from '../../api/control-plane.ts';
import type { MetricsServer } from '../../behaviour/workload-behaviour.ts';
import type { VerticalPodAutoscaler } from '../../objects/autoscaling.ts';
import { matchesSelector } from '../../objects/label-selector.ts';
import { lastingContainers } from '../../objects/lasting-containers.ts';
import type { LabelSelector } from '../../objects/meta.ts';
import type { Pod } from '../../objects/pod.ts';
import { amountIn } from '../shared/resource-amounts.ts';
import { MatchingPods } from '../shared/matching-pods.ts';
import { ContainerHistory, sizeText, type ContainerSize } from './container-history.ts';
import { policyOf, recommendationFor, resized, withinPolicy } from './container-policy.ts';
import { VerticalUpdater, type Evict } from './vertical-updater.ts';

const COMPONENT = 'vpa-recommender';
/** `--recommender-interval` and `--updater-interval`. */
const PERIOD_US = minutes(1);
/** `--pod-recommendation-min-cpu-millicores`, `--pod-recommendation-min-memory-mb`: of a pod, shared by its containers. */
const LEAST_CPU_MILLI = 25;
const LEAST_MEMORY_BYTES = 250 * 1024 * 1024;

/**
 * The VerticalPodAutoscaler: its recommender feeds what pods use into histograms every minute and writes the
 * recommendation into the status; its updater (see there) brings running pods to it; its admission gives it to new pods.
 *
 * Source: kubernetes/autoscaler (2026-08-22), vertical-pod-autoscaler/pkg.
 */
export class VerticalPodAutoscalers implements Component {
  private readonly plane: ControlPlane;
  private readonly metrics: MetricsServer;
  private readonly pods: MatchingPods;
  private readonly updater: VerticalUpdater;
  private readonly histories = new Map<number, Map<string, ContainerHistory>>();
  /** When the last sample of each pod that was taken had been made. */
  private readonly takenUs = new Map<number, number>();
  private readonly kind: number;
  private isStarted = false;

  constructor(plane: ControlPlane, metrics: MetricsServer, evict: Evict) {
    this.plane = plane;
    this.metrics = metrics;
    this.pods = new MatchingPods(plane.api);
    this.updater = new VerticalUpdater(plane, evict);
    this.kind = plane.clock.apiKind(() => this.look());
  }

  begin(): void {
    const store = this.plane.api.store('VerticalPodAutoscaler');
    if (store.size > 0) this.start();
    store.watch((object, before) => {
      if (object === undefined) this.histories.delete(before!.id);
      else this.start();
    });
  }

  /** With the first object; a cluster without one pays nothing. */
  private start(): void {
    if (this.isStarted) return;
    this.isStarted = true;
    const { api, clock } = this.plane;
    api.pods.watch((pod, before) => this.noteChange(pod, before));
    api.admissions.push(this.admission);
    clock.after(PERIOD_US, this.kind, 0);
  }

  /** Gives a new pod the size that is recommended for it. */
  readonly admission: Admission = (pod) => {
    for (const autoscaler of this.autoscalers()) {
      if (autoscaler.spec.updateMode === 'Off' || autoscaler.status.recommendations.length === 0) continue;
      if (autoscaler.metadata.namespace !== pod.metadata.namespace) continue;
      if (!matchesSelector(this.selectorOf(autoscaler), pod.metadata.labels)) continue;
      return this.admitted(pod, autoscaler);
    }
    return pod;
  };

  private admitted(pod: Pod, autoscaler: VerticalPodAutoscaler): Pod {
    const told: string[] = [];
    const containers = pod.spec.containers.map((container) => {
      const recommendation = recommendationFor(autoscaler, container.name);
      if (recommendation === undefined) return container;
      told.push(`${container.name} ${sizeText(recommendation.target)}`);
      return resized(container, recommendation, policyOf(autoscaler, container.name));
    });
    if (told.length === 0) return pod;
    const annotations = {
      ...pod.metadata.annotations,
      vpaUpdates: `Pod resources updated by ${autoscaler.metadata.name}: ${told.join('; ')}`,
    };
    return { ...pod, metadata: { ...pod.metadata, annotations }, spec: { ...pod.spec, containers } };
  }

  private look(): void {
    this.plane.clock.after(PERIOD_US, this.kind, 0);
    for (const autoscaler of this.autoscalers()) {
      const pods = this.pods.of(autoscaler.metadata.namespace, this.selectorOf(autoscaler));
      const histories = this.historiesOf(autoscaler.id);
      for (const pod of pods) this.take(pod, histories);
      this.recommend(autoscaler, histories);
      const current = this.plane.api.store('VerticalPodAutoscaler').get(autoscaler.id);
      if (current !== undefined) this.updater.look(current, pods);
    }
  }

  private take(pod: Pod, histories: Map<string, ContainerHistory>): void {
    const sample = this.metrics.sample(pod.id);
    if (sample === undefined || this.takenUs.get(pod.id) === sample.timeUs) return;
    this.takenUs.set(pod.id, sample.timeUs);
    for (const { name, cpuMilli, memBytes } of sample.containers)
      historyOf(histories, name).observe(pod.id, cpuMilli, memBytes, sample.timeUs);
  }

  private recommend(autoscaler: VerticalPodAutoscaler, histories: ReadonlyMap<string, ContainerHistory>): void {
    const least: ContainerSize = {
      cpuMilli: Math.trunc(LEAST_CPU_MILLI / Math.max(1, histories.size)),
      memBytes: Math.trunc(LEAST_MEMORY_BYTES / Math.max(1, histories.size)),
    };
    const recommendations: VerticalPodAutoscaler['status']['recommendations'][number][] = [];
    for (const [containerName, history] of histories) {
      const policy = policyOf(autoscaler, containerName);
      const found = policy?.mode === 'Off' ? undefined : history.recommend(least);
      if (found === undefined) continue;
      const { target, lower, upper, why, limitedBy } = withinPolicy(found, policy);
      recommendations.push({ containerName, target, lower, upper });
      const before = autoscaler.status.recommendations.find((one) => one.containerName === containerName);
      if (before !== undefined && !differs(before.target, target)) continue;
      this.plane.chronicle.decision({
        component: COMPONENT,
        about: aboutOf(autoscaler),
        what: `${containerName}: ${before === undefined ? '' : `${sizeText(before.target)} -> `}${sizeText(target)}`,
        why,
        ...(limitedBy !== '' && { limitedBy }),
      });
    }
    if (recommendations.length > 0)
      this.plane.api.setStatus('VerticalPodAutoscaler', autoscaler.id, { recommendations });
  }

  /** Notes kills for want of memory, and forgets pods that are gone. */
  private noteChange(pod: Pod | undefined, before: Pod | undefined): void {
    if (pod === undefined) {
      this.takenUs.delete(before!.id);
      this.updater.forget(before!.id);
      return;
    }
    if (before === undefined || pod.status.containers === before.status.containers) return;
    for (const state of pod.status.containers) {
      if (state.reason !== 'OOMKilled') continue;
      const was = before.status.containers.find(({ name }) => name === state.name);
      if (was?.reason === 'OOMKilled' && was.restartCount === state.restartCount && was.sinceUs === state.sinceUs)
        continue;
      const ranUs = was?.state === 'running' ? this.plane.clock.nowUs - was.sinceUs : 0;
      this.noteOutOfMemory(pod, state.name, ranUs);
    }
  }

  private noteOutOfMemory(pod: Pod, container: string, ranUs: number): void {
    for (const autoscaler of this.autoscalers()) {
      if (autoscaler.metadata.namespace !== pod.metadata.namespace) continue;
      if (!matchesSelector(this.selectorOf(autoscaler), pod.metadata.labels)) continue;
      const spec = lastingContainers(pod.spec).find(({ name }) => name === container);
      const request = spec === undefined ? 0 : (amountIn(spec.resources.requests, 'memory') ?? 0);
      historyOf(this.historiesOf(autoscaler.id), container).outOfMemory(pod.id, request, this.plane.clock.nowUs);
      if (policyOf(autoscaler, container)?.mode !== 'Off') this.updater.noteOutOfMemory(pod.id, ranUs);
    }
  }

  private autoscalers(): Iterable<VerticalPodAutoscaler> {
    return this.plane.api.store('VerticalPodAutoscaler').all();
  }

  private historiesOf(id: number): Map<string, ContainerHistory> {
    let histories = this.histories.get(id);
    if (histories === undefined) this.histories.set(id, (histories = new Map<string, ContainerHistory>()));
    return histories;
  }

  /** The pods of the target, as its controller selects them. */
  private selectorOf({ metadata, spec }: VerticalPodAutoscaler): LabelSelector | undefined {
    const { kind, name } = spec.targetRef;
    if (kind === 'Deployment' || kind === 'ReplicaSet' || kind === 'StatefulSet' || kind === 'DaemonSet')
      return this.plane.api.store(kind).named(metadata.namespace, name)?.spec.selector;
    if (kind === 'Job') return { matchLabels: { 'batch.kubernetes.io/job-name': name } };
    return undefined;
  }
}

function historyOf(histories: Map<string, ContainerHistory>, container: string): ContainerHistory {
  let history = histories.get(container);
  if (history === undefined) histories.set(container, (history = new ContainerHistory()));
  return history;
}

/** By a tenth or more: smaller steps are not worth a line. */
function differs(a: ContainerSize, b: ContainerSize): boolean {
  return Math.abs(a.cpuMilli - b.cpuMilli) >= 0.1 * a.cpuMilli || Math.abs(a.memBytes - b.memBytes) >= 0.1 * a.memBytes;
}
