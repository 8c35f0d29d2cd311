import type { FileNotes } from '../../file-notes.ts';
import { suggestion } from '../../../sim/nearest-name.ts';
import { seconds } from '../../../sim/time.ts';
import { ecsConstants } from '../constants.ts';
import type { TargetGroup } from './ecs-files.ts';
import { Fields } from './fields.ts';
import { targetGroupName } from './read-service.ts';
import type { SourceNode } from './source-tree.ts';

/** What one file says of a target group; others may say the rest. */
export type TargetGroupPart = Partial<TargetGroup> & { readonly name: string };

/** A target group of which nothing is said. */
export function plainTargetGroup(name: string): TargetGroup {
  const { albInterval, albTimeout, albHealthyThreshold, albUnhealthyThreshold, deregistrationDelay } = ecsConstants;
  return {
    name,
    intervalUs: albInterval.value,
    timeoutUs: albTimeout.value,
    healthyThreshold: albHealthyThreshold.value,
    unhealthyThreshold: albUnhealthyThreshold.value,
    deregistrationDelayUs: deregistrationDelay.value,
    slowStartUs: 0,
  };
}

/** `aws elbv2 create-target-group`, or one of what describe-target-groups prints. */
export function readTargetGroup(node: SourceNode, notes: FileNotes): TargetGroupPart {
  const first = new Fields(node, 'target group', notes);
  const name = first.text('Name') ?? first.requiredText('TargetGroupName', 'web');
  const fields: Fields = new Fields(node, `target group "${name}"`, notes);
  fields.printed([
    'Name',
    'TargetGroupName',
    'Port',
    'Protocol',
    'ProtocolVersion',
    'VpcId',
    'TargetType',
    'IpAddressType',
    'Tags',
  ]);
  fields.ignore(
    ['HealthCheckProtocol', 'HealthCheckPort', 'HealthCheckPath', 'Matcher'],
    'a check passes when the process answers',
  );
  fields.printed(['TargetGroupArn', 'LoadBalancerArns', 'HealthCheckEnabled', 'TargetControlPort']);
  const interval = fields.integer('HealthCheckIntervalSeconds', 5, 300);
  const timeout = fields.integer('HealthCheckTimeoutSeconds', 2, 120);
  if (timeout !== undefined && timeout >= (interval ?? ecsConstants.albInterval.value / seconds(1)))
    fields.fail('HealthCheckTimeoutSeconds', `is ${timeout}, not less than the interval; write it smaller`);
  const healthy = fields.integer('HealthyThresholdCount', 2, 10);
  const unhealthy = fields.integer('UnhealthyThresholdCount', 2, 10);
  const attributes = fields.has('TargetGroupAttributes') ? attributesOf(fields, 'TargetGroupAttributes', notes) : {};
  fields.done();
  return {
    name,
    ...(interval === undefined ? {} : { intervalUs: seconds(interval) }),
    ...(timeout === undefined ? {} : { timeoutUs: seconds(timeout) }),
    ...(healthy === undefined ? {} : { healthyThreshold: healthy }),
    ...(unhealthy === undefined ? {} : { unhealthyThreshold: unhealthy }),
    ...attributes,
  };
}

/** `aws elbv2 modify-target-group-attributes`. */
export function readTargetGroupAttributes(node: SourceNode, notes: FileNotes): TargetGroupPart {
  const fields: Fields = new Fields(node, 'attributes of a target group', notes);
  const name = targetGroupName(fields.requiredText('TargetGroupArn', 'arn:aws:…:targetgroup/web/0123456789abcdef'));
  const part = { name, ...attributesOf(fields, 'Attributes', notes) };
  fields.done();
  return part;
}

const KNOWN = [
  'deregistration_delay.timeout_seconds', 'slow_start.duration_seconds', 'load_balancing.algorithm.type', 'stickiness.enabled',
  'stickiness.type', 'stickiness.lb_cookie.duration_seconds', 'stickiness.app_cookie.cookie_name', 'stickiness.app_cookie.duration_seconds',
  'load_balancing.cross_zone.enabled', 'load_balancing.algorithm.anomaly_mitigation', 'preserve_client_ip.enabled',
  'deregistration_delay.connection_termination.enabled', 'proxy_protocol_v2.enabled', 'target_group_health.dns_failover.minimum_healthy_targets.count',
  'target_group_health.dns_failover.minimum_healthy_targets.percentage', 'target_group_health.unhealthy_state_routing.minimum_healthy_targets.count',
  'target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage',
]; // prettier-ignore

function attributesOf(fields: Fields, list: string, notes: FileNotes): Partial<TargetGroup> {
  const part: { -readonly [K in 'deregistrationDelayUs' | 'slowStartUs']?: number } = {};
  for (const node of fields.list(list)) {
    const one: Fields = new Fields(node, list, notes);
    const key = one.requiredText('Key', 'deregistration_delay.timeout_seconds');
    const within = (least: number, most: number): number => {
      const value = one.integer('Value', least, most);
      if (value === undefined) one.fail('Value', `is missing; write a number from ${least} to ${most}`);
      return seconds(value);
    };
    if (key === 'deregistration_delay.timeout_seconds') part.deregistrationDelayUs = within(0, 3600);
    else if (key === 'slow_start.duration_seconds') part.slowStartUs = within(0, 900);
    else if (!KNOWN.includes(key)) one.fail('Key', `is "${key}"${suggestion(key, KNOWN)}`);
    else {
      one.text('Value');
      notes.withoutEffect(one.where, `${key} of target group`, 'how requests are shared out is said where traffic is');
    }
    if (part.slowStartUs !== undefined && part.slowStartUs > 0 && part.slowStartUs < seconds(30))
      one.fail('Value', 'is less than 30; a slow start lasts 30 to 900 s, 0 is none');
    one.done();
  }
  return part;
}
