import { isPatient } from './client.ts';
import type { RequestModelOptions } from './request-model.ts';

/**
 * Why the service cannot have its departures computed at arrival; undefined when it can: its requests all come from
 * outside and from one place, in order, wait for ever and ask once, and it calls nobody.
 */
export function needsEvents({ services, traffic }: RequestModelOptions, service: number): string | undefined {
  if (services[service].calls.length > 0) return 'it calls other services';
  if (services.some(({ calls }) => calls.some((stage) => stage.some((call) => call.service === service))))
    return 'other services call it';
  if ((services[service].holdUs ?? 0) > 0) return 'calls wait for an endpoint';
  const own = traffic.filter((one) => one.service === service);
  if (own.some(({ source }) => source.kind === 'closed')) return 'its users wait for their answers';
  if (own.some(({ client }) => !isPatient(client))) return 'its clients give up, try again or hedge';
  if (own.some(({ fromZone }) => fromZone !== own[0].fromZone)) return 'its clients are in several zones';
  return undefined;
}
