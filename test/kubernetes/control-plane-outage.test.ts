import { expect, test } from 'vitest';
import { fc } from '../fuzz.ts';
import { Clock } from '../../src/orchestrators/kubernetes/api/clock.ts';
import { WorkQueue } from '../../src/orchestrators/kubernetes/api/work-queue.ts';
import type { KubernetesRun } from '../../src/orchestrators/kubernetes/kubernetes-run.ts';
import { runOfText } from './text-cluster.ts';

const OUTAGE = { fromS: 300, toS: 900 };

const scenario = (more: { readonly steps?: string; readonly weather?: string } = {}): string => `
orchestrator: kubernetes
duration: 30m
coldStart: false
cluster: 4 x m5.2xlarge name=node zone=a,b
policies: { clusterAutoscaler: true }
weather:
  - script { effect: control-plane-down, at: ${OUTAGE.fromS}s, for: ${OUTAGE.toS - OUTAGE.fromS}s }
${more.weather ?? ''}
steps:
  - { at: 6m, run: kubectl scale deployment/web --replicas=9 }
${more.steps ?? ''}
---
apiVersion: v1
kind: Service
metadata: { name: web, annotations: { baton.dev/traffic: '20/s until 6m, then 400/s', baton.dev/work: 20ms } }
spec: { selector: { app: web }, ports: [{ port: 80 }] }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: 6
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      containers: [{ name: web, image: 'web:1', resources: { requests: { cpu: 200m, memory: 128Mi } } }]
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: { name: web }
spec:
  scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: web }
  minReplicas: 2
  maxReplicas: 20
  metrics: [{ type: Resource, resource: { name: cpu, target: { type: Utilization, averageUtilization: 60 } } }]
---
apiVersion: batch/v1
kind: CronJob
metadata: { name: tidy }
spec:
  schedule: '*/5 * * * *'
  jobTemplate:
    spec:
      template:
        metadata: { annotations: { baton.dev/duration: 30s } }
        spec:
          restartPolicy: Never
          containers: [{ name: tidy, image: 'tidy:1', resources: { requests: { cpu: 100m } } }]
`;
