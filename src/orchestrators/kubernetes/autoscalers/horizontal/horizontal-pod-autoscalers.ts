import { RateLimit } from '../../../../policies/autoscaling/rate-limit.ts';
import { Stabilisation } from '../../../../policies/autoscaling/stabilisation.ts';
import { seconds } from '../../../../sim/time.ts';
import { aboutOf } from '../../api/about-of.ts';
import type { Component, ControlPlane } from '../../api/control-plane.ts';
import { WorkQueue } from '../../api/work-queue.ts';
import type { MetricsServer } from '../../behaviour/workload-behaviour.ts';
import type { HorizontalPodAutoscaler, HorizontalPodAutoscalerCondition } from '../../objects/autoscaling.ts';
import { MatchingPods } from '../shared/matching-pods.ts';
import type { FindScale, Scale } from '../shared/scale.ts';
import { combineMetrics, type Found } from './combine-metrics.ts';
import { limitByBehaviour, limitByDefault } from './scaling-limits.ts';

const COMPONENT = 'horizontal-pod-autoscaler';
/** `--horizontal-pod-autoscaler-sync-period`: each is looked at again after so long. */
const SYNC_PERIOD_US = seconds(15);
/** The longest `periodSeconds` that the API allows. */
const LONGEST_PERIOD_US = seconds(1800);

/**
 * The HorizontalPodAutoscaler controller (autoscaling/v2): looks at each autoscaler every 15 s, asks every metric for a
 * count, takes the largest, stabilises and limits it, and sets the target's scale.
 *
 * A decision is written whenever the count changes, and when the reason for leaving it alone becomes another.
 *
 * Source: kubernetes v1.36.2, pkg/controller/podautoscaler/horizontal.go.
 */
export class HorizontalPodAutoscalers implements Component {
  private readonly plane: ControlPlane;
  private readonly metrics: MetricsServer;
  private readonly findScale: FindScale;
  private readonly pods: MatchingPods;
  private readonly queue: WorkQueue;
  private readonly memories = new Map<number, Memory>();

  constructor(plane: ControlPlane, metrics: MetricsServer, findScale: FindScale) {
    this.plane = plane;
    this.metrics = metrics;
    this.findScale = findScale;
    this.pods = new MatchingPods(plane.api);
    this.queue = new WorkQueue(plane.clock, (id) => this.sync(id));
  }

  begin(): void {
    const store = this.plane.api.store('HorizontalPodAutoscaler');
    store.watch((autoscaler, before) => {
      if (autoscaler === undefined) this.memories.delete(before!.id);
      else this.queue.addAfter(autoscaler.id, SYNC_PERIOD_US);
    });
    for (const { id } of store.all()) this.queue.addAfter(id, SYNC_PERIOD_US);
  }

  private sync(id: number): void {
    const autoscaler = this.plane.api.store('HorizontalPodAutoscaler').get(id);
    if (autoscaler === undefined) return;
    this.queue.addAfter(id, SYNC_PERIOD_US);
    this.reconcile(autoscaler);
  }

  private reconcile(autoscaler: HorizontalPodAutoscaler): void {
    const { spec, metadata } = autoscaler;
    const memory = this.memoryOf(autoscaler.id);
    const scale = this.findScale(metadata.namespace, spec.scaleTargetRef);
    if (scale === undefined) {
      const message = `${spec.scaleTargetRef.kind} "${spec.scaleTargetRef.name}" not found`;
      this.warn(autoscaler, memory, 'FailedGetScale', message);
      this.setStatus(autoscaler, {}, [condition('AbleToScale', false, 'FailedGetScale', message)]);
      return;
    }
    const current = scale.replicas;
    memory.past.begin(this.plane.clock.nowUs, current);
    if (current === 0 && spec.minReplicas !== 0) {
      const message = 'scaling is disabled since the replica count of the target is zero';
      this.explain(autoscaler, memory, 'ScalingDisabled', '0 replicas', message);
      this.setStatus(autoscaler, { currentReplicas: 0, desiredReplicas: 0 }, [
        able('SucceededGetScale'),
        condition('ScalingActive', false, 'ScalingDisabled', message),
      ]);
      return;
    }
    if (current > spec.maxReplicas || current < spec.minReplicas) this.forceWithinBounds(autoscaler, memory, scale);
    else this.scaleByMetrics(autoscaler, memory, scale);
  }

  /** Beyond a bound the count is set to it at once, whatever the metrics say. */
  private forceWithinBounds(autoscaler: HorizontalPodAutoscaler, memory: Memory, scale: Scale): void {
    const { minReplicas, maxReplicas } = autoscaler.spec;
    const above = scale.replicas > maxReplicas;
    const wanted = above ? maxReplicas : minReplicas;
    const reason = `Current number of replicas ${above ? 'above Spec.MaxReplicas' : 'below Spec.MinReplicas'}`;
    const why = above ? `at most ${maxReplicas}` : `at least ${minReplicas}`;
    this.rescale(autoscaler, memory, scale, wanted, reason, `${scale.replicas} replicas, ${why}`);
  }

  private scaleByMetrics(autoscaler: HorizontalPodAutoscaler, memory: Memory, scale: Scale): void {
    const { spec } = autoscaler;
    const nowUs = this.plane.clock.nowUs;
    const current = scale.replicas;
    const rival = this.rivalOf(autoscaler);
    const pods = this.pods.of(autoscaler.metadata.namespace, scale.selector);
    const found = rival === undefined ? combineMetrics(autoscaler, scale, pods, this.metrics, nowUs) : ambiguous(rival);
    if (found.replicas === undefined) {
      this.warn(autoscaler, memory, found.reason, found.why);
      const message = `the HPA was unable to compute the replica count: ${found.why}`;
      this.explain(autoscaler, memory, found.reason, `keep ${current} replicas`, found.why);
      this.setStatus(autoscaler, { currentReplicas: current }, [
        able('SucceededGetScale'),
        condition('ScalingActive', false, found.reason, message),
      ]);
      return;
    }
    const { behavior } = spec;
    const limited =
      behavior === undefined
        ? limitByDefault(spec, memory.past, nowUs, current, found.replicas)
        : limitByBehaviour(spec, behavior, memory.past, memory.rate, nowUs, current, found.replicas);
    const limits: string[] = [];
    if (limited.stabilised !== found.replicas) limits.push(`${limited.ableReason} at ${limited.stabilised}`);
    if (limited.limitReason !== 'DesiredWithinRange') limits.push(`${limited.limitReason} at ${limited.replicas}`);
    const conditions = [
      able(limited.ableReason),
      condition('ScalingActive', true, 'ValidMetricFound', found.why),
      condition('ScalingLimited', limited.replicas !== limited.stabilised, limited.limitReason, ''),
    ];
    if (limited.stabilised > found.replicas) this.noteWindow(autoscaler, memory, behavior);
    else memory.windowOpen = false;
    if (limited.replicas !== current) {
      const reason = found.replicas > current ? `${found.metric} above target` : 'All metrics below target';
      this.rescale(
        autoscaler,
        memory,
        scale,
        limited.replicas,
        reason,
        found.why,
        limits.join(', '),
        conditions.slice(1),
      );
      return;
    }
    this.explain(
      autoscaler,
      memory,
      `${Math.sign(found.replicas - current)} ${limited.ableReason} ${limited.limitReason}`,
      `keep ${current} replicas`,
      found.why,
      limits.join(', '),
    );
    this.setStatus(autoscaler, { currentReplicas: current, desiredReplicas: current }, conditions);
  }

  private rescale(
    autoscaler: HorizontalPodAutoscaler,
    memory: Memory,
    scale: Scale,
    replicas: number,
    reason: string,
    why: string,
    limitedBy = '',
    conditions: readonly HorizontalPodAutoscalerCondition[] = [],
  ): void {
    const { chronicle, clock } = this.plane;
    const current = scale.replicas;
    const about = aboutOf(autoscaler);
    scale.setReplicas(replicas);
    if (autoscaler.spec.behavior !== undefined) memory.rate.changed(clock.nowUs, current, replicas);
    memory.reason = '';
    chronicle.event(COMPONENT, 'Normal', 'SuccessfulRescale', about, `New size: ${replicas}; reason: ${reason}`);
    chronicle.decision({
      component: COMPONENT,
      about,
      what: `${current} -> ${replicas} replicas`,
      why: `${reason}: ${why}`,
      ...(limitedBy !== '' && { limitedBy }),
    });
    this.setStatus(autoscaler, { currentReplicas: current, desiredReplicas: replicas, lastScaleUs: clock.nowUs }, [
      condition(
        'AbleToScale',
        true,
        'SucceededRescale',
        `the HPA controller was able to update the target scale to ${replicas}`,
      ),
      ...conditions,
    ]);
  }

  /** Another autoscaler with the same target; two of them would fight, so neither acts. */
  private rivalOf({ id, metadata, spec }: HorizontalPodAutoscaler): HorizontalPodAutoscaler | undefined {
    for (const other of this.plane.api.store('HorizontalPodAutoscaler').all())
      if (
        other.id !== id &&
        other.metadata.namespace === metadata.namespace &&
        other.spec.scaleTargetRef.kind === spec.scaleTargetRef.kind &&
        other.spec.scaleTargetRef.name === spec.scaleTargetRef.name
      )
        return other;
    return undefined;
  }

  /** The window that holds a scale-down back, for the report; told once for as long as it does. */
  private noteWindow(
    autoscaler: HorizontalPodAutoscaler,
    memory: Memory,
    behavior: HorizontalPodAutoscaler['spec']['behavior'],
  ): void {
    if (memory.windowOpen) return;
    memory.windowOpen = true;
    const windowUs = seconds(behavior?.scaleDown.stabilizationWindowSeconds ?? 300);
    const fromUs = this.plane.clock.nowUs;
    this.plane.chronicle.timer({
      fromUs,
      toUs: fromUs + windowUs,
      timer: 'stabilizationWindow',
      about: aboutOf(autoscaler),
    });
  }

  /** Writes a decision not to scale, once for each reason. */
  private explain(
    autoscaler: HorizontalPodAutoscaler,
    memory: Memory,
    reason: string,
    what: string,
    why: string,
    limitedBy = '',
  ): void {
    if (memory.reason === reason) return;
    memory.reason = reason;
    const about = aboutOf(autoscaler);
    this.plane.chronicle.decision({ component: COMPONENT, about, what, why, ...(limitedBy !== '' && { limitedBy }) });
  }

  /** A warning, once until it is another. */
  private warn(autoscaler: HorizontalPodAutoscaler, memory: Memory, reason: string, message: string): void {
    if (memory.reason !== reason)
      this.plane.chronicle.event(COMPONENT, 'Warning', reason, aboutOf(autoscaler), message);
    if (reason === 'FailedGetScale') memory.reason = reason;
  }

  private memoryOf(id: number): Memory {
    let memory = this.memories.get(id);
    if (memory === undefined) {
      memory = { past: new Stabilisation(), rate: new RateLimit(LONGEST_PERIOD_US), reason: '', windowOpen: false };
      this.memories.set(id, memory);
    }
    return memory;
  }

  private setStatus(
    autoscaler: HorizontalPodAutoscaler,
    fields: Partial<HorizontalPodAutoscaler['status']>,
    conditions: readonly HorizontalPodAutoscalerCondition[],
  ): void {
    const { status } = autoscaler;
    const same =
      Object.entries(fields).every(([name, value]) => status[name as keyof typeof fields] === value) &&
      status.conditions?.length === conditions.length &&
      conditions.every(({ type, status: state, reason }, k) => {
        const known = status.conditions?.[k];
        return known?.type === type && known.status === state && known.reason === reason;
      });
    if (!same) this.plane.api.setStatus('HorizontalPodAutoscaler', autoscaler.id, { ...fields, conditions });
  }
}

interface Memory {
  readonly past: Stabilisation;
  readonly rate: RateLimit;
  /** Why it last did nothing; empty after it did something. */
  reason: string;
  windowOpen: boolean;
}

function ambiguous(rival: HorizontalPodAutoscaler): Found {
  return {
    replicas: undefined,
    reason: 'AmbiguousSelector',
    why: `pods by selector are controlled by multiple HPAs, ${rival.metadata.name} too`,
  };
}

function condition(
  type: HorizontalPodAutoscalerCondition['type'],
  isTrue: boolean,
  reason: string,
  message: string,
): HorizontalPodAutoscalerCondition {
  return { type, status: isTrue ? 'True' : 'False', reason, message };
}

function able(reason: string): HorizontalPodAutoscalerCondition {
  return condition('AbleToScale', true, reason, '');
}
