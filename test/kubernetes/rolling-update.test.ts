import { expect, test } from 'vitest';

import { fc } from '../fuzz.ts';
import { runOfText } from './text-cluster.ts';

interface Rollout {
  readonly replicas: number;
  readonly maxSurge: string;
  readonly maxUnavailable: string;
}

const scenario = ({ replicas, maxSurge, maxUnavailable }: Rollout): string => `
orchestrator: kubernetes
duration: 10m
cluster: 4 x m5.2xlarge name=node zone=a,b
steps: [{ at: 2m, run: kubectl set image deployment/web web=web:2 }]
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: ${replicas}
  strategy: { rollingUpdate: { maxSurge: ${maxSurge}, maxUnavailable: ${maxUnavailable} } }
  selector: { matchLabels: { app: web } }
  template:
    metadata:
      labels: { app: web }
      annotations: { baton.dev/boot: lognormal 6s sigma 0.5, baton.dev/stop: uniform 1s..20s }
    spec:
      containers:
        - name: web
          image: web:1
          resources: { requests: { cpu: 200m, memory: 128Mi } }
          readinessProbe: { httpGet: { path: /, port: 80 }, periodSeconds: 3 }
`;

/** Fewest available and most wanted pods at any change from the rollout on, and how many are of the new image at the end. */
function watched(rollout: Rollout, seed: number): { least: number; most: number; updated: number } {
  const run = runOfText(scenario(rollout), seed);
  const live = () => [...run.api.pods.all()].filter(({ metadata }) => metadata.deletionUs === undefined);
  let least = Infinity;
  let most = 0;
  run.runUntil(119e6);
  expect(live().filter(({ status }) => status.ready)).toHaveLength(rollout.replicas);
  run.api.pods.watch(() => {
    const pods = live();
    least = Math.min(least, pods.filter(({ status }) => status.ready).length);
    most = Math.max(most, pods.length);
  });
  run.run();
  const updated = live().filter(({ spec, status }) => status.ready && spec.containers[0].image === 'web:2').length;
  return { least, most, updated };
}

test('ten replicas with 25 % and 25 % are never fewer than 8 available and never more than 13', () => {
  for (const seed of [1, 2, 3])
    // 25 % of 10: surge rounds up to 3, unavailable down to 2; both bounds are reached.
    expect(watched({ replicas: 10, maxSurge: '25%', maxUnavailable: '25%' }, seed)).toEqual({
      least: 8,
      most: 13,
      updated: 10,
    });
});

test('whatever the numbers, the bounds hold and the rollout ends', () => {
  const share = fc.oneof(
    fc.integer({ min: 0, max: 4 }).map((count) => ({ text: `${count}`, of: () => count, up: () => count })),
    fc.integer({ min: 0, max: 100 }).map((percent) => ({
      text: `${percent}%`,
      of: (replicas: number) => Math.floor((percent * replicas) / 100),
      up: (replicas: number) => Math.ceil((percent * replicas) / 100),
    })),
  );
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 12 }),
      share,
      share,
      fc.integer({ min: 1, max: 99 }),
      (replicas, a, b, seed) => {
        fc.pre(a.text.replace('%', '') !== '0' || b.text.replace('%', '') !== '0');
        const surge = a.up(replicas);
        // Both at 0 would never begin: then one may be unavailable.
        const unavailable = Math.min(replicas, surge === 0 && b.of(replicas) === 0 ? 1 : b.of(replicas));
        const { least, most, updated } = watched({ replicas, maxSurge: a.text, maxUnavailable: b.text }, seed);
        expect(least).toBeGreaterThanOrEqual(replicas - unavailable);
        expect(most).toBeLessThanOrEqual(replicas + surge);
        expect(updated).toBe(replicas);
      },
    ),
    { numRuns: 25 },
  );
});
