import { describe, expect, test } from 'vitest';
import { runOfText } from './text-cluster.ts';

/** Default settings: nothing is said of tolerations, grace periods or probes. The machine stops at another moment of the lease's and the monitor's rounds under each seed. */
const scenario = (stopS: number, podFields = ''): string => `
orchestrator: kubernetes
duration: 12m
cluster: 4 x m5.large name=node zone=a
steps: [{ at: ${stopS}s, run: stop machine node-2 }]
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
${podFields}
      topologySpreadConstraints:
        - { maxSkew: 1, topologyKey: kubernetes.io/hostname, whenUnsatisfiable: DoNotSchedule,
            labelSelector: { matchLabels: { app: web } } }
      containers: [{ name: web, image: web:1, resources: { requests: { cpu: 500m, memory: 256Mi } } }]
`;

interface Replacement {
  readonly stopUs: number;
  /** From the machine's stop until the new pod's creation. */
  readonly afterUs: number;
  readonly timers: readonly { timer: string; about: string; fromUs: number; toUs: number }[];
}

function lose(seed: number, stopS: number, podFields = ''): Replacement {
  const run = runOfText(scenario(stopS, podFields).replace(/\n\n/g, '\n'), seed);
  const stopUs = stopS * 1e6;
  const created: number[] = [];
  run.api.pods.watch((pod, before) => {
    if (pod !== undefined && before === undefined && run.api.nowUs > stopUs) created.push(run.api.nowUs);
  });
  const { living } = run.run();
  expect(created).toHaveLength(1);
  return { stopUs, afterUs: created[0] - stopUs, timers: living!.timers! };
}

const lost = Array.from({ length: 24 }, (_, k) => lose(k + 1, 300 + k * 1.37));

describe('a machine stops, with default settings, 24 times', () => {
  test('its pod is replaced after 340 to 355 s, anywhere in that range', () => {
    // 50 s from the last renewal of the lease, which is up to 10 s old; up to 5 s until the monitor looks; 300 s.
    const seconds = lost.map(({ afterUs }) => afterUs / 1e6);
    for (const one of seconds) {
      expect(one).toBeGreaterThanOrEqual(340);
      expect(one).toBeLessThanOrEqual(355.1);
    }
    expect(Math.min(...seconds)).toBeLessThan(344);
    expect(Math.max(...seconds)).toBeGreaterThan(351);
    const whole = new Set(seconds.map((one) => Math.floor(one)));
    expect(whole.size).toBeGreaterThanOrEqual(8);
  });

  test('timers say what is waited for, from the stop to the new pod, without a gap', () => {
    for (const { stopUs, afterUs, timers } of lost) {
      const of = (name: string) => timers.find(({ timer, toUs }) => timer === name && toUs >= stopUs);
      const [lease, grace, toleration] = [
        of('lease-renew-interval')!,
        of('node-monitor-grace-period')!,
        of('tolerationSeconds')!,
      ];
      // Absent if the monitor looks at the very moment at which the grace period is over.
      const monitor = of('node-monitor-period') ?? { fromUs: grace.toUs, toUs: grace.toUs };
      expect(lease.toUs).toBe(stopUs);
      expect(stopUs - lease.fromUs).toBeLessThanOrEqual(10e6);
      expect(grace).toMatchObject({ fromUs: lease.fromUs, toUs: lease.fromUs + 50e6, about: 'Node node-2' });
      expect(monitor.fromUs).toBe(grace.toUs);
      expect(monitor.toUs - monitor.fromUs).toBeLessThanOrEqual(5e6);
      // The taint is there a millisecond after the look; the eviction and a sync later the new pod is.
      expect(toleration.fromUs - monitor.toUs).toBeGreaterThanOrEqual(0);
      expect(toleration.fromUs - monitor.toUs).toBeLessThanOrEqual(2e3);
      expect(toleration.toUs - toleration.fromUs).toBe(300e6);
      const createdUs = stopUs + afterUs;
      expect(createdUs - toleration.toUs).toBeGreaterThanOrEqual(0);
      expect(createdUs - toleration.toUs).toBeLessThan(50e3);
    }
  });
});

test('pods that tolerate it for 30 s only are replaced 270 s earlier', () => {
  const tolerations = `
      tolerations:
        - { key: node.kubernetes.io/unreachable, operator: Exists, effect: NoExecute, tolerationSeconds: 30 }`;
  for (const seed of [1, 2, 3]) {
    // Same seed and moment, so the same lease and the same monitor.
    const usual = lose(seed, 301);
    const hasty = lose(seed, 301, tolerations.slice(1));
    expect(usual.afterUs - hasty.afterUs).toBeGreaterThan(269.9e6);
    expect(usual.afterUs - hasty.afterUs).toBeLessThan(270.1e6);
  }
});
