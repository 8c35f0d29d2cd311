import { durationSampler, type DurationSpec } from '../duration-spec.ts';
import { downSpells, wholeUs, type RenewalSpec } from './renewal.ts';
import { mergedWeather, occurrences } from './timed-weather.ts';
import type { WeatherSource } from './weather-event.ts';
import { domainName, weatherStream, type WeatherScene } from './weather-scene.ts';

/** Every pair of zones loses its link now and then; both go on within themselves. */
export function zonePartitions(spec: RenewalSpec, scene: WeatherScene): WeatherSource {
  return mergedWeather(
    pairsOfZones(scene).map(({ zones, name }) => {
      const spell = downSpells(spec, weatherStream(scene, 'zone-partition', name));
      const cause = `partition ${name}`;
      return occurrences(() => {
        const { fromUs, untilUs } = spell();
        return {
          atUs: fromUs,
          events: [
            { atUs: fromUs, event: { kind: 'zone-partition', zones, on: true, cause } },
            { atUs: untilUs, event: { kind: 'zone-partition', zones, on: false, cause } },
          ],
        };
      });
    }),
  );
}

export interface ZoneDelaySpec extends RenewalSpec {
  /** What a message between the zones takes longer, one way; drawn anew each time. */
  readonly delay: DurationSpec;
}

/** Links between zones that become slow now and then. */
export function zoneDelays(spec: ZoneDelaySpec, scene: WeatherScene): WeatherSource {
  return mergedWeather(
    pairsOfZones(scene).map(({ zones, name }) => {
      const stream = weatherStream(scene, 'zone-delay', name);
      const spell = downSpells(spec, stream);
      const delay = durationSampler(spec.delay, stream);
      const cause = `slow link ${name}`;
      return occurrences(() => {
        const { fromUs, untilUs } = spell();
        return {
          atUs: fromUs,
          events: [
            { atUs: fromUs, event: { kind: 'zone-delay', zones, delayUs: wholeUs(delay()), cause } },
            { atUs: untilUs, event: { kind: 'zone-delay', zones, delayUs: 0, cause } },
          ],
        };
      });
    }),
  );
}

/** Every pair of zones, the lower one first. */
function pairsOfZones(scene: WeatherScene): { zones: [number, number]; name: string }[] {
  const count = scene.zones?.length ?? scene.places.reduce((most, { zone }) => Math.max(most, zone + 1), 0);
  const pairs: { zones: [number, number]; name: string }[] = [];
  for (let a = 0; a < count; a++)
    for (let b = a + 1; b < count; b++)
      pairs.push({ zones: [a, b], name: `${domainName(scene, 'zone', a)}-${domainName(scene, 'zone', b)}` });
  return pairs;
}
