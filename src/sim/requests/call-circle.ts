import { InputError } from '../input-error.ts';
import type { RequestService } from './request-service.ts';

/** Throws an InputError when calls lead back to the service that makes them: no request would ever end. */
export function refuseCallCircles(services: readonly Pick<RequestService, 'name' | 'calls'>[]): void {
  const done = new Set<number>();
  const visit = (service: number, way: readonly number[]): void => {
    if (done.has(service)) return;
    const at = way.indexOf(service);
    if (at >= 0) {
      const circle = [...way.slice(at), service].map((one) => services[one].name).join(' -> ');
      throw new InputError(
        `calls between services lead in a circle, ${circle}, and no request would ever end; remove one of them`,
      );
    }
    for (const call of services[service].calls.flat()) visit(call.service, [...way, service]);
    done.add(service);
  };
  services.forEach((_, service) => visit(service, []));
}
