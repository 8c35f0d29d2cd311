import type { AppService } from '../app-model.ts';
import type { ServiceLosses } from '../loss-book.ts';
import { autoscalingText } from '../plain-losses.ts';
import { compact } from '../yaml-text.ts';

const METRICS = {
  cpu: 'ECSServiceAverageCPUUtilization',
  memory: 'ECSServiceAverageMemoryUtilization',
  requests: 'ALBRequestCountPerTarget',
} as const;

/** The scalable target, and a policy of target tracking for each metric (Application Auto Scaling). */
export function ecsScaling(
  service: AppService,
  name: string,
  losses: ServiceLosses,
): { readonly name: string; readonly object: object }[] {
  const { autoscaling } = service;
  if (autoscaling === undefined) return [];
  if (service.kind !== 'service') {
    losses.none('autoscaling', autoscalingText(service), 'only services are scaled');
    return [];
  }
  const head = {
    ServiceNamespace: 'ecs',
    ResourceId: `service/default/${name}`,
    ScalableDimension: 'ecs:service:DesiredCount',
  };
  const seconds = (us: number | undefined): number | undefined => (us === undefined ? undefined : Math.ceil(us / 1e6));
  const target = { ...head, MinCapacity: autoscaling.min, MaxCapacity: Math.max(autoscaling.min, autoscaling.max) };
  const policies = autoscaling.metrics.map(({ metric, target: aim }) => ({
    name: `${name}.scaling-policy-${metric}`,
    object: {
      PolicyName: `${name}-${metric}`,
      ...head,
      PolicyType: 'TargetTrackingScaling',
      TargetTrackingScalingPolicyConfiguration: compact({
        // Requests are counted by the minute, the others in percent.
        TargetValue: Math.round(aim * (metric === 'requests' ? 60 : 100) * 1e4) / 1e4,
        PredefinedMetricSpecification: { PredefinedMetricType: METRICS[metric] },
        ScaleOutCooldown: seconds(autoscaling.scaleOutCooldownUs),
        ScaleInCooldown: seconds(autoscaling.scaleInCooldownUs),
      }),
    },
  }));
  return [{ name: `${name}.scalable-target`, object: target }, ...policies];
}
