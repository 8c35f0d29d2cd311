import { NO_RESOURCES } from '../../../data-plane/machine-spec.ts';
import type { AgentAttributes } from '../../allocator/offer-constraints.ts';
import type { AppSpec } from './app-spec.ts';

/** An app with Marathon's defaults. */
export function app(id: string, other: Partial<AppSpec> = {}): AppSpec {
  return {
    id,
    framework: 'marathon',
    role: '*',
    resources: { ...NO_RESOURCES, cpuMilli: 1000, memBytes: 128 * 1024 * 1024 },
    cpuLimitMilli: Infinity,
    memLimitBytes: 128 * 1024 * 1024,
    instances: 1,
    image: '',
    forcePullImage: false,
    hostPorts: [],
    requirePorts: false,
    servicePorts: [],
    constraints: [],
    acceptedResourceRoles: [],
    dependencies: [],
    upgradeStrategy: { minimumHealthCapacity: 1, maximumOverCapacity: 1 },
    backoffUs: 1e6,
    backoffFactor: 1.15,
    maxLaunchDelayUs: 300e6,
    healthChecks: [],
    readinessChecks: [],
    killSelection: 'YOUNGEST_FIRST',
    unreachableStrategy: { inactiveAfterUs: 0, expungeAfterUs: 0 },
    taskKillGraceUs: 3e6,
    isResident: false,
    labels: {},
    configuration: '{}',
    ...other,
  };
}

/** An agent in a zone, with attributes. */
export const agentAt = (hostname: string, zone = '', attributes: Record<string, string> = {}): AgentAttributes => ({
  hostname,
  region: '',
  zone,
  attributes,
});
