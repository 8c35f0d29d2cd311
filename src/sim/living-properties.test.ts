import { afterEach, describe, expect, test, vi } from 'vitest';
import { randomLiving } from '../../test/random-living.ts';
import { familyPolicy, minutes } from '../../test/living-cluster.ts';
import { slowTest } from '../../test/slow.ts';
import { nodePolicies } from '../policies/node-scaling/index.ts';
import { LivingSimulation, simulateLiving } from './living-simulation.ts';
import type { LivingSpec } from './living-spec.ts';
import { DiscreteRequests } from './requests/discrete-requests.ts';
import type { RunResult } from './result.ts';
import { combinedWeather } from './weather/combined-weather.ts';
import { nodeCrashes } from './weather/node-crashes.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

/** Throws the first thing that is wrong with the world as it stands now, in words. */
function checkNow({ world }: LivingSimulation, endpoints: number): void {
  const { simulation, nodes, spec } = world;
  const { cluster, pods } = simulation;
  const wrong = (what: string): never => {
    throw new Error(`at ${world.nowUs} µs: ${what}`);
  };
  simulation.ledger.check(pods, world.nowUs);
  let withEndpoint = 0;
  const seen = new Set<number>();
  spec.services.forEach(({ name }, service) => {
    const { minReplicas, maxReplicas, horizontal } = spec.scaling[service];
    const desired = world.desired[service];
    if (
      !horizontal.name.startsWith('fixed') &&
      world.decisions.some((one) => one.by === 'horizontal' && one.about === name)
    )
      if (desired < minReplicas || desired > maxReplicas) wrong(`${name} shall have ${desired} replicas`);
    let ready = 0;
    for (const replica of world.ofService[service]) {
      if (replica.state === 'ready') ready++;
      if (replica.state === 'gone') wrong(`${replica.name} is gone and still listed`);
      if (replica.endpoint >= 0) {
        withEndpoint++;
        if (seen.has(replica.endpoint)) wrong(`two replicas are endpoint ${replica.endpoint}`);
        seen.add(replica.endpoint);
        if (!['ready', 'unready', 'terminating', 'dead'].includes(replica.state))
          wrong(`${replica.name} is ${replica.state} and has an endpoint`);
      } else if (['ready', 'unready', 'terminating'].includes(replica.state))
        wrong(`${replica.name} is ${replica.state} and has no endpoint`);
      if (replica.state === 'pending') {
        if (replica.node >= 0) wrong(`${replica.name} is pending on a node`);
        continue;
      }
      if (nodes.bought[replica.node] === 0) wrong(`${replica.name} is on a node that is not bought`);
      if (!world.onNode[replica.node].includes(replica)) wrong(`${replica.name} is not in its node's list`);
      if (pods.node[replica.slot] !== replica.node) wrong(`${replica.name}'s pod is elsewhere`);
      if (nodes.down[replica.node] === 1 && replica.state !== 'dead') wrong(`${replica.name} lives on a dead node`);
      if (nodes.down[replica.node] === 0 && replica.state === 'dead') wrong(`${replica.name} is dead on a live node`);
    }
    if (ready !== world.ready[service]) wrong(`${ready} replicas of ${name} are ready, not ${world.ready[service]}`);
  });
  if (withEndpoint !== endpoints) wrong(`${withEndpoint} replicas have an endpoint, the requests know ${endpoints}`);
  for (const replica of world.replicas)
    if (replica.state === 'gone' && replica.endpoint >= 0) wrong(`${replica.name} is gone and has an endpoint`);
  const bought = spec.groups.map(() => 0);
  for (let node = 0; node < nodes.count; node++) {
    bought[nodes.group[node]] += nodes.bought[node];
    if (nodes.bought[node] === 0 && cluster.podCount[node] > 0) wrong(`pods are on ${nodes.places[node].name}`);
    if (cluster.ready[node] === 1 && !nodes.takesPods(node)) wrong(`${nodes.places[node].name} takes pods`);
    if (cluster.ready[node] === 1 && world.controlPlaneDown) wrong('someone schedules without a control plane');
  }
  bought.forEach((count, k) => {
    if (count > spec.groups[k].max) wrong(`${count} machines in group ${k}`);
  });
}

function checkResult(spec: LivingSpec, { living }: RunResult): void {
  const { timeline, cost, decisions, happenings, services } = living!;
  for (const { name, values } of timeline.series) expect(values, name).toHaveLength(timeline.timeUs.length);
  expect(timeline.timeUs.at(-1)).toBe(spec.durationUs);
  for (const list of [decisions, happenings])
    for (let k = 1; k < list.length; k++) expect(list[k].timeUs).toBeGreaterThanOrEqual(list[k - 1].timeUs);
  const sum = (of: Readonly<Record<string, number>>) => Object.values(of).reduce((all, usd) => all + usd, 0);
  expect(sum(cost.byGroup)).toBeCloseTo(cost.totalUsd, 9);
  expect(sum(cost.byService) + cost.idleUsd).toBeCloseTo(cost.totalUsd, 9);
  for (const one of services) {
    expect(one.arrived).toBe(one.served + one.failed + one.timedOut + one.inFlight);
    expect(one.replicasMean).toBeLessThanOrEqual(one.replicasPeak);
  }
}

/** Runs a world step by step and looks at it every few steps. */
function runChecked(spec: LivingSpec, seed: number): RunResult {
  let endpoints = 0;
  const { addEndpoint, remove } = DiscreteRequests.prototype;
  vi.spyOn(DiscreteRequests.prototype, 'addEndpoint').mockImplementation(function (this: DiscreteRequests, one) {
    endpoints++;
    return addEndpoint.call(this, one);
  });
  vi.spyOn(DiscreteRequests.prototype, 'remove').mockImplementation(function (this: DiscreteRequests, endpoint) {
    endpoints--;
    remove.call(this, endpoint);
  });
  const simulation = new LivingSimulation(spec, { seed });
  for (let k = 0; simulation.step(); k++) if (k % 13 === 0) checkNow(simulation, endpoints);
  checkNow(simulation, endpoints);
  vi.restoreAllMocks();
  return simulation.result();
}

/** What went wrong under which seed. */
function failuresOver(from: number, to: number, run: (seed: number) => void): string[] {
  const failures: string[] = [];
  for (let seed = from; seed <= to; seed++)
    try {
      run(seed);
    } catch (error) {
      failures.push(`seed ${seed}: ${(error as Error).stack}`);
    }
  return failures;
}

const booksBalance = (seed: number): void => {
  const spec = randomLiving(seed);
  checkResult(spec, runChecked(spec, seed));
};

/** With everyone asked for ready, the budget allows some to go on purpose, and never more. */
const budgetsHold = (seed: number): void => {
  const spec = randomLiving(seed, { voluntaryOnly: true });
  const simulation = new LivingSimulation(spec, { seed });
  const { world } = simulation;
  const least = spec.services.map(({ minAvailable, replicas }) =>
    Math.max(minAvailable?.replicas ?? 0, Math.ceil((minAvailable?.share ?? 0) * replicas)),
  );
  const wereReady = least.map(() => false);
  while (simulation.step())
    least.forEach((count, service) => {
      if (world.ready[service] >= count) wereReady[service] = true;
      else if (wereReady[service])
        throw new Error(`at ${world.nowUs} µs ${world.ready[service]} of at least ${count} replicas are ready`);
    });
  simulation.result();
};

const isDeterministic = (seed: number): void => {
  const again = JSON.stringify(simulateLiving(randomLiving(seed), { seed }));
  expect(JSON.stringify(runChecked(randomLiving(seed), seed))).toBe(again);
};

/** Two policies that buy and place differently meet the same events at the same times. */
const weatherIsTheSame = (seed: number): void => {
  const met = ['fixed', 'just-in-time'].map((name) => {
    const events: unknown[] = [];
    const basis = randomLiving(seed);
    const spec: LivingSpec = {
      ...basis,
      nodes: familyPolicy(nodePolicies, name),
      weather: (streams, places) => {
        const crashes = nodeCrashes(
          {
            up: { kind: 'exponential', meanUs: minutes(20) },
            down: { kind: 'exponential', meanUs: minutes(1) },
          },
          { places, streams },
        );
        const source = combinedWeather([crashes, basis.weather(streams, places)]);
        return {
          get nextUs() {
            return source.nextUs;
          },
          take: () => {
            const { nextUs } = source;
            const event = source.take();
            events.push([nextUs, event]);
            return event;
          },
        };
      },
    };
    simulateLiving(spec, { seed });
    return events;
  });
  expect(met[0].length).toBeGreaterThan(0);
  expect(met[0]).toEqual(met[1]);
};

describe('in random worlds', () => {
  const slowly = ' in many more';
  test('the books balance at every moment', () => expect(failuresOver(1, 10, booksBalance)).toEqual([]));
  slowTest(`the books balance${slowly}`, () => expect(failuresOver(11, 1000, booksBalance)).toEqual([]));
  test('what is done on purpose keeps to disruption budgets', () =>
    expect(failuresOver(1, 8, budgetsHold)).toEqual([]));
  slowTest(`budgets hold${slowly}`, () => expect(failuresOver(9, 500, budgetsHold)).toEqual([]));
  test('a run and its steps are the same, to the byte', () => expect(failuresOver(1, 3, isDeterministic)).toEqual([]));
  slowTest(`runs and steps are the same${slowly}`, () => expect(failuresOver(4, 100, isDeterministic)).toEqual([]));
  test('the weather is the same whatever policies do', () => expect(failuresOver(1, 3, weatherIsTheSame)).toEqual([]));
  slowTest(`the weather is the same${slowly}`, () => expect(failuresOver(4, 100, weatherIsTheSame)).toEqual([]));
});
