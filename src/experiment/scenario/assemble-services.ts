import type { PodRequest } from '../../sim/pod-request.ts';
import type { BalancingPolicy } from '../../sim/requests/balancing-policy.ts';
import type { CallSpec } from '../../sim/requests/request-service.ts';
import type { ClientSpec } from '../../sim/requests/traffic.ts';
import type { ProbeSpec, ServiceSpec, StartUpSpec } from '../../sim/services/service-spec.ts';
import type { ClientPlan } from './client-schema.ts';
import type { CallText, ServiceText } from './service-schema.ts';

/** Kubernetes' defaults for probes. */
const PROBE: ProbeSpec = {
  initialDelayUs: 0,
  periodUs: 10e6,
  timeoutUs: 1e6,
  successThreshold: 1,
  failureThreshold: 3,
};
const BREAKER = { failureShare: 0.5, minimumCalls: 20, windowUs: 10e6, openUs: 30e6, probes: 3 };

/** A service as the simulation takes it. `indexOf` tells the number of a service by its name. */
export function serviceSpec(
  name: string,
  service: ServiceText,
  indexOf: (name: string) => number,
  balancing: BalancingPolicy,
  clients: ClientPlan | undefined,
): ServiceSpec {
  const startsAfter = (service.startsAfter ?? []).map(indexOf);
  const minAvailable = service.minAvailable;
  return {
    name,
    request: requestOf(service),
    cpuLimitMilli: service.cpuLimit ?? Infinity,
    memLimitBytes: service.memoryLimit ?? Infinity,
    cpuPerRequestMilli: service.cpuPerRequest ?? service.cpu / service.concurrency,
    memBaseBytes: service.memoryBase ?? Math.floor(service.memory / 2),
    memPerRequestBytes: service.memoryPerRequest,
    memLeakBytes: service.memoryLeak,
    replicas: service.replicas,
    priority: service.priority,
    startUp: startUpOf(service),
    graceUs: service.grace,
    ignoresStop: service.ignoresStop,
    startsAfter,
    ...(minAvailable !== undefined && { minAvailable }),
    requests: {
      name,
      concurrency: service.concurrency,
      queueLimit: service.queue ?? Infinity,
      work: service.work,
      calls: (service.calls ?? []).map((stage) =>
        (Array.isArray(stage) ? stage : [stage]).map((call) => callSpec(call, indexOf, clients)),
      ),
      holdsPlace: service.holdsPlace,
      balancing,
      staleUs: service.stale,
      balancers: service.balancers,
      slowStartUs: service.slowStart,
      ...(service.activator > 0 && { holdUs: service.activator }),
    },
  };
}

/** What one replica requests. */
export function requestOf(service: ServiceText): PodRequest {
  return {
    cpuMilli: service.cpu,
    memBytes: service.memory,
    ...(service.gpus !== undefined && service.gpus > 0 && { gpuCount: service.gpus }),
    ...(service.gpuModels !== undefined && { gpuModels: service.gpuModels }),
    ...(service.nodeLabels !== undefined && { nodeSelector: service.nodeLabels }),
    ...(service.tolerates !== undefined && { tolerations: service.tolerates }),
  };
}

function startUpOf(service: ServiceText): StartUpSpec {
  const readiness = probeOf(service.readiness);
  const liveness = probeOf(service.liveness);
  return {
    imageBytes: service.image,
    imageLayers: service.imageLayers,
    boot: service.boot,
    warmUpUs: service.warmUp,
    warmUpSpeed: service.warmUp === 0 ? 1 : service.warmUpSpeed,
    ...(readiness && { readiness }),
    ...(liveness && { liveness }),
  };
}

function probeOf(probe: ServiceText['readiness']): ProbeSpec | undefined {
  if (probe === undefined || probe === false) return undefined;
  if (probe === true) return PROBE;
  return {
    initialDelayUs: probe.delay,
    periodUs: probe.period,
    timeoutUs: probe.timeout,
    successThreshold: probe.successes,
    failureThreshold: probe.failures,
  };
}

function callSpec(call: CallText, indexOf: (name: string) => number, clients: ClientPlan | undefined): CallSpec {
  if (typeof call === 'string')
    return {
      service: indexOf(call),
      chance: 1,
      fanOut: 1,
      client: clientSpec(undefined, clients, null),
      required: true,
    };
  return {
    service: indexOf(call.service),
    chance: call.chance,
    fanOut: call.copies,
    client: clientSpec(call.client, clients, null),
    required: call.required,
  };
}

/** A caller: its own settings, else those for all callers, else defaults. `timeoutUs` null: it waits for ever. */
export function clientSpec(
  own: ClientPlan | undefined,
  all: ClientPlan | undefined,
  defaultTimeoutUs: number | null,
): ClientSpec {
  const said = { ...all, ...own };
  const timeoutUs = said.timeout === undefined ? defaultTimeoutUs : said.timeout;
  const breaker = said.breaker;
  return {
    timeoutUs: timeoutUs ?? Infinity,
    attempts: 1 + (said.retries ?? 0),
    backoff: { baseUs: said.backoff ?? 100_000, capUs: said.backoffCap ?? 10e6, jitter: said.jitter ?? 'full' },
    ...(said.retryBudget !== undefined && { retryBudget: said.retryBudget }),
    ...(said.hedgeAfter !== undefined && { hedgeAfterUs: said.hedgeAfter }),
    ...(breaker === true && { breaker: BREAKER }),
    ...(typeof breaker === 'object' && {
      breaker: {
        failureShare: breaker.failures,
        minimumCalls: breaker.calls,
        windowUs: breaker.window,
        openUs: breaker.open,
        probes: breaker.probes,
      },
    }),
  };
}
