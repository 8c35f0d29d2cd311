import { expect, test } from 'vitest';
import { defaultService } from '../swarm-spec.ts';
import { readStack } from './read-stack.ts';

const stack = (...texts: string[]) => readStack(texts.map((text, place) => ({ file: `${'ab'[place]}.yaml`, text })));
const service = (...texts: string[]) => stack(...texts.map((text) => `services:\n  web: ${text}`)).services[0];

test('what a stack does not say is what Swarm takes for granted', () => {
  expect(service('{ image: x }')).toEqual(defaultService('web', 'x'));
});

test("restart delay and monitor are Swarm's 5 s, not the 0 s of the Compose Specification (spec/swarm.md section 9)", () => {
  const { restart, update, rollback } = service(
    '{ image: x, deploy: { restart_policy: { condition: any }, update_config: { delay: 10s }, rollback_config: { monitor: 0s } } }',
  );
  expect([restart.delayUs, update.monitorUs, rollback.monitorUs]).toEqual([5e6, 5e6, 5e6]);
});

test('everything that deploy can say is read', () => {
  const all = service(`
    image: x
    command: run "two words" --flag
    entrypoint: [sh, -c]
    labels: { color: blue, tier: web }
    environment: [A=1=2, B]
    stop_grace_period: 1m30s
    healthcheck: { test: check me, interval: 5s, timeout: 2s, retries: 2, start_period: 1m, start_interval: 1s }
    ports: ["8080:80/udp", "90-91:90-91", { target: 443, published: 443, mode: host }, 7000]
    deploy:
      mode: replicated
      replicas: 3
      labels: [color=red]
      endpoint_mode: vip
      placement:
        constraints: [node.role == worker, node.labels.disk != hdd]
        preferences: [{ spread: node.labels.zone }, { spread: engine.labels.rack }]
        max_replicas_per_node: 2
      resources:
        limits: { cpus: "1.5", memory: 1.5g, pids: 100 }
        reservations:
          cpus: "0.25"
          memory: 512M
          generic_resources: [{ discrete_resource_spec: { kind: gpu, value: 2 } }]
      restart_policy: { condition: on-failure, delay: 0s, max_attempts: 3, window: 2m }
      update_config: { parallelism: 0, delay: 10s, failure_action: rollback, monitor: 20s, max_failure_ratio: 0.2, order: start-first }
      rollback_config: { parallelism: 2, failure_action: continue }`);
  expect(all).toEqual({
    name: 'web',
    image: 'x',
    mode: 'replicated',
    replicas: 3,
    maxConcurrent: 0,
    labels: { color: 'red', tier: 'web' },
    command: ['sh', '-c', 'run', 'two words', '--flag'],
    entrypointWords: 2,
    environment: { A: '1=2', B: '' },
    reservations: { cpuMilli: 250, memBytes: 512 * 1024 ** 2, generic: [{ kind: 'gpu', count: 2 }] },
    limits: { cpuMilli: 1500, memBytes: 1.5 * 1024 ** 3, pids: 100 },
    placement: {
      constraints: [
        { key: 'node.role', operator: '==', value: 'worker' },
        { key: 'node.labels.disk', operator: '!=', value: 'hdd' },
      ],
      spreadOver: ['node.labels.zone', 'engine.labels.rack'],
      maxReplicasPerNode: 2,
      platforms: [],
    },
    restart: { condition: 'on-failure', delayUs: 0, maxAttempts: 3, windowUs: 120e6 },
    update: {
      parallelism: 0,
      delayUs: 10e6,
      failureAction: 'rollback',
      monitorUs: 20e6,
      maxFailureRatio: 0.2,
      order: 'start-first',
    },
    rollback: {
      parallelism: 2,
      delayUs: 0,
      failureAction: 'continue',
      monitorUs: 5e6,
      maxFailureRatio: 0,
      order: 'stop-first',
    },
    endpointMode: 'vip',
    ports: [
      { protocol: 'udp', target: 80, published: 8080, mode: 'ingress' },
      { protocol: 'tcp', target: 90, published: 90, mode: 'ingress' },
      { protocol: 'tcp', target: 91, published: 91, mode: 'ingress' },
      { protocol: 'tcp', target: 443, published: 443, mode: 'host' },
      { protocol: 'tcp', target: 7000, published: 0, mode: 'ingress' },
    ],
    networks: ['default'],
    onOverlay: true,
    healthCheck: {
      test: ['CMD-SHELL', 'check me'],
      intervalUs: 5e6,
      timeoutUs: 2e6,
      retries: 2,
      startPeriodUs: 60e6,
      startIntervalUs: 1e6,
    },
    stopGraceUs: 90e6,
    prefersLocalImage: false,
  });
});

test('modes: a replicated job runs all of its tasks at once, global ones have no number', () => {
  const { services, workloads } = stack(
    'services: { a: { image: x, deploy: { mode: replicated-job, replicas: 4 } }, b: { image: x, deploy: { mode: global } }, c: { image: x, deploy: { mode: global-job } } }',
  );
  expect(services.map(({ mode, replicas, maxConcurrent }) => [mode, replicas, maxConcurrent])).toEqual([
    ['replicated-job', 4, 4],
    ['global', 0, 0],
    ['global-job', 0, 0],
  ]);
  expect(workloads.map(({ kind }) => kind)).toEqual(['job', 'daemon', 'job']);
});

test('a service is on an overlay unless its networks are those of its engine', () => {
  const { services } = stack(`
services:
  own: { image: x }
  host: { image: x, networks: [machine] }
  published: { image: x, networks: [machine], ports: ["80:80"] }
  straight: { image: x, networks: [machine], ports: [{ target: 81, published: 81, mode: host }] }
networks: { machine: { external: true, name: host } }`);
  expect(services.map(({ onOverlay }) => onOverlay)).toEqual([true, false, true, false]);
});

test('restart counts where there is no restart_policy, and "no" means nothing at all (docker/cli convertRestartPolicy)', () => {
  const restart = (text: string) => service(`{ image: x, restart: "${text}" }`).restart;
  expect(restart('on-failure:3')).toEqual({ condition: 'on-failure', delayUs: 5e6, maxAttempts: 3, windowUs: 0 });
  expect(restart('unless-stopped').condition).toBe('any');
  expect(restart('no').condition).toBe('any');
  expect(
    service('{ image: x, restart: always, deploy: { restart_policy: { condition: none } } }').restart.condition,
  ).toBe('none');
});

test('variables have values, defaults, or are empty, which is told', () => {
  const { services, notes } = readStack(
    [
      {
        file: 'a.yaml',
        text: 'services: { web: { image: "${IMAGE}:${TAG:-1}", command: "$$HOME $NOWHERE ${EMPTY-x}", deploy: { replicas: "${N:-3}" } } }',
      },
    ],
    { variables: { IMAGE: 'nginx', TAG: '', EMPTY: '' }, stack: 'shop' },
  );
  expect(services[0]).toMatchObject({ name: 'shop_web', image: 'nginx:1', command: ['$HOME'], replicas: 3 });
  expect(notes).toEqual([
    'a.yaml:1:58: the variable NOWHERE is not set and has no default (${NOWHERE:-value}), so it is empty',
  ]);
});

test('a later file is laid over an earlier one: texts replace, lists grow, commands replace, a later 0 counts for counts only', () => {
  const base = `
    image: a
    command: [x, y]
    environment: [A=1]
    ports: ["80:80", "443:443"]
    deploy:
      replicas: 3
      placement: { constraints: [node.role==worker] }
      update_config: { delay: 5s, parallelism: 2 }
      restart_policy: { delay: 4s, max_attempts: 3 }`;
  const over = `
    command: [z]
    environment: { A: 2, B: 3 }
    ports: ["81:80", "443:443"]
    deploy:
      replicas: 0
      placement: { constraints: [node.labels.a==b] }
      update_config: { delay: 0s, parallelism: 0 }
      restart_policy: { delay: 0s, max_attempts: 0 }`;
  const merged = service(base, over);
  expect(merged).toMatchObject({
    image: 'a',
    command: ['z'],
    environment: { A: '2', B: '3' },
    replicas: 0,
    update: { delayUs: 5e6, parallelism: 0 },
    restart: { delayUs: 4e6, maxAttempts: 0 },
  });
  expect(merged.placement.constraints.map(({ key }) => key)).toEqual(['node.role', 'node.labels.a']);
  expect(merged.ports.map(({ published }) => published)).toEqual([80, 443, 81]);
});

test('anchors and merge keys are those of YAML: what a map says itself comes first', () => {
  const { services } = stack(`
x-base: &base { image: x, environment: { A: 1, C: 3 }, stop_grace_period: 7s }
x-other: &other { image: y, labels: { l: 1 } }
services:
  a: *base
  b: { <<: [*base, *other], environment: { B: 2 } }`);
  expect(services.map(({ image, environment }) => [image, environment])).toEqual([
    ['x', { A: '1', C: '3' }],
    ['x', { B: '2' }],
  ]);
  expect(services[1]).toMatchObject({ stopGraceUs: 7e6, labels: { l: '1' } });
});
