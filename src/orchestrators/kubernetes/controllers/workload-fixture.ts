import type { ApiServer, NewObject } from '../api/api-server.ts';
import type { Component } from '../api/control-plane.ts';
import {
  controlPlane,
  create,
  deployment,
  node,
  podSpec,
  template,
  type TestControlPlane,
} from '../cluster-fixture.ts';
import {
  NEW_REPLICA_SET_STATUS,
  NEW_STATEFUL_SET_STATUS,
  NEW_DAEMON_SET_STATUS,
  NEW_JOB_STATUS,
} from '../objects/new-statuses.ts';
import type { Pod, PodSpec } from '../objects/pod.ts';
import type { PodDisruptionBudget } from '../objects/policy.ts';
import type { CronJob, DaemonSet, Deployment, Job, JobSpec, ReplicaSet, StatefulSet } from '../objects/workloads.ts';
import { targetNodeOf } from './daemonset/node-eligibility.ts';
import { workloadControllers, type WorkloadControllerOptions } from './index.ts';
import { watchAll } from './shared/watch-all.ts';

/** How the machines of a test behave. */
export interface FakeMachines {
  /** From creation until a pod has a node. */
  readonly scheduleUs: number;
  /** From then until it is ready; Infinity: never. */
  readonly startUs: (pod: Pod) => number;
  /** From the order to go until it is gone. */
  readonly stopUs: (pod: Pod) => number;
  /** When it ends by itself after being ready, and how. */
  readonly end: (pod: Pod) => { readonly afterUs: number; readonly exitCode: number };
  /** Which node it gets; undefined: none. */
  readonly nodeOf: (pod: Pod) => string | undefined;
}

export const QUICK: FakeMachines = {
  scheduleUs: 1_000,
  startUs: () => 1_000_000,
  stopUs: () => 500_000,
  end: () => ({ afterUs: Infinity, exitCode: 0 }),
  nodeOf: (pod) => targetNodeOf(pod.spec) ?? 'n1',
};

/** No limits of clients: pods are created as soon as batches allow. */
export const UNLIMITED: WorkloadControllerOptions = { client: { qps: 1e9, burst: 1e6 } };

/** A scheduler and kubelets that do as they are told, for tests of controllers. */
class FakeCluster implements Component {
  private readonly plane: TestControlPlane;
  private readonly machines: FakeMachines;

  constructor(plane: TestControlPlane, machines: FakeMachines) {
    this.plane = plane;
    this.machines = machines;
  }

  begin(): void {
    const { api, clock } = this.plane;
    const { machines } = this;
    const status = (pod: Pod, phase: Pod['status']['phase'], ready: boolean, exitCode?: number): void => {
      const state = exitCode === undefined ? 'running' : 'terminated';
      api.setPodStatus(pod.id, {
        phase,
        ready,
        readyChangedUs: clock.nowUs,
        containers: pod.spec.containers.map(({ name }) => ({
          name,
          ready,
          started: true,
          restartCount: 0,
          state,
          reason: '',
          ...(exitCode !== undefined && { exitCode }),
          sinceUs: clock.nowUs,
        })),
      });
    };
    const remove = clock.kind((id) => api.remove('Pod', id));
    const end = clock.kind((id) => {
      const pod = api.pods.get(id);
      if (pod === undefined || pod.metadata.deletionUs !== undefined) return;
      const { exitCode } = machines.end(pod);
      status(pod, exitCode === 0 ? 'Succeeded' : 'Failed', false, exitCode);
    });
    const ready = clock.kind((id) => {
      const pod = api.pods.get(id);
      if (pod === undefined || pod.metadata.deletionUs !== undefined) return;
      status(pod, 'Running', true);
      const { afterUs } = machines.end(pod);
      if (afterUs < Infinity) clock.after(afterUs, end, id);
    });
    const bind = clock.kind((id) => {
      const pod = api.pods.get(id);
      const name = pod === undefined ? undefined : machines.nodeOf(pod);
      if (pod === undefined || name === undefined) return;
      api.bind(id, name);
      if (machines.startUs(pod) < Infinity) clock.after(machines.startUs(pod), ready, id);
    });
    watchAll(api.pods, (pod, before) => {
      if (pod === undefined) return;
      if (before === undefined && pod.spec.nodeName === undefined) clock.after(machines.scheduleUs, bind, pod.id);
      if (pod.metadata.deletionUs === undefined || before?.metadata.deletionUs !== undefined) return;
      if (pod.status.ready) api.setPodStatus(pod.id, { ready: false, readyChangedUs: clock.nowUs });
      clock.after(machines.stopUs(pod), remove, pod.id);
    });
  }
}

/** A cluster with all workload controllers, fake machines and the node n1. `objects` are there when it begins, which may be later. */
export function workloadCluster(
  objects: (api: ApiServer) => void = () => undefined,
  machines: Partial<FakeMachines> = {},
  options: WorkloadControllerOptions = UNLIMITED,
  laterMs = 0,
): TestControlPlane {
  const usual = controlPlane();
  const plane = { ...usual, epochMs: usual.epochMs + laterMs };
  create(plane.api, 'Node', node('n1'));
  objects(plane.api);
  const components = [...workloadControllers(plane, options), new FakeCluster(plane, { ...QUICK, ...machines })];
  for (const component of components) component.begin();
  return plane;
}

/** Lets time pass until so many seconds after the beginning. */
export function runTo(plane: TestControlPlane, seconds: number): void {
  const limitUs = Math.round(seconds * 1_000_000);
  while (plane.clock.step(limitUs));
}

/** Messages of all events with this reason, with their times in seconds. */
export function eventsOf(plane: TestControlPlane, reason: string): { seconds: number; message: string }[] {
  return plane.chronicle.events
    .filter((event) => event.reason === reason)
    .map(({ timeUs, message }) => ({ seconds: timeUs / 1e6, message }));
}

/** Changes an object's spec as `kubectl apply` does. */
export function changeSpec(
  plane: TestControlPlane,
  kind: 'Deployment' | 'ReplicaSet' | 'StatefulSet' | 'DaemonSet' | 'Job' | 'CronJob',
  name: string,
  fields: object,
): void {
  const object = plane.api.store(kind).named('default', name)!;
  plane.api.update(kind, object.id, {
    spec: { ...object.spec, ...fields },
    metadata: { ...object.metadata, generation: object.metadata.generation + 1 },
  });
}

/** A template of another version of the same pods. */
export function version(name: string, image: string, spec: PodSpec = podSpec({ cpu: '100m' })) {
  const containers = spec.containers.map((one) => ({ ...one, image }));
  return template({ app: name }, { ...spec, containers });
}

export function replicaSet(
  name: string,
  replicas: number,
  fields: Partial<ReplicaSet['spec']> = {},
): NewObject<ReplicaSet> {
  return {
    kind: 'ReplicaSet',
    metadata: { name, namespace: 'default', labels: { app: name } },
    spec: {
      replicas,
      selector: { matchLabels: { app: name } },
      template: template({ app: name }, podSpec({ cpu: '100m' })),
      minReadySeconds: 0,
      ...fields,
    },
    status: NEW_REPLICA_SET_STATUS,
  };
}

export function statefulSet(
  name: string,
  replicas: number,
  fields: Partial<StatefulSet['spec']> = {},
): NewObject<StatefulSet> {
  return {
    kind: 'StatefulSet',
    metadata: { name, namespace: 'default', labels: { app: name } },
    spec: {
      replicas,
      selector: { matchLabels: { app: name } },
      template: template({ app: name }, podSpec({ cpu: '100m' })),
      serviceName: name,
      podManagementPolicy: 'OrderedReady',
      updateStrategy: { type: 'RollingUpdate', partition: 0, maxUnavailable: 1 },
      minReadySeconds: 0,
      ordinalsStart: 0,
      volumeClaimTemplates: [],
      ...fields,
    },
    status: NEW_STATEFUL_SET_STATUS,
  };
}

export function daemonSet(name: string, fields: Partial<DaemonSet['spec']> = {}): NewObject<DaemonSet> {
  return {
    kind: 'DaemonSet',
    metadata: { name, namespace: 'default', labels: { app: name } },
    spec: {
      selector: { matchLabels: { app: name } },
      template: template({ app: name }, podSpec({ cpu: '100m' })),
      minReadySeconds: 0,
      updateStrategy: { type: 'RollingUpdate', maxUnavailable: 1, maxSurge: 0 },
      ...fields,
    },
    status: NEW_DAEMON_SET_STATUS,
  };
}

export function jobSpec(fields: Partial<JobSpec> = {}): JobSpec {
  return {
    completions: 1,
    parallelism: 1,
    completionMode: 'NonIndexed',
    backoffLimit: 6,
    suspend: false,
    podReplacementPolicy: 'TerminatingOrFailed',
    template: template({}, podSpec({ cpu: '100m' }, { restartPolicy: 'Never' })),
    ...fields,
  };
}

export function job(name: string, fields: Partial<JobSpec> = {}): NewObject<Job> {
  return {
    kind: 'Job',
    metadata: { name, namespace: 'default' },
    spec: jobSpec(fields),
    status: NEW_JOB_STATUS,
  };
}

export function cronJob(name: string, schedule: string, fields: Partial<CronJob['spec']> = {}): NewObject<CronJob> {
  return {
    kind: 'CronJob',
    metadata: { name, namespace: 'default' },
    spec: {
      schedule,
      concurrencyPolicy: 'Allow',
      suspend: false,
      successfulJobsHistoryLimit: 3,
      failedJobsHistoryLimit: 1,
      jobTemplate: { metadata: { labels: {}, annotations: {} }, spec: jobSpec() },
      ...fields,
    },
    status: { active: [] },
  };
}

export function budget(
  name: string,
  app: string,
  fields: Partial<PodDisruptionBudget['spec']>,
): NewObject<PodDisruptionBudget> {
  return {
    kind: 'PodDisruptionBudget',
    metadata: { name, namespace: 'default' },
    spec: { selector: { matchLabels: { app } }, unhealthyPodEvictionPolicy: 'IfHealthyBudget', ...fields },
    status: { expectedPods: 0, currentHealthy: 0, desiredHealthy: 0, disruptionsAllowed: 0, disruptedPods: {} },
  };
}

/** Pods of an app in order of creation. */
export function podsOfApp(plane: TestControlPlane, app: string): Pod[] {
  return [...plane.api.pods.all()].filter(({ metadata }) => metadata.labels['app'] === app);
}

export function applyDeployment(
  plane: TestControlPlane,
  name: string,
  replicas: number,
  fields: Partial<Deployment['spec']> = {},
): Deployment {
  return create(plane.api, 'Deployment', deployment(name, replicas, podSpec({ cpu: '100m' }), fields));
}
