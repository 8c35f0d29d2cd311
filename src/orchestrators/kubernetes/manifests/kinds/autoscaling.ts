import type { NewObject } from '../../api/api-server.ts';
import type {
  HorizontalPodAutoscaler,
  MetricSpec,
  MetricTarget,
  ScaledObject,
  ScaleTargetRef,
  ScalingRules,
  VerticalPodAutoscaler,
} from '../../objects/autoscaling.ts';
import { quantityMilli } from '../../objects/quantity.ts';
import type { Field } from '../fields/field.ts';
import { fieldNames } from '../fields/field-names.ts';
import { readSelector, requiredOperator, type NewMeta } from './metadata.ts';
import { requireSpec } from './workloads.ts';

const HPA = fieldNames('scaleTargetRef minReplicas maxReplicas metrics behavior targetCPUUtilizationPercentage');
const HPA_STATUS = fieldNames(
  'currentReplicas desiredReplicas lastScaleTime',
  'conditions currentMetrics observedGeneration',
);
const METRIC = fieldNames('type resource containerResource pods object external');
const SOURCE = fieldNames('name container metric target describedObject');
const METRIC_NAME = fieldNames('name selector');
const TARGET = fieldNames('type averageUtilization averageValue value');
const TARGET_REF = fieldNames('apiVersion kind name', 'envSourceContainerName');
const BEHAVIOR = fieldNames('scaleUp scaleDown');
const RULES = fieldNames('stabilizationWindowSeconds selectPolicy policies tolerance');
const POLICY = fieldNames('type value periodSeconds');
const VPA = fieldNames('targetRef updatePolicy resourcePolicy', 'recommenders startupBoost');
const UPDATE_POLICY = fieldNames('updateMode minReplicas', 'evictionRequirements evictAfterOOMSeconds');
const RESOURCE_POLICY = fieldNames('containerPolicies');
const CONTAINER_POLICY = fieldNames(
  'containerName mode minAllowed maxAllowed controlledResources controlledValues',
  'startupBoost oomBumpUpRatio oomMinBumpUp pruningGracePeriodSeconds',
);
const SCALED_OBJECT = fieldNames(
  'scaleTargetRef pollingInterval cooldownPeriod minReplicaCount maxReplicaCount idleReplicaCount triggers',
  'initialCooldownPeriod fallback advanced',
);
const TRIGGER = fieldNames('type metadata', 'name authenticationRef metricType useCachedMetrics');
/** Fewest replicas of which VPA evicts one, where the object says nothing (the updater's `--min-replicas`). */
const UPDATER_MIN_REPLICAS = 2;

/** autoscaling/v2 and v1; defaults of `pkg/apis/autoscaling/v2/defaults.go`. */
export function readHorizontalAutoscaler(field: Field, metadata: NewMeta): NewObject<HorizontalPodAutoscaler> {
  const spec = requireSpec(field, HPA);
  const minReplicas = spec.child('minReplicas').whole(1);
  const most = spec.child('maxReplicas');
  if (!most.present) most.fault('it is missing; write how many replicas there may be at most');
  const maxReplicas = most.whole(Math.max(1, minReplicas), 1);
  if (maxReplicas < minReplicas)
    most.fault(`${maxReplicas} is less than minReplicas (${minReplicas}); write at least that`);
  const behavior = spec.child('behavior');
  const status = field.child('status');
  status.isMap(HPA_STATUS);
  const lastScaleUs = status.child('lastScaleTime').timeUs();
  return {
    kind: 'HorizontalPodAutoscaler',
    metadata,
    spec: {
      scaleTargetRef: readTargetRef(spec.child('scaleTargetRef')),
      minReplicas,
      maxReplicas,
      metrics: readMetrics(spec),
      ...(behavior.isMap(BEHAVIOR) && {
        behavior: {
          scaleUp: readRules(behavior.child('scaleUp'), 'up'),
          scaleDown: readRules(behavior.child('scaleDown'), 'down'),
        },
      }),
    },
    status: {
      currentReplicas: status.child('currentReplicas').whole(0),
      desiredReplicas: status.child('desiredReplicas').whole(0),
      ...(lastScaleUs !== undefined && { lastScaleUs }),
    },
  };
}

export function readVerticalAutoscaler(field: Field, metadata: NewMeta): NewObject<VerticalPodAutoscaler> {
  const spec = requireSpec(field, VPA);
  const update = spec.child('updatePolicy');
  update.isMap(UPDATE_POLICY);
  const policy = spec.child('resourcePolicy');
  policy.isMap(RESOURCE_POLICY);
  return {
    kind: 'VerticalPodAutoscaler',
    metadata,
    spec: {
      targetRef: readTargetRef(spec.child('targetRef')),
      updateMode: update
        .child('updateMode')
        .oneOf(['Off', 'Initial', 'Recreate', 'InPlaceOrRecreate', 'Auto'], 'Recreate'),
      minReplicas: update.child('minReplicas').whole(UPDATER_MIN_REPLICAS, 1),
      containerPolicies: policy
        .child('containerPolicies')
        .items()
        .map((item) => {
          item.isMap(CONTAINER_POLICY);
          const controlled = item.child('controlledResources');
          return {
            containerName: item.child('containerName').text() || '*',
            mode: item.child('mode').oneOf(['Auto', 'Off'], 'Auto'),
            minAllowed: item.child('minAllowed').resources(),
            maxAllowed: item.child('maxAllowed').resources(),
            controlledResources: controlled.present ? controlled.texts() : ['cpu', 'memory'],
            controlledValues: item
              .child('controlledValues')
              .oneOf(['RequestsAndLimits', 'RequestsOnly'], 'RequestsAndLimits'),
          };
        }),
    },
    status: { recommendations: [] },
  };
}

/** KEDA, with the defaults of `apis/keda/v1alpha1/scaledobject_types.go`. */
export function readScaledObject(field: Field, metadata: NewMeta): NewObject<ScaledObject> {
  const spec = requireSpec(field, SCALED_OBJECT);
  const reference = spec.child('scaleTargetRef');
  reference.isMap(TARGET_REF);
  const idleReplicaCount = spec.child('idleReplicaCount').optionalWhole();
  const minReplicaCount = spec.child('minReplicaCount').whole(0);
  const maxReplicaCount = spec.child('maxReplicaCount').whole(100, 1);
  if (maxReplicaCount < minReplicaCount)
    spec.child('maxReplicaCount').fault(`it is less than minReplicaCount (${minReplicaCount}); write at least that`);
  if (idleReplicaCount !== undefined && idleReplicaCount >= minReplicaCount)
    spec.child('idleReplicaCount').fault(`it must be less than minReplicaCount (${minReplicaCount}); write 0`);
  const triggers = spec
    .child('triggers')
    .items()
    .map((item) => {
      item.isMap(TRIGGER);
      return { type: item.child('type').requiredText(), metadata: item.child('metadata').strings() };
    });
  if (triggers.length === 0) spec.child('triggers').fault('it is empty; write at least one trigger');
  return {
    kind: 'ScaledObject',
    metadata,
    spec: {
      scaleTargetRef: {
        kind: reference.child('kind').text() || 'Deployment',
        name: reference.child('name').requiredText(),
      },
      pollingInterval: spec.child('pollingInterval').whole(30),
      cooldownPeriod: spec.child('cooldownPeriod').whole(300),
      minReplicaCount,
      maxReplicaCount,
      ...(idleReplicaCount !== undefined && { idleReplicaCount }),
      triggers,
    },
  };
}

function readTargetRef(field: Field): ScaleTargetRef {
  if (!field.isMap(TARGET_REF) && !field.present) field.fault('it is missing; write kind and name of what is scaled');
  return { kind: field.child('kind').requiredText(), name: field.child('name').requiredText() };
}

/** None means 80 % of the CPU requested; autoscaling/v1 has a field of its own for that. */
function readMetrics(spec: Field): MetricSpec[] {
  const items = spec.child('metrics').items();
  if (items.length > 0) return items.map(readMetric).filter((one) => one !== undefined);
  const amount = spec.child('targetCPUUtilizationPercentage').whole(80, 1);
  return [{ type: 'Resource', name: 'cpu', target: { type: 'Utilization', amount } }];
}

function readMetric(field: Field): MetricSpec | undefined {
  field.isMap(METRIC);
  const type = requiredOperator(field.child('type'), ['Resource', 'ContainerResource', 'Pods', 'Object', 'External']);
  const source = field.child(`${type.charAt(0).toLowerCase()}${type.slice(1)}`);
  if (!source.present) {
    source.fault(`it is missing, and type is ${type}; write it`);
    return undefined;
  }
  source.isMap(SOURCE);
  const target = readTarget(source.child('target'), type.endsWith('Resource'));
  if (type === 'Resource') return { type, name: source.child('name').requiredText(), target };
  if (type === 'ContainerResource') {
    const container = source.child('container').requiredText();
    return { type, name: source.child('name').requiredText(), container, target };
  }
  const metric = source.child('metric');
  metric.isMap(METRIC_NAME);
  const name = metric.child('name').requiredText();
  if (type === 'Pods') return { type, name, target };
  if (type === 'Object') return { type, name, describedObject: readTargetRef(source.child('describedObject')), target };
  const selector = readSelector(metric.child('selector'));
  return { type, name, ...(selector !== undefined && { selector }), target };
}

function readTarget(field: Field, ofResource: boolean): MetricTarget {
  field.isMap(TARGET);
  const known = ofResource ? (['Utilization', 'AverageValue'] as const) : (['Value', 'AverageValue'] as const);
  const type = requiredOperator<MetricTarget['type']>(field.child('type'), known);
  const name = type === 'Utilization' ? 'averageUtilization' : type === 'Value' ? 'value' : 'averageValue';
  const value = field.child(name);
  if (!value.present) value.fault(`it is missing, and type is ${type}; write it`);
  if (type === 'Utilization') return { type, amount: value.whole(80, 1) };
  const text = value.quantity();
  const amount = text === undefined ? 1 : quantityMilli(text);
  if (amount <= 0) value.fault(`"${text}" is not more than 0; write a positive quantity`);
  return { type, amount };
}

/** Up: 4 pods or 100 % in 15 s, at once; down: 100 % in 15 s, after the controller's own window. */
function readRules(field: Field, way: 'up' | 'down'): ScalingRules {
  field.isMap(RULES);
  const window = field.child('stabilizationWindowSeconds').optionalWhole(0, 3600) ?? (way === 'up' ? 0 : undefined);
  const percent = { type: 'Percent', value: 100, periodSeconds: 15 } as const;
  const fallback = way === 'up' ? [{ type: 'Pods', value: 4, periodSeconds: 15 } as const, percent] : [percent];
  const policies = field
    .child('policies')
    .items()
    .map((item) => {
      item.isMap(POLICY);
      return {
        type: requiredOperator(item.child('type'), ['Pods', 'Percent']),
        value: item.child('value').whole(1, 1),
        periodSeconds: item.child('periodSeconds').whole(1, 1, 1800),
      };
    });
  const tolerance = field.child('tolerance').quantity();
  return {
    ...(window !== undefined && { stabilizationWindowSeconds: window }),
    selectPolicy: field.child('selectPolicy').oneOf(['Max', 'Min', 'Disabled'], 'Max'),
    policies: policies.length > 0 ? policies : fallback,
    ...(tolerance !== undefined && { tolerance: quantityMilli(tolerance) / 1000 }),
  };
}
