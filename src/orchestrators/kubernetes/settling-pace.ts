import { DEFAULT_CLIENT_LIMITS, type ClientLimits } from './controllers/shared/client-rate.ts';
import type { KubernetesSpec } from './kubernetes-spec.ts';

/** A cluster that comes to rest before its run is there after so long, as far as calls of clients are what it waits for. */
const WITHIN_S = 600;

/**
 * How fast clients may create and bind pods while a cluster comes to rest: as always, but fast enough for large clusters,
 * whose 100,000 pods would be created for an hour and a half by the usual 20 a second.
 */
export function settlingPace(spec: KubernetesSpec): {
  readonly controllers: ClientLimits;
  readonly schedulingTimes: KubernetesSpec['schedulingTimes'];
} {
  const perSecond = Math.ceil(podsAskedFor(spec) / WITHIN_S);
  const { clientQps, clientBurst, ...times } = spec.schedulingTimes;
  return {
    controllers: {
      qps: Math.max(DEFAULT_CLIENT_LIMITS.qps, perSecond),
      burst: Math.max(DEFAULT_CLIENT_LIMITS.burst, perSecond),
    },
    schedulingTimes: {
      ...times,
      clientQps: Math.max(clientQps, perSecond),
      clientBurst: Math.max(clientBurst, perSecond),
    },
  };
}

/** Pods of the manifests themselves and of their workloads; daemons count as being on every node. */
function podsAskedFor({ objects, nodeGroups }: KubernetesSpec): number {
  const nodes = nodeGroups.reduce(
    (sum, { initial }) => sum + initial,
    objects.filter(({ kind }) => kind === 'Node').length,
  );
  let pods = 0;
  for (const object of objects)
    if (object.kind === 'Pod') pods++;
    else if (object.kind === 'DaemonSet') pods += nodes;
    else if (object.kind === 'Deployment' || object.kind === 'ReplicaSet' || object.kind === 'StatefulSet')
      pods += object.spec.replicas;
  return pods;
}
