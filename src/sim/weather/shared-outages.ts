import { downSpells, type RenewalSpec } from './renewal.ts';
import { occurrences } from './timed-weather.ts';
import type { WeatherSource } from './weather-event.ts';
import { weatherStream, type WeatherScene } from './weather-scene.ts';

/** The image registry is away now and then: what is not in a node's cache cannot start. */
export function registryOutages(spec: RenewalSpec, scene: WeatherScene): WeatherSource {
  return sharedOutages('registry-down', spec, scene);
}

/** The control plane is away now and then: nothing is scheduled, scaled or noticed, and what runs goes on. */
export function controlPlaneOutages(spec: RenewalSpec, scene: WeatherScene): WeatherSource {
  return sharedOutages('control-plane-down', spec, scene);
}

function sharedOutages(
  kind: 'registry-down' | 'control-plane-down',
  spec: RenewalSpec,
  scene: WeatherScene,
): WeatherSource {
  const spell = downSpells(spec, weatherStream(scene, kind, 'all'));
  const cause = kind === 'registry-down' ? 'registry outage' : 'control plane outage';
  return occurrences(() => {
    const { fromUs, untilUs } = spell();
    return {
      atUs: fromUs,
      events: [
        { atUs: fromUs, event: { kind, on: true, cause } },
        { atUs: untilUs, event: { kind, on: false, cause } },
      ],
    };
  });
}
