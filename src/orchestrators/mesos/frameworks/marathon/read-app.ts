import { seconds } from '../../../../sim/time.ts';
import { mesosConstants as C, secondsUs } from '../../constants.ts';
import { megabytes, milliCpus, readResources } from '../../text/amount-fields.ts';
import type { JsonField } from '../../text/json-field.ts';
import * as fields from './app-fields.ts';
import type { AppSpec, HealthCheckSpec, ReadinessCheckSpec, UnreachableStrategy, UpgradeStrategy } from './app-spec.ts';
import { absoluteId, ID_PART } from './path-id.ts';
import { readConstraints } from './read-constraints.ts';
import { readPorts } from './read-ports.ts';

/** Which Marathon an app belongs to where there are several: a label of ours. */
export const FRAMEWORK_LABEL = 'baton.dev/framework';

/** Reads one app of a group with all of Marathon's defaults. `inherited`: what its groups depend on. */
export function readApp(app: JsonField, group: string, inherited: readonly string[]): AppSpec {
  app.object(fields.APP);
  const id = readId(app.child('id'), group);
  const container = app.child('container').object(fields.CONTAINER);
  const docker = container.child('docker').object(fields.DOCKER);
  const dependencies = app.child('dependencies').texts();
  const labels = app.child('labels').strings();
  const isResident = app.child('residency').isPresent || hasPersistentVolume(container);
  const resources = readResources(app, 1, 128);
  return {
    id,
    framework: labels[FRAMEWORK_LABEL] ?? 'marathon',
    role: app.child('role').text(defaultRole(app, isResident)),
    resources,
    ...readLimits(app.child('resourceLimits').object(fields.RESOURCE_LIMITS), resources.memBytes),
    instances: app.child('instances').whole(1, 0, 100_000),
    image: docker.child('image').text(),
    forcePullImage: docker.child('forcePullImage').boolean(),
    ...readPorts(app, container, docker),
    constraints: readConstraints(app.child('constraints')),
    acceptedResourceRoles: app.child('acceptedResourceRoles').texts(),
    dependencies: [...dependencies.map((one) => absoluteId(one, groupOf(id))), ...inherited],
    upgradeStrategy: readUpgrade(app.child('upgradeStrategy'), isResident),
    backoffUs: secondsUs(app.child('backoffSeconds').number(C.defaultBackoff.value / 1e6, 0, 1e6)),
    backoffFactor: app.child('backoffFactor').number(C.defaultBackoffFactorMilli.value / 1000, 1, 1000),
    maxLaunchDelayUs: secondsUs(app.child('maxLaunchDelaySeconds').number(C.defaultMaxLaunchDelay.value / 1e6, 0, 1e7)),
    healthChecks: app.child('healthChecks').items().map(readHealthCheck),
    readinessChecks: app.child('readinessChecks').items().map(readReadinessCheck),
    killSelection: app.child('killSelection').oneOf(['YOUNGEST_FIRST', 'OLDEST_FIRST'], 'YOUNGEST_FIRST'),
    unreachableStrategy: readUnreachable(app.child('unreachableStrategy'), isResident),
    taskKillGraceUs: secondsUs(app.child('taskKillGracePeriodSeconds').number(C.taskKillGrace.value / 1e6, 0, 1e6)),
    isResident,
    labels,
    configuration: configurationOf(app),
  };
}

/**
 * Marathon's own role (--mesos_role): that whose reservations the app accepts, as DC/OS has it with slave_public. Nothing
 * can be reserved for the role *, so resident apps need another.
 */
function defaultRole(app: JsonField, isResident: boolean): string {
  const accepted = app
    .child('acceptedResourceRoles')
    .texts()
    .find((role) => role !== '*');
  return accepted ?? (isResident ? 'marathon' : '*');
}

const groupOf = (id: string): string => id.slice(0, Math.max(1, id.lastIndexOf('/')));

export function readId(field: JsonField, group: string): string {
  const id = absoluteId(field.requiredText(), group);
  const wrong = id
    .slice(1)
    .split('/')
    .find((part) => !ID_PART.test(part));
  if (wrong !== undefined)
    field.fault(`"${wrong}" cannot be part of an id; write lowercase letters, digits, hyphens and dots`);
  return id;
}

/** What makes a new version: everything that is written but the number of instances. */
function configurationOf(app: JsonField): string {
  const { instances: _, version: __, ...rest } = app.value as Record<string, unknown>;
  return JSON.stringify(rest, (_key, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
}

function readLimits(
  limits: JsonField,
  memBytes: number,
): { readonly cpuLimitMilli: number; readonly memLimitBytes: number } {
  const of = (key: string, scale: (count: number) => number, fallback: number): number => {
    const field = limits.child(key);
    if (!field.isPresent) return fallback;
    return field.value === 'unlimited' ? Infinity : scale(field.number(0, 0, 1e9));
  };
  return { cpuLimitMilli: of('cpus', milliCpus, Infinity), memLimitBytes: of('mem', megabytes, memBytes) };
}

function hasPersistentVolume(container: JsonField): boolean {
  return container
    .child('volumes')
    .items()
    .some((volume) => volume.child('persistent').isPresent);
}

function readUpgrade(field: JsonField, isResident: boolean): UpgradeStrategy {
  field.object(fields.UPGRADE);
  const defaults = isResident ? [0.5, 0] : [1, 1];
  return {
    minimumHealthCapacity: field.child('minimumHealthCapacity').number(defaults[0], 0, 1),
    maximumOverCapacity: field.child('maximumOverCapacity').number(defaults[1], 0, 1),
  };
}

function readUnreachable(field: JsonField, isResident: boolean): UnreachableStrategy {
  if (typeof field.value === 'string') return field.oneOf(['disabled'] as const, 'disabled');
  if (!field.isPresent && isResident) return 'disabled';
  field.object(fields.UNREACHABLE);
  const inactiveAfterUs = seconds(field.child('inactiveAfterSeconds').number(0, 0, 1e8));
  const expungeAfterUs = seconds(field.child('expungeAfterSeconds').number(0, 0, 1e8));
  if (expungeAfterUs < inactiveAfterUs)
    field.child('expungeAfterSeconds').fault('it is less than inactiveAfterSeconds; write the same or more');
  return { inactiveAfterUs, expungeAfterUs };
}

function readHealthCheck(check: JsonField): HealthCheckSpec {
  check.object(fields.HEALTH_CHECK);
  const protocol = check.child('protocol').oneOf([...fields.NETWORK_CHECKS, ...fields.AGENT_CHECKS], 'HTTP');
  const timeUs = (key: string, fallbackUs: number): number =>
    secondsUs(check.child(key).number(fallbackUs / 1e6, 0, 1e6));
  const intervalUs = timeUs('intervalSeconds', C.healthInterval.value);
  if (intervalUs === 0) check.child('intervalSeconds').fault('0 is no interval; write 1 or more');
  return {
    protocol,
    onAgent: fields.AGENT_CHECKS.some((one) => one === protocol),
    gracePeriodUs: timeUs('gracePeriodSeconds', C.healthGracePeriod.value),
    intervalUs,
    timeoutUs: timeUs('timeoutSeconds', C.healthTimeout.value),
    maxConsecutiveFailures: check.child('maxConsecutiveFailures').whole(C.healthMaxFailures.value, 0, 1e6),
    delayUs: timeUs('delaySeconds', C.mesosHealthDelay.value),
  };
}

function readReadinessCheck(check: JsonField): ReadinessCheckSpec {
  check.object(fields.READINESS_CHECK);
  return {
    name: check.child('name').text('readinessCheck'),
    intervalUs: secondsUs(check.child('intervalSeconds').number(C.readinessInterval.value / 1e6, 0.001, 1e6)),
    timeoutUs: secondsUs(check.child('timeoutSeconds').number(C.readinessTimeout.value / 1e6, 0.001, 1e6)),
  };
}
