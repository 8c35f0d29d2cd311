import type { NewObject } from '../../api/api-server.ts';
import type { Service } from '../../objects/network.ts';
import type {
  LimitRange,
  Namespace,
  PodDisruptionBudget,
  PodGroup,
  PriorityClass,
  ResourceQuota,
} from '../../objects/policy.ts';
import type { Field } from '../fields/field.ts';
import { fieldNames } from '../fields/field-names.ts';
import { readLabels, readSelector, requiredOperator, type NewMeta } from './metadata.ts';
import { requireSpec } from './workloads.ts';

const BUDGET = fieldNames('selector minAvailable maxUnavailable unhealthyPodEvictionPolicy');
const QUOTA = fieldNames('hard scopes scopeSelector');
const LIMITS = fieldNames('limits');
const LIMIT = fieldNames('type min max default defaultRequest maxLimitRequestRatio');
const SERVICE = fieldNames(
  'selector type clusterIP ports sessionAffinity internalTrafficPolicy externalTrafficPolicy trafficDistribution publishNotReadyAddresses',
  `clusterIPs externalIPs externalName loadBalancerIP loadBalancerClass loadBalancerSourceRanges allocateLoadBalancerNodePorts
   healthCheckNodePort ipFamilies ipFamilyPolicy sessionAffinityConfig`,
);
const SERVICE_PORT = fieldNames('name port protocol targetPort', 'nodePort appProtocol');
const GROUP = fieldNames('schedulingPolicy', 'podGroupTemplateRef disruptionMode priorityClassName resourceClaims');
const GANG = fieldNames('gang basic');

export function readDisruptionBudget(field: Field, metadata: NewMeta): NewObject<PodDisruptionBudget> {
  const spec = requireSpec(field, BUDGET);
  const selector = readSelector(spec.child('selector'));
  const minAvailable = spec.child('minAvailable').optionalIntOrPercent();
  const maxUnavailable = spec.child('maxUnavailable').optionalIntOrPercent();
  if (minAvailable !== undefined && maxUnavailable !== undefined)
    spec.child('maxUnavailable').fault('minAvailable is there too; write only one of them');
  const status = field.child('status');
  return {
    kind: 'PodDisruptionBudget',
    metadata,
    spec: {
      ...(selector !== undefined && { selector }),
      ...(minAvailable !== undefined && { minAvailable }),
      ...(maxUnavailable !== undefined && { maxUnavailable }),
      unhealthyPodEvictionPolicy: spec
        .child('unhealthyPodEvictionPolicy')
        .oneOf(['IfHealthyBudget', 'AlwaysAllow'], 'IfHealthyBudget'),
    },
    status: {
      expectedPods: status.child('expectedPods').whole(0),
      currentHealthy: status.child('currentHealthy').whole(0),
      desiredHealthy: status.child('desiredHealthy').whole(0),
      disruptionsAllowed: status.child('disruptionsAllowed').whole(0),
      disruptedPods: {},
    },
  };
}

export function readPriorityClass(field: Field, metadata: NewMeta): NewObject<PriorityClass> {
  const value = field.child('value');
  if (!value.present) value.fault('it is missing; write a number');
  // What begins so is for the cluster itself, and may be above what users may have.
  const own = metadata.name.startsWith('system-');
  return {
    kind: 'PriorityClass',
    metadata,
    value: value.whole(0, -2_147_483_648, own ? 2_147_483_647 : 1_000_000_000),
    globalDefault: field.child('globalDefault').boolean(),
    preemptionPolicy: field.child('preemptionPolicy').oneOf(['PreemptLowerPriority', 'Never'], 'PreemptLowerPriority'),
  };
}

export function readNamespaceObject(_field: Field, metadata: NewMeta): NewObject<Namespace> {
  return namespaceObject(metadata);
}

/** A namespace carries its own name as a label. */
export function namespaceObject(metadata: NewMeta): NewObject<Namespace> {
  const labels = { ...metadata.labels, 'kubernetes.io/metadata.name': metadata.name };
  return { kind: 'Namespace', metadata: { ...metadata, labels } };
}

export function readResourceQuota(field: Field, metadata: NewMeta): NewObject<ResourceQuota> {
  const spec = requireSpec(field, QUOTA);
  const scopes = spec.child('scopes').texts();
  let priorityClasses: string[] | undefined;
  const expressions = spec.child('scopeSelector').isMap()
    ? spec.child('scopeSelector').child('matchExpressions')
    : undefined;
  for (const item of expressions?.items() ?? []) {
    const name = item.child('scopeName').requiredText();
    const operator = requiredOperator(item.child('operator'), ['In', 'NotIn', 'Exists', 'DoesNotExist']);
    if (name !== 'PriorityClass') scopes.push(name);
    else if (operator === 'In') priorityClasses = item.child('values').texts();
    else if (operator === 'Exists') scopes.push(name);
    else item.child('operator').note('only In and Exists are modelled for scopes of priority classes');
  }
  return {
    kind: 'ResourceQuota',
    metadata,
    spec: { hard: spec.child('hard').resources(), scopes, ...(priorityClasses !== undefined && { priorityClasses }) },
  };
}

/** Defaults fill each other (`pkg/apis/core/v1/defaults.go`): default from max, defaultRequest from default, then min. */
export function readLimitRange(field: Field, metadata: NewMeta): NewObject<LimitRange> {
  const spec = requireSpec(field, LIMITS);
  const limits = spec
    .child('limits')
    .items()
    .map((item) => {
      item.isMap(LIMIT);
      const type = item.child('type').requiredText();
      const [min, max] = [item.child('min').resources(), item.child('max').resources()];
      let limit = item.child('default').resources();
      let request = item.child('defaultRequest').resources();
      if (type === 'Container') {
        limit = { ...max, ...limit };
        request = { ...min, ...limit, ...request };
      } else if (type === 'Pod')
        for (const name of ['default', 'defaultRequest'])
          if (item.child(name).present)
            item.child(name).fault('only limits of type Container have defaults; delete it');
      const ratio = item.child('maxLimitRequestRatio').resources();
      return { type, min, max, default: limit, defaultRequest: request, maxLimitRequestRatio: ratio };
    });
  return { kind: 'LimitRange', metadata, spec: { limits } };
}

export function readPodGroup(field: Field, metadata: NewMeta): NewObject<PodGroup> {
  const policy = requireSpec(field, GROUP).child('schedulingPolicy');
  policy.isMap(GANG);
  const gang = policy.child('gang');
  const minCount = gang.present && gang.isMap() ? gang.child('minCount').whole(1, 1) : 0;
  return { kind: 'PodGroup', metadata, minCount };
}

export function readService(field: Field, metadata: NewMeta): NewObject<Service> {
  const spec = requireSpec(field, SERVICE);
  const selector = readLabels(spec.child('selector'));
  const type = spec.child('type').oneOf(['ClusterIP', 'NodePort', 'LoadBalancer', 'ExternalName'], 'ClusterIP');
  const trafficDistribution = spec
    .child('trafficDistribution')
    .optionalOneOf(['PreferClose', 'PreferSameZone', 'PreferSameNode']);
  const ports = spec
    .child('ports')
    .items()
    .map((item) => {
      item.isMap(SERVICE_PORT);
      const port = item.child('port');
      if (!port.present) port.fault('it is missing; write the number of the port');
      return {
        name: item.child('name').text(),
        port: port.whole(1, 1, 65_535),
        protocol: item.child('protocol').oneOf(['TCP', 'UDP', 'SCTP'], 'TCP'),
      };
    });
  const names = new Set(ports.map(({ name }) => name));
  if (ports.length > 1 && (names.has('') || names.size < ports.length))
    spec.child('ports').fault('several ports need names that differ; write a name for each');
  if (ports.length === 0 && type !== 'ExternalName' && spec.child('clusterIP').text() !== 'None' && spec.present)
    spec.child('ports').fault('it is missing; write at least one port');
  return {
    kind: 'Service',
    metadata,
    spec: {
      ...(Object.keys(selector).length > 0 && { selector }),
      type,
      headless: spec.child('clusterIP').text() === 'None',
      ports,
      sessionAffinity: spec.child('sessionAffinity').oneOf(['None', 'ClientIP'], 'None'),
      internalTrafficPolicy: spec.child('internalTrafficPolicy').oneOf(['Cluster', 'Local'], 'Cluster'),
      externalTrafficPolicy: spec.child('externalTrafficPolicy').oneOf(['Cluster', 'Local'], 'Cluster'),
      ...(trafficDistribution !== undefined && { trafficDistribution }),
      publishNotReadyAddresses: spec.child('publishNotReadyAddresses').boolean(),
    },
  };
}
