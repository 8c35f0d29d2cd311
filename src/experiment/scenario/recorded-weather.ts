import type { DurationSpec } from '../../sim/duration-spec.ts';
import { InputError } from '../../sim/input-error.ts';
import { lognormalOfMedian } from '../../sim/weather/node-presets.ts';
import type { WeatherSource } from '../../sim/weather/weather-event.ts';
import type { WeatherOption, WeatherOptions } from '../../sim/weather/weather-kind.ts';
import type { WeatherScene } from '../../sim/weather/weather-scene.ts';
import type { ByteSource } from '../../workloads/byte-source.ts';
import { readFailureCsv } from '../../workloads/weather/failure-csv.ts';
import { failuresOfRemovals, readGoogleRemovals } from '../../workloads/weather/google-removals.ts';
import { readLanlFailures } from '../../workloads/weather/lanl-failures.ts';
import { replayFailures } from '../../workloads/weather/replay-failures.ts';
import { readSkypilotSpot, replaySpot } from '../../workloads/weather/skypilot-spot.ts';

type Open = (path: string) => ByteSource;

/** A kind of weather that is read from a file. */
export interface RecordedKind {
  readonly name: string;
  readonly summary: string;
  readonly source: string;
  readonly options: readonly WeatherOption[];
  readonly make: (options: WeatherOptions, scene: WeatherScene, open: Open) => WeatherSource;
}

const text = (name: string, byDefault: string, meaning: string): WeatherOption => ({
  name,
  kind: 'text',
  default: byDefault,
  meaning,
});
const fileOption = (byDefault: string): WeatherOption =>
  text('file', byDefault, 'The recording: beside the scenario, or "trace:..." below BATON_TRACE_DIR.');
const WINDOW: readonly WeatherOption[] = [
  {
    name: 'skip',
    kind: 'duration',
    default: 0,
    minimum: 0,
    meaning: 'So much of the recording is left out at its beginning.',
  },
  {
    name: 'faster',
    kind: 'number',
    default: 1,
    minimum: 1e-6,
    maximum: 1e9,
    meaning: 'Time runs so many times as fast; outages become shorter too.',
  },
];
const textOf = (options: WeatherOptions, name: string): string => String(options[name]);
const numberOf = (options: WeatherOptions, name: string): number => Number(options[name]);

/** The part of a list of failures that is played. */
function played(
  failures: Parameters<typeof replayFailures>[0],
  options: WeatherOptions,
  scene: WeatherScene,
): WeatherSource {
  if (failures.length === 0) throw new InputError('the recording has no failures; look at its options');
  const firstUs = failures.reduce((least, { downUs }) => Math.min(least, downUs), Infinity);
  const fromUs = firstUs + numberOf(options, 'skip');
  return replayFailures(failures, { fromUs, compression: numberOf(options, 'faster') }, scene);
}

/** Kinds of weather that replay recordings. The recording's nodes take the cluster's in order. */
export const RECORDED_WEATHER: readonly RecordedKind[] = [
  {
    name: 'recorded-failures',
    summary: 'replays outages from any CSV file with a node, when it went down and when it was up again',
    source: 'your own records',
    options: [
      fileOption(''),
      text('node', 'node', 'The column of nodes.'),
      text('down', 'down', 'The column of times at which they went down: dates, or times from a beginning.'),
      text('up', 'up', 'The column of times at which they were up again.'),
      ...WINDOW,
    ],
    make: (options, scene, open) =>
      played(
        readFailureCsv(open(textOf(options, 'file')), {
          node: textOf(options, 'node'),
          down: textOf(options, 'down'),
          up: textOf(options, 'up'),
        }),
        options,
        scene,
      ),
  },
  {
    name: 'recorded-lanl',
    summary: 'replays the outages of a system of LANL, 1995 to 2005',
    source: 'LA-UR-05-7318; Schroeder and Gibson, DSN 2006',
    options: [
      fileOption('trace:lanl-failures/LA-UR-05-7318-failure-data-1996-2005.csv'),
      text('system', '20', 'Which of its systems, 2 to 24.'),
      ...WINDOW,
    ],
    make: (options, scene, open) =>
      played(readLanlFailures(open(textOf(options, 'file')), { systems: [textOf(options, 'system')] }), options, scene),
  },
  {
    name: 'recorded-google-removals',
    summary: 'replays the removals of machines from a cell of Google in May 2011; when they came back is drawn',
    source: 'ClusterData2011_2, removals as counted by korkmazkadir/google-cluster-trace-analysis',
    options: [
      fileOption('trace:google-2011-derived-korkmaz/machine_remove_events.csv'),
      {
        name: 'lasts-median',
        kind: 'duration',
        default: 3600e6,
        minimum: 1,
        meaning: 'Half of them are away for longer (lognormal).',
      },
      { name: 'lasts-sigma', kind: 'number', default: 1.4, minimum: 0, maximum: 10, meaning: 'How much that varies.' },
      ...WINDOW,
    ],
    make: (options, scene, open) => {
      const down: DurationSpec = lognormalOfMedian(numberOf(options, 'lasts-median'), numberOf(options, 'lasts-sigma'));
      const removals = readGoogleRemovals(open(textOf(options, 'file')));
      return played(failuresOfRemovals(removals, down, scene.streams), options, scene);
    },
  },
  {
    name: 'recorded-spot',
    summary: 'replays how many spot machines could be had, step by step, on all spot machines of the cluster',
    source: 'skypilot-org/spot-traces; Wu et al., NSDI 2024',
    options: [
      fileOption(''),
      text('group', '', 'Only the spot machines of this group; empty: all.'),
      { name: 'notice', kind: 'duration', default: 120e6, minimum: 0, meaning: 'How long before a machine is taken.' },
      ...WINDOW,
    ],
    make: (options, scene, open) => {
      const source = open(textOf(options, 'file'));
      const group = textOf(options, 'group');
      const nodes = scene.places.flatMap((place, node) =>
        place.spot && (group === '' || place.group === group) ? [node] : [],
      );
      if (nodes.length === 0)
        throw new InputError('there are no spot machines that it could take; write spot: true at a group of nodes');
      return replaySpot(
        readSkypilotSpot(source.name, allOf(source)),
        nodes,
        {
          fromUs: numberOf(options, 'skip'),
          compression: numberOf(options, 'faster'),
          noticeUs: numberOf(options, 'notice'),
        },
        scene,
      );
    },
  },
];

/** The whole text of a small file of ASCII. */
function allOf(source: ByteSource): string {
  const buffer = new Uint8Array(1 << 16);
  const parts: string[] = [];
  for (let read: number; (read = source.read(buffer)) > 0;) {
    if (parts.length > 1000)
      throw new InputError(`${source.name}: the file is too large for a recording of spot machines`);
    parts.push(String.fromCharCode.apply(null, [...buffer.subarray(0, read)]));
  }
  return parts.join('');
}
