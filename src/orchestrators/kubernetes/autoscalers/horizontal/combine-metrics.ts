import type { Proposal, Tolerance } from '../../../../policies/autoscaling/replica-calculator.ts';
import type { MetricsServer } from '../../behaviour/workload-behaviour.ts';
import type { HorizontalPodAutoscaler, MetricSpec } from '../../objects/autoscaling.ts';
import type { Pod } from '../../objects/pod.ts';
import type { Scale } from '../shared/scale.ts';
import { proposeByPodMetric, proposeByResourceUtilisation, proposeByResourceValue } from './pod-metric.ts';
import { proposeByShare, proposeByValue } from './total-metric.ts';

/** `--horizontal-pod-autoscaler-tolerance`. */
const TOLERANCE = 0.1;

/** The count that an autoscaler's metrics ask for, and the metric that asked for most; without it, why there is none. */
export type Found =
  | { readonly replicas: number; readonly metric: string; readonly why: string }
  | { readonly replicas: undefined; readonly reason: string; readonly why: string };

/** The largest proposal of all metrics; while some fail, none below the current count. */
export function combineMetrics(
  autoscaler: HorizontalPodAutoscaler,
  scale: Scale,
  pods: readonly Pod[],
  metrics: MetricsServer,
  nowUs: number,
): Found {
  let best: { replicas: number; metric: string } | undefined;
  let failure: { reason: string; why: string } | undefined;
  const texts: string[] = [];
  for (const metric of autoscaler.spec.metrics) {
    const proposal = proposeByMetric(autoscaler, metric, scale, pods, metrics, nowUs);
    texts.push(proposal.why);
    if (proposal.replicas === undefined)
      failure ??= { reason: FAILURES[metric.type], why: `failed to get ${metric.name}: ${proposal.why}` };
    else if (best === undefined || proposal.replicas > best.replicas)
      best = { replicas: proposal.replicas, metric: metricInWords(metric) };
  }
  const why = texts.join('; ');
  if (best === undefined || (failure !== undefined && best.replicas < scale.replicas))
    return {
      replicas: undefined,
      reason: failure?.reason ?? 'InvalidMetricSourceType',
      why: failure?.why ?? 'no metrics',
    };
  return { replicas: best.replicas, metric: best.metric, why };
}

function proposeByMetric(
  { spec, metadata }: HorizontalPodAutoscaler,
  metric: MetricSpec,
  scale: Scale,
  pods: readonly Pod[],
  metrics: MetricsServer,
  nowUs: number,
): Proposal {
  const { amount, type } = metric.target;
  const current = scale.replicas;
  const tolerance: Tolerance = {
    up: spec.behavior?.scaleUp.tolerance ?? TOLERANCE,
    down: spec.behavior?.scaleDown.tolerance ?? TOLERANCE,
  };
  switch (metric.type) {
    case 'Resource':
    case 'ContainerResource': {
      const what = {
        resource: metric.name,
        ...(metric.type === 'ContainerResource' && { container: metric.container }),
      };
      const propose = type === 'Utilization' ? proposeByResourceUtilisation : proposeByResourceValue;
      return propose(what, amount, pods, metrics, current, tolerance, nowUs);
    }
    case 'Pods':
      return proposeByPodMetric(metric.name, amount, pods, metrics, current, tolerance, nowUs);
    case 'Object':
    case 'External': {
      const { namespace } = metadata;
      const isObject = metric.type === 'Object';
      const usage = isObject
        ? metrics.objectMetric(namespace, metric.describedObject.kind, metric.describedObject.name, metric.name)
        : metrics.externalMetric(namespace, metric.name);
      if (usage === undefined)
        return { replicas: undefined, why: `unable to get ${isObject ? '' : 'external '}metric ${metric.name}` };
      const existing = scale.statusReplicas ?? pods.filter((pod) => pod.metadata.deletionUs === undefined).length;
      if (type === 'AverageValue') return proposeByShare(metric.name, usage, amount, existing, tolerance);
      if (pods.length === 0 && current !== 0)
        return { replicas: undefined, why: 'no pods returned by selector while calculating replica count' };
      const ready = pods.filter(({ status }) => status.phase === 'Running' && status.ready).length;
      return proposeByValue(metric.name, usage, amount, current, ready, tolerance);
    }
    default:
      return metric satisfies never;
  }
}

const FAILURES: Readonly<Record<MetricSpec['type'], string>> = {
  Resource: 'FailedGetResourceMetric',
  ContainerResource: 'FailedGetContainerResourceMetric',
  Pods: 'FailedGetPodsMetric',
  Object: 'FailedGetObjectMetric',
  External: 'FailedGetExternalMetric',
};

/** As `SuccessfulRescale` names a metric. */
function metricInWords(metric: MetricSpec): string {
  switch (metric.type) {
    case 'Resource':
      return metric.target.type === 'Utilization'
        ? `${metric.name} resource utilization (percentage of request)`
        : `${metric.name} resource`;
    case 'ContainerResource':
      return metric.target.type === 'Utilization'
        ? `${metric.name} container resource utilization (percentage of request)`
        : `${metric.name} container resource`;
    case 'Pods':
      return `pods metric ${metric.name}`;
    case 'Object':
      return `${metric.describedObject.kind} metric ${metric.name}`;
    case 'External':
      return `external metric ${metric.name}(${metric.selector === undefined ? 'nil' : 'selector'})`;
    default:
      return metric satisfies never;
  }
}
