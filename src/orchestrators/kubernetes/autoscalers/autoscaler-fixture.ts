import type { ApiServer, NewObject } from '../api/api-server.ts';
import type { ControlPlane } from '../api/control-plane.ts';
import type { MetricsServer, PodSample } from '../behaviour/workload-behaviour.ts';
import { create, pod } from '../cluster-fixture.ts';
import type { HorizontalPodAutoscaler } from '../objects/autoscaling.ts';
import { matchesSelector } from '../objects/label-selector.ts';
import type { Labels, ResourceList } from '../objects/meta.ts';
import type { Pod, PodSpec } from '../objects/pod.ts';
import { DEFAULT_PROFILE } from '../scheduler/default-profile.ts';
import { IndexedCore } from '../scheduler/indexed/indexed-core.ts';
import type { SchedulingCore } from '../scheduler/scheduling-core.ts';
import { ClusterSnapshot } from './shared/cluster-snapshot.ts';
import { PunctualCloud } from './shared/node-birth.ts';
import type { FindScale } from './shared/scale.ts';

/** Metrics and targets for tests of autoscalers. */

/** A metrics server that says what the test wrote into it. */
export class WrittenMetrics implements MetricsServer {
  readonly samples = new Map<number, PodSample>();
  readonly podMetrics = new Map<string, number>();
  readonly others = new Map<string, number>();
  /** Asked where nothing is written. */
  fallback: (podId: number) => PodSample | undefined = () => undefined;

  sample(podId: number): PodSample | undefined {
    return this.samples.get(podId) ?? this.fallback(podId);
  }

  podMetric(podId: number, name: string): number | undefined {
    return this.podMetrics.get(`${podId}/${name}`);
  }

  objectMetric(namespace: string, kind: string, object: string, name: string): number | undefined {
    return this.others.get(`${namespace}/${kind}/${object}/${name}`);
  }

  externalMetric(namespace: string, name: string): number | undefined {
    return this.others.get(`${namespace}/${name}`);
  }

  /** A sample of the container `main` over the last 30 s. */
  use(podId: number, cpuMilli: number, memBytes = 0, timeUs = 0): void {
    this.samples.set(podId, {
      timeUs,
      windowUs: 30_000_000,
      containers: [{ name: 'main', cpuMilli, memBytes }],
    });
  }
}

/** Deployments as targets, without their controller: what is set is read back, and pods are the test's. */
export function deploymentScales(api: ApiServer): FindScale {
  return (namespace, target) => {
    const found = api.store('Deployment').named(namespace, target.name);
    if (found === undefined || target.kind !== 'Deployment') return undefined;
    return {
      replicas: found.spec.replicas,
      selector: found.spec.selector,
      setReplicas: (replicas) => {
        api.update('Deployment', found.id, { spec: { ...found.spec, replicas } });
      },
    };
  };
}

/** A pod that runs and is ready since the beginning of time. */
export function runningPod(
  api: ApiServer,
  name: string,
  requests: ResourceList,
  fields: Partial<PodSpec> & { labels?: Labels; namespace?: string } = {},
  status: Partial<Pod['status']> = {},
): Pod {
  const made = create(api, 'Pod', pod(name, requests, fields));
  api.setPodStatus(made.id, { phase: 'Running', ready: true, readyChangedUs: -1e9, startUs: -1e9, ...status });
  return api.pods.get(made.id)!;
}

/** A cloud whose machines are ready as soon as they are there. */
export function readyCloud(api: ApiServer): PunctualCloud {
  return new PunctualCloud(api, (node) => node);
}

/** What the autoscalers think in. */
export function filterCore(): SchedulingCore {
  return new IndexedCore(DEFAULT_PROFILE);
}

/** Brings the number of a deployment's pods to what its spec says, as a ReplicaSet would; newest go first. */
export function matchReplicas(api: ApiServer, spec: (name: string) => Partial<PodSpec>, requests: ResourceList): void {
  for (const deployment of api.store('Deployment').all()) {
    const { selector, replicas } = deployment.spec;
    const pods = [...api.pods.all()].filter((one) => matchesSelector(selector, one.metadata.labels));
    for (let k = pods.length; k < replicas; k++) {
      const name = `${deployment.metadata.name}-${api.podsCreated}`;
      const fields = { labels: deployment.metadata.labels, ...spec(name) };
      const made = pod(name, requests, fields);
      const owner = {
        apiVersion: 'apps/v1',
        kind: 'ReplicaSet',
        name: deployment.metadata.name,
        uid: deployment.metadata.uid,
        controller: true,
      };
      create(api, 'Pod', { ...made, metadata: { ...made.metadata, ownerReferences: [owner] } });
    }
    for (const extra of pods.slice(replicas).reverse()) api.deletePod(extra.id, { graceSeconds: 0 });
  }
}

/**
 * Scheduler and kubelet in a few lines: a pod without a node is tried 10 ms after anything changed, is bound and runs
 * 2 s later, or is called unschedulable; a pod that is told to go is gone after 1 s.
 */
export function runPods(plane: ControlPlane): void {
  const { api, clock } = plane;
  const mirror = new ClusterSnapshot(api, filterCore());
  const ready = clock.kind((id) => {
    const found = api.pods.get(id);
    if (found !== undefined && found.metadata.deletionUs === undefined)
      api.setPodStatus(id, { phase: 'Running', ready: true, readyChangedUs: clock.nowUs });
  });
  const remove = clock.kind((id) => api.remove('Pod', id));
  let planned = false;
  const schedule = clock.kind(() => {
    planned = false;
    const waiting = [...api.pods.all()].filter((one) => one.spec.nodeName === undefined);
    for (const one of waiting) {
      mirror.sync();
      const names = mirror.names().filter((name) => mirror.fits(one, name));
      const free = (name: string): number => mirror.freeOn(name).cpuMilli;
      const best = names.sort((a, b) => free(b) - free(a))[0] as string | undefined;
      if (best !== undefined) {
        api.bind(one.id, best);
        api.setPodStatus(one.id, { startUs: clock.nowUs });
        clock.after(2_000_000, ready, one.id);
      } else if (one.status.unschedulable === undefined)
        api.setPodStatus(one.id, { unschedulable: { sinceUs: clock.nowUs, message: 'no room' } });
    }
  });
  const plan = (): void => {
    if (planned) return;
    planned = true;
    clock.after(10_000, schedule, 0);
  };
  api.pods.watch((one, before) => {
    if (one?.metadata.deletionUs !== undefined && before?.metadata.deletionUs === undefined)
      clock.after(1_000_000, remove, one.id);
    if (one === undefined || before === undefined) plan();
  });
  api.nodes.watch(plan);
  plan();
}

/** The HPA of a Deployment: 60 % of the CPU that its pods request, 40 replicas at most. */
export function autoscalerOf(name: string, replicas: number): NewObject<HorizontalPodAutoscaler> {
  return {
    kind: 'HorizontalPodAutoscaler',
    metadata: { name, namespace: 'default' },
    spec: {
      scaleTargetRef: { kind: 'Deployment', name },
      minReplicas: replicas,
      maxReplicas: 40,
      metrics: [{ type: 'Resource', name: 'cpu', target: { type: 'Utilization', amount: 60 } }],
    },
    status: { currentReplicas: replicas, desiredReplicas: replicas },
  };
}
