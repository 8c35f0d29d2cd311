import { readStack } from '../../orchestrators/swarm/compose/read-stack.ts';
import type { OperatorChange } from '../../orchestrators/data-plane/control-loop.ts';
import type { NativeFile } from '../../orchestrators/native-file.ts';
import type { SwarmServiceSpec } from '../../orchestrators/swarm/swarm-spec.ts';

/** What people want of a swarm's services at some time, by name. */
export type WantedServices = ReadonlyMap<string, SwarmServiceSpec>;

export const wantedAtFirst = (files: readonly NativeFile[]): WantedServices =>
  new Map(readStack(files).services.map((service) => [service.name, service]));

/** The same after a change; what concerns nodes alone changes nothing. */
export function wantedAfter(services: WantedServices, change: OperatorChange): WantedServices {
  const after = new Map(services);
  const replace = (workload: string, otherwise: (service: SwarmServiceSpec) => SwarmServiceSpec): void => {
    const service = after.get(workload);
    if (service !== undefined) after.set(workload, otherwise(service));
  };
  switch (change.verb) {
    case 'apply':
      for (const service of readStack(change.files).services) after.set(service.name, service);
      break;
    case 'remove':
      after.delete(change.workload);
      break;
    case 'scale':
      replace(change.workload, (service) => ({
        ...service,
        replicas: change.replicas,
        maxConcurrent: service.mode === 'replicated-job' ? change.replicas : 0,
      }));
      break;
    case 'update':
      replace(change.workload, (service) => ({ ...service, image: change.image }));
      break;
    case 'drain':
    case 'pause':
    case 'activate':
      break;
  }
  return after;
}

/** Services that differ, or are in one of the two only. */
export function changedServices(before: WantedServices, after: WantedServices): string[] {
  return [...new Set([...before.keys(), ...after.keys()])]
    .filter((name) => before.get(name) !== after.get(name))
    .sort();
}
