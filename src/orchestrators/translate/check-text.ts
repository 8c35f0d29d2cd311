import type { AppCheck, AppProcess, AppTest } from './app-model.ts';
import { timeText } from './amount-text.ts';
import type { ServiceLosses } from './loss-book.ts';
import { shellLine } from './shell-text.ts';

/** What is asked, for people: `GET :8080/ready`, `pg_isready -U shop`. */
export function testText(test: AppTest): string {
  if (test.kind === 'command') return shellLine(test.command);
  const port = test.port === undefined ? '' : `:${test.port}`;
  return test.kind === 'http' ? `GET ${port}${test.path}` : `${test.kind} ${port}`.trim();
}

/** A test as a command within the container, for who knows commands only; `isExact` when it was one. */
export function commandOfTest(test: AppTest, process: AppProcess): { command: string[]; isExact: boolean } {
  if (test.kind === 'command') return { command: [...test.command], isExact: true };
  const port = test.port ?? process.ports[0]?.container ?? 80;
  const script =
    test.kind === 'http'
      ? `curl -fsS ${test.scheme === 'https' ? '-k ' : ''}${test.scheme}://localhost:${port}${test.path} || exit 1`
      : test.kind === 'tcp'
        ? `nc -z localhost ${port} || exit 1`
        : `grpc_health_probe -addr=localhost:${port} || exit 1`;
  return { command: ['/bin/sh', '-c', script], isExact: false };
}

/** What a container's image has to have for such a command. */
export function toolOfTest(test: AppTest): string {
  return test.kind === 'http' ? 'curl' : test.kind === 'tcp' ? 'nc' : 'grpc_health_probe';
}

/** The start period of a check for who knows no delay before the first question: the longer of both, told when it matters. */
export function startPeriodOf(check: AppCheck, field: string, losses: ServiceLosses): number | undefined {
  const { delayUs, startPeriodUs } = check;
  if (delayUs === undefined || delayUs === 0) return startPeriodUs;
  losses.near(`${field}.delayUs`, timeText(delayUs), 'it is asked from the start, and failures do not count so long');
  return Math.max(delayUs, startPeriodUs ?? 0);
}

/** Whether both are the same check. */
export function isSameCheck(a: AppCheck | undefined, b: AppCheck | undefined): boolean {
  return JSON.stringify(ordered(a)) === JSON.stringify(ordered(b));
}

function ordered(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const entries = Object.entries(value).filter(([, one]) => one !== undefined);
  return entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, one]) => [key, ordered(one)]);
}
