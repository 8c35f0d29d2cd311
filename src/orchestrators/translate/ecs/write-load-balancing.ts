import type { AppCheck, AppPort, AppService } from '../app-model.ts';
import { testText } from '../check-text.ts';
import type { ServiceLosses } from '../loss-book.ts';
import { optionalNumber, portText } from '../plain-losses.ts';
import { compact } from '../yaml-text.ts';

/** The port that a load balancer serves: the first balanced one. */
export const balancedPort = (service: AppService): AppPort | undefined =>
  service.kind === 'daemon' ? undefined : service.ports.find(({ mode }) => mode === 'balanced');

/** Where an account's own stands later. */
export const targetGroupArn = (name: string): string =>
  `arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/${targetGroupName(name)}/0123456789abcdef`;

const targetGroupName = (name: string): string => name.replace(/[^A-Za-z0-9-]+/g, '-').slice(0, 32);

/** The check that the load balancer makes: who does not pass it gets no requests, and ECS replaces it. */
export function balancedCheck(service: AppService): AppCheck | undefined {
  const { readiness } = service;
  const port = balancedPort(service);
  if (port === undefined || readiness?.test.kind !== 'http') return undefined;
  return readiness.test.port === undefined || readiness.test.port === port.container ? readiness : undefined;
}

/** `aws elbv2 create-target-group`. */
export function ecsTargetGroup(service: AppService, name: string, port: AppPort, losses: ServiceLosses): object {
  const check = balancedCheck(service);
  losses.near(
    'ports',
    portText(port),
    'behind a load balancer; its listener and the ARN of the target group are made in the account',
  );
  return compact({
    Name: targetGroupName(name),
    Protocol: 'HTTP',
    Port: port.published ?? port.container,
    TargetType: 'instance',
    ...(check !== undefined && targetCheck(check, losses)),
  });
}

function targetCheck(check: AppCheck, losses: ServiceLosses): object {
  const within = (us: number | undefined, field: string, least: number, most: number): number | undefined => {
    if (us === undefined) return undefined;
    const seconds = Math.min(most, Math.max(least, Math.ceil(us / 1e6)));
    if (seconds * 1e6 !== us)
      losses.near(`readiness.${field}`, `${us / 1e6}s`, `${seconds} s: ${least} to ${most} whole seconds`);
    return seconds;
  };
  const times = (count: number | undefined, field: string): number | undefined => {
    if (count === undefined) return undefined;
    const allowed = Math.min(10, Math.max(2, count));
    if (allowed !== count) losses.near(`readiness.${field}`, optionalNumber(count), `${allowed}: 2 to 10 are allowed`);
    return allowed;
  };
  const interval = within(check.intervalUs, 'intervalUs', 5, 300) ?? 30;
  let timeout = within(check.timeoutUs, 'timeoutUs', 2, 120);
  if (timeout !== undefined && timeout >= interval) {
    losses.near('readiness.timeoutUs', `${timeout}s`, `${interval - 1} s: less than the interval`);
    timeout = interval - 1;
  }
  const { test } = check;
  if (test.kind !== 'http') losses.near('readiness', testText(test), 'a request to /');
  return compact({
    HealthCheckPath: test.kind === 'http' ? test.path : '/',
    HealthCheckProtocol: test.kind === 'http' && test.scheme === 'https' ? 'HTTPS' : undefined,
    HealthCheckIntervalSeconds: check.intervalUs === undefined ? undefined : interval,
    HealthCheckTimeoutSeconds: timeout,
    HealthyThresholdCount: times(check.successes, 'successes'),
    UnhealthyThresholdCount: times(check.retries, 'retries'),
  });
}
