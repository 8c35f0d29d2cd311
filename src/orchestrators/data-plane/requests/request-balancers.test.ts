import { describe, expect, test } from 'vitest';
import { fc } from '../../../../test/fuzz.ts';
import { PATIENT } from '../../../sim/requests/traffic.ts';
import { machineSpec, planeSpec, TestPlane, type ServiceWish } from '../recording/data-plane-fixture.ts';

const WEB: ServiceWish = { name: 'web', perSecond: 10, workMs: 20, concurrency: 4 };
const HASTY: ServiceWish = { ...WEB, client: { ...PATIENT, timeoutUs: 1e6 } };
const TWO = [machineSpec('n0'), machineSpec('n1')];

/** One container a machine, up since before the run. */
function plane(wish: ServiceWish, machines = TWO, seconds = 100) {
  const made = new TestPlane(planeSpec(seconds, machines, [wish]));
  const web = made.recorder.addWorkload('web', 'service', 0);
  made.recorder.setDesired(web, machines.length);
  const containers = machines.map(
    (_, machine) => made.start(web, `web.${machine + 1}`, machine, { service: 0 }).container,
  );
  made.run(0);
  return { made, web, containers, counters: () => made.balancers.model.services[0] };
}

describe('who gets requests', () => {
  test('nothing comes before time 0, and all that comes then goes to those that are listed', () => {
    const { made, containers, counters } = plane(WEB);
    expect(made.balancers.offered(0)).toBe(0);
    made.run(10);
    made.balancers.unlist(0, containers[1]);
    expect(made.balancers.isListed(0, containers[1])).toBe(false);
    const before = made.balancers.started(containers[1]);
    made.run(20);
    made.balancers.flow();
    expect(made.balancers.started(containers[1])).toBe(before);
    expect(counters()).toMatchObject({ arrived: 200, failed: 0 });
  });

  test('by weight', () => {
    const turns = { ...WEB, perSecond: 40, balancing: 'weighted-round-robin' };
    const { made, containers } = plane(turns);
    made.balancers.setWeight(0, containers[0], 3);
    made.run(100);
    made.balancers.flow();
    const [first, second] = containers.map((one) => made.balancers.started(one));
    expect(first / second).toBeCloseTo(3, 1);
  });

  test('services are found by name, and -1 is none', () => {
    const { made } = plane(WEB);
    expect(made.balancers.indexOf('web')).toBe(0);
    expect(made.balancers.indexOf('shop')).toBe(-1);
  });
});

describe('what they find there', () => {
  test('a process that does not answer turns them away at once', () => {
    const { made, containers, counters } = plane(HASTY);
    made.containers.crash(containers[1]);
    made.run(10.05);
    made.balancers.flow();
    expect(counters()).toMatchObject({ arrived: 100, served: 50, failed: 50, timedOut: 0 });
  });

  test('a machine that is down swallows them until clients give up, also those that it has', () => {
    const { made, counters } = plane({ ...HASTY, workMs: 150 });
    made.run(10);
    made.balancers.flow();
    made.machines.stop(1);
    made.run(20);
    made.balancers.flow();
    const { timedOut, failed, inFlight } = counters();
    expect(failed).toBe(0);
    // Half of those of 9 s, and one that was there.
    expect(timedOut).toBeGreaterThanOrEqual(45);
    expect(timedOut).toBeLessThanOrEqual(46);
    expect(inFlight).toBeGreaterThanOrEqual(5);
    // When it works again nobody listens there.
    made.machines.start(1);
    made.run(30);
    made.balancers.flow();
    expect(counters().failed).toBeGreaterThanOrEqual(50);
  });

  test('a machine that is cut off answers again when it is back', () => {
    const { made, counters } = plane(HASTY);
    made.machines.cutOff(1, true);
    made.run(10);
    made.machines.cutOff(1, false);
    made.run(12);
    made.balancers.flow();
    const { timedOut, failed } = counters();
    // Half of the requests of 9 s; what was on its way when it came back is lost as well.
    expect([timedOut, failed]).toEqual([45, 5]);
    made.run(20);
    made.balancers.flow();
    expect(counters()).toMatchObject({ timedOut: 45, failed: 5 });
  });

  test('whoever is told to stop finishes what it has and takes nothing new', () => {
    const { made, containers, counters } = plane({ ...HASTY, workMs: 300 });
    made.run(10.05);
    made.balancers.unlist(0, containers[1]);
    made.containers.stop(containers[1], 10e6);
    made.run(20);
    made.balancers.flow();
    expect(made.containers.get(containers[1])!.exit).toEqual({ code: 143, cause: 'stopped' });
    expect(counters()).toMatchObject({ failed: 0, timedOut: 0 });
  });

  test('the speed is that of the machine, of its CPU share and of its warmth, over the work of the version', () => {
    const latencyMs = (prepare: (made: TestPlane, container: number) => void, behaviour = {}) => {
      const made = new TestPlane(planeSpec(100, [machineSpec('n0')], [{ ...WEB, perSecond: 1 }]));
      const web = made.recorder.addWorkload('web', 'service', 0);
      const { container } = made.start(web, 'web.1', 0, { service: 0, behaviour });
      made.run(0);
      prepare(made, container);
      made.run(50);
      return made.recorder.result().living!.services[0].meanMs;
    };
    const nothing = () => {};
    expect(latencyMs(nothing)).toBeCloseTo(20, 0);
    expect(latencyMs((made) => made.machines.slow(0, 0.5))).toBeCloseTo(40, 0);
    expect(latencyMs(nothing, { workFactor: 3 })).toBeCloseTo(60, 0);
    // Up since 59 s before the run, and cold for 84 s: half of it works at half of the speed.
    expect(latencyMs(nothing, { warmUpUs: 84e6, warmUpSpeed: 0.5 })).toBeCloseTo(30, 0);
  });

  test('what the machine loses and what the version fails come together', () => {
    const made = new TestPlane(planeSpec(400, [machineSpec('n0')], [WEB]));
    const web = made.recorder.addWorkload('web', 'service', 0);
    made.start(web, 'web.1', 0, { service: 0, behaviour: { errorShare: 0.5 } });
    made.run(0);
    made.machines.lose(0, 0.5);
    made.run(400);
    const [{ served, arrived }] = made.recorder.result().living!.services;
    expect(served / arrived).toBeGreaterThan(0.22);
    expect(served / arrived).toBeLessThan(0.28);
  });
});

test('whatever happens, every call is accounted for', () => {
  const step = fc.tuple(fc.nat(8), fc.nat(3));
  fc.assert(
    fc.property(fc.array(step, { minLength: 5, maxLength: 40 }), (steps) => {
      const { made, web, containers, counters } = plane(
        HASTY,
        [0, 1, 2].map((k) => machineSpec(`n${k}`)),
        400,
      );
      let nowS = 0;
      for (const [what, which] of steps) {
        made.run((nowS += 1.3));
        const machine = which % 3;
        const container = containers[which % containers.length];
        if (what === 0) made.machines.stop(machine);
        else if (what === 1) made.machines.start(machine);
        else if (what === 2) made.machines.cutOff(machine, which !== 0);
        else if (what === 3) made.containers.crash(container);
        else if (what === 4) made.balancers.unlist(0, container);
        else if (what === 5) made.balancers.list(0, container);
        else if (what === 6) made.containers.stop(container, 5e6);
        else if (what === 7) made.containers.remove(container);
        else if (made.machines.state(machine).works)
          containers.push(made.start(web, `web.${containers.length + 1}`, machine, { service: 0 }).container);
      }
      made.run(nowS + 5);
      made.balancers.flow();
      made.balancers.model.check();
      const { arrived, served, failed, timedOut, inFlight } = counters();
      expect(served + failed + timedOut + inFlight).toBe(arrived);
      for (const one of containers)
        if (made.containers.get(one) === undefined) expect(made.balancers.inFlight(one)).toBe(0);
    }),
    { numRuns: 40 },
  );
});
