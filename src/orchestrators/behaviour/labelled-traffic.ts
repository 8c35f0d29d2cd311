import { InputError } from '../../sim/input-error.ts';
import { readServiceAnnotations } from '../kubernetes/behaviour/service-annotations.ts';
import type { NativeWorkload } from '../native-file.ts';
import { describedTraffic, type DescribedTraffic, type TrafficSurroundings } from './described-traffic.ts';

/** The services among native workloads that get requests, as their `baton.dev/…` labels say. Throws an InputError. */
export function labelledTraffic(
  workloads: readonly NativeWorkload[],
  surroundings: TrafficSurroundings,
): DescribedTraffic {
  const known = workloads
    .filter(({ kind }) => kind !== 'job')
    .map(({ name: path, labels }) => {
      try {
        return { ...namesIn(path), said: readServiceAnnotations(labels), about: `service ${path}` };
      } catch (error) {
        throw error instanceof InputError ? new InputError(`service ${path}: ${error.message}`) : error;
      }
    });
  return describedTraffic(known, surroundings);
}

/** `shop/backend/cart` is `cart` in `shop/backend`: calls to `cart` from beside it mean it. */
function namesIn(path: string): { readonly namespace: string; readonly name: string } {
  const at = path.lastIndexOf('/');
  return { namespace: path.slice(0, Math.max(0, at)), name: path.slice(at + 1) };
}
