import { PLAIN_PROCESS, type ProcessBehaviour } from '../../orchestrators/data-plane/process-behaviour.ts';
import type { ServiceSpec } from '../../sim/services/service-spec.ts';

/** How the processes of a scenario's service behave. A process with nothing in flight ends at once, as in living clusters. */
export function behaviourOfService(service: ServiceSpec): ProcessBehaviour {
  const { startUp } = service;
  return {
    ...PLAIN_PROCESS,
    imageBytes: startUp.imageBytes,
    imageLayers: startUp.imageLayers,
    boot: startUp.boot,
    stop: service.stopOverhead ?? { kind: 'constant', meanUs: 0 },
    ignoresStop: service.ignoresStop,
    memUsageBytes: service.memBaseBytes,
    memLeakBytesPerRequest: service.memLeakBytes,
    warmUpUs: startUp.warmUpUs,
    warmUpSpeed: startUp.warmUpSpeed,
  };
}
