import type { AppModel, AppPort, AppService } from '../app-model.ts';
import { countOfShare, percentText } from '../amount-text.ts';
import type { ServiceLosses } from '../loss-book.ts';
import { optionalTime } from '../plain-losses.ts';
import { compact, compactOrNothing } from '../yaml-text.ts';
import { isOfScaler, NAME_LABEL, objectName } from './object-names.ts';
import { secondsOf } from './write-amounts.ts';
import { portName } from './write-container.ts';
import { metadataOf } from './write-workload.ts';

/** The Services in front of a service: for others in the cluster, and for the world. */
export function kubernetesServices(service: AppService): object[] {
  const internal = service.ports.filter(({ mode }) => mode === 'internal');
  const balanced = service.ports.filter(({ mode }) => mode === 'balanced');
  const inner = internal.length > 0 ? [serviceObject(service, internal, '', {})] : [];
  const outer =
    balanced.length > 0
      ? [serviceObject(service, balanced, internal.length > 0 ? '-public' : '', { type: 'LoadBalancer' })]
      : [];
  const headless =
    service.hasIdentity && inner.length + outer.length === 0
      ? [serviceObject(service, [], '', { clusterIP: 'None' })]
      : [];
  return [...inner, ...outer, ...headless];
}

function serviceObject(service: AppService, ports: readonly AppPort[], ending: string, more: object): object {
  const metadata = metadataOf(service);
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { ...metadata, name: `${metadata.name}${ending}` },
    spec: compact({
      ...more,
      selector: { [NAME_LABEL]: objectName(service.name) },
      ports: ports.map((port) => {
        const outer = port.published ?? port.container;
        return compact({
          name: portName(port.name) ?? (ports.length > 1 ? plainPortName(port) : undefined),
          port: outer,
          targetPort: outer === port.container ? undefined : port.container,
          protocol: port.protocol === 'tcp' ? undefined : port.protocol.toUpperCase(),
        });
      }),
    }),
  };
}

/** Of several ports each needs a name; this one says nothing. */
export const plainPortName = ({ protocol, container }: AppPort): string => `${protocol}-${container}`;

/** The HorizontalPodAutoscaler. Requests are the metric of pods that Baton measures and adapters commonly show. */
export function kubernetesAutoscaler(service: AppService, losses: ServiceLosses): object[] {
  const { autoscaling, kind } = service;
  if (autoscaling === undefined) return [];
  if (kind !== 'service') {
    losses.none('autoscaling', kind, 'only services are scaled');
    return [];
  }
  const metrics = autoscaling.metrics.map(({ metric, target }) => {
    if (metric === 'requests')
      return {
        type: 'Pods',
        pods: {
          metric: { name: 'http_requests_per_second' },
          target: { type: 'AverageValue', averageValue: quantity(target) },
        },
      };
    const percent = Math.round(target * 100);
    if (Math.abs(percent - target * 100) > 1e-6)
      losses.near('autoscaling.metrics', percentText(target), `${percent}%: whole percents only`);
    return {
      type: 'Resource',
      resource: { name: metric, target: { type: 'Utilization', averageUtilization: Math.max(1, percent) } },
    };
  });
  const min = Math.max(1, autoscaling.min);
  if (min !== autoscaling.min)
    losses.near('autoscaling.min', String(autoscaling.min), 'at least 1 replica; KEDA goes down to none');
  const rule = (us: number | undefined, field: string): object | undefined => {
    losses.near(field, optionalTime(us), 'a stabilization window: so long the most cautious advice counts');
    return compactOrNothing({ stabilizationWindowSeconds: secondsOf(us, field, losses) });
  };
  const behavior = compactOrNothing({
    scaleUp: rule(autoscaling.scaleOutCooldownUs, 'autoscaling.scaleOutCooldownUs'),
    scaleDown: rule(autoscaling.scaleInCooldownUs, 'autoscaling.scaleInCooldownUs'),
  });
  const annotations = Object.fromEntries(Object.entries(service.labels).filter(([key]) => isOfScaler(key)));
  const target = service.hasIdentity ? 'StatefulSet' : 'Deployment';
  return [
    {
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      metadata: { ...metadataOf(service), ...compact({ annotations }) },
      spec: compact({
        scaleTargetRef: { apiVersion: 'apps/v1', kind: target, name: objectName(service.name) },
        minReplicas: min,
        maxReplicas: Math.max(min, autoscaling.max),
        metrics,
        behavior,
      }),
    },
  ];
}

const quantity = (value: number): string =>
  Number.isInteger(value) ? String(value) : `${Math.max(1, Math.round(value * 1000))}m`;

/** The PodDisruptionBudget. */
export function kubernetesBudget({ disruption, ...service }: AppService): object[] {
  if (disruption === undefined) return [];
  const minAvailable =
    countOfShare(disruption.minHealthyShare, service.replicas) ?? `${Math.ceil(disruption.minHealthyShare * 100)}%`;
  return [
    {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: metadataOf(service),
      spec: { minAvailable, selector: { matchLabels: { [NAME_LABEL]: objectName(service.name) } } },
    },
  ];
}

const SYSTEM = new Set(['system-node-critical', 'system-cluster-critical']);

/** Name of the class of a service's priority. */
export function priorityClassName({ priority }: AppService): string | undefined {
  return priority === undefined ? undefined : (priority.name ?? `priority-${priority.value}`.replace('--', '-minus-'));
}

/** The PriorityClasses that the services name, but for those of the system. */
export function kubernetesPriorityClasses(model: AppModel): object[] {
  const classes = new Map<string, number>();
  for (const service of model.services) {
    const name = priorityClassName(service);
    if (name !== undefined && !SYSTEM.has(name)) classes.set(name, service.priority?.value ?? 0);
  }
  return [...classes].map(([name, value]) => ({
    apiVersion: 'scheduling.k8s.io/v1',
    kind: 'PriorityClass',
    metadata: { name: objectName(name) },
    value: Math.max(-2147483648, Math.min(1e9, value)),
  }));
}

/** The namespaces that the services are in. */
export function kubernetesNamespaces(model: AppModel): object[] {
  const groups = [...new Set(model.services.map(({ group }) => group))].filter((group) => group !== '');
  return groups.map((group) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: objectName(group) } }));
}
