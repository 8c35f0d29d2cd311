import { InputError } from '../../sim/input-error.ts';
import { lognormalOfMedian } from '../../sim/weather/node-presets.ts';
import { faster } from '../../sim/weather/faster.ts';
import { renewalOfStatistics } from '../../sim/weather/renewal-of-statistics.ts';
import { describeFailures, type FailureRecord } from '../../sim/weather/describe-failures.ts';
import { nodeCrashes } from '../../sim/weather/node-crashes.ts';
import { selectNodes } from '../../sim/weather/node-selector.ts';
import { SPOT_NOTICE_US } from '../../sim/weather/spot-market.ts';
import type { WeatherSource } from '../../sim/weather/weather-event.ts';
import type { WeatherOption, WeatherOptions } from '../../sim/weather/weather-kind.ts';
import { weatherStream, type WeatherScene } from '../../sim/weather/weather-scene.ts';
import { bytesOf } from '../byte-source.ts';
import { textOf } from '../text-of.ts';
import { readFailureCsv } from './failure-csv.ts';
import { failuresOfRemovals, readGoogleRemovals } from './google-removals.ts';
import { LANL_CAUSES, readLanlFailures } from './lanl-failures.ts';
import { replayFailures } from './replay-failures.ts';
import { readSkypilotSpot, replaySpot } from './skypilot-spot.ts';

/** A kind of weather that comes from a file. */
export interface RecordingKind {
  readonly name: string;
  readonly summary: string;
  readonly source: string;
  readonly options: readonly WeatherOption[];
  /** Reads the file (`name` is for sentences) and says what makes weather of it. Throws InputError with file:line. */
  read(name: string, content: Uint8Array, options: WeatherOptions): (scene: WeatherScene) => WeatherSource;
}

const text = (name: string, value: string, meaning: string): WeatherOption => ({
  name,
  kind: 'text',
  default: value,
  meaning,
});

const WINDOW: readonly WeatherOption[] = [
  { name: 'from', kind: 'duration', default: 0, minimum: 0, meaning: 'Where in the recording the run begins.' },
  { name: 'for', kind: 'duration', default: 0, minimum: 0, meaning: 'How much of it is played; 0: to its end.' },
  {
    name: 'compression',
    kind: 'number',
    default: 1,
    minimum: 1e-6,
    maximum: 1e9,
    meaning: 'So many times faster than it was: 60 makes a minute of each hour, of outages too.',
  },
];

const FITTED: WeatherOption = {
  name: 'play',
  kind: 'choice',
  default: 'recorded',
  choices: ['recorded', 'fitted'],
  meaning: 'Replay what was recorded, or draw anew from what is fitted to it (Weibull times up, lognormal repairs).',
};

/** Every kind of recording that can be asked for by name. */
export const recordingKinds: readonly RecordingKind[] = [
  {
    name: 'lanl-failures',
    summary: 'outages of 22 systems at LANL, 1995-2005; `from` counts from the first failure that is chosen',
    source: 'LA-UR-05-7318; Schroeder and Gibson, DSN 2006',
    options: [
      text('system', '18', 'Which system, such as 2, 18 or 20; empty: all, one after the other.'),
      {
        name: 'cause',
        kind: 'choice',
        default: 'all',
        choices: ['all', ...LANL_CAUSES],
        meaning: 'Only failures of this cause.',
      },
      FITTED,
      ...WINDOW,
    ],
    read(name, content, options) {
      const system = String(options['system']);
      const cause = LANL_CAUSES.find((one) => one === options['cause']);
      const records = readLanlFailures(bytesOf(name, content), {
        ...(system !== '' && { systems: [system] }),
        ...(cause !== undefined && { causes: [cause] }),
      });
      return playFailures(name, records, firstOf(records), options);
    },
  },
  {
    name: 'failures',
    summary: 'outages from any CSV with a column each for the node, the time it went down and the time it was up',
    source: 'your own records; `from` counts from the first failure',
    options: [
      text('node-column', 'node', 'The column with the name of the node.'),
      text('down-column', 'down', 'The column with the time it went down: a duration or a date.'),
      text('up-column', 'up', 'The column with the time it was up again; empty fields: never.'),
      FITTED,
      ...WINDOW,
    ],
    read(name, content, options) {
      const records = readFailureCsv(bytesOf(name, content), {
        node: String(options['node-column']),
        down: String(options['down-column']),
        up: String(options['up-column']),
      });
      return playFailures(name, records, firstOf(records), options);
    },
  },
  {
    name: 'google-2011-removals',
    summary: 'machines that left Google’s cell in May 2011; when they came back is drawn',
    source: 'ClusterData2011_2, by korkmazkadir/google-cluster-trace-analysis (machine_remove_events.csv)',
    options: [
      {
        name: 'lasts-median',
        kind: 'duration',
        default: 3_600_000_000,
        minimum: 1,
        meaning: 'Half of them are back within this (lognormal).',
      },
      { name: 'lasts-sigma', kind: 'number', default: 1.4, minimum: 0, maximum: 10, meaning: 'How much that varies.' },
      ...WINDOW,
    ],
    read(name, content, options) {
      const removals = readGoogleRemovals(bytesOf(name, content));
      const down = lognormalOfMedian(Number(options['lasts-median']), Number(options['lasts-sigma']));
      return (scene) =>
        replayFailures(failuresOfRemovals(removals, down, scene.streams), windowOf(0, options), scene, 'removed');
    },
  },
  {
    name: 'skypilot-spot',
    summary: 'spot machines that could be had in one zone, step by step',
    source: 'skypilot-org/spot-traces; Wu et al., Can’t Be Late, NSDI 2024',
    options: [
      text('zone', '', 'Spot machines of this zone; empty: of all.'),
      text('instance-type', '', 'Spot machines of this type; empty: of all.'),
      {
        name: 'notice',
        kind: 'duration',
        default: SPOT_NOTICE_US.aws,
        minimum: 0,
        meaning: 'How long before it is taken a machine is told.',
      },
      ...WINDOW,
    ],
    read(name, content, options) {
      const recording = readSkypilotSpot(name, textOf(content, 0, content.length));
      const [zone, instanceType] = [String(options['zone']), String(options['instance-type'])];
      const noticeUs = Number(options['notice']);
      return (scene) => {
        const matching = selectNodes(
          { zones: zone === '' ? [] : [zone], instanceTypes: instanceType === '' ? [] : [instanceType] },
          scene,
          weatherStream(scene, 'recording', name),
        );
        const nodes = matching.filter((node) => scene.places[node].spot);
        if (nodes.length === 0)
          throw new InputError(`${name}: no spot machines to play it on; set spot on a node group`);
        return replaySpot(recording, nodes, { ...windowOf(0, options), noticeUs }, scene);
      };
    },
  },
];

function playFailures(
  name: string,
  records: readonly FailureRecord[],
  originUs: number,
  options: WeatherOptions,
): (scene: WeatherScene) => WeatherSource {
  if (records.length === 0) throw new InputError(`${name}: has no failures that match; choose others`);
  const window = windowOf(originUs, options);
  if (options['play'] !== 'fitted') return (scene) => replayFailures(records, window, scene);
  const inside = records.filter(({ downUs }) => downUs >= window.fromUs && downUs < window.untilUs);
  const { up, down } = renewalOfStatistics(describeFailures(inside));
  const scaled = { up: faster(up, window.compression), down: faster(down, window.compression) };
  return (scene) => nodeCrashes({ ...scaled, start: 'stationary' }, scene);
}

function windowOf(originUs: number, options: WeatherOptions): { fromUs: number; untilUs: number; compression: number } {
  const fromUs = originUs + Number(options['from']);
  return {
    fromUs,
    untilUs: fromUs + (Number(options['for']) || Infinity),
    compression: Number(options['compression']),
  };
}

function firstOf(records: readonly FailureRecord[]): number {
  return records.reduce((least, { downUs }) => Math.min(least, downUs), Infinity);
}
