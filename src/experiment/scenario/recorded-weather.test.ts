import { expect, test } from 'vitest';
import { detectionPreset } from '../../sim/weather/detection-presets.ts';
import type { WeatherEvent } from '../../sim/weather/weather-event.ts';
import { stream } from '../../sim/random.ts';
import { bytesOf } from '../../workloads/byte-source.ts';
import { backfillPolicy } from '../../policies/backfilling/index.ts';
import { builtInPlacement } from '../../policies/placement/index.ts';
import { queuePolicy } from '../../policies/queueing/index.ts';
import { builtInNames } from '../policy-catalogue.ts';
import { livingSpecOf } from './living-spec-of.ts';
import { filesIn, planScenario } from './plan-scenario.ts';

const CONTEXT = {
  file: 's.yaml',
  title: 's',
  names: builtInNames(() => false),
  resolvePath: (path: string) => `here/${path}`,
};
const scenario = (weather: string): string =>
  `cluster: { groups: { g: { cpu: 4, memory: 8Gi, count: 2, spot: true } } }\nservices: { web: {} }\nweather: ["${weather}"]\n`;

/** What the weather of the scenario does when its file holds this. */
function events(weather: string, content: string): { atUs: number; event: WeatherEvent }[] {
  const [{ scenario: plan }] = planScenario(scenario(weather), CONTEXT).variants;
  expect(filesIn(plan)).toEqual(['here/records']);
  const spec = livingSpecOf(plan, {
    placement: builtInPlacement('first-fit').create,
    queue: queuePolicy('fifo'),
    backfill: backfillPolicy('any')!,
    open: (path) => bytesOf(path, content),
    pods: () => ({ next: () => false }),
  });
  expect(spec.detection).toEqual(detectionPreset('kubernetes'));
  const places = ['g-1', 'g-2'].map((name) => ({
    name,
    zone: -1,
    rack: -1,
    power: -1,
    group: 'g',
    instanceType: '',
    spot: true,
  }));
  const source = spec.weather((name) => stream(1, name), places);
  const found: { atUs: number; event: WeatherEvent }[] = [];
  while (source.nextUs < Infinity && found.length < 20) found.push({ atUs: source.nextUs, event: source.take() });
  return found;
}

test('outages of a file fall on the nodes of the cluster, from the first of them on', () => {
  // The first begins at 100 s, which is time 0; twice as fast, 60 s of outage last 30 s.
  const found = events('recorded-failures(file=records, faster=2)', 'node,down,up\na,100s,160s\nb,120s,130s\n');
  expect(found).toMatchObject([
    { atUs: 0, event: { kind: 'node-down', node: 0 } },
    { atUs: 10e6, event: { kind: 'node-down', node: 1 } },
    { atUs: 15e6, event: { kind: 'node-up', node: 1 } },
    { atUs: 30e6, event: { kind: 'node-up', node: 0 } },
  ]);
});

test('recorded spot machines are taken when there were fewer', () => {
  const content = '{"metadata": {"gap_seconds": 600}, "data": [2, 1, 2]}';
  const found = events('recorded-spot(file=records, notice=2m)', content);
  expect(found.filter(({ event }) => event.kind === 'spot-taken')).toMatchObject([{ atUs: 600e6 }]);
});

test('a recording without its folder, or without a file, is refused', () => {
  expect(() => planScenario(scenario('recorded-lanl'), CONTEXT)).toThrow(
    's.yaml:3:11: weather[0]: "trace:lanl-failures/LA-UR-05-7318-failure-data-1996-2005.csv" is looked for below BATON_TRACE_DIR, which is not set; set it to the folder of your traces',
  );
  expect(() => planScenario(scenario('recorded-spot'), CONTEXT)).toThrow('recorded-spot needs a file');
});
