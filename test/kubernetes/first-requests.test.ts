import { expect, test } from 'vitest';
import { runOfText } from './text-cluster.ts';

const scenario = (rest: string): string => `
orchestrator: kubernetes
duration: 5s
${rest}
cluster: 3 x m5.xlarge name=node zone=a
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: 4
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [{ name: web, image: web:1, resources: { requests: { cpu: 500m, memory: 256Mi } } }] }
---
apiVersion: v1
kind: Service
metadata:
  name: web
  annotations: { baton.dev/traffic: 4000/s, baton.dev/work: constant 1ms, baton.dev/concurrency: '50' }
spec: { selector: { app: web }, ports: [{ port: 80 }] }
`;

test('a cluster at rest answers its first request', () => {
  const [web] = runOfText(scenario('')).run().living!.services;
  expect(web.arrived).toBeGreaterThan(19_000);
  // 4,000 a second would lose four in each millisecond in which the proxies knew nobody.
  expect(web.failed).toBe(0);
});

test('one that starts answers nothing before its pods do', () => {
  const [web] = runOfText(scenario('coldStart: true')).run().living!.services;
  // No pod runs for the 1.6 s in which 200 MB of image come at 125 MB/s. Without a probe it is then called ready, and
  // boots for 2 s more, in which whoever is sent there gets an error.
  expect(web.failedBy['noEndpoint']).toBeGreaterThan(1.6 * 4000 * 0.95);
  expect(web.failedBy['errorAnswer']).toBeGreaterThan(0);
  expect(web.failed).toBeGreaterThan(3.6 * 4000 * 0.95);
});
