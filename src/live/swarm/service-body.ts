import type { SwarmServiceSpec, UpdateConfig } from '../../orchestrators/swarm/swarm-spec.ts';
import { ROLE_LABEL, RUN_LABEL, WORKLOAD_LABEL } from '../labels.ts';
import type { UserImage } from '../workload/user-images.ts';

/** What a real service of a replay is made of besides its specification. */
export interface ServiceMaking {
  readonly runId: string;
  /** Of the real service; its workload's name is a label. */
  readonly name: string;
  /** In place of the file's image and command. */
  readonly image?: UserImage;
  /** Id of the overlay network that services of the run share. */
  readonly network?: string;
  /** Hostname of the only node on which it may run; absent: what its own placement says. */
  readonly pinnedTo?: string;
}

const NANOS = 1000;

/**
 * A service as the engine's API takes it (`POST /services/create`). It publishes no ports, mounts nothing and is given no
 * secrets, so that it disturbs nothing beside it. Where its image is replaced, the file's image is an environment
 * variable, so that an update is one all the same.
 */
export function serviceBody(spec: SwarmServiceSpec, making: ServiceMaking): object {
  const { runId, name, image, network, pinnedTo } = making;
  const labels = { [RUN_LABEL]: runId, [ROLE_LABEL]: 'service', [WORKLOAD_LABEL]: spec.name };
  const isJob = spec.mode === 'replicated-job' || spec.mode === 'global-job';
  return {
    Name: name,
    Labels: labels,
    TaskTemplate: {
      ContainerSpec: {
        ...containerOf(spec, image),
        Labels: labels,
        StopGracePeriod: spec.stopGraceUs * NANOS,
      },
      Resources: {
        Limits: present({
          NanoCPUs: finite(spec.limits.cpuMilli, 1e6),
          MemoryBytes: finite(spec.limits.memBytes, 1),
          Pids: finite(spec.limits.pids, 1),
        }),
        Reservations: {
          NanoCPUs: spec.reservations.cpuMilli * 1e6,
          MemoryBytes: spec.reservations.memBytes,
          GenericResources: spec.reservations.generic.map(({ kind, count }) => ({
            DiscreteResourceSpec: { Kind: kind, Value: count },
          })),
        },
      },
      RestartPolicy: {
        // Jobs that are restarted on any end would never be done.
        Condition: isJob && spec.restart.condition === 'any' ? 'on-failure' : spec.restart.condition,
        Delay: spec.restart.delayUs * NANOS,
        MaxAttempts: spec.restart.maxAttempts,
        Window: spec.restart.windowUs * NANOS,
      },
      Placement: placementOf(spec, pinnedTo),
      Networks: network === undefined ? [] : [{ Target: network }],
    },
    Mode: modeOf(spec),
    // The engine takes none for jobs.
    ...(!isJob && { UpdateConfig: updateOf(spec.update), RollbackConfig: updateOf(spec.rollback) }),
    EndpointSpec: { Mode: spec.endpointMode, Ports: [] },
  };
}

function containerOf(spec: SwarmServiceSpec, image: UserImage | undefined): object {
  const env = Object.entries(spec.environment).map(([key, value]) => `${key}=${value}`);
  if (image !== undefined)
    return {
      Image: image.image,
      ...(image.command !== undefined && { Command: image.command }),
      Env: [...env, `BATON_IMAGE=${spec.image}`],
    };
  const entrypoint = spec.entrypointWords ?? 0;
  return {
    Image: spec.image,
    ...(entrypoint > 0 && { Command: spec.command.slice(0, entrypoint) }),
    Args: spec.command.slice(entrypoint),
    Env: env,
    ...(spec.healthCheck && {
      Healthcheck: {
        ...(spec.healthCheck.test !== undefined && { Test: spec.healthCheck.test }),
        Interval: spec.healthCheck.intervalUs * NANOS,
        Timeout: spec.healthCheck.timeoutUs * NANOS,
        Retries: spec.healthCheck.retries,
        StartPeriod: spec.healthCheck.startPeriodUs * NANOS,
      },
    }),
  };
}

function placementOf({ placement }: SwarmServiceSpec, pinnedTo: string | undefined): object {
  if (pinnedTo !== undefined) return { Constraints: [`node.hostname==${pinnedTo}`] };
  return {
    Constraints: placement.constraints.map(({ key, operator, value }) => `${key}${operator}${value}`),
    Preferences: placement.spreadOver.map((label) => ({ Spread: { SpreadDescriptor: label } })),
    MaxReplicas: placement.maxReplicasPerNode,
  };
}

function modeOf({ mode, replicas, maxConcurrent }: SwarmServiceSpec): object {
  const modes = {
    replicated: { Replicated: { Replicas: replicas } },
    global: { Global: {} },
    'replicated-job': { ReplicatedJob: { MaxConcurrent: maxConcurrent, TotalCompletions: replicas } },
    'global-job': { GlobalJob: {} },
  };
  return modes[mode];
}

const updateOf = (config: UpdateConfig): object => ({
  Parallelism: config.parallelism,
  Delay: config.delayUs * NANOS,
  FailureAction: config.failureAction,
  Monitor: config.monitorUs * NANOS,
  MaxFailureRatio: config.maxFailureRatio,
  Order: config.order,
});

const finite = (amount: number, unit: number): number | undefined =>
  amount === Infinity ? undefined : Math.round(amount * unit);

const present = (values: Readonly<Record<string, number | undefined>>): object =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
