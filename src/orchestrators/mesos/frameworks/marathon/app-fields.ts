import { knownFields } from '../../text/json-field.ts';

/** Fields of Marathon's API objects by name (docs/docs/rest-api/public/api/v2/types/*.raml). */
export const APP = knownFields(
  `id cpus mem disk gpus instances constraints acceptedResourceRoles role dependencies upgradeStrategy backoffSeconds
   backoffFactor maxLaunchDelaySeconds healthChecks readinessChecks killSelection unreachableStrategy
   taskKillGracePeriodSeconds residency requirePorts ports portDefinitions labels container resourceLimits`,
  `cmd args env secrets fetch uris storeUrls user tty executor networks ipAddress version versionInfo tasks tasksStaged
   tasksRunning tasksHealthy tasksUnhealthy deployments readinessCheckResults lastTaskFailure tasksStats $schema
   executorResources`,
);
export const GROUP = knownFields('id apps groups dependencies', 'version pods enforceRole $schema');
export const CONTAINER = knownFields('type docker portMappings', 'volumes linuxInfo');
export const DOCKER = knownFields(
  'image forcePullImage portMappings network',
  'privileged parameters pullConfig credential',
);
export const PORT_MAPPING = knownFields('containerPort hostPort servicePort', 'name protocol labels networkNames');
export const PORT_DEFINITION = knownFields('port', 'name protocol labels');
export const HEALTH_CHECK = knownFields(
  'protocol gracePeriodSeconds intervalSeconds timeoutSeconds maxConsecutiveFailures delaySeconds',
  'path port portIndex command ignoreHttp1xx ipProtocol',
);
export const READINESS_CHECK = knownFields(
  'name intervalSeconds timeoutSeconds',
  'protocol path portName httpStatusCodesForReady preserveLastResponse',
);
export const UPGRADE = knownFields('minimumHealthCapacity maximumOverCapacity');
export const UNREACHABLE = knownFields(
  'inactiveAfterSeconds expungeAfterSeconds',
  'timeUntilInactive timeUntilExpunge',
);
export const RESOURCE_LIMITS = knownFields('cpus mem');

export const NETWORK_CHECKS = ['HTTP', 'HTTPS', 'TCP'] as const;
export const AGENT_CHECKS = ['COMMAND', 'MESOS_HTTP', 'MESOS_HTTPS', 'MESOS_TCP'] as const;
