import { expect, test } from 'vitest';
import { readManifests } from './read-manifests.ts';

/** In the style of what people run: charts that were rendered, operators' resources, hand-written files. */
const MONITORING = `# Source: kube-prometheus-stack/templates/prometheus/serviceaccount.yaml
apiVersion: v1
kind: ServiceAccount
metadata:
  name: prometheus
  namespace: monitoring
---
# Source: kube-prometheus-stack/templates/prometheus/rules.yaml
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata: {name: rules, namespace: monitoring}
spec:
  groups:
  - name: a
    rules:
    - alert: Down
      annotations:
        summary: "{{ $labels.instance }} is down"
---
apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: prometheus
  namespace: monitoring
  labels: &labels
    app.kubernetes.io/name: prometheus
    app.kubernetes.io/version: "v2.53.0"
spec:
  serviceName: prometheus
  replicas: 2
  podManagementPolicy: Parallel
  selector:
    matchLabels:
      app.kubernetes.io/name: prometheus
  template:
    metadata:
      labels: *labels
      annotations:
        kubectl.kubernetes.io/default-container: prometheus
    spec:
      securityContext: {fsGroup: 2000, runAsNonRoot: true}
      initContainers:
      - name: init-config-reloader
        image: quay.io/prometheus-operator/prometheus-config-reloader:v0.75.1
        resources: {limits: {cpu: 10m, memory: 50Mi}}
      containers:
      - name: prometheus
        image: quay.io/prometheus/prometheus:v2.53.0
        args:
        - --storage.tsdb.retention.time=10d
        - --web.enable-lifecycle
        ports:
        - {containerPort: 9090, name: http-web}
        startupProbe:
          httpGet: {path: /-/ready, port: http-web}
          failureThreshold: 60
          periodSeconds: 15
        resources:
          requests: {cpu: 500m, memory: 2Gi}
      topologySpreadConstraints:
      - maxSkew: 1
        topologyKey: topology.kubernetes.io/zone
        whenUnsatisfiable: ScheduleAnyway
        labelSelector:
          matchLabels: *labels
  volumeClaimTemplates:
  - metadata:
      name: db
    spec:
      accessModes: ["ReadWriteOnce"]
      resources:
        requests:
          storage: 50Gi
---
apiVersion: apps/v1
kind: DaemonSet
metadata:
  name: node-exporter
  namespace: monitoring
spec:
  selector:
    matchLabels: {app: node-exporter}
  updateStrategy:
    rollingUpdate:
      maxUnavailable: 10%
  template:
    metadata:
      labels: {app: node-exporter}
    spec:
      hostNetwork: true
      hostPID: true
      priorityClassName: system-node-critical
      containers:
        - name: node-exporter
          image: quay.io/prometheus/node-exporter:v1.8.1
          ports:
            - containerPort: 9100
      tolerations:
        - operator: Exists
      volumes:
        - name: proc
          hostPath:
            path: /proc
`;
const SHOP = `apiVersion: v1
kind: Namespace
metadata:
  name: shop
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: nginx
  namespace: shop
data:
  default.conf: |
    server {
      listen 80;
    }
    ---
  cert: >-
    folded
    text
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: frontend
  namespace: shop
spec:
  replicas: 3
  strategy:
    rollingUpdate:
      maxSurge: 1
      maxUnavailable: 0
  selector:
    matchLabels:
      app: frontend
  template:
    metadata:
      labels:
        app: frontend
    spec:
      terminationGracePeriodSeconds: 45
      containers:
        - name: nginx
          image: nginx
          envFrom:
            - configMapRef: {name: nginx}
          lifecycle:
            preStop:
              exec:
                command: ["/bin/sh", "-c", "sleep 10 && nginx -s quit"]
          livenessProbe:
            tcpSocket:
              port: 80
          resources:
            requests:
              cpu: .25
              memory: 128Mi
            limits:
              memory: 256Mi
          volumeMounts:
            - name: conf
              mountPath: /etc/nginx/conf.d
      volumes:
        - name: conf
          configMap:
            name: nginx
            defaultMode: 0644
---
kind: Service
apiVersion: v1
metadata:
  name: frontend
  namespace: shop
spec:
  type: LoadBalancer
  externalTrafficPolicy: Local
  selector:
    app: frontend
  ports:
    - port: 80
      targetPort: 80
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: frontend
  namespace: shop
spec:
  rules: []
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  name: frontend
  namespace: shop
spec:
  scaleTargetRef:
    apiVersion: apps/v1
    kind: Deployment
    name: frontend
  minReplicas: 3
  maxReplicas: 30
  metrics:
    - type: Resource
      resource:
        name: cpu
        target:
          type: Utilization
          averageUtilization: 65
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: frontend
  namespace: shop
spec:
  maxUnavailable: 1
  selector:
    matchLabels:
      app: frontend
---
apiVersion: batch/v1
kind: CronJob
metadata:
  name: report
  namespace: shop
spec:
  schedule: "0 3 * * MON-FRI"
  timeZone: Europe/Berlin
  concurrencyPolicy: Forbid
  jobTemplate:
    spec:
      backoffLimit: 2
      template:
        spec:
          restartPolicy: OnFailure
          containers:
            - name: report
              image: registry.example.com/report:2024-05-01
---
apiVersion: batch/v1
kind: Job
metadata:
  name: train
  namespace: shop
spec:
  parallelism: 4
  completions: 4
  completionMode: Indexed
  template:
    spec:
      restartPolicy: Never
      nodeSelector:
        cloud.google.com/gke-accelerator: nvidia-tesla-t4
      containers:
        - name: train
          image: train:1
          resources:
            limits:
              nvidia.com/gpu: 1
---
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources: [a.yaml]
`;

test('rendered charts and hand-written files are read without edits', () => {
  const set = readManifests([
    { name: 'monitoring.yaml', chunks: [MONITORING] },
    { name: 'shop.yaml', chunks: [SHOP] },
  ]);
  expect(set.objects.map(({ kind, metadata }) => `${kind} ${metadata.namespace}/${metadata.name}`)).toEqual([
    'Namespace /monitoring',
    'Namespace /shop',
    'PodDisruptionBudget shop/frontend',
    'Service shop/frontend',
    'DaemonSet monitoring/node-exporter',
    'StatefulSet monitoring/prometheus',
    'Deployment shop/frontend',
    'Job shop/train',
    'CronJob shop/report',
    'HorizontalPodAutoscaler shop/frontend',
  ]);
  const told = set.reports.map(({ category, text }) => `${category}: ${text}`);
  expect(told.filter((one) => one.startsWith('unknown'))).toEqual([]);
  expect(told).toContain(
    'kind: PrometheusRule (monitoring.coreos.com): 1 object, a resource of its own that is not modelled',
  );
  expect(told).toContain('kind: Ingress: 1 object, not modelled');
  expect(told).toContain('field: spec.template.spec.securityContext: in 1 object, has no effect here');
  expect(told).toContain('note: Namespace monitoring: in 1 object, named but not defined, so it is created');
});
