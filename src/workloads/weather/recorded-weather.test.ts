import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { stream } from '../../sim/random.ts';
import { days, hours, minutes, seconds } from '../../sim/time.ts';
import { combinedWeather } from '../../sim/weather/combined-weather.ts';
import { describeFailures } from '../../sim/weather/describe-failures.ts';
import { weatherUntil } from '../../sim/weather/timed-weather.ts';
import type { WeatherScene } from '../../sim/weather/weather-scene.ts';
import { traceDir } from '../../../test/trace-dir.ts';
import { bytesOf } from '../byte-source.ts';
import { readFailureCsv } from './failure-csv.ts';
import { failuresOfRemovals, readGoogleRemovals } from './google-removals.ts';
import { replayFailures } from './replay-failures.ts';
import { recordingKinds } from './recording-kinds.ts';
import { readSkypilotSpot, replaySpot } from './skypilot-spot.ts';

const scene = (nodes: number, spot = true): WeatherScene => ({
  places: Array.from({ length: nodes }, (_, node) => ({
    name: `node-${node}`,
    zone: 0,
    rack: 0,
    power: 0,
    group: 'g',
    instanceType: 'p3.2xlarge',
    spot,
  })),
  streams: (name) => stream(1, name),
});
const traces = traceDir();
const text = (path: string) => readFileSync(join(traces!, path), 'utf8');

describe('outages from any CSV', () => {
  const columns = { node: 'host', down: 'from', up: 'to' };
  const read = (content: string) => readFailureCsv(bytesOf('out.csv', content), columns);

  test('durations and dates, in order of time', () => {
    expect(read('to,host,from\n2h,b,1h\n95s,a,90\n,c,3h\n')).toEqual([
      { node: 'a', downUs: seconds(90), upUs: seconds(95) },
      { node: 'b', downUs: hours(1), upUs: hours(2) },
      { node: 'c', downUs: hours(3), upUs: Infinity },
    ]);
    const [failure] = read('host,from,to\na,2024-03-01T00:00:00Z,2024-03-01 00:01:30.5\n');
    // 2024-03-01 is day 19,783 since 1970: 54 x 365 + 13 leap days to 2024-01-01, then 31 + 29.
    expect(failure).toEqual({ node: 'a', downUs: days(19_783), upUs: days(19_783) + seconds(90.5) });
  });

  test.each([
    ['host,from,to\na,1h,59m\n', 'out.csv:2: field "to": "59m" is before the node went down'],
    ['host,from,to\na,1h,2h\na,2023-02-29,3h\n', 'out.csv:3: field "from": "2023-02-29" is not a date'],
    ['host,from,to\n,1h,2h\n', 'out.csv:2: field "host": is empty'],
    ['host,from,to\na,soon,2h\n', 'out.csv:2: field "from": "soon" is not a time'],
    ['host,from\na,1h\n', 'out.csv:1: the header has no column "to"; write it like host,from,to'],
  ])('%j is refused', (content, sentence) => {
    expect(() => read(content)).toThrow(sentence);
  });
});

describe('a replay', () => {
  const records = [
    { node: '10', downUs: hours(1), upUs: hours(3) },
    { node: '9', downUs: hours(2), upUs: hours(4) },
    { node: '9', downUs: hours(8), upUs: hours(9) },
  ];
  const times = (window: object, nodes = 2) =>
    weatherUntil(replayFailures(records, window, scene(nodes)), Infinity).map(({ atUs, event }) => [
      atUs / minutes(1),
      event.kind,
      'node' in event ? event.node : -1,
    ]);

  test('maps nodes in order of their numbers, from the first failure on', () => {
    expect(times({})).toEqual([
      [0, 'node-down', 1],
      [60, 'node-down', 0],
      [120, 'node-up', 1],
      [180, 'node-up', 0],
      [420, 'node-down', 0],
      [480, 'node-up', 0],
    ]);
  });

  test('cuts a window and compresses it', () => {
    // From 2 h to 8 h, 60 times faster: an hour is a minute; node 10 is down already.
    expect(times({ fromUs: hours(2), untilUs: hours(8), compression: 60 })).toEqual([
      [0, 'node-down', 1],
      [0, 'node-down', 0],
      [1, 'node-up', 1],
      [2, 'node-up', 0],
    ]);
  });

  test('leaves out the nodes that the cluster does not have', () => {
    expect(times({}, 1).every(([, , node]) => node === 0)).toBe(true);
  });

  test('an empty window is refused', () => {
    expect(() => times({ fromUs: 5, untilUs: 5 })).toThrow('the window of the recording is empty');
  });
});

describe('spot machines as recorded', () => {
  const json = (data: unknown, gap: unknown = 300) => JSON.stringify({ metadata: { gap_seconds: gap }, data });

  test('4 of 4, then 1, then 2: three taken after their notice, one to be had again', () => {
    const recording = readSkypilotSpot('spot.json', json([4, 4, 1, 2]));
    const replay = replaySpot(recording, [0, 1, 2, 3], { noticeUs: seconds(120) }, scene(4));
    expect(
      weatherUntil(replay, Infinity).map(({ atUs, event }) => [atUs / seconds(1), event.kind, whom(event)]),
    ).toEqual([
      [480, 'spot-notice', 1],
      [480, 'spot-notice', 2],
      [480, 'spot-notice', 3],
      [600, 'spot-capacity', [1, 2, 3]],
      [600, 'spot-taken', 1],
      [600, 'spot-taken', 2],
      [600, 'spot-taken', 3],
      [900, 'spot-capacity', [1]],
    ]);
  });

  const whom = (event: object) => ('nodes' in event ? event.nodes : 'node' in event ? event.node : undefined);

  test('combined with others it says the same', () => {
    const recording = readSkypilotSpot('spot.json', json([4, 4, 1, 2]));
    const replay = () => replaySpot(recording, [0, 1, 2, 3], { noticeUs: seconds(120) }, scene(4));
    const kinds = (source: ReturnType<typeof replay>) =>
      weatherUntil(source, Infinity).map(({ atUs, event }) => `${atUs} ${event.kind} ${String(whom(event))}`);
    expect(kinds(combinedWeather([replay()])).sort()).toEqual(kinds(replay()).sort());
  });

  test.each([
    ['{', 'spot.json:1: is not JSON'],
    ['null', 'spot.json:1: has no metadata.gap_seconds above 0'],
    [json([1], 0), 'spot.json:1: has no metadata.gap_seconds above 0'],
    [json([]), 'spot.json:1: has no list "data"'],
    [json([1, -1]), 'spot.json:1: data[1] is -1; write a whole number of machines'],
  ])('%j is refused', (content, sentence) => {
    expect(() => readSkypilotSpot('spot.json', content)).toThrow(sentence);
  });

  test('only spot machines can be taken', () => {
    const recording = readSkypilotSpot('spot.json', json([1]));
    expect(() => replaySpot(recording, [0], { noticeUs: 0 }, scene(1, false))).toThrow(
      'node node-0 is not a spot machine',
    );
  });

  test.skipIf(traces === undefined || !existsSync(join(traces, 'skypilot-spot')))(
    'the nine zones of SkyPilot: up 3.2 h and down 1.8 h on average, available 17 to 90 % of the time',
    () => {
      const zones = [
        'us-east-1a',
        'us-east-1c',
        'us-east-1d',
        'us-east-1f',
        'us-east-2a',
        'us-east-2b',
        'us-west-2a',
        'us-west-2b',
        'us-west-2c',
      ];
      const shares: number[] = [];
      let ups = 0;
      let downs = 0;
      let upUs = 0;
      let downUs = 0;
      for (const zone of zones) {
        const path = `skypilot-spot/availability/1-node/aws-02-15-2023/${zone}_v100_1.json`;
        const recording = readSkypilotSpot(path, text(path));
        const endUs = recording.counts.length * recording.gapUs;
        const replay = replaySpot(recording, [0], { noticeUs: 0 }, scene(1));
        let since = 0;
        let on = true;
        let zoneUpUs = 0;
        const end = (atUs: number, next: boolean) => {
          if (on) zoneUpUs += atUs - since;
          if (atUs > since && on) {
            ups++;
            upUs += atUs - since;
          } else if (atUs > since) {
            downs++;
            downUs += atUs - since;
          }
          [since, on] = [atUs, next];
        };
        for (const { atUs, event } of weatherUntil(replay, Infinity))
          if (event.kind === 'spot-capacity') end(atUs, event.on);
        end(endUs, true);
        shares.push(zoneUpUs / endUs);
      }
      expect(Math.min(...shares)).toBeCloseTo(3360 / 20_158, 9);
      expect(Math.max(...shares)).toBeCloseTo(18_242 / 20_158, 9);
      expect(upUs / ups / hours(1)).toBeCloseTo(3.2, 0.5);
      expect(downUs / downs / hours(1)).toBeCloseTo(1.8, 0.5);
    },
  );
});

describe('the removals of Google’s machines', () => {
  const read = (content: string) => readGoogleRemovals(bytesOf('r.csv', content));
  const repair = { kind: 'constant', meanUs: hours(1) } as const;

  test('repairs are drawn, and end before the machine leaves again', () => {
    const removals = read(`t_us,machine_id\n${hours(2)},m\n${hours(1)},n\n${hours(2.5)},m\n`);
    expect(failuresOfRemovals(removals, repair, (name) => stream(1, name))).toEqual([
      { node: 'n', downUs: hours(1), upUs: hours(2) },
      { node: 'm', downUs: hours(2), upUs: hours(2.5) - 1 },
      { node: 'm', downUs: hours(2.5), upUs: hours(3.5) },
    ]);
  });

  test('what is not a time is refused', () => {
    expect(() => read('t_us,machine_id\n1.5,m\n')).toThrow(
      'r.csv:2: field "t_us": "1.5" is not a time; write whole microseconds',
    );
  });

  test.skipIf(traces === undefined)('8,957 of 5,141 machines, in bursts: dispersion of 9 an hour', () => {
    const removals = read(text('google-2011-derived-korkmaz/machine_remove_events.csv'));
    expect(removals.length).toBe(8957);
    const { nodes, hourlyDispersion } = describeFailures(
      failuresOfRemovals(removals, { kind: 'constant', meanUs: 1 }, (name) => stream(1, name)),
    );
    expect(nodes).toBe(5141);
    // Hours counted from the beginning of the trace; other beginnings give up to 10.6.
    expect(hourlyDispersion).toBeCloseTo(9.017, 3);
  });
});

describe('kinds of recordings by name', () => {
  const play = (name: string, content: string, given: Record<string, string | number> = {}, on = scene(2)) => {
    const kind = recordingKinds.find((one) => one.name === name)!;
    const defaults = Object.fromEntries(kind.options.map((option) => [option.name, option.default]));
    const make = kind.read('file', new TextEncoder().encode(content), { ...defaults, ...given });
    return weatherUntil(combinedWeather([make(on)]), days(1)).map(
      ({ atUs, event }) => `${atUs / minutes(1)} ${event.kind}`,
    );
  };
  const outages = 'node,down,up\na,1h,2h\nb,3h,4h\na,5h,5h30m\na,9h,10h\n';

  test('outages from a CSV, a window of them, faster', () => {
    // From the first failure, at 1 h: 0-1 h, 2-3 h, 4-4.5 h, 8-9 h; two hours later and for five hours, ten times faster.
    expect(play('failures', outages, { from: hours(2), for: hours(5), compression: 10 })).toEqual([
      '0 node-down',
      '6 node-up',
      '12 node-down',
      '15 node-up',
    ]);
  });

  test('outages drawn anew from what was fitted', () => {
    // Failures of a at 1, 5 and 9 h: 4 h between them; a day of two nodes has about 12.
    const drawn = play('failures', outages, { play: 'fitted' }).filter((event) => event.endsWith('node-down'));
    expect(drawn.length).toBeGreaterThan(5);
    expect(drawn.length).toBeLessThan(25);
  });

  test('removals of machines, and spot machines', () => {
    const removed = `t_us,machine_id\n${hours(1)},m\n`;
    expect(play('google-2011-removals', removed, { 'lasts-sigma': 0 })).toEqual(['60 node-down', '120 node-up']);
    const spot = '{"metadata": {"gap_seconds": 600}, "data": [2, 1]}';
    expect(play('skypilot-spot', spot)).toEqual(['8 spot-notice', '10 spot-capacity', '10 spot-taken']);
  });

  test('what cannot be played is told', () => {
    expect(() => play('failures', 'node,down,up\n')).toThrow('file: has no failures that match');
    expect(() =>
      play('skypilot-spot', '{"metadata": {"gap_seconds": 600}, "data": [2, 1]}', {}, scene(2, false)),
    ).toThrow('file: no spot machines to play it on');
  });
});
