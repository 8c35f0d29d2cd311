import type { Field } from '../../manifests/fields/field.ts';
import { fieldNames } from '../../manifests/fields/field-names.ts';
import { readNodeAffinity, readSpread } from '../../manifests/kinds/affinity.ts';
import { DEFAULT_PROFILE } from '../default-profile.ts';
import type { SchedulerProfile, ScoringStrategy } from '../scheduler-profile.ts';

/** What the arguments of plugins change about a profile (upstream apis/config/v1/defaults.go, validation/). */
export type PluginArguments = Partial<
  Pick<
    SchedulerProfile,
    | 'fit'
    | 'ignoredResources'
    | 'ignoredResourceGroups'
    | 'balancedResources'
    | 'hardPodAffinityWeight'
    | 'ignorePreferredTermsOfExistingPods'
    | 'defaultConstraints'
    | 'addedAffinity'
    | 'minCandidateNodesPercentage'
    | 'minCandidateNodesAbsolute'
  >
>;

const CONFIG = fieldNames('name args');

/** Reads `pluginConfig` of a profile. */
export function readPluginArguments(field: Field): PluginArguments {
  const all: PluginArguments = {};
  const seen = new Set<string>();
  for (const item of field.items()) {
    item.isMap(CONFIG);
    const name = item.child('name').optionalOneOf(Object.keys(READERS)) ?? '';
    if (!item.child('name').present) item.fault('its name is missing; write the name of a plugin');
    const read = READERS[name];
    if (read === undefined) continue;
    if (seen.has(name)) item.fault(`"${name}" is configured twice; delete one`);
    seen.add(name);
    const args = item.child('args');
    const kind = args.child('kind');
    if (kind.present && kind.value !== `${name}Args`) kind.fault(`it must be ${name}Args; write that`);
    Object.assign(all, read(args));
  }
  return all;
}

const READERS: Readonly<Record<string, ((args: Field) => PluginArguments) | undefined>> = {
  DefaultPreemption: readPreemption,
  InterPodAffinity: readInterPodAffinity,
  NodeAffinity: readAddedAffinity,
  NodeResourcesBalancedAllocation: readBalancedAllocation,
  NodeResourcesFit: readFit,
  PodTopologySpread: readTopologySpread,
  VolumeBinding: withoutEffect('bindTimeoutSeconds shape'),
  DynamicResources: withoutEffect('filterTimeout bindingTimeout'),
};

function withoutEffect(names: string): (args: Field) => PluginArguments {
  const fields = fieldNames('apiVersion kind', names);
  return (args) => {
    args.isMap(fields);
    return {};
  };
}

const PREEMPTION = fieldNames('apiVersion kind minCandidateNodesPercentage minCandidateNodesAbsolute');

function readPreemption(args: Field): PluginArguments {
  args.isMap(PREEMPTION);
  const percentage = args
    .child('minCandidateNodesPercentage')
    .whole(DEFAULT_PROFILE.minCandidateNodesPercentage, 0, 100);
  const absolute = args.child('minCandidateNodesAbsolute').whole(DEFAULT_PROFILE.minCandidateNodesAbsolute);
  if (percentage === 0 && absolute === 0)
    args.fault(
      'minCandidateNodesPercentage and minCandidateNodesAbsolute are both 0; write more than 0 for one of them',
    );
  return { minCandidateNodesPercentage: percentage, minCandidateNodesAbsolute: absolute };
}

const INTER_POD_AFFINITY = fieldNames('apiVersion kind hardPodAffinityWeight ignorePreferredTermsOfExistingPods');

function readInterPodAffinity(args: Field): PluginArguments {
  args.isMap(INTER_POD_AFFINITY);
  return {
    hardPodAffinityWeight: args.child('hardPodAffinityWeight').whole(DEFAULT_PROFILE.hardPodAffinityWeight, 0, 100),
    ignorePreferredTermsOfExistingPods: args.child('ignorePreferredTermsOfExistingPods').boolean(),
  };
}

const NODE_AFFINITY = fieldNames('apiVersion kind addedAffinity');

function readAddedAffinity(args: Field): PluginArguments {
  args.isMap(NODE_AFFINITY);
  const addedAffinity = readNodeAffinity(args.child('addedAffinity'));
  return addedAffinity === undefined ? {} : { addedAffinity };
}

const RESOURCE = fieldNames('name weight');

function readResources(list: Field, most: number): { readonly name: string; readonly weight: number }[] {
  return list.items().map((item) => {
    item.isMap(RESOURCE);
    return { name: item.child('name').requiredText(), weight: item.child('weight').whole(1, 0, most) || 1 };
  });
}

const BALANCED = fieldNames('apiVersion kind resources');

function readBalancedAllocation(args: Field): PluginArguments {
  args.isMap(BALANCED);
  const names = readResources(args.child('resources'), 1).map(({ name }) => name);
  return { balancedResources: names.length === 0 ? DEFAULT_PROFILE.balancedResources : names };
}

const FIT = fieldNames('apiVersion kind ignoredResources ignoredResourceGroups scoringStrategy');
const STRATEGY = fieldNames('type resources requestedToCapacityRatio');
const RATIO = fieldNames('shape');
const POINT = fieldNames('utilization score');

function readFit(args: Field): PluginArguments {
  args.isMap(FIT);
  for (const group of args.child('ignoredResourceGroups').items())
    if (group.text().includes('/')) group.fault(`"${group.text()}" names a resource; write what is before the slash`);
  return {
    ignoredResources: args.child('ignoredResources').texts(),
    ignoredResourceGroups: args.child('ignoredResourceGroups').texts(),
    fit: readStrategy(args.child('scoringStrategy')),
  };
}

function readStrategy(field: Field): ScoringStrategy {
  field.isMap(STRATEGY);
  const type = field
    .child('type')
    .oneOf(['LeastAllocated', 'MostAllocated', 'RequestedToCapacityRatio'], 'LeastAllocated');
  const resources = readResources(field.child('resources'), 100);
  const ratio = field.child('requestedToCapacityRatio');
  ratio.isMap(RATIO);
  const shape = readShape(ratio.child('shape'));
  if (type === 'RequestedToCapacityRatio' && shape.length === 0)
    field.fault('RequestedToCapacityRatio needs requestedToCapacityRatio.shape; write at least one point');
  return { type, resources: resources.length === 0 ? DEFAULT_PROFILE.fit.resources : resources, shape };
}

function readShape(field: Field): ScoringStrategy['shape'] {
  let last = -1;
  return field.items().map((item) => {
    item.isMap(POINT);
    const utilization = item.child('utilization').whole(0, 0, 100);
    if (utilization <= last)
      item.fault(`${utilization} does not come after ${last}; write points by rising utilization`);
    last = utilization;
    return { utilization, score: item.child('score').whole(0, 0, 10) };
  });
}

const TOPOLOGY_SPREAD = fieldNames('apiVersion kind defaultConstraints defaultingType');

function readTopologySpread(args: Field): PluginArguments {
  args.isMap(TOPOLOGY_SPREAD);
  const list = args.child('defaultConstraints');
  const constraints = readSpread(list);
  for (const item of list.items())
    if (item.child('labelSelector').present)
      item.child('labelSelector').fault('default constraints take their selector from each pod; delete it');
  const type = args.child('defaultingType').oneOf(['System', 'List'], 'System');
  if (type === 'List') return { defaultConstraints: constraints };
  if (constraints.length > 0)
    list.fault('constraints of your own need defaultingType: List; write that, or delete them');
  return { defaultConstraints: 'System' };
}
