import { days, hours, minutes, seconds } from '../time.ts';
import { faster } from './faster.ts';
import {
  duration,
  lastsOf,
  lastsOptions,
  lifeOf,
  lifeOptions,
  number,
  RATE_OPTION,
  SERVICE_OPTION,
  servicesOf,
  START_OPTION,
  startOf,
} from './kind-options.ts';
import { crashLoops, replicaCrashes } from './service-faults.ts';
import { controlPlaneOutages, registryOutages } from './shared-outages.ts';
import { SPOT_NOTICE_US, SPOT_PRESETS, spotReclaims, spotShortages } from './spot-market.ts';
import { mergedWeather } from './timed-weather.ts';
import type { WeatherKind, WeatherOption } from './weather-kind.ts';

const NOTICE: WeatherOption = {
  name: 'notice',
  kind: 'duration',
  default: SPOT_NOTICE_US.aws,
  minimum: 0,
  meaning: 'How long before it takes a machine the cloud says so: 120s at AWS, 30s at GCP and Azure.',
};

/** Kinds of weather of the market, of services, and of what all share. */
export const marketKinds: readonly WeatherKind[] = [
  {
    name: 'spot-reclaims',
    summary: 'single spot machines are reclaimed; others can be had at once',
    source: 'AWS: on average less than 5 % interrupted a month [M], so a machine has 585 days = 30 d / -ln(0.95)',
    options: [
      {
        name: 'mean-life',
        kind: 'duration',
        default: days(585),
        minimum: 1,
        meaning: 'Mean time until a spot machine is reclaimed (exponential).',
      },
      NOTICE,
      RATE_OPTION,
    ],
    make: (options, scene) =>
      spotReclaims(
        { meanUs: duration(options, 'mean-life') / number(options, 'rate'), noticeUs: duration(options, 'notice') },
        scene,
      ),
  },
  {
    name: 'spot-shortages',
    summary: 'an instance type runs dry in a zone: its spot machines are reclaimed together and none can be had',
    source: 'presets: ' + SPOT_PRESETS.map(({ name, source }) => `${name} (${source})`).join('; '),
    options: [
      {
        name: 'preset',
        kind: 'choice',
        default: SPOT_PRESETS[0].name,
        choices: SPOT_PRESETS.map(({ name }) => name),
        meaning: 'How long capacity is there and gone; what is set below replaces its part.',
      },
      ...lifeOptions(0, 'exponential', 1, 'Mean time that a pool has machines; 0: the preset’s.'),
      ...lastsOptions(0, 1).map((option) =>
        option.name === 'lasts-median'
          ? { ...option, meaning: `${option.meaning.slice(0, -1)}; 0: the preset’s.` }
          : option,
      ),
      {
        name: 'taken-share',
        kind: 'share',
        default: 1,
        minimum: 0,
        maximum: 1,
        meaning: 'Share of the running machines that is reclaimed.',
      },
      NOTICE,
      RATE_OPTION,
      START_OPTION,
    ],
    make(options, scene) {
      const preset = SPOT_PRESETS.find(({ name }) => name === options['preset'])!;
      const up = duration(options, 'mean-time-between') > 0 ? lifeOf(options) : preset.up;
      return spotShortages(
        {
          up: faster(up, number(options, 'rate')),
          down: duration(options, 'lasts-median') > 0 ? lastsOf(options) : preset.down,
          start: startOf(options),
          noticeUs: duration(options, 'notice'),
          takenShare: number(options, 'taken-share'),
        },
        scene,
      );
    },
  },
  {
    name: 'replica-crash',
    summary: 'processes of a service die now and then',
    source: 'exponential; the figure is a choice',
    options: [
      SERVICE_OPTION,
      {
        name: 'mean-time-between',
        kind: 'duration',
        default: hours(12),
        minimum: 1,
        meaning: 'Mean time between crashes in a service as a whole.',
      },
      RATE_OPTION,
    ],
    make: (options, scene) =>
      mergedWeather(
        servicesOf(options, scene).map((service) =>
          replicaCrashes({ service, meanUs: duration(options, 'mean-time-between') / number(options, 'rate') }, scene),
        ),
      ),
  },
  {
    name: 'crash-loop',
    summary: 'for a while every replica of a service dies soon after its start',
    source: 'a choice',
    options: [
      SERVICE_OPTION,
      ...lifeOptions(days(30), 'exponential', 1, 'Mean time between such windows.'),
      ...lastsOptions(minutes(15), 0.5),
      {
        name: 'dies-after',
        kind: 'duration',
        default: seconds(10),
        minimum: 1,
        meaning: 'How long after its start a replica dies.',
      },
      RATE_OPTION,
    ],
    make: (options, scene) =>
      mergedWeather(
        servicesOf(options, scene).map((service) =>
          crashLoops(
            {
              service,
              afterUs: duration(options, 'dies-after'),
              up: faster(lifeOf(options), number(options, 'rate')),
              down: lastsOf(options),
            },
            scene,
          ),
        ),
      ),
  },
  ...(['registry-down', 'control-plane-down'] as const).map((name): WeatherKind => ({
    name,
    summary:
      name === 'registry-down'
        ? 'no image can be pulled: what a node has not in its cache does not start'
        : 'nothing is scheduled, scaled, replaced or noticed; what runs goes on',
    source: 'a choice',
    options: [
      ...lifeOptions(days(60), 'exponential', 1, 'Mean time it works before it fails.'),
      ...lastsOptions(minutes(20), 1),
      RATE_OPTION,
      START_OPTION,
    ],
    make(options, scene) {
      const renewal = {
        up: faster(lifeOf(options), number(options, 'rate')),
        down: lastsOf(options),
        start: startOf(options),
      };
      return name === 'registry-down' ? registryOutages(renewal, scene) : controlPlaneOutages(renewal, scene);
    },
  })),
];
