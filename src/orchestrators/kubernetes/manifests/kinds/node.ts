import type { NewObject } from '../../api/api-server.ts';
import { HOSTNAME_LABEL } from '../../objects/node-labels.ts';
import type { Node, NodeCondition, Taint } from '../../objects/node.ts';
import type { Field } from '../fields/field.ts';
import { fieldNames } from '../fields/field-names.ts';
import { EFFECTS } from './affinity.ts';
import { requireLabelKey, requiredOperator, type NewMeta } from './metadata.ts';
import { NOT_KNOWN } from './times.ts';

const SPEC = fieldNames('unschedulable taints providerID', 'podCIDR podCIDRs configSource externalID');
const STATUS = fieldNames(
  'capacity allocatable conditions images',
  `addresses daemonEndpoints nodeInfo volumesInUse volumesAttached phase config runtimeHandlers features declaredFeatures`,
);
const TAINT = fieldNames('key value effect timeAdded');
const CONDITIONS = ['Ready', 'MemoryPressure', 'DiskPressure', 'PIDPressure', 'NetworkUnavailable'] as const;
/** maxPods of a kubelet that says nothing. */
const MOST_PODS = '110';

/** A node; ready unless its status says otherwise. */
export function readNode(field: Field, metadata: NewMeta): NewObject<Node> {
  const spec = field.child('spec');
  const status = field.child('status');
  spec.isMap(SPEC);
  status.isMap(STATUS);
  const allocatable = status.child('allocatable').resources();
  const capacity = status.child('capacity').resources();
  if (Object.keys(allocatable).length === 0 && Object.keys(capacity).length === 0)
    status.fault('it says neither allocatable nor capacity; write status.allocatable with cpu and memory');
  const given = Object.keys(allocatable).length === 0 ? capacity : allocatable;
  const withPods = given.pods === undefined ? { ...given, pods: MOST_PODS } : given;
  const providerID = spec.child('providerID').text();
  // The kubelet puts this label on its node itself.
  const labels = { [HOSTNAME_LABEL]: metadata.name, ...metadata.labels };
  return {
    kind: 'Node',
    metadata: { ...metadata, labels },
    spec: {
      unschedulable: spec.child('unschedulable').boolean(),
      taints: readTaints(spec.child('taints')),
      ...(providerID !== '' && { providerID }),
    },
    status: {
      capacity: Object.keys(capacity).length === 0 ? withPods : { pods: withPods.pods, ...capacity },
      allocatable: withPods,
      conditions: readConditions(status.child('conditions')),
      images: status
        .child('images')
        .items()
        .map((item) => ({
          names: item.child('names').texts(),
          sizeBytes: item.child('sizeBytes').whole(0, 0, Number.MAX_SAFE_INTEGER),
        })),
    },
  };
}

export function readTaints(field: Field): Taint[] {
  const seen = new Set<string>();
  return field.items().map((item) => {
    item.isMap(TAINT);
    const key = item.child('key').requiredText();
    if (key !== '') requireLabelKey(item.child('key'), key);
    const effect = requiredOperator(item.child('effect'), EFFECTS);
    if (seen.has(`${key}:${effect}`)) item.fault(`there is a taint "${key}:${effect}" already; delete one`);
    seen.add(`${key}:${effect}`);
    const addedUs = item.child('timeAdded').timeUs();
    return { key, value: item.child('value').text(), effect, ...(addedUs !== undefined && { addedUs }) };
  });
}

function readConditions(field: Field): NodeCondition[] {
  const conditions: NodeCondition[] = [];
  for (const item of field.items()) {
    const type = CONDITIONS.find((one) => one === item.child('type').text());
    // When the kubelet last reported says how old a dump is.
    item.child('lastHeartbeatTime').timeUs();
    if (type === undefined) continue;
    conditions.push({
      type,
      status: requiredOperator(item.child('status'), ['True', 'False', 'Unknown']),
      changedUs: item.child('lastTransitionTime').timeUs() ?? NOT_KNOWN,
      reason: item.child('reason').text(),
    });
  }
  if (!conditions.some(({ type }) => type === 'Ready'))
    conditions.push({ type: 'Ready', status: 'True', changedUs: NOT_KNOWN, reason: 'KubeletReady' });
  return conditions;
}
