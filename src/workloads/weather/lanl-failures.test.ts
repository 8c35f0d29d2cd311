import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { stream } from '../../sim/random.ts';
import { hours, minutes } from '../../sim/time.ts';
import { combinedWeather } from '../../sim/weather/combined-weather.ts';
import { describeFailures, failuresIn, type FailureStatistics } from '../../sim/weather/describe-failures.ts';
import { nodeCrashes } from '../../sim/weather/node-crashes.ts';
import { NODE_PRESETS } from '../../sim/weather/node-presets.ts';
import type { RenewalSpec } from '../../sim/weather/renewal.ts';
import { renewalOfStatistics } from '../../sim/weather/renewal-of-statistics.ts';
import { weatherUntil } from '../../sim/weather/timed-weather.ts';
import type { WeatherScene } from '../../sim/weather/weather-scene.ts';
import type { Estimate } from '../../sim/weather/weibull-fit.ts';
import { traceDir } from '../../../test/trace-dir.ts';
import { bytesOf } from '../byte-source.ts';
import { readLanlFailures } from './lanl-failures.ts';
import { replayFailures } from './replay-failures.ts';

const HEADER =
  'System,machine type,nodes,procstot,procsinnode,nodenum,nodenumz,node install,node prod,node decom,fru type,mem,cputype,memtype,num intercon,purpose,Prob Started,Prob Fixed,Down Time,Facilities,Hardware,Human Error,Network,Undetermined,Software,Same Event\n';
const row = (started: string, fixed: string, system = 2, node: number | string = 0) =>
  `${system},cluster,49,6152,80,0,${node},5-Apr,5-Jun,current,part,80,1,1,0,graphics.fe,${started},${fixed},6,,Graphics Accel Hdwr,,,,,No\n`;
const read = (content: string, options = {}) => readLanlFailures(bytesOf('lanl.csv', content), options);

function scene(nodes: number, seed: number): WeatherScene {
  return {
    places: Array.from({ length: nodes }, (_, node) => ({
      name: `node-${node}`,
      zone: 0,
      rack: 0,
      power: 0,
      group: '',
      instanceType: '',
      spot: false,
    })),
    streams: (name) => stream(seed, name),
  };
}

/** Statistics of simulated weather of these nodes until a time. */
function simulated(renewal: RenewalSpec, nodes: number, untilUs: number, seed: number): FailureStatistics {
  const events = weatherUntil(combinedWeather([nodeCrashes(renewal, scene(nodes, seed))]), untilUs);
  return describeFailures(failuresIn(events), untilUs);
}

const holds = ({ low, high }: Estimate, value: number) => low <= value && value <= high;

describe('the records of LANL', () => {
  test('a row', () => {
    // 2005-06-21 is day 12,955 since 1970: 35 x 365 + 9 leap days = 12,784 to 2005-01-01, then 31 + 28 + 31 + 30 + 31 + 20.
    const downUs = (12_955 * 24 * 60 + 10 * 60 + 54) * minutes(1);
    expect(read(HEADER + row('6/21/2005 10:54', '6/21/2005 11:00'))).toEqual([
      { system: '2', systemNodes: 49, node: '2.0', downUs, upUs: downUs + minutes(6), cause: 'Hardware' },
    ]);
  });

  test('systems and causes are chosen', () => {
    const two =
      HEADER + row('6/21/2005 10:54', '6/21/2005 11:00', 2, 7) + row('6/22/2005 10:54', '6/22/2005 11:00', 20, 8);
    expect(read(two, { systems: ['20'] }).map(({ node }) => node)).toEqual(['8']);
    expect(read(two, { causes: ['Software'] })).toEqual([]);
    expect(() => read(two, { systems: ['3'] })).toThrow('lanl.csv: has no system "3"; there are 2, 20');
  });

  test.each([
    ['31/12/2005 10:54', '6/21/2005 11:00', 'field "Prob Started": "31/12/2005 10:54" is not a date and time'],
    ['2/30/2005 10:54', '6/21/2005 11:00', 'field "Prob Started": "2/30/2005 10:54" is not a date and time'],
    ['6/21/2005 10:54', '6/21/2005 10:53', 'field "Prob Fixed": is before "Prob Started"'],
  ])('%s to %s is refused', (started, fixed, sentence) => {
    expect(() => read(HEADER + row(started, fixed))).toThrow(`lanl.csv:2: ${sentence}`);
  });

  test('without its columns it is something else', () => {
    expect(() => read('a,b\n1,2\n')).toThrow('lanl.csv:1: the header has no column "System", "nodes"');
  });
});

test('published parameters come out again: Weibull 0.75, repairs of median 59 min', () => {
  // About 2,500 failures a seed. A 95 % interval misses in one of 20 seeds; below 15 of 20 would be one chance in 3,000.
  const { down } = NODE_PRESETS.find(({ name }) => name === 'lanl')!;
  const up = { kind: 'weibull', meanUs: hours(1000), shape: 0.75 } as const;
  const repairMeanUs = minutes(59) * Math.exp((1.41 * 1.41) / 2);
  let mtbf = 0;
  let shape = 0;
  let repair = 0;
  for (let seed = 1; seed <= 20; seed++) {
    const out = simulated({ up, down }, 5, hours(500_000), seed);
    if (holds(out.mtbfUs, hours(1000) + repairMeanUs)) mtbf++;
    if (holds(out.up!.shape, 0.75)) shape++;
    if (holds(out.repair.medianUs, minutes(59))) repair++;
  }
  expect(Math.min(mtbf, shape, repair)).toBeGreaterThanOrEqual(15);
});

const traces = traceDir();
describe.skipIf(traces === undefined)('LANL, the real file', () => {
  const file = () =>
    bytesOf('lanl.csv', readFileSync(join(traces!, 'lanl-failures/LA-UR-05-7318-failure-data-1996-2005.csv')));

  test('has the failures that are told of it', () => {
    const records = readLanlFailures(file());
    expect(records.length).toBe(23_739);
    const { repair } = describeFailures(records);
    // The catalogue of traces: p25 25, p50 59, p75 145, p90 330, p95 624, mean 354 minutes; overlapping ones are one here.
    expect(repair.p25Us / minutes(1)).toBeCloseTo(25, -0.5);
    expect(repair.medianUs.value / minutes(1)).toBeCloseTo(58, -0.5);
    expect(repair.p75Us / minutes(1)).toBeCloseTo(144, -0.5);
    expect(repair.p90Us / minutes(1)).toBeCloseTo(330, -0.5);
    expect(repair.meanUs.value / minutes(1)).toBeCloseTo(353, -0.5);
  });

  test.each(['2', '18', '20'])('system %s: fitted and drawn anew, its statistics come out again', (system) => {
    const inside = describeFailures(readLanlFailures(file(), { systems: [system] }));
    const renewal = renewalOfStatistics(inside);
    // As many failures as were recorded, of ten nodes, so that hardly any spell is cut off at the end.
    const untilUs = (inside.failures / 10) * inside.mtbfUs.value;
    // A 95 % interval misses in one of 20 seeds; below 9 of 12 would be one chance in 4,000.
    let mtbf = 0;
    let shape = 0;
    let repair = 0;
    for (let seed = 1; seed <= 12; seed++) {
      const out = simulated(renewal, 10, untilUs, seed);
      if (holds(out.mtbfUs, inside.mtbfUs.value)) mtbf++;
      if (holds(out.up!.shape, inside.up!.shape.value)) shape++;
      if (holds(out.repair.medianUs, inside.repair.medianUs.value)) repair++;
    }
    expect(Math.min(mtbf, shape, repair)).toBeGreaterThanOrEqual(9);
  });

  test.each(['2', '18', '20'])('system %s: replayed, its statistics are the same', (system) => {
    const records = readLanlFailures(file(), { systems: [system] });
    const recorded = describeFailures(records);
    const fromUs = Math.floor(records[0].downUs / hours(1)) * hours(1);
    const replay = combinedWeather([replayFailures(records, { fromUs }, scene(1024, 1))]);
    const again = describeFailures(failuresIn(weatherUntil(replay, Infinity)));
    const { failures, nodes, mtbfUs, between, repair, nearOthersShare, hourlyDispersion } = again;
    expect({ failures, nodes, nearOthersShare }).toEqual({
      failures: recorded.failures,
      nodes: recorded.nodes,
      nearOthersShare: recorded.nearOthersShare,
    });
    expect(hourlyDispersion).toBeCloseTo(recorded.hourlyDispersion, 9);
    // An outage of no time at all lasts a microsecond.
    expect(mtbfUs.value / recorded.mtbfUs.value).toBeCloseTo(1, 9);
    expect(between!.shape.value).toBeCloseTo(recorded.between!.shape.value, 9);
    expect(repair.medianUs.value).toBe(recorded.repair.medianUs.value);
  });
});
