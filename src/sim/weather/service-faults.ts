import { unitExponential } from '../ziggurat.ts';
import { downSpells, wholeUs, type RenewalSpec } from './renewal.ts';
import { occurrences } from './timed-weather.ts';
import type { WeatherSource } from './weather-event.ts';
import { serviceName, weatherStream, type WeatherScene } from './weather-scene.ts';

/** Processes of a service that die, every so often in the service as a whole (exponential); which one is drawn too. */
export function replicaCrashes(
  spec: { readonly service: number; readonly meanUs: number },
  scene: WeatherScene,
): WeatherSource {
  const { service, meanUs } = spec;
  const stream = weatherStream(scene, 'replica-crash', serviceName(scene, service));
  let nowUs = 0;
  return occurrences(() => {
    nowUs += wholeUs(meanUs * unitExponential(stream));
    const which = stream.next();
    return {
      atUs: nowUs,
      events: [{ atUs: nowUs, event: { kind: 'replica-crash', service, which, cause: 'process crash' } }],
    };
  });
}

export interface CrashLoopSpec extends RenewalSpec {
  readonly service: number;
  /** How long after its start each replica dies while the window lasts. */
  readonly afterUs: number;
}

/** Windows in which every replica of a service dies soon after its start: a bad configuration, a secret that expired. */
export function crashLoops(spec: CrashLoopSpec, scene: WeatherScene): WeatherSource {
  const { service, afterUs } = spec;
  const spell = downSpells(spec, weatherStream(scene, 'crash-loop', serviceName(scene, service)));
  const cause = 'crash loop';
  return occurrences(() => {
    const { fromUs, untilUs } = spell();
    return {
      atUs: fromUs,
      events: [
        { atUs: fromUs, event: { kind: 'crash-loop', service, on: true, afterUs, cause } },
        { atUs: untilUs, event: { kind: 'crash-loop', service, on: false, afterUs: 0, cause } },
      ],
    };
  });
}
