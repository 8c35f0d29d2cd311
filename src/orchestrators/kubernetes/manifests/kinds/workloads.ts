import type { NewObject } from '../../api/api-server.ts';
import { isEmptySelector, matchesSelector } from '../../objects/label-selector.ts';
import type { IntOrPercent, LabelSelector } from '../../objects/meta.ts';
import {
  NEW_REPLICA_SET_STATUS,
  NEW_STATEFUL_SET_STATUS,
  NEW_DAEMON_SET_STATUS,
  newDeploymentStatus,
} from '../../objects/new-statuses.ts';
import type { PodTemplate } from '../../objects/pod.ts';
import type { DaemonSet, Deployment, ReplicaSet, StatefulSet } from '../../objects/workloads.ts';
import type { Field } from '../fields/field.ts';
import { fieldNames } from '../fields/field-names.ts';
import { readLabels, readSelector, type NewMeta } from './metadata.ts';
import { readTemplate } from './pod-spec.ts';
import { NOT_KNOWN } from './times.ts';

const DEPLOYMENT = fieldNames(
  'replicas selector template minReadySeconds paused progressDeadlineSeconds revisionHistoryLimit strategy',
);
const STRATEGY = fieldNames('type rollingUpdate');
const ROLLING = fieldNames('maxSurge maxUnavailable');
const REPLICA_SET = fieldNames('replicas selector template minReadySeconds');
const STATEFUL_SET = fieldNames(
  'replicas selector template serviceName podManagementPolicy updateStrategy minReadySeconds ordinals volumeClaimTemplates',
  'revisionHistoryLimit persistentVolumeClaimRetentionPolicy',
);
const PARTITION = fieldNames('partition maxUnavailable');
const DAEMON_SET = fieldNames(
  'selector template minReadySeconds updateStrategy',
  'revisionHistoryLimit templateGeneration',
);

/** Defaults of `pkg/apis/apps/v1/defaults.go`. */
export function readDeployment(field: Field, metadata: NewMeta): NewObject<Deployment> {
  const spec = requireSpec(field, DEPLOYMENT);
  const template = readTemplate(spec.child('template'));
  const minReadySeconds = spec.child('minReadySeconds').whole(0);
  const progressDeadlineSeconds = spec.child('progressDeadlineSeconds').whole(600);
  if (progressDeadlineSeconds <= minReadySeconds)
    spec
      .child('progressDeadlineSeconds')
      .fault(`it must be more than minReadySeconds (${minReadySeconds}); write more`);
  return {
    kind: 'Deployment',
    metadata,
    spec: {
      replicas: spec.child('replicas').whole(1),
      selector: requireSelector(spec, template),
      template,
      minReadySeconds,
      paused: spec.child('paused').boolean(),
      progressDeadlineSeconds,
      revisionHistoryLimit: spec.child('revisionHistoryLimit').whole(10),
      strategy: readStrategy(spec.child('strategy')),
    },
    status: newDeploymentStatus(NOT_KNOWN),
  };
}

export function readReplicaSet(field: Field, metadata: NewMeta): NewObject<ReplicaSet> {
  const spec = requireSpec(field, REPLICA_SET);
  const template = readTemplate(spec.child('template'));
  return replicaSet(metadata, spec, requireSelector(spec, template), template);
}

/** A ReplicationController does what a ReplicaSet with the same labels does. */
export function readReplicationController(field: Field, metadata: NewMeta): NewObject<ReplicaSet> {
  const spec = requireSpec(field, REPLICA_SET);
  const template = readTemplate(spec.child('template'));
  const given = readLabels(spec.child('selector'));
  const matchLabels = Object.keys(given).length > 0 ? given : template.metadata.labels;
  field.note('a ReplicationController is run as a ReplicaSet');
  return replicaSet(metadata, spec, { matchLabels }, template);
}

export function readStatefulSet(field: Field, metadata: NewMeta): NewObject<StatefulSet> {
  const spec = requireSpec(field, STATEFUL_SET);
  const template = readTemplate(spec.child('template'));
  const update = spec.child('updateStrategy');
  update.isMap(STRATEGY);
  const rolling = update.child('rollingUpdate');
  rolling.isMap(PARTITION);
  return {
    kind: 'StatefulSet',
    metadata,
    spec: {
      replicas: spec.child('replicas').whole(1),
      selector: requireSelector(spec, template),
      template,
      serviceName: spec.child('serviceName').text(),
      podManagementPolicy: spec.child('podManagementPolicy').oneOf(['OrderedReady', 'Parallel'], 'OrderedReady'),
      updateStrategy: {
        type: update.child('type').oneOf(['RollingUpdate', 'OnDelete'], 'RollingUpdate'),
        partition: rolling.child('partition').whole(0),
        maxUnavailable: rolling.child('maxUnavailable').optionalIntOrPercent() ?? 1,
      },
      minReadySeconds: spec.child('minReadySeconds').whole(0),
      ordinalsStart: spec.child('ordinals').isMap() ? spec.child('ordinals').child('start').whole(0) : 0,
      volumeClaimTemplates: spec
        .child('volumeClaimTemplates')
        .items()
        .map((item) => item.child('metadata').child('name').requiredText()),
    },
    status: NEW_STATEFUL_SET_STATUS,
  };
}

export function readDaemonSet(field: Field, metadata: NewMeta): NewObject<DaemonSet> {
  const spec = requireSpec(field, DAEMON_SET);
  const template = readTemplate(spec.child('template'));
  const update = spec.child('updateStrategy');
  update.isMap(STRATEGY);
  const rolling = update.child('rollingUpdate');
  rolling.isMap(ROLLING);
  const maxUnavailable = rolling.child('maxUnavailable').optionalIntOrPercent() ?? 1;
  const maxSurge = rolling.child('maxSurge').optionalIntOrPercent() ?? 0;
  if (isZero(maxUnavailable) && isZero(maxSurge))
    rolling.fault('maxUnavailable and maxSurge are both 0, so no pod could be replaced; write 1 for one of them');
  if (!isZero(maxUnavailable) && !isZero(maxSurge))
    rolling.fault('maxSurge needs maxUnavailable to be 0; write maxUnavailable: 0');
  return {
    kind: 'DaemonSet',
    metadata,
    spec: {
      selector: requireSelector(spec, template),
      template,
      minReadySeconds: spec.child('minReadySeconds').whole(0),
      updateStrategy: {
        type: update.child('type').oneOf(['RollingUpdate', 'OnDelete'], 'RollingUpdate'),
        maxUnavailable,
        maxSurge,
      },
    },
    status: NEW_DAEMON_SET_STATUS,
  };
}

/** The spec, which must be there. */
export function requireSpec(field: Field, names: ReturnType<typeof fieldNames>): Field {
  const spec = field.child('spec');
  if (!spec.isMap(names) && !spec.present) spec.fault('it is missing; write it');
  return spec;
}

function replicaSet(
  metadata: NewMeta,
  spec: Field,
  selector: LabelSelector,
  template: PodTemplate,
): NewObject<ReplicaSet> {
  return {
    kind: 'ReplicaSet',
    metadata,
    spec: {
      replicas: spec.child('replicas').whole(1),
      selector,
      template,
      minReadySeconds: spec.child('minReadySeconds').whole(0),
    },
    status: NEW_REPLICA_SET_STATUS,
  };
}

/** A selector that is there, asks for something, and picks the template's own pods. */
function requireSelector(spec: Field, template: PodTemplate): LabelSelector {
  const field = spec.child('selector');
  const selector = readSelector(field);
  if (selector === undefined) {
    if (spec.present) field.fault('it is missing; write matchLabels with the labels of the template');
    return {};
  }
  if (isEmptySelector(selector)) field.fault('it is empty and would pick every pod; write matchLabels');
  else if (!matchesSelector(selector, template.metadata.labels))
    field.fault('it does not pick the pods of the template; write the labels of template.metadata.labels');
  return selector;
}

function readStrategy(field: Field): Deployment['spec']['strategy'] {
  field.isMap(STRATEGY);
  const type = field.child('type').oneOf(['RollingUpdate', 'Recreate'], 'RollingUpdate');
  const rolling = field.child('rollingUpdate');
  if (type === 'Recreate') {
    if (rolling.present) rolling.fault('"Recreate" has no rollingUpdate; delete it, or write type: RollingUpdate');
    return { type };
  }
  rolling.isMap(ROLLING);
  const maxSurge = rolling.child('maxSurge').optionalIntOrPercent() ?? '25%';
  const maxUnavailable = rolling.child('maxUnavailable').optionalIntOrPercent() ?? '25%';
  if (isZero(maxSurge) && isZero(maxUnavailable))
    rolling.fault('maxSurge and maxUnavailable are both 0, so no pod could be replaced; write 1 for one of them');
  if (typeof maxUnavailable === 'string' && Number(maxUnavailable.slice(0, -1)) > 100)
    rolling.child('maxUnavailable').fault(`"${maxUnavailable}" is more than all; write at most "100%"`);
  return { type, maxSurge, maxUnavailable };
}

function isZero(value: IntOrPercent): boolean {
  return value === 0 || value === '0%';
}
