import { quantityMilli } from '../../kubernetes/objects/quantity.ts';
import { fullServiceName, shareOf, type AppMetric, type AppPort, type AppService, type Loss } from '../app-model.ts';
import type { RawPart } from '../raw-part.ts';
import { unreadLosses } from '../read-losses.ts';
import { said } from '../yaml-text.ts';
import type { RawObject } from './raw-objects.ts';
import { isPicked, shareOfAmount, templateOf } from './read-workload.ts';

/** All that is there, for objects that say something of each other. */
export interface ClusterParts {
  readonly objects: readonly RawObject[];
  readonly losses: Loss[];
  readonly priorities: ReadonlyMap<string, number>;
  /** Sizes of claims by `namespace/name`. */
  readonly claims: ReadonlyMap<string, number | undefined>;
}

/** Ports as the Services in front of the pods show them, and what Baton reads of those. */
export function readPorts(
  service: AppService,
  object: RawObject,
  cluster: ClusterParts,
): Pick<AppService, 'ports' | 'labels'> {
  const podLabels = templateOf(object).at('metadata.labels').value as Record<string, string> | undefined;
  const ports = [...service.ports];
  const labels = { ...service.labels };
  for (const one of cluster.objects) {
    if (one.kind !== 'Service' || one.namespace !== service.group) continue;
    const selector = one.part.at('spec.selector').textMap();
    if (!isPicked(selector, podLabels)) continue;
    for (const [key, value] of one.part.at('metadata.annotations').entries())
      if (key.startsWith('baton.dev/')) labels[key] = value.text() ?? '';
    const type = one.part.at('spec.type').text() ?? 'ClusterIP';
    for (const port of one.part.at('spec.ports').items()) addPort(ports, port, type);
    one.part.at('spec.clusterIP').take();
    one.part.child('metadata').take('name', 'namespace', 'labels');
    const ending = one.name.startsWith(service.name) ? '' : ` ${one.name}`;
    cluster.losses.push(
      ...unreadLosses(fullServiceName(service), one.part).map((loss) => ({
        ...loss,
        field: `Service${ending} ${loss.field}`,
      })),
    );
    if (one.name !== service.name && one.name !== `${service.name}-public`)
      cluster.losses.push({
        kind: 'not-translated',
        service: fullServiceName(service),
        field: 'Service metadata.name',
        value: one.name,
        instead: `it is found as ${service.name}`,
      });
  }
  return { ports, labels };
}

function addPort(ports: AppPort[], part: RawPart, type: string): void {
  const outer = part.child('port').number() ?? 0;
  const target = part.child('targetPort').text() ?? String(outer);
  const protocol = (part.child('protocol').text() ?? 'TCP').toLowerCase() as AppPort['protocol'];
  const name = part.child('name').text();
  const nodePort = part.child('nodePort').number();
  let place = ports.findIndex(
    (port) => (port.name === target || String(port.container) === target) && port.protocol === protocol,
  );
  if (place < 0) {
    const container = Number(target);
    if (!Number.isInteger(container)) return;
    place = ports.push({ container, protocol, mode: 'internal' }) - 1;
  }
  const port = ports[place];
  if (port.mode === 'host') return;
  const isBalanced = type === 'LoadBalancer' || type === 'NodePort';
  if (port.mode === 'balanced' && !isBalanced) return;
  const published = type === 'NodePort' ? nodePort : outer;
  const isPlain = name === undefined || name === `${protocol}-${port.container}`;
  const { published: _, ...rest } = port;
  ports[place] = {
    ...rest,
    ...(published !== undefined && (isBalanced || published !== port.container) && { published }),
    ...(!isPlain && port.name === undefined && { name }),
    mode: isBalanced ? 'balanced' : 'internal',
  };
}

/** What a HorizontalPodAutoscaler or a ScaledObject says. */
export function readAutoscaler(
  service: AppService,
  object: RawObject,
  cluster: ClusterParts,
): Partial<Pick<AppService, 'autoscaling' | 'replicas' | 'labels'>> {
  const full = fullServiceName(service);
  for (const { kind, namespace, name, part } of cluster.objects) {
    if ((kind !== 'HorizontalPodAutoscaler' && kind !== 'ScaledObject') || namespace !== service.group) continue;
    const target = part.at('spec.scaleTargetRef');
    if (target.child('name').value !== object.name || (target.child('kind').value ?? 'Deployment') !== object.kind)
      continue;
    target.take();
    part.child('metadata').take('name', 'namespace', 'labels');
    const spec = part.child('spec');
    const metrics = (
      kind === 'ScaledObject'
        ? spec.child('triggers').items().map(triggerOf)
        : spec.child('metrics').items().map(metricOf)
    ).flatMap((one) => one ?? []);
    const annotations = part.at('metadata.annotations').textMap();
    const old = spec.child('targetCPUUtilizationPercentage').number();
    if (old !== undefined) metrics.push({ metric: 'cpu', target: shareOf(old / 100) });
    if (kind === 'HorizontalPodAutoscaler' && metrics.length === 0 && !spec.child('metrics').isPresent)
      metrics.push({ metric: 'cpu', target: 0.8 });
    const min =
      spec.child(kind === 'ScaledObject' ? 'minReplicaCount' : 'minReplicas').number() ??
      (kind === 'ScaledObject' ? 0 : 1);
    const max =
      spec.child(kind === 'ScaledObject' ? 'maxReplicaCount' : 'maxReplicas').number() ??
      (kind === 'ScaledObject' ? 100 : min);
    const cooldowns = said({
      scaleOutCooldownUs: micro(spec.at('behavior.scaleUp.stabilizationWindowSeconds')),
      scaleInCooldownUs:
        micro(spec.at('behavior.scaleDown.stabilizationWindowSeconds')) ?? micro(spec.child('cooldownPeriod')),
    });
    cluster.losses.push(...unreadLosses(full, part).map((loss) => ({ ...loss, field: `${kind} ${loss.field}` })));
    if (metrics.length === 0) {
      cluster.losses.push({
        kind: 'not-translated',
        service: full,
        field: kind,
        value: name,
        instead: `none of its metrics can be told to others; it stays at ${service.replicas} replicas`,
      });
      return {};
    }
    return {
      labels: { ...service.labels, ...annotations },
      autoscaling: { min, max, metrics, ...cooldowns },
      replicas: object.part.at('spec.replicas').isPresent ? service.replicas : Math.max(1, min),
    };
  }
  return {};
}

const micro = (part: RawPart): number | undefined => {
  const seconds = part.number();
  return seconds === undefined ? undefined : seconds * 1e6;
};

function metricOf(part: RawPart): AppMetric | undefined {
  const type = part.child('type').value;
  const name = part.at('resource.name').value;
  const share = part.at('resource.target.averageUtilization');
  if (type === 'Resource' && (name === 'cpu' || name === 'memory') && share.isPresent) {
    const target = (share.number() ?? 0) / 100;
    part.take();
    return { metric: name, target: shareOf(target) };
  }
  const perPod = part.at('pods.target.averageValue');
  if (type === 'Pods' && part.at('pods.metric.name').value === 'http_requests_per_second' && perPod.isPresent) {
    const target = quantityMilli(perPod.text() ?? '0') / 1000;
    part.take();
    return { metric: 'requests', target };
  }
  return undefined;
}

/** KEDA's triggers on CPU and memory. */
function triggerOf(part: RawPart): AppMetric | undefined {
  const type = part.child('type').value;
  const value = part.at('metadata.value');
  if ((type !== 'cpu' && type !== 'memory') || !value.isPresent) return undefined;
  const target = (value.number() ?? 0) / 100;
  part.take();
  return { metric: type, target: shareOf(target) };
}

/** What a PodDisruptionBudget says. */
export function readBudget(
  service: AppService,
  object: RawObject,
  cluster: ClusterParts,
): Pick<AppService, 'disruption'> {
  const podLabels = templateOf(object).at('metadata.labels').value as Record<string, string> | undefined;
  for (const { kind, namespace, part } of cluster.objects) {
    if (kind !== 'PodDisruptionBudget' || namespace !== service.group) continue;
    const selector = part.at('spec.selector.matchLabels').value as Record<string, string> | undefined;
    if (selector === undefined || !isPicked(selector, podLabels)) continue;
    const least = shareOfAmount(part.at('spec.minAvailable'), undefined, service.replicas);
    const gone = shareOfAmount(part.at('spec.maxUnavailable'), undefined, service.replicas);
    const share = least ?? (gone === undefined ? undefined : 1 - gone);
    if (share !== undefined) return { disruption: { minHealthyShare: shareOf(Math.min(1, Math.max(0, share))) } };
  }
  return {};
}
