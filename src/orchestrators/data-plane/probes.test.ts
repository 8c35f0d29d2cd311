import { expect, test } from 'vitest';
import { bareMachines, containerOrder } from './container-fixture.ts';
import { machineSpecs } from './data-plane-fixture.ts';
import type { ProbeSpec } from './data-plane.ts';

const S = 1e6;
const spec: ProbeSpec = {
  firstAfterUs: 0,
  intervalUs: 10 * S,
  timeoutUs: 2 * S,
  rise: 2,
  fall: 3,
  graceUs: 0,
  isRemote: true,
};

/** A container that is up from 2 s on, probed from within and over the network. */
function probed() {
  const plane = bareMachines(machineSpecs(2, []));
  const { clock, containers, probes } = plane;
  const id = containers.create(containerOrder('web.1', {}, { imageBytes: 0 }), {
    prepared: (one) => void containers.start(one),
  });
  const told: string[] = [];
  const tell = (which: string) => (container: number, healthy: boolean) => {
    expect(container).toBe(id);
    told.push(`${clock.nowUs / S} ${which} ${healthy ? 'healthy' : 'unhealthy'}`);
  };
  const remote = probes.watch(id, spec, tell('remote'));
  const local = probes.watch(id, { ...spec, isRemote: false }, tell('local'));
  return { ...plane, id, told, remote, local };
}

test('probes begin with the process, and a machine that nobody reaches fails those over the network', () => {
  const { machines, until, told, clock } = probed();
  until(35 * S);
  // It boots for a second: the probe at 0 fails, those at 10 and 20 succeed.
  expect(told).toEqual(['20 remote healthy', '20 local healthy']);
  machines.cutOff(0, true);
  until(95 * S);
  // At 40, 50 and 60 nobody answers; the last failure is known after its timeout.
  expect(told.slice(2)).toEqual(['62 remote unhealthy']);
  machines.cutOff(0, false);
  until(200 * S);
  expect(told.slice(3)).toEqual(['110 remote healthy']);
  expect(clock.events).toBeLessThan(30);
});

test('a process that ends is probed from elsewhere only', () => {
  const { containers, until, told, id } = probed();
  until(31 * S);
  containers.crash(id);
  until(100 * S);
  expect(told.slice(2)).toEqual(['62 remote unhealthy']);
  containers.remove(id);
  until(200 * S);
  expect(told.length).toBe(3);
});

test('a machine that hangs, or is so slow that no answer comes in time, fails both', () => {
  const { machines, until, told } = probed();
  until(31 * S);
  // 10 ms of work take 2.5 s.
  machines.slow(0, 0.004);
  until(65 * S);
  expect(told.slice(2)).toEqual(['62 remote unhealthy', '62 local unhealthy']);
  machines.slow(0, 1);
  until(100 * S);
  machines.slow(0, 0);
  until(200 * S);
  expect(told.slice(4)).toEqual([
    '80 remote healthy',
    '80 local healthy',
    '132 remote unhealthy',
    '132 local unhealthy',
  ]);
});

test('what has been stopped tells nothing, and what is not there is never probed', () => {
  const { probes, machines, until, told, remote, local, clock } = probed();
  until(31 * S);
  probes.stop(remote);
  probes.stop(local);
  probes.stop(local);
  const none = probes.watch(999, spec, () => told.push('somebody'));
  machines.stop(0);
  until(300 * S);
  probes.stop(none);
  expect(told.length).toBe(2);
  expect(clock.events).toBeLessThan(20);
});
