import type { RandomStream } from '../random.ts';
import { effectEvents, type NodeEffect } from './node-effect.ts';
import { downSpells, type RenewalSpec } from './renewal.ts';
import { mergedWeather, occurrences } from './timed-weather.ts';
import type { WeatherSource } from './weather-event.ts';
import { domainsOf, weatherStream, type Domain, type DomainLevel, type WeatherScene } from './weather-scene.ts';

/** Faults that come and go at every domain of a level on its own. */
export interface OutageSpec {
  /** Names the random streams; different processes are independent. */
  readonly process: string;
  readonly level: DomainLevel;
  /** The life of a domain, which may depend on a draw (machines that fail more often than others). */
  readonly renewal: RenewalSpec | ((stream: RandomStream) => RenewalSpec);
  /** What a fault does to the nodes of the domain; drawn anew for each. */
  readonly effect: NodeEffect | ((stream: RandomStream) => NodeEffect);
  /** Says in events and reports why. */
  readonly cause: string | ((domain: Domain) => string);
}

/**
 * An alternating renewal process for each domain, each with a stream of its own: more nodes elsewhere change nothing
 * here. Every node of the domain is hit, and mended, at the same moment.
 */
export function outages(spec: OutageSpec, scene: WeatherScene): WeatherSource {
  return mergedWeather(domainsOf(scene, spec.level).map((domain) => domainOutages(spec, domain, scene)));
}

function domainOutages(spec: OutageSpec, domain: Domain, scene: WeatherScene): WeatherSource {
  const stream = weatherStream(scene, spec.process, domain.name);
  const spell = downSpells(typeof spec.renewal === 'function' ? spec.renewal(stream) : spec.renewal, stream);
  const cause = typeof spec.cause === 'function' ? spec.cause(domain) : spec.cause;
  const { effect } = spec;
  return occurrences(() => {
    const { fromUs, untilUs } = spell();
    const what = typeof effect === 'function' ? effect(stream) : effect;
    return { atUs: fromUs, events: effectEvents(what, domain.nodes, fromUs, untilUs, cause) };
  });
}
