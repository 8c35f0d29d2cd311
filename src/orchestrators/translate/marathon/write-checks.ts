import type { AppCheck, AppService } from '../app-model.ts';
import { isSameCheck, testText } from '../check-text.ts';
import type { ServiceLosses } from '../loss-book.ts';
import { optionalNumber, optionalTime } from '../plain-losses.ts';
import { shellLine } from '../shell-text.ts';
import { compact } from '../yaml-text.ts';
import { seconds } from './whole-seconds.ts';

/**
 * Health checks tell balancers who is well, and after so many failures in a row, unless that is 0, the instance is
 * killed. Readiness checks count in deployments only.
 */
export function marathonChecks(service: AppService, losses: ServiceLosses): object {
  const { liveness, readiness } = service;
  if (liveness === undefined)
    return readiness === undefined ? {} : { healthChecks: [healthCheck(service, readiness, 'readiness', 0, losses)] };
  if (readiness === undefined)
    losses.near('liveness', testText(liveness.test), 'whoever fails it gets no requests either');
  const healthChecks = [healthCheck(service, liveness, 'liveness', liveness.retries, losses)];
  if (readiness === undefined || isSameCheck(liveness, readiness)) return { healthChecks };
  const second = readinessCheck(service, readiness, losses);
  if (second === undefined) {
    losses.none(
      'readiness',
      testText(readiness.test),
      'readiness checks are requests to named ports; the health check tells who gets requests',
    );
    return { healthChecks };
  }
  losses.near(
    'readiness',
    testText(readiness.test),
    'it counts in deployments only; the health check tells who gets requests',
  );
  return { healthChecks, readinessChecks: [second] };
}

function healthCheck(
  service: AppService,
  check: AppCheck,
  field: 'liveness' | 'readiness',
  failures: number | undefined,
  losses: ServiceLosses,
): object {
  losses.none(`${field}.successes`, optionalNumber(check.successes), 'one success is enough');
  losses.none(`${field}.startIntervalUs`, optionalTime(check.startIntervalUs), 'the interval is always the same');
  if (field === 'readiness' && check.retries !== undefined && check.retries !== 1)
    losses.near('readiness.retries', String(check.retries), 'one failure is enough to get no requests');
  return compact({
    ...protocolOf(service, check, field, losses),
    delaySeconds: seconds(check.delayUs, `${field}.delayUs`, losses),
    gracePeriodSeconds: seconds(check.startPeriodUs, `${field}.startPeriodUs`, losses),
    intervalSeconds: seconds(check.intervalUs, `${field}.intervalUs`, losses),
    timeoutSeconds: seconds(check.timeoutUs, `${field}.timeoutUs`, losses),
    maxConsecutiveFailures: failures,
  });
}

function protocolOf(service: AppService, { test }: AppCheck, field: string, losses: ServiceLosses): object {
  if (test.kind === 'command') return { protocol: 'COMMAND', command: { value: shellLine(test.command) } };
  if (test.kind === 'grpc') losses.near(field, testText(test), 'only whether the port takes connections');
  const index = test.port === undefined ? 0 : service.ports.findIndex(({ container }) => container === test.port);
  const at = index >= 0 ? { portIndex: index } : { port: test.port };
  if (test.kind !== 'http') return { protocol: 'MESOS_TCP', ...at };
  return { protocol: test.scheme === 'https' ? 'MESOS_HTTPS' : 'MESOS_HTTP', path: test.path, ...at };
}

function readinessCheck(service: AppService, check: AppCheck, losses: ServiceLosses): object | undefined {
  const { test } = check;
  const port = test.kind === 'http' ? service.ports.find(({ container }) => container === test.port) : undefined;
  if (test.kind !== 'http' || port?.name === undefined) return undefined;
  return compact({
    name: 'ready',
    protocol: test.scheme === 'https' ? 'HTTPS' : 'HTTP',
    path: test.path,
    portName: port.name,
    intervalSeconds: seconds(check.intervalUs, 'readiness.intervalUs', losses),
    timeoutSeconds: seconds(check.timeoutUs, 'readiness.timeoutUs', losses),
  });
}
