import { shareOf, type AppCheck, type AppMetric, type AppPort, type AppService, type Loss } from '../app-model.ts';
import type { RawPart } from '../raw-part.ts';
import { unreadLosses } from '../read-losses.ts';
import { said } from '../yaml-text.ts';
import { targetGroupName } from '../../ecs/files/read-service.ts';

/** What the target group of a service says: its port, and who gets requests. */
export function ecsReadiness(
  service: AppService,
  part: RawPart,
  objects: readonly RawPart[],
  losses: Loss[],
): Partial<Pick<AppService, 'ports' | 'readiness' | 'liveness'>> {
  const [balancer] = part.child('loadBalancers').items();
  const grace = part.child('healthCheckGracePeriodSeconds').number();
  if ((balancer as RawPart | undefined) === undefined) return {};
  const name = targetGroupName(String(balancer.child('targetGroupArn').value));
  const group = objects.find((one) => (one.child('Name').value ?? one.child('TargetGroupName').value) === name);
  if (group === undefined) return {};
  group.take(
    'Name',
    'TargetGroupName',
    'Protocol',
    'TargetType',
    'VpcId',
    'TargetGroupArn',
    'HealthCheckPort',
    'HealthCheckEnabled',
  );
  const outer = group.child('Port').number();
  const inner = balancer.child('containerPort').number();
  const ports = service.ports.map((port): AppPort =>
    port.container === inner && outer !== undefined ? { ...port, published: outer } : port,
  );
  const check = checkOf(group, inner, grace);
  losses.push(...unreadLosses(service.name, group).map((loss) => ({ ...loss, field: `target group ${loss.field}` })));
  if (check === undefined) return { ports };
  return { ports, readiness: check, ...(service.liveness === undefined && { liveness: check }) };
}

function checkOf(group: RawPart, port: number | undefined, graceSeconds: number | undefined): AppCheck | undefined {
  const path = group.child('HealthCheckPath').text();
  if (path === undefined) return undefined;
  const seconds = (field: string): number | undefined => {
    const value = group.child(field).number();
    return value === undefined ? undefined : value * 1e6;
  };
  return {
    test: {
      kind: 'http',
      path,
      ...(port !== undefined && { port }),
      scheme: group.child('HealthCheckProtocol').text() === 'HTTPS' ? 'https' : 'http',
    },
    ...said({
      intervalUs: seconds('HealthCheckIntervalSeconds'),
      timeoutUs: seconds('HealthCheckTimeoutSeconds'),
      retries: group.child('UnhealthyThresholdCount').number(),
      startPeriodUs: graceSeconds === undefined ? undefined : graceSeconds * 1e6,
      successes: group.child('HealthyThresholdCount').number(),
    }),
  };
}

const METRICS: Readonly<Record<string, AppMetric['metric']>> = {
  ECSServiceAverageCPUUtilization: 'cpu',
  ECSServiceAverageMemoryUtilization: 'memory',
  ALBRequestCountPerTarget: 'requests',
};

/** The scalable target of a service and its policies of target tracking. */
export function ecsAutoscaling(name: string, objects: readonly RawPart[]): Pick<AppService, 'autoscaling'> {
  const isOwn = (one: RawPart): boolean => String(one.child('ResourceId').value).endsWith(`/${name}`);
  const target = objects.find((one) => one.child('MinCapacity').isPresent && isOwn(one));
  if (target === undefined) return {};
  const min = target.child('MinCapacity').number() ?? 1;
  const max = target.child('MaxCapacity').number() ?? min;
  const tracking = objects
    .filter((one) => one.child('TargetTrackingScalingPolicyConfiguration').isPresent && isOwn(one))
    .map((one) => one.child('TargetTrackingScalingPolicyConfiguration'));
  const metrics = tracking.flatMap((one): AppMetric[] => {
    const metric = METRICS[one.at('PredefinedMetricSpecification.PredefinedMetricType').text() ?? ''] as
      AppMetric['metric'] | undefined;
    const value = one.child('TargetValue').number();
    if (metric === undefined || value === undefined) return [];
    return [{ metric, target: shareOf(value / (metric === 'requests' ? 60 : 100)) }];
  });
  const micro = (field: string): number | undefined => {
    const value = tracking.map((one) => one.child(field).number()).find((one) => one !== undefined);
    return value === undefined ? undefined : value * 1e6;
  };
  return {
    autoscaling: {
      min,
      max,
      metrics,
      ...said({ scaleOutCooldownUs: micro('ScaleOutCooldown'), scaleInCooldownUs: micro('ScaleInCooldown') }),
    },
  };
}
