import type { AppCheck, AppPort, AppService } from '../app-model.ts';
import { isSameCheck, startPeriodOf, testText } from '../check-text.ts';
import { timeText } from '../amount-text.ts';
import type { ServiceLosses } from '../loss-book.ts';
import { optionalTime, portText } from '../plain-losses.ts';
import { attribute, block, blockOrNothing, isIdentifier, type HclItem } from './hcl-text.ts';

/** Label of a port: its name, or `http` for the first of all, or its number. */
export function portLabel(port: AppPort, service: AppService): string {
  if (port.name !== undefined && isIdentifier(port.name)) return port.name.replaceAll('-', '_');
  return service.ports.indexOf(port) === 0 ? 'main' : `p${port.container}`;
}

export function nomadNetwork(service: AppService, losses: ServiceLosses): HclItem | undefined {
  const { ports, hostNetwork } = service;
  for (const port of ports) {
    if (port.protocol !== 'tcp') losses.near('ports.protocol', portText(port), 'a port of Nomad is TCP and UDP');
    if (port.name !== undefined && portLabel(port, service) !== port.name)
      losses.near('ports.name', port.name, `label ${portLabel(port, service)}`);
    if (port.mode === 'balanced')
      losses.near(
        'ports',
        portText(port),
        'each replica at a port of its own; a balancer (Traefik, Fabio, Consul) has to find the service and answer there',
      );
    else if (port.mode === 'internal' && port.published !== undefined && port.published !== port.container)
      losses.near('ports', portText(port), 'each replica at a port of its own, found by the name of the service');
  }
  return blockOrNothing('network', [
    attribute('mode', hostNetwork ? 'host' : undefined),
    ...ports.map((port) => {
      const isStatic = port.mode === 'host' || hostNetwork;
      const outer = hostNetwork ? port.container : port.published;
      return block('port', portLabel(port, service), [
        attribute('static', isStatic ? outer : undefined),
        attribute('to', hostNetwork ? undefined : port.container),
      ]);
    }),
  ]);
}

/**
 * A service for each port. Checks tell who is found by others; with `check_restart` whoever fails too often is restarted.
 * Nomad's own registry takes checks by HTTP and TCP, so scripts need Consul.
 */
export function nomadServices(service: AppService, losses: ServiceLosses): HclItem[] {
  const checks = checksOf(service, losses);
  const provider = checks.some(({ isScript }) => isScript) ? 'consul' : 'nomad';
  const items = checks.map(({ item }) => item);
  const name = service.name.toLowerCase().replace(/[^a-z0-9-]+/g, '-');
  if (service.ports.length === 0)
    return items.length === 0
      ? []
      : [block('service', undefined, [attribute('name', name), attribute('provider', provider), ...items])];
  return service.ports.map((port, place) =>
    block('service', undefined, [
      attribute('name', place === 0 ? name : `${name}-${portLabel(port, service).replaceAll('_', '-')}`),
      attribute('port', portLabel(port, service)),
      attribute('provider', provider),
      ...(place === 0 ? items : []),
    ]),
  );
}

interface WrittenCheck {
  readonly item: HclItem;
  readonly isScript: boolean;
}

function checksOf(service: AppService, losses: ServiceLosses): WrittenCheck[] {
  const { liveness, readiness } = service;
  if (liveness === undefined)
    return readiness === undefined ? [] : [check(service, readiness, 'readiness', false, losses)];
  if (readiness === undefined || isSameCheck(liveness, readiness)) {
    if (readiness === undefined)
      losses.near('liveness', testText(liveness.test), 'whoever fails it gets no requests either');
    return [check(service, liveness, 'liveness', true, losses)];
  }
  losses.near('liveness', testText(liveness.test), 'whoever fails it gets no requests either');
  return [check(service, readiness, 'readiness', false, losses), check(service, liveness, 'liveness', true, losses)];
}

function check(
  service: AppService,
  said: AppCheck,
  field: 'liveness' | 'readiness',
  isRestart: boolean,
  losses: ServiceLosses,
): WrittenCheck {
  const { test } = said;
  const wholeSecond = (us: number | undefined, what: string, otherwise: number): string => {
    const kept = Math.max(1e6, us ?? otherwise);
    if (us === undefined) losses.near(`${field}.${what}`, 'none', `Nomad needs one; ${timeText(kept)}`);
    else if (kept !== us) losses.near(`${field}.${what}`, timeText(us), '1s: the least that Nomad takes');
    return timeText(kept);
  };
  const isScript = test.kind === 'command' || test.kind === 'grpc' ? test.kind === 'command' : false;
  const start = isRestart ? startPeriodOf(said, field, losses) : undefined;
  if (!isRestart)
    losses.none(`${field}.startPeriodUs`, optionalTime(said.startPeriodUs), 'it gets requests as soon as it passes');
  if (!isRestart) losses.none(`${field}.delayUs`, optionalTime(said.delayUs), 'it is asked from the start');
  losses.none(`${field}.startIntervalUs`, optionalTime(said.startIntervalUs), 'the interval is always the same');
  const type = test.kind === 'grpc' ? 'tcp' : test.kind === 'command' ? 'script' : test.kind;
  if (test.kind === 'grpc') losses.near(field, testText(test), 'only whether the port takes connections');
  const port =
    test.kind === 'command' || test.port === undefined
      ? undefined
      : service.ports.find(({ container }) => container === test.port);
  if (test.kind !== 'command' && test.port !== undefined && port === undefined)
    losses.near(field, testText(test), 'asked at the first port of the service, since this one is not declared');
  const isOther = port !== undefined && port !== service.ports[0];
  const item = block('check', undefined, [
    attribute('name', field === 'liveness' ? 'alive' : 'ready'),
    attribute('type', type),
    attribute('task', test.kind === 'command' ? taskName(service) : undefined),
    attribute('port', isOther ? portLabel(port, service) : undefined),
    ...(test.kind === 'http'
      ? [attribute('path', test.path), attribute('protocol', test.scheme === 'https' ? 'https' : undefined)]
      : []),
    ...(test.kind === 'command'
      ? [
          attribute('command', test.command[0]),
          attribute('args', test.command.length > 1 ? test.command.slice(1) : undefined),
        ]
      : []),
    attribute('interval', wholeSecond(said.intervalUs, 'intervalUs', 10e6)),
    attribute('timeout', wholeSecond(said.timeoutUs, 'timeoutUs', 2e6)),
    attribute('success_before_passing', said.successes),
    attribute('failures_before_critical', isRestart ? undefined : said.retries),
    isRestart
      ? block('check_restart', undefined, [
          attribute('limit', said.retries ?? 3),
          attribute('grace', optionalTime(start)),
        ])
      : undefined,
  ]);
  if (isRestart && said.retries === undefined) losses.near('liveness.retries', 'none', 'Nomad needs a limit; 3');
  return { item, isScript };
}

/** Name of the main task. */
export const taskName = (service: AppService): string => service.name.replace(/[^\w-]+/g, '-');
