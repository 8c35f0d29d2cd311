import { expect, test } from 'vitest';
import type { NewObject } from '../api/api-server.ts';
import type { Kind, Kinds } from '../objects/kinds.ts';
import { readManifests } from './read-manifests.ts';

/** What `kubectl get nodes,pods,deploy,rs,hpa,svc -A -o yaml` prints, shortened to one of each. */
const DUMP = `apiVersion: v1
items:
- apiVersion: v1
  kind: Node
  metadata:
    annotations:
      kubeadm.alpha.kubernetes.io/cri-socket: unix:///run/containerd/containerd.sock
      node.alpha.kubernetes.io/ttl: "0"
    creationTimestamp: "2026-03-01T08:00:00Z"
    labels:
      beta.kubernetes.io/arch: amd64
      kubernetes.io/arch: amd64
      kubernetes.io/hostname: kind-worker
      kubernetes.io/os: linux
      topology.kubernetes.io/zone: eu-1a
    name: kind-worker
    resourceVersion: "4711"
    uid: 6a1c7c2e-6d5c-4c0f-9b1a-0c52dd7f3a01
  spec:
    podCIDR: 10.244.1.0/24
    podCIDRs:
    - 10.244.1.0/24
    providerID: kind://docker/kind/kind-worker
    taints:
    - effect: NoExecute
      key: node.kubernetes.io/unreachable
      timeAdded: "2026-03-02T09:59:00Z"
  status:
    addresses:
    - address: 172.18.0.3
      type: InternalIP
    allocatable:
      cpu: "8"
      ephemeral-storage: 263112772Ki
      hugepages-1Gi: "0"
      memory: 32861448Ki
      pods: "110"
    capacity:
      cpu: "8"
      ephemeral-storage: 263112772Ki
      hugepages-1Gi: "0"
      memory: 32861448Ki
      pods: "110"
    conditions:
    - lastHeartbeatTime: "2026-03-02T10:00:00Z"
      lastTransitionTime: "2026-03-01T08:00:10Z"
      message: kubelet has sufficient memory available
      reason: KubeletHasSufficientMemory
      status: "False"
      type: MemoryPressure
    - lastHeartbeatTime: "2026-03-02T10:00:00Z"
      lastTransitionTime: "2026-03-01T08:00:40Z"
      message: kubelet is posting ready status
      reason: KubeletReady
      status: "True"
      type: Ready
    daemonEndpoints:
      kubeletEndpoint:
        Port: 10250
    images:
    - names:
      - registry.example.com/web@sha256:1d34ffeaf190be23d3de5a8de0a436676b758f48f835c3a2d4768b798c15a7f1
      - registry.example.com/web:1.0
      sizeBytes: 73206000
    nodeInfo:
      architecture: amd64
      kubeletVersion: v1.36.2
- apiVersion: v1
  kind: Pod
  metadata:
    creationTimestamp: "2026-03-02T09:00:00Z"
    deletionGracePeriodSeconds: 30
    deletionTimestamp: "2026-03-02T10:00:20Z"
    generateName: web-6c9f8d7b5-
    labels:
      app: web
      pod-template-hash: 6c9f8d7b5
    name: web-6c9f8d7b5-x2x9k
    namespace: shop
    ownerReferences:
    - apiVersion: apps/v1
      blockOwnerDeletion: true
      controller: true
      kind: ReplicaSet
      name: web-6c9f8d7b5
      uid: 6a1c7c2e-6d5c-4c0f-9b1a-0c52dd7f3a03
    uid: 6a1c7c2e-6d5c-4c0f-9b1a-0c52dd7f3a04
  spec:
    containers:
    - image: registry.example.com/web:1.0
      imagePullPolicy: IfNotPresent
      name: web
      resources: {}
    nodeName: kind-worker
    tolerations:
    - effect: NoExecute
      key: node.kubernetes.io/not-ready
      operator: Exists
      tolerationSeconds: 300
  status:
    conditions:
    - lastProbeTime: null
      lastTransitionTime: "2026-03-02T09:01:00Z"
      message: 'containers with unready status: [web] because of something that is
        so long that it is folded'
      reason: ContainersNotReady
      status: "False"
      type: Ready
    containerStatuses:
    - image: registry.example.com/web:1.0
      lastState:
        terminated:
          exitCode: 1
          finishedAt: "2026-03-02T09:58:00Z"
          reason: Error
          startedAt: "2026-03-02T09:57:00Z"
      name: web
      ready: false
      restartCount: 7
      started: false
      state:
        waiting:
          message: back-off 5m0s restarting failed container=web pod=web-6c9f8d7b5-x2x9k_shop(6a1c)
          reason: CrashLoopBackOff
    phase: Running
- apiVersion: v1
  kind: Pod
  metadata:
    creationTimestamp: "2026-03-02T09:59:30Z"
    labels:
      app: web
      pod-template-hash: 6c9f8d7b5
    name: web-6c9f8d7b5-zzzzz
    namespace: shop
    uid: 6a1c7c2e-6d5c-4c0f-9b1a-0c52dd7f3a05
  spec:
    containers:
    - image: registry.example.com/web:1.0
      name: web
  status:
    conditions:
    - lastProbeTime: null
      lastTransitionTime: "2026-03-02T09:59:31Z"
      message: '0/1 nodes are available: 1 node(s) had untolerated taint.'
      reason: Unschedulable
      status: "False"
      type: PodScheduled
    phase: Pending
    qosClass: BestEffort
- apiVersion: apps/v1
  kind: Deployment
  metadata:
    annotations:
      deployment.kubernetes.io/revision: "3"
      kubectl.kubernetes.io/last-applied-configuration: |
        {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"annotations":{},"name":"web"}}
    creationTimestamp: "2026-03-01T09:00:00Z"
    generation: 3
    name: web
    namespace: shop
    uid: 6a1c7c2e-6d5c-4c0f-9b1a-0c52dd7f3a02
  spec:
    progressDeadlineSeconds: 600
    replicas: 2
    revisionHistoryLimit: 10
    selector:
      matchLabels:
        app: web
    strategy:
      rollingUpdate:
        maxSurge: 25%
        maxUnavailable: 25%
      type: RollingUpdate
    template:
      metadata:
        creationTimestamp: null
        labels:
          app: web
      spec:
        containers:
        - image: registry.example.com/web:1.0
          imagePullPolicy: IfNotPresent
          name: web
          resources: {}
          terminationMessagePath: /dev/termination-log
          terminationMessagePolicy: File
        dnsPolicy: ClusterFirst
        restartPolicy: Always
        schedulerName: default-scheduler
        securityContext: {}
        terminationGracePeriodSeconds: 30
  status:
    availableReplicas: 1
    conditions:
    - lastTransitionTime: "2026-03-01T09:00:30Z"
      lastUpdateTime: "2026-03-02T09:30:00Z"
      message: ReplicaSet "web-6c9f8d7b5" has successfully progressed.
      reason: NewReplicaSetAvailable
      status: "True"
      type: Progressing
    observedGeneration: 3
- apiVersion: autoscaling/v2
  kind: HorizontalPodAutoscaler
  metadata:
    creationTimestamp: "2026-03-01T09:00:00Z"
    name: web
    namespace: shop
    uid: 6a1c7c2e-6d5c-4c0f-9b1a-0c52dd7f3a06
  spec:
    maxReplicas: 10
    metrics:
    - resource:
        name: cpu
        target:
          averageUtilization: 80
          type: Utilization
      type: Resource
    minReplicas: 2
    scaleTargetRef:
      apiVersion: apps/v1
      kind: Deployment
      name: web
  status:
    conditions: []
    currentMetrics:
    - type: ""
    currentReplicas: 2
    desiredReplicas: 2
    lastScaleTime: "2026-03-02T09:50:00Z"
kind: List
metadata:
  resourceVersion: ""
`;

test('a dump keeps its state and tells its times from its end', () => {
  const set = readManifests([{ name: 'dump.yaml', chunks: [DUMP] }]);
  const named = <K extends Kind>(kind: K, name: string): NewObject<Kinds[K]> =>
    set.objects.find((one) => one.kind === kind && one.metadata.name === name) as unknown as NewObject<Kinds[K]>;
  expect(set.objects.map(({ kind }) => kind)).toEqual([
    'Namespace',
    'Node',
    'Deployment',
    'Pod',
    'Pod',
    'HorizontalPodAutoscaler',
  ]);
  // The node was heard of at 10:00:00 on the second day: that is the start.
  expect(set.startMs).toBe(1_772_445_600_000);
  const node = named('Node', 'kind-worker');
  expect(node.metadata.creationUs).toBe(-26 * 3600e6);
  expect(node.spec.taints).toEqual([
    { key: 'node.kubernetes.io/unreachable', value: '', effect: 'NoExecute', addedUs: -60e6 },
  ]);
  expect(node.status.allocatable).toMatchObject({ cpu: '8', memory: '32861448Ki' });
  expect(node.status.images[0]).toMatchObject({ sizeBytes: 73206000 });
  expect(node.status.conditions[1]).toEqual({
    type: 'Ready',
    status: 'True',
    changedUs: -(26 * 3600 - 40) * 1e6,
    reason: 'KubeletReady',
  });
  const crashing = named('Pod', 'web-6c9f8d7b5-x2x9k');
  // Told to go at 09:59:50, with 30 s until 10:00:20.
  expect(crashing.metadata).toMatchObject({ deletionUs: -10e6, deletionGracePeriodSeconds: 30, creationUs: -3600e6 });
  expect(crashing.metadata.ownerReferences).toHaveLength(1);
  expect(crashing.status).toMatchObject({
    phase: 'Running',
    ready: false,
    readyChangedUs: -59 * 60e6,
    restarts: 7,
    containers: [{ state: 'waiting', reason: 'CrashLoopBackOff', restartCount: 7, started: false }],
  });
  expect(named('Pod', 'web-6c9f8d7b5-zzzzz').status.unschedulable).toEqual({
    sinceUs: -29e6,
    message: '0/1 nodes are available: 1 node(s) had untolerated taint.',
  });
  expect(named('HorizontalPodAutoscaler', 'web').status).toEqual({
    currentReplicas: 2,
    desiredReplicas: 2,
    lastScaleUs: -600e6,
  });
  expect(named('Deployment', 'web').metadata.generation).toBe(3);
  expect(set.reports.filter(({ category }) => category === 'unknown')).toEqual([]);
});
