import { plainService, shareOf, type AppJob, type AppService, type AppUpdate } from '../app-model.ts';
import type { RawPart } from '../raw-part.ts';
import { said } from '../yaml-text.ts';
import { NAME_LABEL, objectName } from './object-names.ts';
import type { RawObject } from './raw-objects.ts';
import type { ClusterParts } from './read-beside.ts';
import { readPod, SELF } from './read-pod.ts';

/** Kinds that make pods, and pods themselves. */
export const WORKLOADS: ReadonlySet<string> = new Set([
  'Deployment',
  'StatefulSet',
  'DaemonSet',
  'ReplicaSet',
  'ReplicationController',
  'Job',
  'CronJob',
  'Pod',
]);

/** The template of its pods; of a pod the pod itself. */
export function templateOf({ kind, part }: RawObject): RawPart {
  if (kind === 'Pod') return part;
  return kind === 'CronJob' ? part.at('spec.jobTemplate.spec.template') : part.at('spec.template');
}

/** A workload but for what other objects say of it. */
export function readWorkload(object: RawObject, cluster: ClusterParts): AppService {
  const { kind, name, namespace, part } = object;
  const spec = part.child('spec');
  const template = templateOf(object);
  const restartPolicy = template.at('spec.restartPolicy').text() ?? 'Always';
  const claims = new Map(
    [...cluster.claims].flatMap(([key, size]) =>
      key.startsWith(`${namespace}/`) ? [[key.slice(namespace.length + 1), size] as const] : [],
    ),
  );
  const pod = readPod(template.child('spec'), claims, spec.child('volumeClaimTemplates'), (selector) =>
    neighbourOf(selector, object, cluster),
  );
  const isJob = kind === 'Job' || kind === 'CronJob' || (kind === 'Pod' && restartPolicy !== 'Always');
  const replicas = spec.child('replicas').number() ?? 1;
  const jobSpec = kind === 'CronJob' ? spec.at('jobTemplate.spec') : spec;
  spec.take('selector', 'serviceName', 'podManagementPolicy', 'suspend', 'paused');
  const service: AppService = {
    ...plainService(name, ''),
    ...pod.main,
    group: namespace,
    kind: kind === 'DaemonSet' ? 'daemon' : kind === 'CronJob' ? 'scheduled-job' : isJob ? 'job' : 'service',
    replicas: isJob || kind === 'DaemonSet' ? 1 : replicas,
    labels: labelsOf(object, template),
    helpers: pod.helpers,
    ...pod.rest,
    placement: pod.placement,
    hasIdentity: kind === 'StatefulSet',
    ...(isJob ? { job: kind === 'Pod' ? { completions: 1, parallelism: 1, retries: 0 } : jobOf(jobSpec) } : {}),
    ...(isJob && restartPolicy === 'OnFailure' && { restart: { condition: 'on-failure' as const } }),
    ...(kind === 'CronJob' && { schedule: scheduleOf(spec) }),
    ...priorityOf(pod.priorityClass, cluster),
  };
  const update = updateOf(kind, spec, replicas);
  return Object.keys(update).length === 0 ? service : { ...service, update };
}

/** Labels and annotations of the pods, and those of the workload that Baton reads. */
function labelsOf({ name, part, kind }: RawObject, template: RawPart): Record<string, string> {
  const own = part.child('metadata');
  const annotations = own.child('annotations');
  const job = part.at('spec.jobTemplate.metadata');
  const all = {
    ...(kind === 'CronJob' ? { ...job.child('labels').textMap(), ...job.child('annotations').textMap() } : {}),
    ...own.child('labels').textMap(),
    ...Object.fromEntries(
      annotations.entries().flatMap(([key, one]) => (key.startsWith('baton.dev/') ? [[key, one.text() ?? '']] : [])),
    ),
    ...template.at('metadata.labels').textMap(),
    ...template.at('metadata.annotations').textMap(),
  };
  return Object.fromEntries(
    Object.entries(all).filter(([key, value]) => key !== NAME_LABEL || value !== objectName(name)),
  );
}

function neighbourOf(selector: RawPart, object: RawObject, cluster: ClusterParts): string | undefined {
  const labels = selector.child('matchLabels').isPresent ? selector.child('matchLabels').textMap() : {};
  const expressions = selector.child('matchExpressions').items();
  for (const one of expressions) {
    const values = one.child('values').texts();
    if (one.child('operator').text() === 'In' && values.length === 1) labels[one.child('key').text() ?? ''] = values[0];
  }
  if (Object.keys(labels).length === 0) return undefined;
  const own = templateOf(object).at('metadata.labels').textMap();
  if (isPicked(labels, own)) return SELF;
  const other = cluster.objects.find(
    (one) =>
      WORKLOADS.has(one.kind) &&
      one.namespace === object.namespace &&
      isPicked(labels, templateOf(one).at('metadata.labels').value as Record<string, string>),
  );
  return other?.name ?? labels[NAME_LABEL];
}

export const isPicked = (
  selector: Readonly<Record<string, unknown>>,
  labels: Readonly<Record<string, unknown>> | undefined,
): boolean =>
  Object.keys(selector).length > 0 && Object.entries(selector).every(([key, value]) => labels?.[key] === value);

function jobOf(spec: RawPart): AppJob {
  const parallelism = spec.child('parallelism').number() ?? 1;
  const deadline = spec.child('activeDeadlineSeconds').number();
  return {
    completions: spec.child('completions').number() ?? (spec.child('parallelism').isPresent ? parallelism : 1),
    parallelism,
    ...said({
      retries: spec.child('backoffLimit').number(),
      deadlineUs: deadline === undefined ? undefined : deadline * 1e6,
    }),
  };
}

function scheduleOf(spec: RawPart): NonNullable<AppService['schedule']> {
  const policies = { Allow: 'allow', Forbid: 'forbid', Replace: 'replace' } as const;
  const policy = spec.child('concurrencyPolicy').text() as keyof typeof policies | undefined;
  return {
    cron: spec.child('schedule').text() ?? '',
    ...said({ timeZone: spec.child('timeZone').text(), overlap: policy === undefined ? undefined : policies[policy] }),
  };
}

function priorityOf(name: string | undefined, cluster: ClusterParts): Pick<AppService, 'priority'> {
  if (name === undefined) return {};
  const value = cluster.priorities.get(name) ?? 0;
  // A name that says no more than the number.
  return { priority: { value, ...(name !== `priority-${value}`.replace('--', '-minus-') && { name }) } };
}

function updateOf(kind: string, spec: RawPart, replicas: number): AppUpdate {
  const strategy = spec.child(kind === 'Deployment' ? 'strategy' : 'updateStrategy');
  const seconds = (field: string): number | undefined => {
    const value = spec.child(field).number();
    return value === undefined || value === 0 ? undefined : value * 1e6;
  };
  const times = said({
    monitorUs: seconds('minReadySeconds'),
    deadlineUs: kind === 'Deployment' ? seconds('progressDeadlineSeconds') : undefined,
  });
  const type = strategy.child('type');
  if (type.value === 'Recreate') {
    type.take();
    return { ...times, minHealthyShare: 0, maxSurgeShare: 0 };
  }
  if (type.value === 'RollingUpdate') type.take();
  const rolling = strategy.child('rollingUpdate');
  if (!rolling.isPresent) return times;
  if (rolling.child('partition').value === 0) rolling.child('partition').take();
  const standard = kind === 'Deployment' ? '25%' : kind === 'DaemonSet' ? '0' : undefined;
  const surge = shareOfAmount(rolling.child('maxSurge'), standard, replicas);
  const gone = shareOfAmount(rolling.child('maxUnavailable'), kind === 'Deployment' ? '25%' : '1', replicas);
  if (kind === 'StatefulSet' && !rolling.child('maxUnavailable').isPresent) return times;
  return said({
    ...times,
    minHealthyShare: shareOf(Math.max(0, 1 - (gone ?? 0))),
    maxSurgeShare: kind === 'StatefulSet' ? undefined : surge,
  });
}

/** A number of replicas or a percentage, as a share. */
export function shareOfAmount(part: RawPart, otherwise: string | undefined, replicas: number): number | undefined {
  const text = part.text() ?? otherwise;
  if (text === undefined) return undefined;
  return shareOf(text.endsWith('%') ? Number(text.slice(0, -1)) / 100 : Number(text) / Math.max(1, replicas));
}
