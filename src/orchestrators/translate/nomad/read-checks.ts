import { durationOf } from '../../nomad/jobs/duration.ts';
import type { HclValue } from '../../nomad/hcl/hcl-syntax.ts';
import type { AppCheck, AppPort, AppService, AppTest } from '../app-model.ts';
import type { RawPart } from '../raw-part.ts';
import { said } from '../yaml-text.ts';

/** Checks with `check_restart` are liveness, and the only ones readiness as well. */
export function nomadChecks(
  services: readonly RawPart[],
  ports: readonly AppPort[],
  main: RawPart,
): Pick<AppService, 'liveness' | 'readiness'> {
  let liveness: AppCheck | undefined;
  let readiness: AppCheck | undefined;
  for (const service of services) {
    service.take('name', 'provider', 'task', '_label');
    const label = service.child('port').text();
    for (const check of service.child('check').items()) {
      const restart = check.child('check_restart').items()[0] ?? service.child('check_restart').items()[0];
      const isRestart = (restart as RawPart | undefined) !== undefined;
      const isTaken = isRestart ? liveness !== undefined : readiness !== undefined;
      if (isTaken) continue;
      const read = checkOf(check, label, ports, isRestart ? restart : undefined);
      if (isRestart) liveness = read;
      else readiness = read;
    }
  }
  main.child('service').items();
  return said({ liveness, readiness: readiness ?? liveness });
}

function checkOf(
  part: RawPart,
  label: string | undefined,
  ports: readonly AppPort[],
  restart: RawPart | undefined,
): AppCheck {
  const time = (of: RawPart, field: string): number | undefined => {
    const one = of.child(field);
    one.take();
    return one.isPresent ? durationOf(one.value as HclValue) : undefined;
  };
  part.take('name', '_label', 'method', 'task');
  const wanted = part.child('port').text() ?? label;
  const port =
    ports.find((one) => one.name === wanted || (one.name === undefined && wanted === `p${one.container}`)) ??
    ports.at(0);
  const successes = part.child('success_before_passing').number();
  return {
    test: testOf(part, port),
    ...said({
      intervalUs: time(part, 'interval'),
      timeoutUs: time(part, 'timeout'),
      retries:
        restart === undefined ? part.child('failures_before_critical').number() : restart.child('limit').number(),
      startPeriodUs: restart === undefined ? undefined : time(restart, 'grace'),
      successes: successes === 0 ? undefined : successes,
    }),
  };
}

function testOf(part: RawPart, port: AppPort | undefined): AppTest {
  const at = port === undefined ? {} : { port: port.container };
  const type = part.child('type').text() ?? 'http';
  if (type === 'script')
    return { kind: 'command', command: [part.child('command').text() ?? '', ...part.child('args').texts()] };
  if (type === 'tcp' || type === 'grpc') return { kind: type, ...at };
  return {
    kind: 'http',
    path: part.child('path').text() ?? '/',
    ...at,
    scheme: part.child('protocol').text() === 'https' ? 'https' : 'http',
  };
}
