import { seconds } from '../../../../sim/time.ts';
import { isRefusal, ownerReference } from '../../api/api-server.ts';
import { aboutOf } from '../../api/about-of.ts';
import type { Component, ControlPlane } from '../../api/control-plane.ts';
import { WorkQueue } from '../../api/work-queue.ts';
import type { MetricsServer, PodSample } from '../../behaviour/workload-behaviour.ts';
import type { HorizontalPodAutoscaler, ScaledObject } from '../../objects/autoscaling.ts';
import type { FindScale } from '../shared/scale.ts';
import { triggersOf, type Trigger, type TriggerState } from './trigger.ts';

const COMPONENT = 'keda-operator';

/**
 * KEDA: wakes targets of ScaledObjects from 0 when a trigger becomes active and puts them back to sleep after the
 * cooldown. Between 1 and the maximum an HPA of its own (`keda-hpa-NAME`) scales, for which this is the metrics server.
 *
 * Source: kedacore/keda (2026-08-20), pkg/scaling/executor/scale_scaledobjects.go, controllers/keda/hpa.go.
 */
export class ScaledObjects implements Component, MetricsServer {
  private readonly plane: ControlPlane;
  private readonly metrics: MetricsServer;
  private readonly findScale: FindScale;
  private readonly queue: WorkQueue;
  private readonly triggers = new WeakMap<ScaledObject['spec'], readonly Trigger[]>();
  /** When a trigger of each object was last active. */
  private readonly lastActiveUs = new Map<number, number>();
  private readonly told = new Map<number, string>();

  constructor(plane: ControlPlane, metrics: MetricsServer, findScale: FindScale) {
    this.plane = plane;
    this.metrics = metrics;
    this.findScale = findScale;
    this.queue = new WorkQueue(plane.clock, (id) => this.sync(id));
  }

  begin(): void {
    const store = this.plane.api.store('ScaledObject');
    store.watch((object, before) => {
      if (object !== undefined) this.queue.add(object.id);
      else this.forget(before!);
    });
    for (const object of store.all()) {
      // Triggers that cannot be read are told before anything runs.
      this.triggersOf(object);
      this.queue.add(object.id);
    }
  }

  sample(podId: number): PodSample | undefined {
    return this.metrics.sample(podId);
  }

  podMetric(podId: number, name: string): number | undefined {
    return this.metrics.podMetric(podId, name);
  }

  objectMetric(namespace: string, kind: string, object: string, name: string): number | undefined {
    return this.metrics.objectMetric(namespace, kind, object, name);
  }

  /** The metrics of its own HPAs by their names; all others are passed on. */
  externalMetric(namespace: string, name: string): number | undefined {
    const own = /^(?<object>[^/]*)\/(?<metric>s\d+-.*)$/.exec(name)?.groups;
    if (own === undefined) return this.metrics.externalMetric(namespace, name);
    const object = this.plane.api.store('ScaledObject').named(namespace, own['object']);
    const trigger = object && this.triggersOf(object).find(({ externalName }) => externalName === own['metric']);
    return trigger === undefined ? undefined : this.read(trigger, namespace).valueMilli;
  }

  private sync(id: number): void {
    const object = this.plane.api.store('ScaledObject').get(id);
    if (object === undefined) return;
    this.queue.addAfter(id, seconds(object.spec.pollingInterval));
    this.keepAutoscaler(object);
    const { metadata, spec } = object;
    const scale = this.findScale(metadata.namespace, spec.scaleTargetRef);
    if (scale === undefined) return;
    const { nowUs } = this.plane.clock;
    const triggers = this.triggersOf(object);
    const states = triggers.map((trigger) => this.read(trigger, metadata.namespace));
    const awake = states.filter(({ active }) => active);
    const text = states.map((state) => state.text).join('; ');
    const { replicas } = scale;
    const asleep = spec.idleReplicaCount ?? 0;
    if (awake.length > 0) {
      this.lastActiveUs.set(id, nowUs);
      if (replicas > asleep) return;
      const wanted = Math.max(spec.minReplicaCount, 1);
      scale.setReplicas(wanted);
      const why = awake.map((state) => state.text).join('; ');
      this.tell(
        object,
        'KEDAScaleTargetActivated',
        `Scaled ${aboutTarget(object)} from ${replicas} to ${wanted}`,
        replicas,
        wanted,
        why,
      );
      return;
    }
    // A trigger that cannot be read may be active: without a fallback nothing is changed.
    if (states.some(({ valueMilli }, k) => valueMilli === undefined && triggers[k].externalName !== undefined)) {
      this.keep(object, replicas, text);
      return;
    }
    const maySleep = spec.minReplicaCount === 0 || spec.idleReplicaCount !== undefined;
    if (maySleep && replicas > asleep)
      this.putToSleep(object, replicas, asleep, text, (count) => scale.setReplicas(count));
    else if (!maySleep && replicas < spec.minReplicaCount) {
      scale.setReplicas(spec.minReplicaCount);
      const message = `Scaled ${aboutTarget(object)} from ${replicas} to ${spec.minReplicaCount}`;
      this.tell(
        object,
        'KEDAScaleTargetActivated',
        message,
        replicas,
        spec.minReplicaCount,
        `minReplicaCount; ${text}`,
      );
    }
  }

  /** After the cooldown since a trigger was last active; at once if none ever was. */
  private putToSleep(
    object: ScaledObject,
    replicas: number,
    asleep: number,
    text: string,
    set: (count: number) => void,
  ): void {
    const { nowUs } = this.plane.clock;
    const lastUs = this.lastActiveUs.get(object.id) ?? -Infinity;
    const cooledUs = lastUs + seconds(object.spec.cooldownPeriod);
    if (nowUs <= cooledUs) {
      if (this.told.get(object.id) === 'cooldownPeriod') return;
      this.told.set(object.id, 'cooldownPeriod');
      this.plane.chronicle.timer({ fromUs: lastUs, toUs: cooledUs, timer: 'cooldownPeriod', about: aboutOf(object) });
      const limitedBy = `cooldownPeriod of ${object.spec.cooldownPeriod} s`;
      this.plane.chronicle.decision({
        component: COMPONENT,
        about: aboutOf(object),
        what: `keep ${replicas} replicas`,
        why: text,
        limitedBy,
      });
      return;
    }
    set(asleep);
    const message = `Deactivated ${aboutTarget(object)} from ${replicas} to ${asleep}`;
    this.tell(object, 'KEDAScaleTargetDeactivated', message, replicas, asleep, text);
  }

  /** Its HPA, created and kept as the object says. */
  private keepAutoscaler(object: ScaledObject): void {
    const { api } = this.plane;
    const { metadata, spec } = object;
    const name = `keda-hpa-${metadata.name}`;
    const wanted: HorizontalPodAutoscaler['spec'] = {
      scaleTargetRef: spec.scaleTargetRef,
      minReplicas: Math.max(spec.minReplicaCount, 1),
      maxReplicas: spec.maxReplicaCount,
      metrics: this.triggersOf(object).map(({ metric }) =>
        metric.type === 'External' ? { ...metric, name: `${metadata.name}/${metric.name}` } : metric,
      ),
    };
    const known = api.store('HorizontalPodAutoscaler').named(metadata.namespace, name);
    if (known !== undefined) {
      if (JSON.stringify(known.spec) !== JSON.stringify(wanted))
        api.update('HorizontalPodAutoscaler', known.id, { spec: wanted });
      return;
    }
    const made = api.create('HorizontalPodAutoscaler', {
      kind: 'HorizontalPodAutoscaler',
      metadata: { name, namespace: metadata.namespace, ownerReferences: [ownerReference(object, 'keda.sh/v1alpha1')] },
      spec: wanted,
      status: { currentReplicas: 0, desiredReplicas: 0 },
    });
    if (isRefusal(made))
      this.plane.chronicle.event(COMPONENT, 'Warning', 'ScaledObjectCheckFailed', aboutOf(object), made.refused);
  }

  private forget(object: ScaledObject): void {
    const { api } = this.plane;
    this.lastActiveUs.delete(object.id);
    this.told.delete(object.id);
    const known = api
      .store('HorizontalPodAutoscaler')
      .named(object.metadata.namespace, `keda-hpa-${object.metadata.name}`);
    if (known !== undefined) api.remove('HorizontalPodAutoscaler', known.id);
  }

  private read(trigger: Trigger, namespace: string): TriggerState {
    const { epochMs, clock } = this.plane;
    return trigger.read(epochMs + clock.nowUs / 1000, (name) => this.metrics.externalMetric(namespace, name));
  }

  private triggersOf(object: ScaledObject): readonly Trigger[] {
    let known = this.triggers.get(object.spec);
    if (known === undefined) this.triggers.set(object.spec, (known = triggersOf(object)));
    return known;
  }

  private keep(object: ScaledObject, replicas: number, why: string): void {
    if (this.told.get(object.id) === 'unknown') return;
    this.told.set(object.id, 'unknown');
    this.plane.chronicle.event(COMPONENT, 'Warning', 'KEDAScalerFailed', aboutOf(object), why);
    const limitedBy = 'a trigger that is not known';
    this.plane.chronicle.decision({
      component: COMPONENT,
      about: aboutOf(object),
      what: `keep ${replicas} replicas`,
      why,
      limitedBy,
    });
  }

  private tell(object: ScaledObject, reason: string, message: string, from: number, to: number, why: string): void {
    this.told.delete(object.id);
    const about = aboutOf(object);
    this.plane.chronicle.event(COMPONENT, 'Normal', reason, about, message);
    this.plane.chronicle.decision({ component: COMPONENT, about, what: `${from} -> ${to} replicas`, why });
  }
}

function aboutTarget({ metadata, spec }: ScaledObject): string {
  return `${spec.scaleTargetRef.kind} ${metadata.namespace}/${spec.scaleTargetRef.name}`;
}
