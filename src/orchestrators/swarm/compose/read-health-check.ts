import { DEFAULT_HEALTH_CHECK, type HealthCheckSpec } from '../swarm-spec.ts';
import type { ComposeField } from './compose-field.ts';
import type { ServiceNotes } from './service-fields.ts';

/** `healthcheck:`; undefined where there is none, or it is disabled. What is 0 or absent is the engine's default. */
export function readHealthCheck(check: ComposeField, notes: ServiceNotes): HealthCheckSpec | undefined {
  check.allow(['disable', 'test', 'interval', 'timeout', 'retries', 'start_period', 'start_interval']);
  if (!check.isPresent) return undefined;
  const test = check.child('test');
  const words = test.node?.kind === 'list' ? test.texts() : shellTest(test);
  if (check.child('disable').boolean(false)) {
    if (words.length > 0) check.fault('it has a test and disables it; leave one of them out');
    return undefined;
  }
  if (words[0] === 'NONE') return undefined;
  if (words.length > 0 && words[0] !== 'CMD' && words[0] !== 'CMD-SHELL')
    test.fault(`a test begins with CMD, CMD-SHELL or NONE; write ["CMD", ${JSON.stringify(words[0])}, …] or one text`);
  if (words.length === 0)
    notes.say(check.noteText('it has no test of its own; it is taken for granted that its image brings one'));
  const retries = check.child('retries').optionalNumber('a whole number', '3');
  return {
    ...(words.length > 0 && { test: words }),
    intervalUs: timeOf(check, 'interval') || DEFAULT_HEALTH_CHECK.intervalUs,
    timeoutUs: timeOf(check, 'timeout') || DEFAULT_HEALTH_CHECK.timeoutUs,
    // The stack cuts off what is behind the point.
    retries: Math.trunc(check.child('retries').within(retries ?? 0, 0, 1e9)) || DEFAULT_HEALTH_CHECK.retries,
    startPeriodUs: timeOf(check, 'start_period'),
    startIntervalUs: timeOf(check, 'start_interval') || DEFAULT_HEALTH_CHECK.startIntervalUs,
  };
}

/** Engines refuse times below a millisecond. */
function timeOf(check: ComposeField, key: string): number {
  const us = check.child(key).optionalDurationUs() ?? 0;
  if (us > 0 && us < 1000) check.child(key).fault('it is less than a millisecond; write "1ms" or more');
  return us;
}

function shellTest(test: ComposeField): string[] {
  const text = test.optionalText();
  return text === undefined ? [] : ['CMD-SHELL', text];
}
