import type { AppModel, AppService } from '../app-model.ts';
import { bytesText } from '../amount-text.ts';
import type { ServiceLosses } from '../loss-book.ts';
import { optionalTime } from '../plain-losses.ts';
import { attribute, block, blockOrNothing, isIdentifier, type HclBlockText, type HclItem } from './hcl-text.ts';
import { nomadPlacement } from './write-placement.ts';
import { nomadMigrate, nomadReschedule, nomadRestart, nomadScaling, nomadUpdate } from './write-policies.ts';
import { nomadNetwork, nomadServices } from './write-services.ts';
import { nomadTasks, nomadVolumes } from './write-tasks.ts';

const TYPES = { service: 'service', daemon: 'system', job: 'batch', 'scheduled-job': 'batch' } as const;

/** One job with one group (Nomad's job specification). */
export function nomadJob(
  service: AppService,
  priorities: ReadonlyMap<number, number>,
  losses: ServiceLosses,
): HclBlockText {
  const name = service.name.replace(/\s+/g, '-');
  if (name !== service.name) losses.near('name', service.name, `names have no blanks: ${name}`);
  const namespace = service.group.replace(/[^\w-]+/g, '-');
  if (namespace !== service.group) losses.near('group', service.group, `namespaces do not nest: ${namespace}`);
  tellWhatIsNot(service, losses);
  return block('job', name, [
    attribute('type', TYPES[service.kind]),
    attribute('namespace', namespace || undefined),
    attribute('priority', priorityOf(service, priorities, losses)),
    metaOf(service),
    periodic(service, losses),
    block('group', name, [
      attribute('count', countOf(service, losses)),
      ...nomadPlacement(service, losses),
      nomadNetwork(service, losses),
      ...nomadServices(service, losses),
      nomadRestart(service, losses),
      nomadReschedule(service, losses),
      nomadUpdate(service, losses),
      nomadMigrate(service, losses),
      blockOrNothing('disconnect', [attribute('lost_after', optionalTime(service.replaceAfterUs))]),
      nomadScaling(service, losses),
      ephemeralDisk(service, losses),
      ...nomadVolumes(service, losses),
      ...nomadTasks(service, losses),
    ]),
  ]);
}

function tellWhatIsNot(service: AppService, losses: ServiceLosses): void {
  for (const { service: other, until } of service.dependsOn)
    losses.none('dependsOn', `${other} (${until})`, 'jobs do not wait for each other; a prestart task would have to');
  for (const mark of service.placement.tolerates)
    losses.none(
      'placement.tolerates',
      mark === '' ? 'everything' : mark,
      'nodes of Nomad have no taints; node pools and constraints keep jobs away',
    );
  if (service.hasIdentity)
    losses.near('hasIdentity', 'yes', 'allocations have an index (NOMAD_ALLOC_INDEX), and nothing starts in order');
  losses.none('job.deadlineUs', optionalTime(service.job?.deadlineUs), 'batch jobs have no deadline');
}

/** `meta`, as a map where a key is no identifier. */
function metaOf({ labels }: AppService): HclItem | undefined {
  const keys = Object.keys(labels);
  if (keys.length === 0) return undefined;
  if (keys.every(isIdentifier))
    return block(
      'meta',
      undefined,
      keys.map((key) => attribute(key, labels[key])),
    );
  return attribute('meta', labels);
}

function countOf(service: AppService, losses: ServiceLosses): number | undefined {
  const { kind, replicas, job } = service;
  if (kind === 'daemon') return undefined;
  if (kind === 'service') {
    const { autoscaling } = service;
    if (autoscaling === undefined) return replicas;
    const count = Math.min(Math.max(replicas, autoscaling.min), Math.max(autoscaling.min, autoscaling.max));
    if (count !== replicas)
      losses.near('replicas', String(replicas), `${count}: a count lies within the bounds of its scaling`);
    return count;
  }
  if (job === undefined) return undefined;
  if (job.parallelism < job.completions)
    losses.near('job.parallelism', String(job.parallelism), `all ${job.completions} run at once`);
  return job.completions;
}

function periodic({ schedule }: AppService, losses: ServiceLosses): HclItem | undefined {
  if (schedule === undefined) return undefined;
  if (schedule.overlap === 'replace')
    losses.near('schedule.overlap', 'replace', 'a run that still goes on can only hold the next one back');
  return block('periodic', undefined, [
    attribute('crons', [schedule.cron]),
    attribute('time_zone', schedule.timeZone),
    attribute('prohibit_overlap', schedule.overlap === undefined ? undefined : schedule.overlap !== 'allow'),
  ]);
}

/** Priorities of Nomad go from 1 to 100. Others keep their order: the highest is 100, those without one have 50. */
export function nomadPriorities({ services }: AppModel): ReadonlyMap<number, number> {
  const values = [...new Set(services.flatMap(({ priority }) => (priority === undefined ? [] : [priority.value])))];
  const sorted = values.sort((a, b) => a - b);
  if (sorted.every((value) => value >= 1 && value <= 100)) return new Map(sorted.map((value) => [value, value]));
  const above = sorted.filter((value) => value > 0);
  const below = sorted.filter((value) => value < 0);
  return new Map(
    sorted.map((value) => {
      if (value === 0) return [0, 50];
      if (value > 0) return [value, 50 + Math.round((50 * (above.indexOf(value) + 1)) / above.length)];
      return [value, 1 + Math.round((48 * below.indexOf(value)) / below.length)];
    }),
  );
}

function priorityOf(
  { priority }: AppService,
  priorities: ReadonlyMap<number, number>,
  losses: ServiceLosses,
): number | undefined {
  if (priority === undefined) return undefined;
  const value = priorities.get(priority.value) ?? 50;
  if (value !== priority.value)
    losses.near('priority', String(priority.value), `${value}: priorities go from 1 to 100, the order is kept`);
  losses.none('priority.name', priority.name, 'priorities are numbers');
  return value;
}

function ephemeralDisk({ resources }: AppService, losses: ServiceLosses): HclItem | undefined {
  const bytes = resources.request.diskBytes;
  if (bytes === undefined) return undefined;
  const size = Math.max(10, Math.ceil(bytes / 2 ** 20));
  if (size * 2 ** 20 !== bytes)
    losses.near('resources.request.diskBytes', bytesText(bytes), `${size} MiB: whole MiB, at least 10`);
  return block('ephemeral_disk', undefined, [attribute('size', size)]);
}
