import type { NewObject } from '../../api/api-server.ts';
import { newPodStatus } from '../../objects/new-statuses.ts';
import type { ContainerStatus, Pod, PodStatus } from '../../objects/pod.ts';
import type { Field } from '../fields/field.ts';
import { fieldNames } from '../fields/field-names.ts';
import type { NewMeta } from './metadata.ts';
import { readPodSpec } from './pod-spec.ts';
import { NOT_KNOWN } from './times.ts';

const PHASES = ['Pending', 'Running', 'Succeeded', 'Failed', 'Unknown'] as const;
const STATUS = fieldNames(
  'phase reason message conditions startTime containerStatuses initContainerStatuses nominatedNodeName',
  `hostIP hostIPs podIP podIPs qosClass observedGeneration resize resources resourceClaimStatuses ephemeralContainerStatuses
   extendedResourceClaimStatus allocatedResources`,
);

/** A pod; with a status when it is one of a dump. */
export function readPod(field: Field, metadata: NewMeta): NewObject<Pod> {
  const spec = readPodSpec(field.child('spec'));
  return { kind: 'Pod', metadata, spec, status: readStatus(field.child('status'), metadata) };
}

function readStatus(field: Field, metadata: NewMeta): PodStatus {
  const createdUs = metadata.creationUs ?? NOT_KNOWN;
  if (!field.isMap(STATUS)) return newPodStatus(createdUs);
  const conditions = new Map(
    field
      .child('conditions')
      .items()
      .map((item) => [item.child('type').text(), item]),
  );
  const ready = conditions.get('Ready');
  const scheduled = conditions.get('PodScheduled');
  const scheduledUs = scheduled?.child('lastTransitionTime').timeUs();
  const isScheduled = scheduled?.child('status').text() === 'True';
  const refused = scheduled?.child('status').text() === 'False' && scheduled.child('reason').text() === 'Unschedulable';
  const disrupted = conditions.get('DisruptionTarget');
  const startUs = field.child('startTime').timeUs();
  const nominatedNodeName = field.child('nominatedNodeName').text();
  const containers = field
    .child('containerStatuses')
    .items()
    .map((item) => readContainerStatus(item, createdUs));
  const inits = field
    .child('initContainerStatuses')
    .items()
    .map((item) => readContainerStatus(item, createdUs));
  return {
    phase: field.child('phase').oneOf(PHASES, 'Pending'),
    reason: field.child('reason').text(),
    message: field.child('message').text(),
    ready: ready?.child('status').text() === 'True',
    readyChangedUs: ready?.child('lastTransitionTime').timeUs() ?? createdUs,
    ...(startUs !== undefined && { startUs }),
    ...(isScheduled && { scheduledUs: scheduledUs ?? createdUs }),
    ...(refused && {
      unschedulable: { sinceUs: scheduledUs ?? createdUs, message: scheduled.child('message').text() },
    }),
    ...(nominatedNodeName !== '' && { nominatedNodeName }),
    ...(disrupted?.child('status').text() === 'True' && { disruptionTarget: disrupted.child('reason').text() }),
    containers,
    restarts: [...containers, ...inits].reduce((sum, one) => sum + one.restartCount, 0),
  };
}

function readContainerStatus(field: Field, createdUs: number): ContainerStatus {
  const state = field.child('state');
  const name = (['running', 'terminated', 'waiting'] as const).find((one) => state.child(one).present) ?? 'waiting';
  const inside = state.child(name);
  const exitCode = inside.child('exitCode').optionalWhole(-2_147_483_648);
  const since = inside.child(name === 'terminated' ? 'finishedAt' : 'startedAt').timeUs();
  return {
    name: field.child('name').text(),
    ready: field.child('ready').boolean(),
    started: field.child('started').boolean(name === 'running'),
    restartCount: field.child('restartCount').whole(0),
    state: name,
    reason: name === 'running' ? '' : inside.child('reason').text(),
    ...(exitCode !== undefined && { exitCode }),
    sinceUs: since ?? createdUs,
  };
}
