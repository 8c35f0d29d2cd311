import type { AppService } from '../app-model.ts';
import { bytesText, wholeMiB } from '../amount-text.ts';
import type { ServiceLosses } from '../loss-book.ts';
import { autoscalingText, optionalNumber, optionalTime } from '../plain-losses.ts';
import { shellLine } from '../shell-text.ts';
import { compact, compactOrNothing } from '../yaml-text.ts';
import { marathonId } from './app-ids.ts';
import { seconds } from './whole-seconds.ts';
import { marathonConstraints } from './write-constraints.ts';

/** How many runs are asked for at once: of Metronome, people ask by its API. */
const RUNS_LABEL = 'baton.dev/runs';

/** A job of Metronome, which runs beside Marathon what ends by itself. */
export function metronomeJob(service: AppService, losses: ServiceLosses): object {
  const { job, schedule, resources, restart } = service;
  const id = marathonId(service).slice(1).replaceAll('/', '.');
  const plainId = service.group === '' ? service.name : `${service.group}/${service.name}`;
  if (id !== plainId) losses.near('name', plainId, `ids of jobs are words with dots between: ${id}`);
  tellWhatIsNot(service, losses);
  const count = job?.completions ?? 1;
  if (count !== 1 && schedule === undefined)
    losses.near('job.completions', String(count), `so many runs have to be asked for; a label ${RUNS_LABEL} says it`);
  if (count !== 1 && schedule !== undefined)
    losses.none('job.completions', String(count), 'a schedule starts one run at a time');
  if (job !== undefined && job.parallelism < count)
    losses.near('job.parallelism', String(job.parallelism), 'all runs that are asked for go at once');
  const retries = job?.retries;
  const isRestarted = retries === undefined ? restart?.condition === 'on-failure' : retries > 0;
  if (isRestarted)
    losses.near(
      'job.retries',
      optionalNumber(retries),
      'a run is tried again until it succeeds, or its deadline has come',
    );
  const words = [...(service.command ?? []), ...(service.args ?? [])];
  const { cpuMilli, memBytes = resources.limit.memBytes, diskBytes } = resources.request;
  const mib = (bytes: number | undefined): number | undefined =>
    bytes === undefined ? undefined : wholeMiB(bytes).mib;
  const labels = { ...service.labels, ...(count !== 1 && schedule === undefined && { [RUNS_LABEL]: String(count) }) };
  return compact({
    id,
    labels,
    run: compact({
      cpus: cpuMilli === undefined ? undefined : cpuMilli / 1000,
      mem: mib(memBytes),
      disk: mib(diskBytes),
      gpus: resources.gpus,
      docker: service.image === '' ? undefined : { image: service.image },
      ...(service.command === undefined ? { args: service.args } : { cmd: shellLine(words) }),
      env: service.env,
      user: service.user,
      volumes: service.mounts
        .filter(({ kind }) => kind === 'bind')
        .map(({ source, target, readOnly }) => ({
          containerPath: target,
          hostPath: source,
          mode: readOnly ? 'RO' : 'RW',
        })),
      placement: compactOrNothing({
        constraints: marathonConstraints(service, losses).map(([attribute, operator, value]) =>
          compact({ attribute, operator: operator === 'IS' ? 'EQ' : operator, value }),
        ),
      }),
      restart: compact({
        policy: isRestarted ? 'ON_FAILURE' : 'NEVER',
        activeDeadlineSeconds: seconds(job?.deadlineUs, 'job.deadlineUs', losses),
      }),
      taskKillGracePeriodSeconds: seconds(service.stopGraceUs, 'stopGraceUs', losses),
      maxLaunchDelay: seconds(restart?.maxDelayUs, 'restart.maxDelayUs', losses),
    }),
    schedules: schedule === undefined ? [] : [scheduleObject(schedule, losses)],
  });
}

function scheduleObject(
  { cron, timeZone, overlap }: NonNullable<AppService['schedule']>,
  losses: ServiceLosses,
): object {
  if (overlap === 'replace')
    losses.near('schedule.overlap', 'replace', 'a run that still goes on can only hold the next one back');
  return compact({
    id: 'default',
    cron,
    timezone: timeZone,
    concurrencyPolicy: overlap === undefined ? undefined : overlap === 'allow' ? 'ALLOW' : 'FORBID',
    enabled: true,
  });
}

function tellWhatIsNot(service: AppService, losses: ServiceLosses): void {
  for (const { name, runs } of service.helpers)
    losses.none('helpers', `${name} (${runs})`, `a job is one container; ${name} is left out`);
  for (const { service: other, until } of service.dependsOn)
    losses.none('dependsOn', `${other} (${until})`, 'jobs do not wait for apps');
  for (const { container } of service.ports) losses.none('ports', String(container), 'jobs have no ports');
  for (const one of service.mounts)
    if (one.kind !== 'bind') losses.none('mounts', `${one.target} (${one.kind})`, 'jobs mount paths of the agent only');
  for (const one of [...service.secrets, ...service.configs])
    losses.none('secrets', one.name, 'it has to be put into the environment by hand');
  if (service.liveness ?? service.readiness) losses.none('liveness', 'yes', 'jobs are not checked');
  const { resources, restart, update } = service;
  const { memBytes: most } = resources.limit;
  const isOwnLimit =
    most !== undefined && resources.request.memBytes !== undefined && most !== resources.request.memBytes;
  if (resources.request.cpuMilli === undefined)
    losses.near('resources.request.cpuMilli', 'none', 'Metronome takes 1 CPU when nothing is said');
  if (resources.request.memBytes === undefined)
    losses.near(
      'resources.request.memBytes',
      'none',
      resources.limit.memBytes === undefined
        ? 'Metronome takes 128 MiB when nothing is said'
        : 'the limit is asked for',
    );
  losses.none(
    'resources.limit.cpuMilli',
    resources.limit.cpuMilli === undefined ? undefined : String(resources.limit.cpuMilli / 1000),
    'CPU is shared in proportion',
  );
  losses.none('resources.limit.memBytes', isOwnLimit ? bytesText(most) : undefined, 'what is asked for is the limit');
  losses.none('resources.limit.pids', optionalNumber(resources.limit.pids), 'processes are not counted');
  losses.none('priority', service.priority && String(service.priority.value), 'Metronome has no priorities');
  losses.none('autoscaling', autoscalingText(service), 'jobs are not scaled');
  losses.none('disruption', service.disruption && 'yes', 'a drained agent stops all its tasks');
  losses.none(
    'replaceAfterUs',
    optionalTime(service.replaceAfterUs),
    'a lost run is tried again as its restart policy says',
  );
  losses.none('stopSignal', service.stopSignal === 'SIGTERM' ? undefined : service.stopSignal, 'SIGTERM is sent');
  losses.none('workingDirectory', service.workingDirectory, 'that of the image');
  if (service.hostNetwork) losses.none('hostNetwork', 'yes', 'a bridge of its agent');
  losses.none('update', update && 'yes', 'runs that go on are left alone');
  const instead = 'Metronome chooses the delay itself';
  losses.none('restart.delayUs', optionalTime(restart?.delayUs), instead);
  losses.none('restart.backoffFactor', optionalNumber(restart?.backoffFactor), instead);
  losses.none('restart.windowUs', optionalTime(restart?.windowUs), instead);
  losses.none('restart.maxAttempts', optionalNumber(restart?.maxAttempts), 'a run is tried again until it succeeds');
}
