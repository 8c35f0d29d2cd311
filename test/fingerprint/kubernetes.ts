import { KubernetesRun } from '../../src/orchestrators/kubernetes/kubernetes-run.ts';
import { specsOfText } from '../kubernetes/text-cluster.ts';

/** A little of everything that a Kubernetes cluster knows, so that any of it that differs between engines shows. */
const SCENARIO = `
orchestrator: kubernetes
duration: 20m
cluster:
  groups:
    workers: { instance: m5.xlarge, count: 3, min: 3, max: 8, zones: [a, b, c], boot: lognormal 60s sigma 0.3 }
traffic:
  web: { rate: 20/s, spike: { at: 6m, rise: 1m, peak: 100/s, plateau: 4m }, client: { timeout: 2s, retries: 1 } }
weather:
  - script(effect=down, at=12m, for=3m, zones=b)
steps:
  - { at: 2m, run: kubectl set image deployment/web web=web:2 }
  - { at: 4m, run: kubectl drain workers-a-1 }
  - { at: 9m, run: kubectl scale statefulset/db --replicas=4 }
  - { at: 10m, run: kubectl scale deployment/urgent --replicas=4 }
objectives: [web 99% within 1s]
policies:
  scheduler: [default, most-allocated]
  clusterAutoscaler: true
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: 3
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web }, annotations: { baton.dev/boot: lognormal 6s sigma 0.4, baton.dev/image-size: 120Mi } }
    spec:
      topologySpreadConstraints:
        - { maxSkew: 1, topologyKey: topology.kubernetes.io/zone, whenUnsatisfiable: ScheduleAnyway, labelSelector: { matchLabels: { app: web } } }
      containers:
        - name: web
          image: web:1
          resources: { requests: { cpu: 600m, memory: 512Mi }, limits: { cpu: '1', memory: 1Gi } }
          readinessProbe: { httpGet: { path: /, port: 80 }, periodSeconds: 3 }
---
apiVersion: v1
kind: Service
metadata: { name: web, annotations: { baton.dev/work: exponential 80ms, baton.dev/concurrency: '3', baton.dev/calls: db 0.5 } }
spec: { selector: { app: web }, ports: [{ port: 80 }] }
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: { name: web }
spec:
  scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: web }
  minReplicas: 3
  maxReplicas: 20
  metrics: [{ type: Resource, resource: { name: cpu, target: { type: Utilization, averageUtilization: 60 } } }]
---
apiVersion: apps/v1
kind: StatefulSet
metadata: { name: db }
spec:
  serviceName: db
  replicas: 3
  selector: { matchLabels: { app: db } }
  template:
    metadata: { labels: { app: db }, annotations: { baton.dev/memory-usage: 600Mi + 40Mi/h } }
    spec:
      affinity:
        podAntiAffinity:
          preferredDuringSchedulingIgnoredDuringExecution:
            - weight: 50
              podAffinityTerm: { topologyKey: kubernetes.io/hostname, labelSelector: { matchLabels: { app: db } } }
      containers: [{ name: db, image: db:16, resources: { requests: { cpu: 500m, memory: 1Gi } } }]
---
apiVersion: v1
kind: Service
metadata: { name: db, annotations: { baton.dev/work: erlang 5ms phases 3 } }
spec: { clusterIP: None, selector: { app: db }, ports: [{ port: 5432 }] }
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: { name: db }
spec: { maxUnavailable: 1, selector: { matchLabels: { app: db } } }
---
apiVersion: batch/v1
kind: CronJob
metadata: { name: batch }
spec:
  schedule: '*/3 * * * *'
  jobTemplate:
    spec:
      parallelism: 3
      completions: 6
      backoffLimit: 20
      template:
        metadata: { annotations: { baton.dev/duration: lognormal 1m sigma 0.7, baton.dev/failure-share: 20% } }
        spec:
          restartPolicy: Never
          containers: [{ name: batch, image: batch:1, resources: { requests: { cpu: 700m, memory: 300Mi } } }]
---
apiVersion: scheduling.k8s.io/v1
kind: PriorityClass
metadata: { name: urgent }
value: 1000
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: urgent }
spec:
  replicas: 0
  selector: { matchLabels: { app: urgent } }
  template:
    metadata: { labels: { app: urgent } }
    spec: { priorityClassName: urgent, containers: [{ name: app, image: app:1, resources: { requests: { cpu: '2' } } }] }
`;

/** Fingerprint and whole result of every variant, by its name. Pure, so that it runs in a page. */
export function kubernetesFingerprints(hash: (text: string) => string): Record<string, string> {
  const fingerprints: Record<string, string> = {};
  for (const { name, spec } of specsOfText(SCENARIO)) {
    const result = new KubernetesRun(spec, { seed: 7 }).run();
    fingerprints[`kubernetes ${name}`] = `${result.fingerprint}, result ${hash(JSON.stringify(result))}`;
  }
  return fingerprints;
}
