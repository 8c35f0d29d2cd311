/** The starter that `baton init --kind kubernetes` writes: a scenario of a Kubernetes cluster with manifests behind it. */
export const FIRST_KUBERNETES = `# A scenario of a Kubernetes cluster: manifests, what befalls them, and who decides.
# Run it:              baton run FILE            (the first of its variants)
# Compare:             baton compare FILE        (all of them)
# Change a field:      baton run FILE --set duration=2h --set policies.clusterAutoscaler=false
# Why is it there:     baton explain pod web-1 FILE --at 10m
#
# Your own cluster:    kubectl get nodes,pods,deploy,rs,sts,ds,hpa,svc,pdb -A -o yaml > dump.yaml
# and then             manifests: [dump.yaml]    (also folders; then nothing need stand behind the scenario)
#
# Any field may be a list of alternatives; lists multiply. Lists below policies make the rows that are compared, all
# others make cells of their own. Where a field is a list by nature (steps, weather), its parts may still be lists.
orchestrator: kubernetes
name: A shop on Kubernetes
description: A rush, a new version and a lost machine, with and without machines that can be bought.
duration: 40m

cluster:
  groups:
    workers:
      instance: m5.xlarge # size and price come from the catalogue
      count: 3
      min: 3
      max: 10
      zones: [a, b, c]
      boot: lognormal 60s sigma 0.2

traffic:
  web: { rate: 40/s, spike: { at: 5m, rise: 1m, peak: 200/s, plateau: 6m, fall: 2m } } # on top of the rate

steps: # what people do to the cluster, as with kubectl; and "stop machine NODE", "add 2 nodes like NODE"
  - { at: 20m, run: kubectl set image deployment/web web=registry.example/web:2 }
  - { at: 25m, run: stop machine workers-a-1 }

objectives:
  - web 99% within 2s

policies:
  scheduler: default # or most-allocated, or a file with a KubeSchedulerConfiguration
  clusterAutoscaler: [false, true] # or flags, such as { expander: least-nodes, scale-down-unneeded-time: 5m }

defaults: { boot: 3s, cpu: 30% } # what manifests do not say, where no annotation says it
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  selector: { matchLabels: { app: web } }
  template:
    metadata:
      labels: { app: web }
      annotations: # for the simulation; a cluster ignores them
        baton.dev/boot: lognormal 10s sigma 0.2
        baton.dev/image-size: 250Mi
    spec:
      topologySpreadConstraints:
        - maxSkew: 1
          topologyKey: topology.kubernetes.io/zone
          whenUnsatisfiable: ScheduleAnyway
          labelSelector: { matchLabels: { app: web } }
      containers:
        - name: web
          image: registry.example/web:1
          resources: { requests: { cpu: '1', memory: 512Mi } }
          ports: [{ containerPort: 8080 }]
          readinessProbe: { httpGet: { path: /ready, port: 8080 }, periodSeconds: 5 }
          lifecycle: { preStop: { sleep: { seconds: 5 } } }
---
apiVersion: v1
kind: Service
metadata:
  name: web
  annotations:
    baton.dev/work: exponential 200ms # a replica's own time for a request
    baton.dev/concurrency: '4' # requests that it works on at once; all of them busy is 100% CPU
    baton.dev/queue-limit: '50'
    baton.dev/timeout: 5s
    baton.dev/calls: store
spec:
  selector: { app: web }
  ports: [{ port: 80, targetPort: 8080 }]
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: { name: web }
spec:
  scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: web }
  minReplicas: 4
  maxReplicas: 30
  metrics:
    - type: Resource
      resource: { name: cpu, target: { type: Utilization, averageUtilization: 60 } }
---
apiVersion: apps/v1
kind: StatefulSet
metadata: { name: store }
spec:
  serviceName: store
  replicas: 3
  selector: { matchLabels: { app: store } }
  template:
    metadata: { labels: { app: store } }
    spec:
      containers:
        - name: store
          image: registry.example/store:7
          resources: { requests: { cpu: 500m, memory: 1Gi } }
          ports: [{ containerPort: 6379 }]
          readinessProbe: { tcpSocket: { port: 6379 }, periodSeconds: 5 }
---
apiVersion: v1
kind: Service
metadata:
  name: store
  annotations: { baton.dev/work: exponential 3ms, baton.dev/timeout: 500ms, baton.dev/retries: '1' }
spec: { clusterIP: None, selector: { app: store }, ports: [{ port: 6379 }] }
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: { name: store }
spec: { maxUnavailable: 1, selector: { matchLabels: { app: store } } }
`;
