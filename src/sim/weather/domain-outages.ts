import { durationMeanUs } from '../duration-spec.ts';
import { faster } from './faster.ts';
import type { NodeEffect } from './node-effect.ts';
import { outages } from './outages.ts';
import type { RenewalSpec } from './renewal.ts';
import { mergedWeather } from './timed-weather.ts';
import type { WeatherSource } from './weather-event.ts';
import type { DomainLevel, WeatherScene } from './weather-scene.ts';

/** Whole racks, power domains or zones that fail: a switch, a power unit, a building. Their nodes go and return as one. */
export interface DomainOutageSpec extends RenewalSpec {
  readonly level: DomainLevel;
  /** Down, if nothing is said; a switch may cut nodes off instead, or lose part of what passes. */
  readonly effect?: NodeEffect;
}

/** Each domain of the level fails on its own, by a stream that is named after it. */
export function domainOutages(spec: DomainOutageSpec, scene: WeatherScene): WeatherSource {
  const { level, effect = { kind: 'down' } } = spec;
  return outages(
    {
      process: `${level}-outage/${effect.kind}`,
      level,
      renewal: spec,
      effect,
      cause: ({ name }) => (name.startsWith(level) ? name : `${level} ${name}`),
    },
    scene,
  );
}

export interface CommonCauseSpec extends RenewalSpec {
  readonly level: DomainLevel;
  /** Share of a node's failures that it has in common with its whole domain, 0 to 1; 0.05 to 0.4 is usual. */
  readonly beta: number;
}

/**
 * The beta factor model (Fleming 1975): each node fails as often as `up` says, and the share beta of its failures takes
 * the whole domain. So its own failures are 1 - beta as frequent, and the domain's beta times as frequent as a node's.
 */
export function commonCause(spec: CommonCauseSpec, scene: WeatherScene): WeatherSource {
  const { beta, level, up, down, start = 'new' } = spec;
  const own = { up: faster(up, 1 - beta), down, start };
  const common = { up: faster(up, beta), down, start };
  const sources: WeatherSource[] = [];
  if (durationMeanUs(own.up) < Infinity)
    sources.push(
      outages(
        { process: 'common-cause/own', level: 'node', renewal: own, effect: { kind: 'down' }, cause: 'crash' },
        scene,
      ),
    );
  if (durationMeanUs(common.up) < Infinity)
    sources.push(
      outages(
        {
          process: 'common-cause/shared',
          level,
          renewal: common,
          effect: { kind: 'down' },
          cause: ({ name }) => `common cause in ${name}`,
        },
        scene,
      ),
    );
  return mergedWeather(sources);
}
