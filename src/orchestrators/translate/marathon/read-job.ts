import { plainService, type AppMount, type AppService } from '../app-model.ts';
import type { RawPart } from '../raw-part.ts';
import { commandOfLine } from '../shell-text.ts';
import { said } from '../yaml-text.ts';
import { micro, resourcesOf } from './read-app.ts';
import { placementOf } from './read-constraints.ts';

/** A job of Metronome. */
export function metronomeService(part: RawPart): AppService {
  const path = (part.child('id').text() ?? '').split('.');
  const name = path.pop() ?? '';
  const run = part.child('run');
  const { 'baton.dev/runs': runs, ...labels } = part.child('labels').textMap();
  const cmd = run.child('cmd').text();
  const args = run.child('args');
  const [schedule] = part.child('schedules').items();
  const count = Number(runs ?? 1);
  const policy = run.at('restart.policy').text();
  const deadlineUs = micro(run.at('restart.activeDeadlineSeconds'));
  const constraints = run
    .at('placement.constraints')
    .items()
    .map((one) => [
      one.child('attribute').text() ?? '',
      one.child('operator').text() ?? 'EQ',
      one.child('value').text() ?? '',
    ]);
  const maxDelayUs = micro(run.child('maxLaunchDelay'));
  part.take('description');
  return {
    ...plainService(name, run.at('docker.image').text() ?? ''),
    group: path.join('/'),
    kind: (schedule as RawPart | undefined) === undefined ? 'job' : 'scheduled-job',
    labels,
    ...(cmd !== undefined && { command: commandOfLine(cmd) }),
    ...(args.isPresent && { args: args.texts() }),
    env: run.child('env').textMap(),
    resources: resourcesOf(run),
    mounts: run.child('volumes').items().map(mountOf),
    placement: placementOf(constraints),
    job: {
      completions: count,
      parallelism: Math.max(1, count),
      ...(policy !== 'ON_FAILURE' && { retries: 0 }),
      ...said({ deadlineUs }),
    },
    ...(policy === 'ON_FAILURE' && { restart: { condition: 'on-failure', ...said({ maxDelayUs }) } }),
    ...said({ stopGraceUs: micro(run.child('taskKillGracePeriodSeconds')), user: run.child('user').text() }),
    ...((schedule as RawPart | undefined) !== undefined && { schedule: scheduleOf(schedule) }),
  };
}

function mountOf(part: RawPart): AppMount {
  return {
    kind: 'bind',
    source: part.child('hostPath').text() ?? '',
    target: part.child('containerPath').text() ?? '',
    readOnly: part.child('mode').text() === 'RO',
  };
}

function scheduleOf(part: RawPart): NonNullable<AppService['schedule']> {
  part.take('id', 'enabled');
  const policy = part.child('concurrencyPolicy').text();
  return {
    cron: part.child('cron').text() ?? '',
    ...said({
      timeZone: part.child('timezone').text(),
      overlap: policy === undefined ? undefined : policy === 'FORBID' ? 'forbid' : 'allow',
    }),
  };
}
