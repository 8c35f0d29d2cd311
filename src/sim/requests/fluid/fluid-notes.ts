import type { RequestModelOptions } from '../request-model.ts';
import type { ClientSpec } from '../traffic.ts';

/** One sentence a service: that it ran as a fluid, and what the equations leave out. */
export function fluidNotes(options: RequestModelOptions): string[] {
  return options.services.map((service, index) => {
    const clients: ClientSpec[] = [
      ...options.traffic.filter((traffic) => traffic.service === index).map(({ client }) => client),
      ...options.services.flatMap((caller) =>
        caller.calls
          .flat()
          .filter((call) => call.service === index)
          .map(({ client }) => client),
      ),
    ];
    const left: string[] = [];
    if (service.balancing.fluid === undefined) left.push(`${service.balancing.name} balances as random does`);
    if (service.staleUs > 0) left.push('balancers see the load as it is now');
    if (service.slowStartUs > 0) left.push('new endpoints get their full share at once');
    if ((service.holdUs ?? 0) > 0) left.push('calls without an endpoint fail at once');
    if (clients.some((client) => client.breaker !== undefined)) left.push('circuit breakers never open');
    if (clients.some((client) => client.hedgeAfterUs !== undefined)) left.push('no request is sent twice to hedge');
    if (
      options.traffic.some(
        ({ service: to, source }) => to === index && source.kind === 'open' && source.batch !== undefined,
      )
    )
      left.push('batches come one by one');
    if (options.traffic.some(({ service: to, source }) => to === index && source.kind === 'times'))
      left.push('recorded arrivals count by the second');
    return `service "${service.name}" ran on the fluid model${left.length > 0 ? `, in which ${left.join(', ')}` : ''}`;
  });
}
