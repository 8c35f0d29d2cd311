import { InputError } from '../../../sim/input-error.ts';
import {
  describedTraffic,
  type DescribedTraffic,
  type TrafficSurroundings,
} from '../../behaviour/described-traffic.ts';
import type { NewObject } from '../api/api-server.ts';
import type { AnyObject } from '../objects/kinds.ts';
import { matchesLabels } from '../objects/label-selector.ts';
import type { Labels } from '../objects/meta.ts';
import type { Service } from '../objects/network.ts';
import { podTemplateOf } from './pod-template-of.ts';
import { readServiceAnnotations, type ServiceAnnotations } from './service-annotations.ts';

/**
 * Finds the services that get requests: those with traffic or a promise, and all that they call. What a Service does not
 * say itself is taken from the workload behind it: its annotations, then its pods'. Throws an InputError that names
 * the Service.
 */
export function annotatedTraffic(
  objects: readonly NewObject<AnyObject>[],
  surroundings: TrafficSurroundings,
): DescribedTraffic {
  const known = objects.flatMap((one) => {
    const service = one as Service;
    if (service.kind !== 'Service') return [];
    const { namespace, name } = service.metadata;
    return [{ namespace, name, said: annotationsFor(service, objects), about: about(service) }];
  });
  return describedTraffic(known, surroundings);
}

/** Its own annotations before those of the first workload behind it. */
function annotationsFor(service: Service, objects: readonly NewObject<AnyObject>[]): ServiceAnnotations {
  const { metadata, spec } = service;
  const read = (annotations: Labels | undefined): ServiceAnnotations => readServiceAnnotations(annotations ?? {});
  try {
    const own = read(metadata.annotations);
    const behind = objects.find((one) => {
      if (spec.selector === undefined || one.metadata.namespace !== metadata.namespace) return false;
      const labels = one.kind === 'Pod' ? (one.metadata.labels ?? {}) : podTemplateOf(one)?.metadata.labels;
      const batch = one.kind === 'Job' || one.kind === 'CronJob';
      return labels !== undefined && !batch && matchesLabels(spec.selector, labels);
    });
    if (behind === undefined) return own;
    return { ...read(podTemplateOf(behind)?.metadata.annotations), ...read(behind.metadata.annotations), ...own };
  } catch (error) {
    if (error instanceof InputError) throw new InputError(`${about(service)}: ${error.message}`);
    throw error;
  }
}

const about = ({ metadata }: Service): string => `Service ${metadata.namespace}/${metadata.name}`;
