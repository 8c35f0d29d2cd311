/**
 * What `kubectl get pods -o yaml` prints for a cluster, chunk by chunk, for tests: the fields and the size of pods of
 * real clusters (5 KB each, half of it managedFields and status).
 */
export function* podDump(pods: number, nodes = 100): Generator<string> {
  yield 'apiVersion: v1\nitems:\n';
  for (let k = 0; k < pods; k++) yield podText(k, nodes);
  yield 'kind: List\nmetadata:\n  resourceVersion: ""\n';
}

function podText(k: number, nodes: number): string {
  const app = `app-${k % 50}`;
  const hash = (k % 50).toString(16).padStart(10, 'b');
  const uid = `00000000-0000-4000-8000-${String(k).padStart(12, '0')}`;
  return `- apiVersion: v1
  kind: Pod
  metadata:
    annotations:
      checksum/config: 5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9
      prometheus.io/scrape: "true"
      note: |
        kept as it is:
          - even this
    creationTimestamp: "2026-03-01T10:${String(k % 60).padStart(2, '0')}:00Z"
    generateName: ${app}-${hash}-
    labels:
      app: ${app}
      pod-template-hash: ${hash}
    managedFields:
    - apiVersion: v1
      fieldsType: FieldsV1
      fieldsV1:
        f:metadata:
          f:generateName: {}
          f:labels:
            .: {}
            f:app: {}
            f:pod-template-hash: {}
          f:ownerReferences:
            .: {}
            k:{"uid":"11111111-0000-4000-8000-000000000000"}: {}
        f:spec:
          f:containers:
            k:{"name":"main"}:
              .: {}
              f:image: {}
              f:resources: {}
      manager: kube-controller-manager
      operation: Update
      time: "2026-03-01T10:00:00Z"
    name: ${app}-${hash}-${String(k).padStart(5, 'x')}
    namespace: team-${k % 7}
    ownerReferences:
    - apiVersion: apps/v1
      blockOwnerDeletion: true
      controller: true
      kind: ReplicaSet
      name: ${app}-${hash}
      uid: 11111111-0000-4000-8000-${String((k % 50) * 7 + (k % 7)).padStart(12, '0')}
    resourceVersion: "${1000 + k}"
    uid: ${uid}
  spec:
    affinity:
      podAntiAffinity:
        preferredDuringSchedulingIgnoredDuringExecution:
        - podAffinityTerm:
            labelSelector:
              matchLabels:
                app: ${app}
            topologyKey: kubernetes.io/hostname
          weight: 100
    containers:
    - args:
      - --port=8080
      - --level=info
      env:
      - name: POD_NAME
        valueFrom:
          fieldRef:
            apiVersion: v1
            fieldPath: metadata.name
      image: registry.example.org/shop/${app}:1.2.${k % 5}
      imagePullPolicy: IfNotPresent
      name: main
      ports:
      - containerPort: 8080
        name: http
        protocol: TCP
      readinessProbe:
        failureThreshold: 3
        httpGet:
          path: /healthz
          port: http
          scheme: HTTP
        periodSeconds: 10
        successThreshold: 1
        timeoutSeconds: 1
      resources:
        limits:
          memory: 512Mi
        requests:
          cpu: ${100 + (k % 9) * 50}m
          memory: 256Mi
      terminationMessagePath: /dev/termination-log
      terminationMessagePolicy: File
      volumeMounts:
      - mountPath: /var/run/secrets/kubernetes.io/serviceaccount
        name: kube-api-access-${String(k).padStart(5, 'z')}
        readOnly: true
    dnsPolicy: ClusterFirst
    enableServiceLinks: true
    nodeName: node-${k % nodes}
    preemptionPolicy: PreemptLowerPriority
    priority: 0
    restartPolicy: Always
    schedulerName: default-scheduler
    securityContext: {}
    serviceAccount: default
    serviceAccountName: default
    terminationGracePeriodSeconds: 30
    tolerations:
    - effect: NoExecute
      key: node.kubernetes.io/not-ready
      operator: Exists
      tolerationSeconds: 300
    - effect: NoExecute
      key: node.kubernetes.io/unreachable
      operator: Exists
      tolerationSeconds: 300
    volumes:
    - name: kube-api-access-${String(k).padStart(5, 'z')}
      projected:
        defaultMode: 420
        sources:
        - serviceAccountToken:
            expirationSeconds: 3607
            path: token
        - configMap:
            items:
            - key: ca.crt
              path: ca.crt
            name: kube-root-ca.crt
        - downwardAPI:
            items:
            - fieldRef:
                apiVersion: v1
                fieldPath: metadata.namespace
              path: namespace
  status:
    conditions:
    - lastProbeTime: null
      lastTransitionTime: "2026-03-01T10:00:05Z"
      status: "True"
      type: Ready
    - lastProbeTime: null
      lastTransitionTime: "2026-03-01T10:00:01Z"
      status: "True"
      type: PodScheduled
    containerStatuses:
    - containerID: containerd://4f5c2d1e0b9a87766554433221100ffeeddccbbaa99887766554433221100ff
      image: registry.example.org/shop/${app}:1.2.${k % 5}
      imageID: registry.example.org/shop/${app}@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
      lastState: {}
      name: main
      ready: true
      restartCount: ${k % 3}
      started: true
      state:
        running:
          startedAt: "2026-03-01T10:00:04Z"
    hostIP: 10.0.0.${k % 250}
    phase: Running
    podIP: 10.1.${k % 200}.${k % 250}
    podIPs:
    - ip: 10.1.${k % 200}.${k % 250}
    qosClass: Burstable
    startTime: "2026-03-01T10:00:01Z"
`;
}
