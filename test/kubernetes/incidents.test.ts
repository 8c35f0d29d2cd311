import { expect, test } from 'vitest';
import { runOfText } from './text-cluster.ts';

/** One replica on each of four nodes, and time for everything that a lost machine sets going. */
const SCENARIO = `
orchestrator: kubernetes
duration: 12m
cluster: 4 x m5.large name=node zone=a
steps: [{ at: 300s, run: stop machine node-2 }]
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: 4
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      topologySpreadConstraints:
        - { maxSkew: 1, topologyKey: kubernetes.io/hostname, whenUnsatisfiable: ScheduleAnyway,
            labelSelector: { matchLabels: { app: web } } }
      containers: [{ name: web, image: web:1, resources: { requests: { cpu: 500m, memory: 256Mi } } }]
`;

test('a machine stops: what was lost, when it was noticed and replaced, and which timers everyone waited for', () => {
  const { living, metrics } = runOfText(SCENARIO, 1).run();
  expect(living!.incidents).toHaveLength(1);
  const [{ services, steps, ...incident }] = living!.incidents!;
  expect(incident).toMatchObject({ kind: 'machine-stopped', about: 'node-2', atUs: 300e6 });
  // 40 to 55 s until the node is not ready, 300 s until its pod is sent away.
  const noticedS = (incident.noticedUs! - incident.atUs) / 1e6;
  expect(noticedS).toBeGreaterThan(40);
  expect(noticedS).toBeLessThan(55);
  const [web] = services;
  expect(web).toMatchObject({ service: 'web', desired: 4 });
  expect(web.lost).toHaveLength(1);
  const [replaced] = web.replicas;
  expect(replaced.createdUs! - incident.noticedUs!).toBeGreaterThanOrEqual(300e6);
  expect(replaced.createdUs! - incident.noticedUs!).toBeLessThan(301e6);
  expect(replaced.answeringUs).toBe(web.wholeUs);
  // One replica for all that time.
  expect(web.lostReplicaS).toBeCloseTo((web.wholeUs! - incident.atUs) / 1e6, 6);
  // Kubernetes counts as ready what it has not noticed, and five processes without a probe while they boot, at most 2 s each.
  const unnoticedS = metrics['lostReplicaS'] - metrics['replicaDeficitS'];
  expect(unnoticedS).toBeGreaterThan(noticedS);
  expect(unnoticedS).toBeLessThanOrEqual(noticedS + 10);
  expect(steps.map(({ kind, waitedFor }) => [kind, waitedFor.map(({ timer }) => timer)])).toEqual([
    ['begins', []],
    ['noticed', ['node-monitor-grace-period', 'node-monitor-period']],
    ['created', ['tolerationSeconds']],
    ['placed', []],
    ['started', []],
    ['answering', []],
    ['whole', []],
  ]);
});
