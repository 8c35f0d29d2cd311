import { describe, expect, test } from 'vitest';
import { stream } from '../random.ts';
import { combinedWeather } from './combined-weather.ts';
import { listedWeather, weatherUntil, type TimedWeather } from './timed-weather.ts';
import type { WeatherEvent } from './weather-event.ts';

const at = (atUs: number, event: WeatherEvent): TimedWeather => ({ atUs, event });
const down = (node: number, cause: string): WeatherEvent => ({ kind: 'node-down', node, cause });
const up = (node: number, cause: string): WeatherEvent => ({ kind: 'node-up', node, cause });
const combine = (...sources: TimedWeather[][]) =>
  weatherUntil(combinedWeather(sources.map((events) => listedWeather(events))), Infinity);

describe('causes that overlap', () => {
  test('a node that crashes in a rack that fails comes up when both are mended', () => {
    const crash = [at(10, down(1, 'crash')), at(40, up(1, 'crash'))];
    const rack = [at(20, down(1, 'rack')), at(20, down(2, 'rack')), at(60, up(1, 'rack')), at(60, up(2, 'rack'))];
    expect(combine(crash, rack)).toEqual([
      at(10, down(1, 'crash')),
      at(20, down(2, 'rack')),
      at(60, up(1, 'rack')),
      at(60, up(2, 'rack')),
    ]);
  });

  test('an outage that ends as another begins is one outage', () => {
    const first = [at(10, down(1, 'a')), at(20, up(1, 'a'))];
    const second = [at(20, down(1, 'b')), at(30, up(1, 'b'))];
    const one = [at(10, down(1, 'a')), at(30, up(1, 'b'))];
    expect(combine(first, second)).toEqual(one);
    expect(combine(second, first)).toEqual(one);
  });

  test('speeds multiply, and end at 1 exactly', () => {
    const slow = (atUs: number, speed: number) => at(atUs, { kind: 'node-speed', node: 0, speed, cause: 'c' });
    const events = combine([slow(1, 0.3), slow(5, 1)], [slow(2, 0.7), slow(3, 0.1), slow(9, 1)]);
    expect(events.map(({ atUs, event }) => [atUs, 'speed' in event && event.speed])).toEqual([
      [1, 0.3],
      [2, 0.3 * 0.7],
      [3, 0.3 * 0.1],
      [5, 0.1],
      [9, 1],
    ]);
  });

  test('losses: half and half lets a quarter through', () => {
    const loss = (atUs: number, share: number) => at(atUs, { kind: 'node-loss', node: 0, share, cause: 'c' });
    const events = combine([loss(1, 0.5), loss(5, 0)], [loss(2, 0.5), loss(9, 0)]);
    expect(events.map(({ event }) => 'share' in event && event.share)).toEqual([0.5, 0.75, 0.5, 0]);
  });

  test('delays add up, whichever way round the zones are named', () => {
    const delay = (atUs: number, zones: [number, number], delayUs: number) =>
      at(atUs, { kind: 'zone-delay', zones, delayUs, cause: 'c' });
    const events = combine([delay(1, [0, 2], 10), delay(5, [0, 2], 0)], [delay(2, [2, 0], 7), delay(9, [2, 0], 0)]);
    expect(events).toEqual([delay(1, [0, 2], 10), delay(2, [0, 2], 17), delay(5, [0, 2], 7), delay(9, [0, 2], 0)]);
  });

  test('the shorter of two crash loops counts', () => {
    const loop = (atUs: number, on: boolean, afterUs: number) =>
      at(atUs, { kind: 'crash-loop', service: 3, on, afterUs, cause: 'c' });
    const events = combine([loop(1, true, 100), loop(5, false, 0)], [loop(2, true, 30), loop(3, false, 0)]);
    expect(events).toEqual([loop(1, true, 100), loop(2, true, 30), loop(3, true, 100), loop(5, false, 0)]);
  });

  test('a node is taken once, at the earlier of two announced times', () => {
    const notice = (atUs: number, takenUs: number) => at(atUs, { kind: 'spot-notice', node: 4, takenUs, cause: 'c' });
    const taken = (atUs: number) => at(atUs, { kind: 'spot-taken', node: 4, cause: 'c' });
    expect(combine([notice(0, 120), taken(120)], [notice(50, 80), taken(80)])).toEqual([
      notice(0, 120),
      notice(50, 80),
      taken(80),
    ]);
    expect(combine([notice(0, 120), taken(120)], [notice(50, 170), taken(170)])).toEqual([notice(0, 120), taken(120)]);
  });

  test('a kind runs out before its machines are taken, whatever was said first', () => {
    const events = combine([
      at(0, { kind: 'spot-notice', node: 4, takenUs: 5, cause: 'c' }),
      at(5, { kind: 'spot-taken', node: 4, cause: 'c' }),
      at(5, { kind: 'spot-capacity', nodes: [4], on: false, cause: 'c' }),
    ]);
    expect(events.map(({ event }) => event.kind)).toEqual(['spot-notice', 'spot-capacity', 'spot-taken']);
  });

  test('capacity is back when no shortage lasts', () => {
    const capacity = (atUs: number, nodes: number[], on: boolean) =>
      at(atUs, { kind: 'spot-capacity', nodes, on, cause: 'c' });
    const events = combine(
      [capacity(1, [0, 1], false), capacity(5, [0, 1], true)],
      [capacity(2, [1, 2], false), capacity(9, [1, 2], true)],
    );
    expect(events).toEqual([
      capacity(1, [0, 1], false),
      capacity(2, [2], false),
      capacity(5, [0], true),
      capacity(9, [1, 2], true),
    ]);
  });
});

test('at every moment a node is down if and only if some cause lasts: 200 random storms', () => {
  const faults: string[] = [];
  for (let seed = 1; seed <= 200; seed++) {
    const random = stream(seed, 'storm');
    const spells = Array.from({ length: 12 }, () => {
      const fromUs = random.below(40);
      return { node: random.below(3), source: random.below(4), fromUs, untilUs: fromUs + 1 + random.below(15) };
    });
    const sources = [0, 1, 2, 3].map((source) =>
      spells
        .filter((spell) => spell.source === source)
        .flatMap(({ node, fromUs, untilUs }) => [at(fromUs, down(node, 'x')), at(untilUs, up(node, 'x'))]),
    );
    const events = combine(...sources);
    for (let node = 0; node < 3; node++)
      for (let us = 0; us < 60; us++) {
        const lasting = spells.some((spell) => spell.node === node && spell.fromUs <= us && us < spell.untilUs);
        const seen = events.filter(({ atUs, event }) => atUs <= us && 'node' in event && event.node === node);
        const state = seen.length > 0 && seen[seen.length - 1].event.kind === 'node-down';
        if (state !== lasting) faults.push(`seed ${seed}: node ${node} at ${us} is ${state ? 'down' : 'up'}`);
        // Down once, up once.
        if (seen.some(({ event }, k) => event.kind !== (k % 2 === 0 ? 'node-down' : 'node-up')))
          faults.push(`seed ${seed}: node ${node} goes down or up twice`);
      }
  }
  expect(faults).toEqual([]);
});
