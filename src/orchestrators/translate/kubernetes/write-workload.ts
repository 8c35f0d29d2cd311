import type { AppService, AppUpdate } from '../app-model.ts';
import type { ServiceLosses } from '../loss-book.ts';
import { optionalNumber, optionalShare, optionalTime } from '../plain-losses.ts';
import { compact } from '../yaml-text.ts';
import { ANNOTATIONS, PREFIX } from '../../kubernetes/behaviour/annotation-table.ts';
import { isLabelKey, isLabelValue, isOfScaler, labelKey, NAME_LABEL, objectName } from './object-names.ts';
import { secondsOf, wholePercent, memoryText } from './write-amounts.ts';
import { kubernetesContainer, kubernetesProbes, PodVolumes } from './write-container.ts';
import { kubernetesPlacement } from './write-placement.ts';

/** The objects that run a service: a Deployment, StatefulSet, DaemonSet, Job or CronJob, and the claims that it mounts. */
export function kubernetesWorkload(
  service: AppService,
  className: string | undefined,
  losses: ServiceLosses,
): object[] {
  const volumes = new PodVolumes();
  const marks = marksOf(service, losses);
  const template = {
    metadata: compact({ labels: marks.labels, annotations: marks.annotations }),
    spec: podSpec(service, className, volumes, losses),
  };
  const metadata = metadataOf(service, marks.labels);
  const head = { apiVersion: 'apps/v1' };
  const selector = { matchLabels: { [NAME_LABEL]: objectName(service.name) } };
  const claims = volumes.claims.map((mount) => ({
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: compact({ name: objectName(mount.source), namespace: metadata.namespace }),
    spec: claimSpec(mount.source, mount.sizeBytes, service.replicas > 1 ? 'ReadWriteMany' : 'ReadWriteOnce', losses),
  }));
  const { kind, replicas } = service;
  if (kind === 'job' || kind === 'scheduled-job') return [...claims, jobObject(service, metadata, template, losses)];
  tellRestart(service, losses);
  const update = updateOf({ ...service, hasIdentity: service.hasIdentity || volumes.templates.length > 0 }, losses);
  if (kind === 'daemon')
    return [...claims, { ...head, kind: 'DaemonSet', metadata, spec: compact({ selector, ...update, template }) }];
  if (!service.hasIdentity && volumes.templates.length === 0)
    return [
      ...claims,
      { ...head, kind: 'Deployment', metadata, spec: compact({ replicas, selector, ...update, template }) },
    ];
  if (!service.hasIdentity)
    losses.near('hasIdentity', 'no', 'replicas with volumes of their own are a StatefulSet, and started in order');
  const volumeClaimTemplates = volumes.templates.map((mount) => ({
    metadata: { name: objectName(mount.source || mount.target) },
    spec: claimSpec(mount.source, mount.sizeBytes, 'ReadWriteOnce', losses),
  }));
  const serviceName = objectName(service.name);
  return [
    ...claims,
    {
      ...head,
      kind: 'StatefulSet',
      metadata,
      spec: compact({ serviceName, replicas, selector, ...update, template, volumeClaimTemplates }),
    },
  ];
}

/** Name, namespace and labels of an object of the service. */
export function metadataOf(
  service: AppService,
  labels?: Readonly<Record<string, string>>,
): {
  name: string;
  namespace?: string;
  labels?: Readonly<Record<string, string>>;
} {
  return {
    name: objectName(service.name),
    ...(service.group !== '' && { namespace: objectName(service.group) }),
    ...(labels !== undefined && { labels }),
  };
}

const POD_OR_SERVICE = new Set(ANNOTATIONS.filter(({ on }) => on !== 'scaler').map(({ name }) => name));

/** Labels have short values of few signs; the rest are annotations. What Baton reads are annotations always. */
function marksOf(
  service: AppService,
  losses: ServiceLosses,
): { labels: Record<string, string>; annotations: Record<string, string> } {
  const labels: Record<string, string> = { [NAME_LABEL]: objectName(service.name) };
  const annotations: Record<string, string> = {};
  for (const [key, value] of Object.entries(service.labels)) {
    const legal = labelKey(key);
    if (!isLabelKey(key)) losses.near('labels', key, `no name of an annotation: ${legal}`);
    if (legal === NAME_LABEL) {
      if (value !== objectName(service.name))
        losses.near('labels', `${key}=${value}`, 'it is the name here, by which pods are selected');
    } else if (legal.startsWith(PREFIX) && !POD_OR_SERVICE.has(legal.slice(PREFIX.length))) {
      if (!isOfScaler(legal))
        losses.none('labels', key, 'a run of Kubernetes knows no such annotation; it is left out');
      else if (service.autoscaling === undefined)
        losses.none('labels', key, 'without an autoscaler nobody asks for it');
    } else if (legal.startsWith(PREFIX) || !isLabelValue(value)) annotations[legal] = value;
    else labels[legal] = value;
  }
  return { labels, annotations };
}

function podSpec(
  service: AppService,
  className: string | undefined,
  volumes: PodVolumes,
  losses: ServiceLosses,
): object {
  const main = kubernetesContainer(service.name, service, volumes, losses, kubernetesProbes(service, losses));
  const helper = (runs: 'before' | 'beside'): object[] =>
    service.helpers
      .filter((one) => one.runs === runs)
      .map((one) => kubernetesContainer(one.name, one, volumes, losses.within('helpers')));
  const isJob = service.kind === 'job' || service.kind === 'scheduled-job';
  for (const { service: other, until } of service.dependsOn)
    losses.none(
      'dependsOn',
      `${other} (${until})`,
      'nothing waits in Kubernetes; containers fail and are restarted until it is there',
    );
  losses.none(
    'stopSignal',
    service.stopSignal === 'SIGTERM' ? undefined : service.stopSignal,
    'the signal of the image (STOPSIGNAL) is sent',
  );
  return compact({
    ...kubernetesPlacement(service, losses),
    priorityClassName: className,
    hostNetwork: service.hostNetwork || undefined,
    terminationGracePeriodSeconds: secondsOf(service.stopGraceUs, 'stopGraceUs', losses),
    restartPolicy: isJob ? (service.restart?.condition === 'on-failure' ? 'OnFailure' : 'Never') : undefined,
    initContainers: helper('before'),
    containers: [main, ...helper('beside')],
    volumes: volumes.volumes,
  });
}

function jobObject(service: AppService, metadata: object, template: object, losses: ServiceLosses): object {
  const { job, schedule, restart } = service;
  if (restart?.condition === 'any') losses.near('restart.condition', 'any', 'a run that succeeded is not repeated');
  const none = restart?.condition === 'none' && job?.retries === undefined;
  const retries = none ? 0 : (job?.retries ?? restart?.maxAttempts);
  if (none) losses.near('restart.condition', 'none', 'backoffLimit: 0');
  else if (job?.retries === undefined)
    losses.near('restart.maxAttempts', optionalNumber(restart?.maxAttempts), `backoffLimit: ${retries}`);
  tellBackoff(service, losses);
  const spec = compact({
    completions: job?.completions,
    parallelism: job?.parallelism,
    backoffLimit: retries,
    activeDeadlineSeconds: secondsOf(job?.deadlineUs, 'job.deadlineUs', losses),
    template,
  });
  if (schedule === undefined) return { apiVersion: 'batch/v1', kind: 'Job', metadata, spec };
  const concurrency = { allow: 'Allow', forbid: 'Forbid', replace: 'Replace' } as const;
  return {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata,
    spec: compact({
      schedule: schedule.cron,
      timeZone: schedule.timeZone,
      concurrencyPolicy: schedule.overlap && concurrency[schedule.overlap],
      jobTemplate: { spec },
    }),
  };
}

function tellRestart(service: AppService, losses: ServiceLosses): void {
  const condition = service.restart?.condition;
  if (condition !== undefined && condition !== 'any')
    losses.none('restart.condition', condition, 'pods of a service are restarted whenever they end');
  losses.none('restart.maxAttempts', optionalNumber(service.restart?.maxAttempts), 'pods are restarted without end');
  tellBackoff(service, losses);
}

function tellBackoff({ restart }: AppService, losses: ServiceLosses): void {
  const instead = 'the kubelet waits 10 s, then twice as long each time, up to 5 min';
  losses.none('restart.delayUs', optionalTime(restart?.delayUs), instead);
  losses.none(
    'restart.windowUs',
    optionalTime(restart?.windowUs),
    'restarts are not counted within a time; the delay is forgotten after 10 min without one',
  );
  losses.none('restart.backoffFactor', optionalNumber(restart?.backoffFactor), instead);
  losses.none('restart.maxDelayUs', optionalTime(restart?.maxDelayUs), instead);
}

function updateOf(service: AppService, losses: ServiceLosses): object {
  const { update, kind, hasIdentity, replicas } = service;
  if (update === undefined) return {};
  const isSet = kind === 'daemon' || hasIdentity;
  losses.none(
    'update.delayUs',
    optionalTime(update.delayUs),
    'the next replica is replaced as soon as the last is available',
  );
  losses.none(
    'update.maxFailureShare',
    optionalShare(update.maxFailureShare),
    'an update waits for each new replica, however many fail',
  );
  losses.none('update.canaries', optionalNumber(update.canaries), 'a second Deployment would have to be made by hand');
  if (update.failureAction !== undefined && update.failureAction !== 'pause')
    losses.none(
      'update.failureAction',
      update.failureAction,
      'an update that fails stops where it is; go back with kubectl rollout undo',
    );
  if (isSet)
    losses.none(
      'update.deadlineUs',
      optionalTime(update.deadlineUs),
      `a ${kind === 'daemon' ? 'DaemonSet' : 'StatefulSet'} waits for ever`,
    );
  const minReadySeconds = secondsOf(update.monitorUs, 'update.monitorUs', losses);
  const progressDeadlineSeconds = isSet ? undefined : deadlineOf(update, minReadySeconds ?? 0, losses);
  const shares = sharesOf(service, losses);
  if (shares === undefined) return compact({ minReadySeconds, progressDeadlineSeconds });
  const { surge, gone } = shares;
  if (surge === 0 && gone >= 1 && !isSet)
    return compact({ minReadySeconds, progressDeadlineSeconds, strategy: { type: 'Recreate' } });
  const maxSurge = wholePercent(surge, replicas, 'up');
  const maxUnavailable = wholePercent(surge === 0 && gone === 0 ? 1 / replicas : gone, replicas, 'down');
  if (surge === 0 && gone === 0)
    losses.near('update.minHealthyShare', '100%', 'without more replicas one has to go first; 1 unavailable');
  const isPlainSet = hasIdentity && kind !== 'daemon';
  if (isPlainSet && surge > 0)
    losses.none(
      'update.maxSurgeShare',
      optionalShare(surge),
      'a StatefulSet stops a replica before it starts the new one',
    );
  const rolling = {
    type: 'RollingUpdate',
    rollingUpdate: isPlainSet
      ? compact({ maxUnavailable: gone === 0 ? undefined : maxUnavailable })
      : { maxSurge, maxUnavailable },
  };
  return compact({
    minReadySeconds,
    progressDeadlineSeconds,
    [isSet ? 'updateStrategy' : 'strategy']: compact(rolling),
  });
}

/** It has to be longer than the time to be ready, and is 600 s when nothing is said. */
function deadlineOf(update: AppUpdate, minReadySeconds: number, losses: ServiceLosses): number | undefined {
  const said = secondsOf(update.deadlineUs, 'update.deadlineUs', losses);
  if ((said ?? 600) > minReadySeconds) return said;
  losses.near(
    'update.deadlineUs',
    `${said ?? 600}s`,
    `${minReadySeconds + 60} s: it is longer than the time to be healthy`,
  );
  return minReadySeconds + 60;
}

/** How many more, and how many fewer, in shares of the replicas; undefined: nothing is said. */
function sharesOf(
  { update, replicas }: AppService,
  losses: ServiceLosses,
): { surge: number; gone: number } | undefined {
  if (update === undefined) return undefined;
  const { minHealthyShare, maxSurgeShare, parallelism, order } = update;
  const atOnce =
    parallelism === undefined
      ? 1 / Math.max(1, replicas)
      : parallelism === 0
        ? 1
        : Math.min(1, parallelism / Math.max(1, replicas));
  if (minHealthyShare === undefined && maxSurgeShare === undefined) {
    if (parallelism === undefined && order === undefined) return undefined;
    const isStartFirst = order === 'start-first';
    const what = `${isStartFirst ? 'maxSurge' : 'maxUnavailable'} ${Math.round(atOnce * replicas)}`;
    losses.near('update.parallelism', optionalNumber(parallelism), what);
    losses.near('update.order', order, what);
    return isStartFirst ? { surge: atOnce, gone: 0 } : { surge: 0, gone: atOnce };
  }
  const what = 'maxSurge and maxUnavailable say how many at a time';
  losses.near('update.parallelism', optionalNumber(parallelism), what);
  losses.near('update.order', order, what);
  return { surge: maxSurgeShare ?? 0, gone: 1 - (minHealthyShare ?? 1) };
}

function claimSpec(name: string, sizeBytes: number | undefined, mode: string, losses: ServiceLosses): object {
  if (sizeBytes === undefined) losses.near('mounts.sizeBytes', `${name} none`, 'a claim needs a size; 1Gi');
  return { accessModes: [mode], resources: { requests: { storage: memoryText(sizeBytes ?? 2 ** 30) } } };
}
