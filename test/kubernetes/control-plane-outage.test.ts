import { describe, expect, test } from 'vitest';
import { Clock } from '../../src/orchestrators/clock.ts';
import { WorkQueue } from '../../src/orchestrators/kubernetes/api/work-queue.ts';
import type { KubernetesRun } from '../../src/orchestrators/kubernetes/kubernetes-run.ts';
import { fc } from '../fuzz.ts';
import { runOfText } from './text-cluster.ts';

const [FROM_S, TO_S] = [300, 900];

const scenario = (weather: string): string => `
orchestrator: kubernetes
duration: 30m
coldStart: false
model: discrete
cluster: 4 x m5.2xlarge name=node zone=a,b
weather: [${weather}]
steps:
  - { at: 6m, run: kubectl scale deployment/plain --replicas=9 }
  - { at: 7m, run: stop machine node-a-1 }
---
apiVersion: v1
kind: Service
metadata: { name: web, annotations: { baton.dev/traffic: 'spike 0.2..6/s at 6m for 24m', baton.dev/work: 2s, baton.dev/concurrency: '4' } }
spec: { selector: { app: web }, ports: [{ port: 80 }] }
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
      containers: [{ name: web, image: 'web:1', resources: { requests: { cpu: 500m, memory: 128Mi } } }]
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: plain }
spec:
  replicas: 8
  selector: { matchLabels: { app: plain } }
  template:
    metadata: { labels: { app: plain } }
    spec:
      containers: [{ name: plain, image: 'plain:1', resources: { requests: { cpu: 200m, memory: 128Mi } } }]
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: { name: web }
spec:
  scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: web }
  minReplicas: 4
  maxReplicas: 20
  metrics: [{ type: Resource, resource: { name: cpu, target: { type: Utilization, averageUtilization: 60 } } }]
---
apiVersion: batch/v1
kind: CronJob
metadata: { name: tidy }
spec:
  schedule: '*/4 * * * *'
  jobTemplate:
    spec:
      template:
        metadata: { annotations: { baton.dev/duration: 30s } }
        spec:
          restartPolicy: Never
          containers: [{ name: tidy, image: 'tidy:1', resources: { requests: { cpu: 100m } } }]
`;

const OUTAGE = `"script(effect=control-plane-down, at=${FROM_S}s, for=${TO_S - FROM_S}s)"`;

/** At which second the API server's objects changed: pods and jobs that came, were placed or told to go, and sizes asked for. */
function changesOf(run: KubernetesRun): { readonly atS: number; readonly what: string }[] {
  const changes: { atS: number; what: string }[] = [];
  const note = (what: string): void => void changes.push({ atS: run.plane.clock.nowUs / 1e6, what });
  const { api } = run;
  api.pods.watch((pod, before) => {
    if (before === undefined) note(`${pod!.metadata.labels['app'] ?? 'job'} created`);
    else if (pod !== undefined && pod.spec.nodeName !== before.spec.nodeName) note('bound');
    else if (pod !== undefined && pod.metadata.deletionUs !== before.metadata.deletionUs) note('told to go');
  });
  api.store('Deployment').watch((after, before) => {
    if (after?.spec.replicas !== before?.spec.replicas) note(`${after!.metadata.name} to ${after!.spec.replicas}`);
  });
  api.store('Job').watch((_, before) => void (before === undefined && note('job')));
  api.nodes.watch((after, before) => void (after?.spec.taints !== before?.spec.taints && note('taints')));
  return changes;
}

describe('an outage of the control plane', () => {
  test('lets nothing be scheduled, scaled or replaced; what was due is done after it', () => {
    const run = runOfText(scenario(OUTAGE));
    const changes = changesOf(run);
    run.runUntil((TO_S - 1) * 1e6);
    // The cron job of minute 4 ran before it.
    expect(changes.some(({ what }) => what === 'job')).toBe(true);
    expect(changes.filter(({ atS }) => atS >= FROM_S)).toEqual([]);
    const result = run.run();
    const after = changes.filter(({ atS }) => atS >= TO_S);
    const first = (what: string): number => after.find((one) => one.what === what)?.atS ?? Infinity;
    // The order to scale that was held back, at once; the HPA when the lost machine's pod is known not to serve; the minutes 8 and 12 are one late job.
    expect(first('plain to 9')).toBeLessThan(TO_S + 1);
    expect(first('plain created')).toBeLessThan(TO_S + 1);
    expect(after.some(({ what, atS }) => what.startsWith('web to ') && atS < TO_S + 120)).toBe(true);
    expect(after.filter(({ what, atS }) => what === 'job' && atS < TO_S + 59)).toHaveLength(1);
    // The machine has been silent for eight minutes, but nobody was there to count: it has the grace of 50 s from now on,
    // and its pods their five minutes after that.
    const gone = first('told to go');
    expect(gone).toBeGreaterThan(TO_S + 340);
    expect(gone).toBeLessThan(TO_S + 356);
    const told = result.living!.happenings.filter(({ about }) => about === 'control plane');
    expect(told.map(({ timeUs, kind }) => [timeUs / 1e6, kind])).toEqual([
      [FROM_S, 'control-plane-down'],
      [TO_S, 'control-plane-up'],
    ]);
  });

  test('is what makes the difference', () => {
    const run = runOfText(scenario(''));
    const changes = changesOf(run);
    run.runUntil(TO_S * 1e6);
    const whats = new Set(changes.filter(({ atS }) => atS >= FROM_S).map(({ what }) => what));
    for (const what of ['plain to 9', 'plain created', 'bound', 'told to go', 'job', 'taints'])
      expect(whats, what).toContain(what);
  });
});

const byTime = ([one, a]: readonly [number, number], [other, b]: readonly [number, number]): number =>
  one - other || a - b;

test('what the API server is needed for waits for it in order; all else goes on', () => {
  const step = fc.record({ atUs: fc.nat({ max: 100 }), needsApi: fc.boolean() });
  fc.assert(
    fc.property(fc.array(step), fc.nat({ max: 50 }), fc.nat({ max: 50 }), (steps, fromUs, lastsUs) => {
      const clock = new Clock();
      const done: [number, number][] = [];
      const kinds = [false, true].map((needsApi) => {
        const handler = (subject: number): void => void done.push([clock.nowUs, subject]);
        return needsApi ? clock.apiKind(handler) : clock.kind(handler);
      });
      const outage = clock.kind((down) => clock.setApiDown(down === 1));
      clock.at(fromUs, outage, 1);
      clock.at(fromUs + lastsUs, outage, 0);
      steps.forEach(({ atUs, needsApi }, subject) => clock.at(atUs, kinds[needsApi ? 1 : 0], subject));
      while (clock.step(1000));
      const untilUs = fromUs + lastsUs;
      const expected = steps.map(({ atUs, needsApi }, subject): [number, number] => {
        // What was asked for after the outage and is due in its first instant comes after its beginning.
        const isHeld = needsApi && atUs >= fromUs && atUs < untilUs;
        return [isHeld ? untilUs : atUs, subject];
      });
      for (const needsApi of [false, true]) {
        const only = (all: [number, number][]): [number, number][] =>
          all.filter(([, subject]) => steps[subject].needsApi === needsApi);
        const inOrder = only(expected).sort(
          ([one, a], [other, b]) => one - other || steps[a].atUs - steps[b].atUs || a - b,
        );
        const isTied = lastsUs > 0 && needsApi && steps.some((one) => one.needsApi && one.atUs === untilUs);
        if (!isTied) expect(only(done)).toEqual(inOrder);
        else expect(only(done).sort(byTime)).toEqual(inOrder.sort(byTime));
      }
    }),
  );
});

test('a controller looks once at what happened meanwhile, and keeps later appointments', () => {
  const clock = new Clock();
  const looks: [number, number][] = [];
  const queue = new WorkQueue(clock, (id) => void looks.push([clock.nowUs / 1e6, id]));
  clock.setApiDown(true);
  queue.addAfter(7, 10e6);
  queue.addAfter(7, 4e6);
  queue.addAfter(8, 90e6);
  while (clock.step(60e6));
  expect(looks).toEqual([]);
  clock.setApiDown(false);
  while (clock.step(200e6));
  expect(looks).toEqual([
    [60, 7],
    [90, 8],
  ]);
});
