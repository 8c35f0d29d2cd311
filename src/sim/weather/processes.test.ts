import { describe, expect, test } from 'vitest';
import { durationMeanUs, type DurationSpec } from '../duration-spec.ts';
import { stream } from '../random.ts';
import { days, hours, minutes } from '../time.ts';
import { CLUSTER_YEAR, clusterYear } from './cluster-year.ts';
import { combinedWeather } from './combined-weather.ts';
import { describeFailures, failuresIn } from './describe-failures.ts';
import { commonCause, domainOutages } from './domain-outages.ts';
import { failureBursts } from './failure-bursts.ts';
import { nodeCrashes } from './node-crashes.ts';
import { orderOfNodes } from './node-order.ts';
import { NODE_PRESETS } from './node-presets.ts';
import { SLOW_NODES, slowNodes } from './troubled-nodes.ts';
import { weatherUntil } from './timed-weather.ts';
import type { WeatherSource } from './weather-event.ts';
import type { WeatherScene } from './weather-scene.ts';

const RACK = 10;
const scene = (nodes: number, seed = 1): WeatherScene => ({
  places: Array.from({ length: nodes }, (_, node) => ({
    name: `node-${node}`,
    zone: node % 2,
    rack: Math.floor(node / RACK),
    power: Math.floor(node / 40),
    group: '',
    instanceType: '',
    spot: false,
  })),
  streams: (name) => stream(seed, name),
});
const exponential = (meanUs: number): DurationSpec => ({ kind: 'exponential', meanUs });
const failures = (source: WeatherSource, untilUs: number) =>
  failuresIn(weatherUntil(combinedWeather([source]), untilUs)).filter(({ downUs }) => downUs < untilUs);

/** Whether a count is within four standard deviations of a Poisson mean. */
const near = (count: number, mean: number) => Math.abs(count - mean) < 4 * Math.sqrt(mean);

describe('presets of machines', () => {
  test.each([
    // Published rates: 6.50 and 2.34 failures per 1,000 node-days, 0.0245 a machine-day, 8 % a year.
    ['meta-rsc-1', 1000 / 6.5],
    ['meta-rsc-2', 1000 / 2.34],
    ['google-2011', 40.8],
    ['vishwanath-2010', 12.5 * 365.25],
    ['usual', 120],
  ])('%s: up for %d days on average', (name, upDays) => {
    const { up } = NODE_PRESETS.find((preset) => preset.name === name)!;
    expect(durationMeanUs(up) / days(1)).toBeCloseTo(upDays, 1);
  });

  test('Schroeder and Gibson’s repairs: mean 6 h and median 0.9 h make sigma 1.948', () => {
    const { down } = NODE_PRESETS.find(({ name }) => name === 'schroeder-gibson')!;
    expect(down).toMatchObject({ kind: 'lognormal', meanUs: hours(6) });
    expect(down.kind === 'lognormal' && down.sigma).toBeCloseTo(1.948, 3);
  });

  test('Meta’s job of 2,048 nodes is interrupted every 1.8 h', () => {
    // 2,048 x 6.5 / 1,000 = 13.3 failures a day: one in 1.80 h. In 100 days 1,331, less what repairs take.
    const { up } = NODE_PRESETS.find(({ name }) => name === 'meta-rsc-1')!;
    const count = failures(
      nodeCrashes({ up, down: { kind: 'constant', meanUs: 1 }, start: 'stationary' }, scene(2048)),
      days(100),
    ).length;
    expect(near(count, 1331)).toBe(true);
  });
});

test('a tenth of lemons that fail ten times as often have more than half of the failures', () => {
  // Rates: 0.9 x 1 + 0.1 x 10 = 1.9 times that of a fleet without: 100 nodes for 100 mean times: 19,000 or so.
  const spec = { up: exponential(hours(10)), down: { kind: 'constant', meanUs: 1 } as const };
  const perNode = new Map<string, number>();
  for (const { node } of failures(nodeCrashes({ ...spec, lemonShare: 0.1, lemonFactor: 10 }, scene(1000)), hours(100)))
    perNode.set(node, (perNode.get(node) ?? 0) + 1);
  // Means 10 and 100 a node: 50 tells them apart.
  const lemons = [...perNode.values()].filter((count) => count > 50);
  const others = [...perNode.values()].filter((count) => count <= 50);
  const sum = (counts: number[]) => counts.reduce((all, count) => all + count, 0);
  expect(Math.abs(lemons.length - 100)).toBeLessThan(40);
  expect(near(sum(lemons), lemons.length * 100)).toBe(true);
  expect(near(sum(others), (1000 - lemons.length) * 10)).toBe(true);
});

describe('failures together', () => {
  test('a rack goes and returns as one', () => {
    const source = domainOutages(
      { level: 'rack', up: exponential(days(10)), down: exponential(hours(1)) },
      scene(4 * RACK),
    );
    const all = failures(source, days(1000));
    const outages = new Map<number, number>();
    for (const { downUs } of all) outages.set(downUs, (outages.get(downUs) ?? 0) + 1);
    expect(new Set(outages.values())).toEqual(new Set([RACK]));
    // Four racks, a cycle of 10 d + 1 h each.
    expect(near(outages.size, (4 * 1000) / (10 + 1 / 24))).toBe(true);
  });

  test('beta factor: each node fails as often as without, a share of it with its rack', () => {
    const untilUs = days(2000);
    const source = commonCause(
      { level: 'rack', beta: 0.2, up: exponential(days(10)), down: { kind: 'constant', meanUs: minutes(1) } },
      scene(100),
    );
    const all = failures(source, untilUs);
    const together = new Map<number, number>();
    for (const { downUs } of all) together.set(downUs, (together.get(downUs) ?? 0) + 1);
    const shared = [...together.values()].filter((size) => size > 5).length;
    // 10 racks x 2,000 d x 0.2 / 10 d = 400 common events; own ones 100 x 2,000 x 0.8 / 10 = 16,000.
    expect(near(shared, 400)).toBe(true);
    expect(near(all.length - shared * RACK, 16_000)).toBe(true);
  });

  test('bursts: their number, size and neighbourhood', () => {
    const spec = {
      perNodeUs: days(100),
      meanSize: 4,
      maxSize: 1000,
      localShare: 0.75,
      domain: 'rack',
      withinUs: minutes(2),
      down: { kind: 'constant', meanUs: minutes(10) },
    } as const;
    // 400 nodes for 1,000 days: 4,000 bursts; few overlap.
    const all = failures(failureBursts(spec, scene(400)), days(1000));
    const bursts: (typeof all)[] = [];
    let endUs = -Infinity;
    for (const failure of all) {
      if (failure.downUs > endUs) bursts.push([]);
      endUs = Math.max(endUs, failure.downUs + minutes(2));
      bursts[bursts.length - 1].push(failure);
    }
    // One in 1,440 / 4 = 360 minutes; chains of two minutes swallow about one in a hundred.
    expect(Math.abs(bursts.length - 4000)).toBeLessThan(4000 * 0.012 + 4 * Math.sqrt(4000));
    // At least two, so the rest is geometric with mean 3 and deviation 2.4: 0.04 standard error.
    const mean = all.length / bursts.length;
    expect(Math.abs(mean - 4)).toBeLessThan(0.2);
    // A member is a neighbour by choice, or by chance in one rack of 40; racks of ten hold the largest back a little.
    let neighbours = 0;
    for (const burst of bursts)
      for (const { node } of burst.slice(1))
        if (Math.floor(Number(node) / RACK) === Math.floor(Number(burst[0].node) / RACK)) neighbours++;
    const share = neighbours / (all.length - bursts.length);
    expect(share).toBeGreaterThan(0.68);
    expect(share).toBeLessThan(0.78);
    // The statistics of a storm notice it: nearly all failures have another within five minutes.
    expect(describeFailures(all).nearOthersShare).toBeGreaterThan(0.95);
  });

  test('the year of a cluster of 1,800 machines', () => {
    // 30 racks x 2/3 = 20 outages and 5 spells of loss, 2.4 power units 1, heat 0.5.
    const perYear = CLUSTER_YEAR.map(({ up }) => days(365.25) / durationMeanUs(up));
    expect(
      [perYear[0] * 30, perYear[1] * 30, perYear[2] * 2.4, perYear[3]].map((rate) => Math.round(rate * 1e6) / 1e6),
    ).toEqual([20, 5, 1, 0.5]);
    const events = weatherUntil(combinedWeather([clusterYear({ rate: 1 }, scene(1800))]), days(365.25));
    const crashes = events.filter(({ event }) => event.kind === 'node-down' && event.cause === 'crash').length;
    expect(near(crashes, 1000)).toBe(true);
  });
});

test('one node in twenty is slow, and one in a hundred very slow', () => {
  const source = slowNodes({ ...SLOW_NODES, lasts: { kind: 'lognormal', meanUs: hours(2), sigma: 1 } }, scene(500));
  const speed = new Float64Array(500).fill(1);
  let slow = 0;
  let verySlow = 0;
  let looks = 0;
  let nextLookUs = 0;
  for (const { atUs, event } of weatherUntil(source, days(60))) {
    for (; nextLookUs < atUs; nextLookUs += hours(10), looks++) {
      slow += speed.filter((one) => one < 1).length;
      verySlow += speed.filter((one) => one < 0.5).length;
    }
    if (event.kind === 'node-speed') speed[event.node] = event.speed;
  }
  expect(slow / looks / 500).toBeCloseTo(0.05, 2);
  expect(verySlow / looks / 500).toBeCloseTo(0.01, 2);
});

test('one node more moves none of the others in the order that a number decides', () => {
  const { places } = scene(51);
  const all = places.map((_, node) => node);
  for (let word = 1; word < 50; word++) {
    const without = orderOfNodes(places, all.slice(0, 50), word);
    expect(orderOfNodes(places, all, word).filter((node) => node !== 50)).toEqual(without);
  }
  const firsts = Array.from({ length: 5000 }, (_, word) => orderOfNodes(places, all, word * 2_654_435_761)[0]);
  const counts = all.map((node) => firsts.filter((first) => first === node).length);
  // Uniform: 98 each; five deviations either way.
  expect(Math.min(...counts)).toBeGreaterThan(48);
  expect(Math.max(...counts)).toBeLessThan(148);
});
