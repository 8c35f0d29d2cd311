import { describe, expect, test } from 'vitest';
import { stream } from '../random.ts';
import { days, hours, minutes, seconds } from '../time.ts';
import { weatherUntil, type TimedWeather } from './timed-weather.ts';
import { weatherKinds, weatherOf, type WeatherItem } from './weather-kinds.ts';
import type { WeatherScene } from './weather-scene.ts';

/** Nodes dealt to three zones, with racks of four, all of them spot. */
function scene(nodes: number, seed = 1): WeatherScene {
  return {
    places: Array.from({ length: nodes }, (_, node) => ({
      name: `node-${node}`,
      zone: node % 3,
      rack: Math.floor(node / 4),
      power: Math.floor(node / 8),
      group: 'workers',
      instanceType: 'm5.large',
      spot: true,
    })),
    zones: ['a', 'b', 'c'],
    services: ['web', 'shop'],
    streams: (name) => stream(seed, name),
  };
}

const all: WeatherItem[] = weatherKinds.map(({ name }) => ({
  kind: name,
  options: name === 'script' ? { at: hours(3), for: hours(1), zones: 'a', every: hours(7) } : {},
}));
const run = (items: readonly WeatherItem[], of: WeatherScene, untilUs = days(400)) =>
  weatherUntil(weatherOf(items, of), untilUs);
const nodesOf = ({ event }: TimedWeather): readonly number[] =>
  'node' in event ? [event.node] : 'nodes' in event ? event.nodes : [];

describe('weather', () => {
  test('comes in order, at whole microseconds, and twice the same', () => {
    const events = run(all, scene(40), days(40));
    expect(events.length).toBeGreaterThan(500);
    expect(
      events.every(({ atUs }, k) => Number.isSafeInteger(atUs) && atUs >= (k === 0 ? 0 : events[k - 1].atUs)),
    ).toBe(true);
    expect(run(all, scene(40), days(40))).toEqual(events);
    expect(run(all, scene(40, 2), days(40))).not.toEqual(events);
  });

  test.each(weatherKinds.map(({ name }) => name))('%s does something, in pairs of beginning and end', (name) => {
    const items = all.filter((item) => typeof item !== 'function' && item.kind === name);
    const events = run(items, scene(120), days(name === 'script' ? 100 : name.endsWith('-nodes') ? 400 : 4000));
    expect(events.length).toBeGreaterThan(1);
    const open = new Set<string>();
    const faults: string[] = [];
    for (const { event } of events) {
      const { kind } = event;
      if (kind === 'node-down' || kind === 'drain-begin') begin(`${kind}${event.node}`);
      else if (kind === 'node-up') end(`node-down${event.node}`);
      else if (kind === 'drain-end') end(`drain-begin${event.node}`);
      else if (kind === 'disk-full' || kind === 'node-cut-off') (event.on ? begin : end)(`${kind}${event.node}`);
      else if (kind === 'registry-down' || kind === 'control-plane-down') (event.on ? begin : end)(kind);
      else if (kind === 'zone-partition') (event.on ? begin : end)(event.zones.join());
      else if (kind === 'spot-capacity') for (const node of event.nodes) (event.on ? end : begin)(`capacity${node}`);
    }
    expect(faults).toEqual([]);
    function begin(what: string) {
      if (open.has(what)) faults.push(`${what} begins twice`);
      open.add(what);
    }
    function end(what: string) {
      if (!open.delete(what)) faults.push(`${what} ends without a beginning`);
    }
  });

  test('one kind more changes nothing of the others', () => {
    const crashes: WeatherItem = { kind: 'node-crash' };
    const alone = run([crashes], scene(30));
    const both = run([{ kind: 'zone-delay' }, crashes], scene(30));
    expect(both.filter(({ event }) => event.kind !== 'zone-delay')).toEqual(alone);
  });

  // Shared by all nodes and therefore not here: bursts and shortages hit neighbours, maintenance takes its turn.
  test.each(['node-crash', 'slow-nodes', 'flaky-nodes', 'disk-full', 'node-cut-off', 'spot-reclaims'])(
    'more nodes change nothing for those that were there: %s',
    (kind) => {
      const few = run([{ kind }], scene(20), days(kind.endsWith('-nodes') ? 200 : 1000));
      const many = run([{ kind }], scene(50), days(kind.endsWith('-nodes') ? 200 : 1000)).filter((event) =>
        nodesOf(event).every((node) => node < 20),
      );
      expect(few.length).toBeGreaterThan(5);
      expect(many).toEqual(few);
    },
  );

  test('the same kind twice draws twice', () => {
    const once = run([{ kind: 'replica-crash' }], scene(3), days(10)).map(({ atUs }) => atUs);
    const twice = run([{ kind: 'replica-crash' }, { kind: 'replica-crash' }], scene(3), days(10)).map(
      ({ atUs }) => atUs,
    );
    expect(twice.length).toBeGreaterThan(once.length);
    expect(twice.filter((atUs) => once.includes(atUs))).toEqual(once);
  });

  test('at 10m zone a down for 20m', () => {
    const script: WeatherItem = {
      kind: 'script',
      options: { at: minutes(10), for: minutes(20), zones: 'a', label: 'fire' },
    };
    expect(run([script], scene(6))).toEqual([
      { atUs: minutes(10), event: { kind: 'node-down', node: 0, cause: 'fire' } },
      { atUs: minutes(10), event: { kind: 'node-down', node: 3, cause: 'fire' } },
      { atUs: minutes(30), event: { kind: 'node-up', node: 0, cause: 'fire' } },
      { atUs: minutes(30), event: { kind: 'node-up', node: 3, cause: 'fire' } },
    ]);
  });

  test.each([
    ['all', 0, 30],
    ['one', 0, 1],
    ['fixed', 7, 7],
    ['percent', 0.25, 8],
  ])('a script in mode %s %d hits %d of 30 nodes', (mode, value, count) => {
    const hit = run([{ kind: 'script', options: { mode, value } }], scene(30)).filter(
      ({ event }) => event.kind === 'node-down',
    );
    expect(new Set(hit.flatMap(nodesOf)).size).toBe(count);
  });

  test('a script that hits nothing ends', () => {
    expect(run([{ kind: 'script', options: { mode: 'fixed', value: 0, every: seconds(1) } }], scene(3))).toEqual([]);
  });

  test('sentences about what is not there', () => {
    const made =
      (kind: string, options = {}) =>
      () =>
        weatherOf([{ kind, options }], scene(6));
    expect(made('node-crush')).toThrow('no weather called "node-crush"; did you mean "node-crash"?');
    expect(made('node-crash', { shap: 1 })).toThrow('weather node-crash has no option "shap"; did you mean "shape"?');
    expect(made('script', { zones: 'z' })).toThrow('there is no zone "z"; did you mean "a"?');
    expect(made('script', { nodes: 'node-9' })).toThrow('there is no node "node-9"; did you mean "node-0"?');
    expect(made('script', { effect: 'crash-loop', service: 'wep' })).toThrow(
      'there is no service "wep"; did you mean "web"?',
    );
    expect(made('script', { effect: 'zone-delay', zones: 'a' })).toThrow('zone-delay is between two zones');
  });

  test('a notice precedes each machine that is taken by just its length', () => {
    const noticed = new Map<number, number>();
    let taken = 0;
    for (const { atUs, event } of run(
      [{ kind: 'spot-shortages' }, { kind: 'spot-reclaims', options: { rate: 20 } }],
      scene(12),
    ))
      if (event.kind === 'spot-notice') {
        expect(event.takenUs).toBe(atUs + seconds(120));
        noticed.set(event.node, event.takenUs);
      } else if (event.kind === 'spot-taken') {
        expect(noticed.get(event.node)).toBe(atUs);
        noticed.delete(event.node);
        taken++;
      }
    expect(taken).toBeGreaterThan(50);
  });

  test('maintenance takes each node in turn and never more than it says', () => {
    const options = { first: minutes(5), every: hours(10), 'at-a-time': 2, each: minutes(20), pause: minutes(1) };
    const events = run([{ kind: 'maintenance', options }], scene(6), hours(2));
    const begins = events.filter(({ event }) => event.kind === 'drain-begin');
    // Three pairs, 21 minutes apart.
    expect(begins.map(({ atUs }) => atUs / minutes(1))).toEqual([5, 5, 26, 26, 47, 47]);
    expect(begins.flatMap(nodesOf)).toEqual([0, 1, 2, 3, 4, 5]);
  });
});
