import { expect, test } from 'vitest';
import { machineSpecs, modelledService, steadyTraffic } from '../../data-plane/data-plane-fixture.ts';
import { nomadRun, serviceJob, standingAllocs } from '../nomad-fixture.ts';

const S = 1e6;
const UP = { coldStart: true, machines: machineSpecs(4, ['a', 'b']) };

test('a task that dies again and again: two restarts 15 to 18.75 s apart, then 30 s later another node (spec section 8)', () => {
  for (let seed = 0; seed < 10; seed++) {
    const { loop, run } = nomadRun(serviceJob('web', 1), {
      ...UP,
      seed,
      durationUs: 100 * S,
      behaviour: { web: { runs: { kind: 'constant', meanUs: 2 * S }, failureShare: 1 } },
      // A deployment would look after its own failures.
      operations: [],
    });
    const restarts = run.recorder.records.timers.filter(({ timer }) => timer === 'restart delay').slice(0, 2);
    for (const { fromUs, toUs } of restarts) {
      expect(toUs - fromUs).toBeGreaterThanOrEqual(15 * S);
      expect(toUs - fromUs).toBeLessThan(18.75 * S);
    }
    const [first, second] = loop.server.state.allocsOf('web');
    expect(first.status).toBe('failed');
    expect(second.createdUs - first.endedUs).toBeGreaterThan(29 * S);
    expect(second.createdUs - first.endedUs).toBeLessThan(31.5 * S);
    expect(second.reschedules.map(({ delayUs }) => delayUs)).toEqual([30 * S]);
    expect(second.node).not.toBe(first.node);
  }
});

test('batch: a failed allocation is tried again once after 5 s, then its job has ended', () => {
  const { loop } = nomadRun(serviceJob('crunch', 2).replace('{\n', '{\n type = "batch"\n'), {
    ...UP,
    durationUs: 300 * S,
    behaviour: { crunch: { runs: { kind: 'constant', meanUs: 2 * S }, failureShare: 1 } },
  });
  const allocs = loop.server.state.allocsOf('crunch');
  expect(allocs.length).toBe(4);
  expect(allocs.every(({ status }) => status === 'failed')).toBe(true);
  expect(loop.server.hasEnded('crunch')).toBe(true);
  expect(loop.isQuiet()).toBe(true);
});

const CHECK = `service {
  name = "web"
  port = "http"
  check {
    type = "http"
    path = "/"
    interval = "4s"
    timeout = "2s"
  }
}`;

test('with a check the service gets requests when it has passed, and is deregistered before it is stopped', () => {
  const { run, loop } = nomadRun(serviceJob('web', 2, CHECK), {
    durationUs: 120 * S,
    services: [modelledService('web')],
    traffic: () => [steadyTraffic(0, 20)],
    machines: machineSpecs(4, ['a', 'b']),
    operations: [
      { atUs: 60 * S, text: 'nomad job scale web 1', change: { verb: 'scale', workload: 'web', replicas: 1 } },
    ],
  });
  expect(run.balancers.offered(0)).toBeGreaterThan(1000);
  const [alloc] = standingAllocs(loop, 'web');
  const listed = run.containers.on(alloc.node).filter((one) => run.balancers.isListed(0, one.id));
  expect(listed.length).toBe(1);
});

test('a lost machine gets no requests 6 s later, long before Nomad gives it up', () => {
  const { run, loop } = nomadRun(serviceJob('web', 2, `${CHECK}\nconstraint {\ndistinct_hosts = true\n}`), {
    durationUs: 68 * S,
    services: [modelledService('web')],
    traffic: () => [steadyTraffic(0, 20)],
    machines: machineSpecs(2, ['a', 'b']),
    weather_: [{ atUs: 60 * S, event: { kind: 'node-cut-off', node: 0, on: true, cause: 'test' } }],
  });
  expect(loop.server.state.nodes[0].status).toBe('ready');
  expect(run.containers.on(0).some(({ id }) => run.balancers.isListed(0, id))).toBe(false);
  expect(run.containers.on(1).some(({ id }) => run.balancers.isListed(0, id))).toBe(true);
});

test('a drain moves one at a time, the next when its successor is healthy; system jobs go last', () => {
  const jobs = `${serviceJob('web', 4)}\n${serviceJob('agent', 1).replace('{\n', '{\n type = "system"\n')}`;
  let least = Infinity;
  const { loop } = nomadRun(jobs, {
    durationUs: 200 * S,
    machines: machineSpecs(2, ['a']),
    operations: [{ atUs: 20 * S, text: 'nomad node drain n1', change: { verb: 'drain', machine: 'n1' } }],
    each: (one) => {
      const { nowUs } = one.server.plane.clock;
      if (nowUs > 20 * S)
        least = Math.min(least, standingAllocs(one, 'web').filter(({ healthy }) => healthy === true).length);
    },
  });
  expect(least).toBe(3);
  expect(standingAllocs(loop, 'web').every(({ node }) => node === 1)).toBe(true);
  expect(standingAllocs(loop, 'agent').map(({ node }) => node)).toEqual([1]);
  const moved = standingAllocs(loop, 'web')
    .map(({ createdUs }) => createdUs)
    .filter((atUs) => atUs > 0)
    .sort((a, b) => a - b);
  for (let k = 1; k < moved.length; k++) expect(moved[k] - moved[k - 1]).toBeGreaterThan(10 * S);
  expect(loop.server.state.nodes[0]).toMatchObject({ eligible: false, drainDeadlineUs: undefined });
});

test('preemption: off for services, on when switched on; the lowest priority goes, and its job waits for room', () => {
  const low = serviceJob('low', 2).replace('{\n', '{\n priority = 20\n').replace('cpu = 500', 'cpu = 2000');
  const high = serviceJob('high', 1).replace('{\n', '{\n priority = 80\n').replace('cpu = 500', 'cpu = 2000');
  const outcome = (constants: Record<string, number>): [number, number] => {
    const { loop } = nomadRun(low, {
      machines: machineSpecs(1, ['a']),
      durationUs: 60 * S,
      constants,
      operations: [
        { atUs: 10 * S, text: 'nomad job run', change: { verb: 'apply', files: [{ file: 'h.hcl', text: high }] } },
      ],
    });
    return [standingAllocs(loop, 'high').length, standingAllocs(loop, 'low').length];
  };
  expect(outcome({})).toEqual([0, 2]);
  expect(outcome({ preemptService: 1 })).toEqual([1, 1]);
  expect(outcome({ preemptBatch: 1 })).toEqual([0, 2]);
});

test('periodic: a run that still goes on keeps the next one from starting, where overlap is prohibited', () => {
  const cron = (prohibit: boolean): number => {
    const text = serviceJob('tick', 1).replace(
      '{\n',
      `{\n type = "batch"\n periodic {\n cron = "* * * * *"\n prohibit_overlap = ${prohibit}\n }\n`,
    );
    const { loop } = nomadRun(text, {
      durationUs: 290 * S,
      behaviour: { tick: { runs: { kind: 'constant', meanUs: 90 * S } } },
    });
    return [...loop.server.state.jobs.keys()].filter((id) => id.startsWith('tick/periodic-')).length;
  };
  // Minutes 0 to 4; with 90 s each, those at 1 and 3 find one that runs.
  expect(cron(false)).toBe(5);
  expect(cron(true)).toBe(3);
});

test('the external autoscaler: requests a second over the target, rounded up, within bounds, once a cooldown', () => {
  const scaling = `scaling {
    min = 1
    max = 5
    policy {
      cooldown = "1m"
      evaluation_interval = "10s"
      check "rps" {
        source = "prometheus"
        query = "sum(rate(http_requests_total[1m]))"
        strategy "target-value" {
          target = 10
        }
      }
    }
  }`;
  const { loop, run } = nomadRun(serviceJob('web', 1, scaling), {
    durationUs: 200 * S,
    services: [modelledService('web')],
    traffic: () => [steadyTraffic(0, 30)],
    machines: machineSpecs(4, ['a', 'b']),
  });
  const scaled = run.recorder.records.decisions.filter(({ policy }) => policy === 'nomad-autoscaler');
  expect(scaled.length).toBeGreaterThan(0);
  for (let k = 1; k < scaled.length; k++)
    expect(scaled[k].timeUs - scaled[k - 1].timeUs).toBeGreaterThanOrEqual(60 * S);
  const count = standingAllocs(loop, 'web').length;
  expect(count).toBeGreaterThanOrEqual(3);
  expect(count).toBeLessThanOrEqual(4);
});

test('prestart tasks end before main ones start, and sidecars go with the last of these', () => {
  const text = `job "crunch" {
    type = "batch"
    group "g" {
      task "wait" {
        driver = "docker"
        lifecycle {
          hook = "prestart"
        }
        config { image = "busybox" }
      }
      task "shipper" {
        driver = "docker"
        lifecycle {
          hook = "poststart"
          sidecar = true
        }
        config { image = "bit" }
      }
      task "main" {
        driver = "docker"
        config { image = "crunch" }
      }
      task "clean" {
        driver = "docker"
        lifecycle {
          hook = "poststop"
        }
        config { image = "busybox" }
      }
    }
  }`;
  const { loop, run } = nomadRun(text, {
    ...UP,
    durationUs: 120 * S,
    behaviour: { crunch: { runs: { kind: 'constant', meanUs: 20 * S } } },
  });
  const [alloc] = loop.server.state.allocsOf('crunch');
  expect(alloc.status).toBe('complete');
  // Two seconds before, twenty of work, two after, and four starts.
  expect(alloc.endedUs - alloc.createdUs).toBeGreaterThan(24 * S);
  expect(alloc.endedUs - alloc.createdUs).toBeLessThan(40 * S);
  expect(run.containers.on(alloc.node)).toEqual([]);
});
