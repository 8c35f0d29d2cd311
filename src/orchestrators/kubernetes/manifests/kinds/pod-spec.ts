import type { ResourceList } from '../../objects/meta.ts';
import type { Container, PodSpec, PodTemplate, ResourceRequirements, Volume } from '../../objects/pod.ts';
import { addQuantities, compareQuantities } from '../../objects/quantity.ts';
import type { Field } from '../fields/field.ts';
import { fieldNames } from '../fields/field-names.ts';
import { readAffinity, readSpread, readTolerations } from './affinity.ts';
import { readContainers, readResources } from './containers.ts';
import { readLabels, readName, readTemplateMetadata } from './metadata.ts';

const POD_SPEC = fieldNames(
  `nodeName schedulerName priority priorityClassName preemptionPolicy nodeSelector affinity tolerations
   topologySpreadConstraints schedulingGates schedulingGroup workloadRef resources overhead containers initContainers
   restartPolicy terminationGracePeriodSeconds activeDeadlineSeconds volumes hostNetwork`,
  `ephemeralContainers serviceAccount serviceAccountName automountServiceAccountToken securityContext imagePullSecrets hostPID
   hostIPC hostUsers hostname subdomain hostnameOverride setHostnameAsFQDN hostAliases dnsPolicy dnsConfig readinessGates
   runtimeClassName enableServiceLinks shareProcessNamespace os resourceClaims`,
);
const TEMPLATE = fieldNames('metadata spec');
const GATE = fieldNames('name');
const GROUP = fieldNames('podGroupName name podGroup', 'podGroupReplicaKey');
const VOLUME = fieldNames(
  'name persistentVolumeClaim emptyDir hostPath image',
  `configMap secret projected downwardAPI ephemeral csi nfs iscsi fc rbd cephfs cinder glusterfs flexVolume flocker gitRepo
   awsElasticBlockStore gcePersistentDisk azureDisk azureFile vsphereVolume quobyte portworxVolume scaleIO storageos photonPersistentDisk`,
);

/** The template of what a controller creates. */
export function readTemplate(
  field: Field,
  restartPolicies: readonly PodSpec['restartPolicy'][] = ['Always'],
): PodTemplate {
  if (!field.isMap(TEMPLATE) && !field.present) field.fault('it is missing; write what the pods look like');
  const metadata = readTemplateMetadata(field.child('metadata'));
  const spec = readPodSpec(field.child('spec'));
  if (!restartPolicies.includes(spec.restartPolicy)) {
    const policy = field.child('spec').child('restartPolicy');
    if (policy.present || field.child('spec').present)
      policy.fault(
        `"${spec.restartPolicy}" is not possible here; write ${restartPolicies.map((one) => `"${one}"`).join(' or ')}`,
      );
  }
  return { metadata, spec };
}

/** A pod's spec with the defaults of `pkg/apis/core/v1/defaults.go`; priority 0 until admission. */
export function readPodSpec(field: Field): PodSpec {
  if (!field.isMap(POD_SPEC) && !field.present) field.fault('it is missing; write at least containers');
  const hostNetwork = field.child('hostNetwork').boolean();
  const containers = readContainers(field.child('containers'), hostNetwork, 'app');
  const initContainers = readContainers(field.child('initContainers'), hostNetwork, 'init');
  if (containers.length === 0 && field.present)
    field.child('containers').fault('it is empty; write at least one container');
  const initItems = field.child('initContainers').items();
  for (const [index, { name }] of initContainers.entries())
    if (containers.some((one) => one.name === name))
      initItems[index].child('name').fault(`a container is called "${name}" too; rename one`);
  const nodeName = field.child('nodeName').text();
  const priorityClassName = field.child('priorityClassName').text();
  const podGroupName = readGroup(field);
  const activeDeadlineSeconds = field.child('activeDeadlineSeconds').optionalWhole(1);
  const resources = readPodResources(field.child('resources'), containers, initContainers);
  const volumes = readVolumes(field.child('volumes'));
  const affinity = readAffinity(field.child('affinity'));
  // fast: equal parts of pods are one object, so that what is worked out of them is remembered, and memory is saved.
  const share = <T>(value: T): T => field.share(value);
  return {
    ...(nodeName !== '' && { nodeName }),
    schedulerName: field.child('schedulerName').text() || 'default-scheduler',
    priority: field.child('priority').whole(0, -2_147_483_648),
    ...(priorityClassName !== '' && { priorityClassName }),
    preemptionPolicy: field.child('preemptionPolicy').oneOf(['PreemptLowerPriority', 'Never'], 'PreemptLowerPriority'),
    nodeSelector: share(readLabels(field.child('nodeSelector'))),
    ...(affinity.nodeAffinity !== undefined && { nodeAffinity: share(affinity.nodeAffinity) }),
    ...(affinity.podAffinity !== undefined && { podAffinity: share(affinity.podAffinity) }),
    ...(affinity.podAntiAffinity !== undefined && { podAntiAffinity: share(affinity.podAntiAffinity) }),
    tolerations: share(readTolerations(field.child('tolerations'))),
    topologySpreadConstraints: share(readSpread(field.child('topologySpreadConstraints'))),
    schedulingGates: share(readGates(field.child('schedulingGates'))),
    ...(podGroupName !== '' && { podGroupName }),
    ...(resources !== undefined && { resources: share(resources) }),
    overhead: share(field.child('overhead').resources()),
    containers: share(containers),
    initContainers: share(initContainers),
    restartPolicy: field.child('restartPolicy').oneOf(['Always', 'OnFailure', 'Never'], 'Always'),
    terminationGracePeriodSeconds: field.child('terminationGracePeriodSeconds').whole(30),
    ...(activeDeadlineSeconds !== undefined && { activeDeadlineSeconds }),
    volumes: share(volumes),
    hostNetwork,
  };
}

function readGates(field: Field): string[] {
  return field.items().map((item) => {
    item.isMap(GATE);
    return item.child('name').requiredText();
  });
}

/** `schedulingGroup` of v1.36, `workloadRef` of v1.35. */
function readGroup(field: Field): string {
  const group = field.child('schedulingGroup').present ? field.child('schedulingGroup') : field.child('workloadRef');
  if (!group.isMap(GROUP)) return '';
  return group.child('podGroupName').text() || group.child('podGroup').text() || group.child('name').text();
}

/** Resources of the pod as a whole; a request that is missing is what its containers request, or else the limit. */
function readPodResources(
  field: Field,
  containers: readonly Container[],
  initContainers: readonly Container[],
): ResourceRequirements | undefined {
  if (!field.present) return undefined;
  const { requests, limits } = readResources(field, false);
  const filled: Record<string, string> = { ...requests };
  for (const name of Object.keys(limits))
    if (!Object.hasOwn(filled, name))
      filled[name] = requestedTogether(name, containers, initContainers) ?? limits[name];
  return { requests: filled, limits };
}

/** Sum over containers and sidecars, or what one init container takes beside the sidecars before it, if that is more. */
function requestedTogether(
  name: string,
  containers: readonly Container[],
  initContainers: readonly Container[],
): string | undefined {
  const of = (list: ResourceList): string | undefined => (Object.hasOwn(list, name) ? list[name] : undefined);
  let sidecars: string | undefined;
  let most: string | undefined;
  for (const { resources, restartPolicy } of initContainers) {
    const asks = of(resources.requests);
    const together = sum(sidecars, asks);
    if (restartPolicy === 'Always') sidecars = together;
    if (together !== undefined && (most === undefined || compareQuantities(together, most) > 0)) most = together;
  }
  let all = sidecars;
  for (const { resources } of containers) all = sum(all, of(resources.requests));
  if (all === undefined || (most !== undefined && compareQuantities(most, all) > 0)) return most;
  return all;
}

function sum(a: string | undefined, b: string | undefined): string | undefined {
  return a === undefined || b === undefined ? (a ?? b) : addQuantities(a, b);
}

/** Volumes that something follows from; files from ConfigMaps, Secrets and tokens are none of them. */
function readVolumes(field: Field): Volume[] {
  const names = new Set<string>();
  const volumes: Volume[] = [];
  for (const item of field.items()) {
    item.isMap(VOLUME);
    const name = readName(item.child('name'), 'label');
    if (names.has(name)) item.child('name').fault(`there is a volume "${name}" already; give each its own name`);
    names.add(name);
    const [claim, image] = [item.child('persistentVolumeClaim'), item.child('image')];
    const volume = {
      name,
      ...(claim.present && claim.isMap() && { persistentVolumeClaim: claim.child('claimName').requiredText() }),
      ...(item.child('emptyDir').present && { emptyDir: true }),
      ...(item.child('hostPath').present && { hostPath: true }),
      ...(image.present && image.isMap() && { image: image.child('reference').text() }),
    };
    if (Object.keys(volume).length > 1) volumes.push(volume);
  }
  return volumes;
}
