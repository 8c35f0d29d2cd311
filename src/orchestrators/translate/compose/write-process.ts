import type { AppCheck, AppPort, AppService } from '../app-model.ts';
import { timeText } from '../amount-text.ts';
import { commandOfTest, isSameCheck, startPeriodOf, testText, toolOfTest } from '../check-text.ts';
import type { ServiceLosses } from '../loss-book.ts';
import { portText } from '../plain-losses.ts';
import { scriptOf } from '../shell-text.ts';
import { compact } from '../yaml-text.ts';

export function composeProcess(service: AppService): object {
  return {
    entrypoint: service.command,
    command: service.args,
    user: service.user,
    working_dir: service.workingDirectory,
    environment: service.env,
    stop_grace_period: service.stopGraceUs === undefined ? undefined : timeText(service.stopGraceUs),
    stop_signal: service.stopSignal,
  };
}

/** `taken`: who publishes what, over all stacks: a port of the routing mesh belongs to one service. */
export function composePorts(
  service: AppService,
  taken: Map<string, string>,
  losses: ServiceLosses,
): (string | object)[] {
  return service.ports.flatMap((port) => {
    losses.none('ports.name', port.name, 'ports of a stack have no names');
    if (port.mode !== 'internal') return [composePort(service, port, taken, losses)];
    losses.near(
      'ports',
      `${portText(port)} internal`,
      `services of a stack reach each other's ports without declaring them${port.published !== undefined && port.published !== port.container ? `, and here at ${port.container}` : ''}`,
    );
    return [];
  });
}

function composePort(
  service: AppService,
  port: AppPort,
  taken: Map<string, string>,
  losses: ServiceLosses,
): string | object {
  let { published } = port;
  if (published !== undefined) {
    const key = `${published}/${port.protocol}`;
    const before = taken.get(key);
    const isFree = before === undefined || (before === 'host' && port.mode === 'host');
    if (isFree) taken.set(key, port.mode === 'host' ? 'host' : service.name);
    else {
      losses.near('ports', portText(port), 'the port is published by another service already; the swarm chooses one');
      published = undefined;
    }
  }
  if (port.mode === 'balanced' && published !== undefined) return portText({ ...port, published });
  return compact({
    target: port.container,
    published,
    protocol: port.protocol === 'tcp' ? undefined : port.protocol,
    mode: port.mode === 'host' ? 'host' : undefined,
  });
}

/** Swarm has one check: whoever has not passed it gets no requests, and whoever fails it later is replaced. */
export function composeHealth(service: AppService, losses: ServiceLosses): object | undefined {
  const { liveness, readiness } = service;
  const check = liveness ?? readiness;
  if (check === undefined) return undefined;
  if (liveness === undefined)
    losses.near('readiness', testText(check.test), 'Swarm has one check; whoever fails it is replaced as well');
  else if (readiness === undefined)
    losses.near('liveness', testText(check.test), 'Swarm has one check; nobody gets requests before it has passed');
  else if (!isSameCheck(liveness, readiness))
    losses.none('readiness', testText(readiness.test), 'Swarm has one check, which is that of liveness');
  const { command, isExact } = commandOfTest(check.test, service);
  const field = liveness === undefined ? 'readiness' : 'liveness';
  if (!isExact)
    losses.near(field, testText(check.test), `asked by ${toolOfTest(check.test)}, which the image has to contain`);
  losses.none(
    `${field}.successes`,
    check.successes === undefined ? undefined : String(check.successes),
    'one success is enough',
  );
  return checkFields(command, check, startPeriodOf(check, field, losses));
}

function checkFields(command: readonly string[], check: AppCheck, startUs: number | undefined): object {
  const script = scriptOf(command);
  const time = (us: number | undefined): string | undefined => (us === undefined ? undefined : timeText(us));
  return compact({
    test: script === undefined ? ['CMD', ...command] : ['CMD-SHELL', script],
    interval: time(check.intervalUs),
    timeout: time(check.timeoutUs),
    retries: check.retries,
    start_period: time(startUs),
    start_interval: time(check.startIntervalUs),
  });
}
