import {
  plainService,
  shareOf,
  type AppAutoscaling,
  type AppCheck,
  type AppMetric,
  type AppModel,
  type AppService,
} from '../../orchestrators/translate/app-model.ts';
import { durationSpecText } from '../../sim/duration-spec-text.ts';
import type { LivingSpec } from '../../sim/living-spec.ts';
import type { ProbeSpec, ServiceSpec } from '../../sim/services/service-spec.ts';
import type { PolicyChoice } from '../scenario/policy-choice.ts';
import type { ScenarioPlan } from '../scenario/scenario-plan.ts';

/** The grace of a scenario that does not say one: then each orchestrator keeps its own. */
const UNSAID_GRACE_US = 30e6;
const PORT = 8080;

/**
 * A scenario's services as every orchestrator may have them in its own files. What the scenario does not say is left to
 * the orchestrator's own defaults: that is what is compared.
 */
export function appOfScenario(plan: ScenarioPlan, living: LivingSpec): AppModel {
  const fromOutside = new Set(
    Object.entries(plan.traffic ?? {}).map(([name, one]) => (typeof one === 'number' ? name : (one.to ?? name))),
  );
  return {
    notes: [],
    services: living.services.map((service, index) => ({
      ...plainService(service.name, imageOf(service.name, 1)),
      replicas: service.replicas,
      labels: labelsOf(service),
      ports: [
        fromOutside.has(service.name)
          ? { container: PORT, published: PORT + index, protocol: 'tcp' as const, mode: 'balanced' as const }
          : { container: PORT, protocol: 'tcp' as const, mode: 'internal' as const },
      ],
      resources: {
        request: { cpuMilli: service.request.cpuMilli, memBytes: service.request.memBytes },
        limit: {
          ...(service.cpuLimitMilli !== Infinity && { cpuMilli: service.cpuLimitMilli }),
          ...(service.memLimitBytes !== Infinity && { memBytes: service.memLimitBytes }),
        },
        ...(service.request.gpuCount !== undefined && { gpus: service.request.gpuCount }),
      },
      ...checksOf(service),
      ...(service.graceUs !== UNSAID_GRACE_US && { stopGraceUs: service.graceUs }),
      placement: placementOf(service),
      dependsOn: service.startsAfter.map((other) => ({
        service: living.services[other].name,
        until: 'healthy' as const,
      })),
      ...(service.priority !== 0 && { priority: { value: service.priority } }),
      ...disruptionOf(service),
      ...autoscalingOf(scalingOf(plan, service.name), living.scaling[index]),
    })),
  };
}

/** Images of a scenario's services carry their version. */
export const imageOf = (service: string, version: number): string => `registry.example/${service}:${version}`;

/** What no orchestrator's fields say, for those who read it from there. */
function labelsOf({ startUp, memBaseBytes }: ServiceSpec): Record<string, string> {
  return {
    'baton.dev/image-size': `${startUp.imageBytes}`,
    'baton.dev/boot': durationSpecText(startUp.boot),
    'baton.dev/stop': '0s',
    'baton.dev/cpu-usage': '0%',
    'baton.dev/memory-usage': `${memBaseBytes}`,
  };
}

function checksOf({ startUp }: ServiceSpec): Pick<AppService, 'readiness' | 'liveness'> {
  const { readiness, liveness } = startUp;
  return {
    ...(readiness && { readiness: checkOf(readiness, '/ready') }),
    ...(liveness && { liveness: checkOf(liveness, '/alive') }),
  };
}

function checkOf(probe: ProbeSpec, path: string): AppCheck {
  return {
    test: { kind: 'http', path, port: PORT, scheme: 'http' },
    intervalUs: probe.periodUs,
    timeoutUs: probe.timeoutUs,
    retries: probe.failureThreshold,
    ...(probe.initialDelayUs > 0 && { delayUs: probe.initialDelayUs }),
    ...(probe.successThreshold !== 1 && { successes: probe.successThreshold }),
  };
}

function placementOf({ request }: ServiceSpec): AppService['placement'] {
  return {
    constraints: Object.entries(request.nodeSelector ?? {}).map(([key, value]) => ({
      key: key === 'zone' ? 'zone' : `label:${key}`,
      operator: 'in' as const,
      values: [value],
    })),
    spread: [],
    affinity: [],
    neighbours: [],
    tolerates: request.tolerations ?? [],
  };
}

function disruptionOf({ minAvailable, replicas }: ServiceSpec): Pick<AppService, 'disruption'> {
  if (minAvailable === undefined) return {};
  const share = minAvailable.share ?? (minAvailable.replicas ?? 0) / Math.max(1, replicas);
  return { disruption: { minHealthyShare: shareOf(Math.min(1, share)) } };
}

/** The scaling policy that is written for a service; undefined: none. */
function scalingOf({ policies: { scaling } }: ScenarioPlan, service: string): PolicyChoice | undefined {
  return scaling?.services[service] ?? scaling?.all;
}

/** Scaling by targets is what orchestrators can do; of other policies only the bounds are told. */
function autoscalingOf(
  choice: PolicyChoice | undefined,
  bounds: { readonly minReplicas: number; readonly maxReplicas: number },
): { autoscaling?: AppAutoscaling } {
  if (choice === undefined || !SCALES_TO_TARGETS.has(choice.name)) return {};
  const option = (name: string): number => Number(choice.options[name] ?? 0);
  const perSecond = option('requests') || option('requestsPerMinute') / 60;
  // Without any metric both of these policies aim at a share of the CPU.
  const metrics: AppMetric[] = [
    ...(option('cpu') > 0 ? [{ metric: 'cpu' as const, target: option('cpu') }] : []),
    ...(option('memory') > 0 ? [{ metric: 'memory' as const, target: option('memory') }] : []),
    ...(perSecond > 0 ? [{ metric: 'requests' as const, target: perSecond }] : []),
  ];
  return {
    autoscaling: {
      min: bounds.minReplicas,
      max: bounds.maxReplicas,
      metrics: metrics.length > 0 ? metrics : [{ metric: 'cpu', target: 0.8 }],
    },
  };
}

const SCALES_TO_TARGETS = new Set(['target-utilisation', 'target-tracking']);
