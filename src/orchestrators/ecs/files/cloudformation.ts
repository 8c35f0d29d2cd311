import type { FileNotes } from '../../file-notes.ts';
import type { SourceEntry, SourceMap, SourceNode, SourceScalar } from './source-tree.ts';

/** What CloudFormation calls a resource, by the field that names it here; ECS's own fields begin with a small letter there. */
const KINDS: Readonly<Record<string, { readonly name: string; readonly small: boolean }>> = {
  'AWS::ECS::TaskDefinition': { name: 'Family', small: true },
  'AWS::ECS::Service': { name: 'ServiceName', small: true },
  'AWS::ECS::Cluster': { name: 'ClusterName', small: true },
  'AWS::ECS::CapacityProvider': { name: 'Name', small: true },
  'AWS::ECS::ClusterCapacityProviderAssociations': { name: '', small: true },
  'AWS::AutoScaling::AutoScalingGroup': { name: 'AutoScalingGroupName', small: false },
  'AWS::EC2::LaunchTemplate': { name: 'LaunchTemplateName', small: false },
  'AWS::ElasticLoadBalancingV2::TargetGroup': { name: 'Name', small: false },
  'AWS::ApplicationAutoScaling::ScalableTarget': { name: '', small: false },
  'AWS::ApplicationAutoScaling::ScalingPolicy': { name: 'PolicyName', small: false },
};
/** Objects whose keys are the user's own. */
const USERS_KEYS = new Set(['DockerLabels', 'Options', 'DriverOpts', 'Labels']);
const RENAMED: Readonly<Record<string, string>> = {
  PlacementStrategies: 'placementStrategy',
  ClusterSettings: 'settings',
};

/** The resources of a template that are known here, as the AWS CLI would have them. References become names. */
export function readCloudFormation(template: SourceMap, notes: FileNotes): SourceMap[] {
  const resources = template.entries.get('Resources')?.value;
  if (resources?.kind !== 'map') return [];
  const names = namesOf(template, resources);
  const others: string[] = [];
  const objects: SourceMap[] = [];
  for (const [id, { value }] of resources.entries) {
    if (value.kind !== 'map') continue;
    const type = textOf(value.entries.get('Type')?.value) ?? '';
    const kind = Object.hasOwn(KINDS, type) ? KINDS[type] : undefined;
    if (kind === undefined) {
      others.push(`${id} (${type})`);
      continue;
    }
    const properties = value.entries.get('Properties')?.value;
    const map: SourceMap =
      properties?.kind === 'map' ? properties : { ...value, entries: new Map<string, SourceEntry>() };
    const resolved = resolve(map, names) as SourceMap;
    const entries = new Map(resolved.entries);
    if (kind.name !== '' && !entries.has(kind.name)) entries.set(kind.name, scalarEntry(value.where, id));
    adapt(type, entries, names);
    const object: SourceMap = { ...resolved, entries };
    objects.push(kind.small ? (smallKeys(object) as SourceMap) : object);
  }
  if (others.length > 0)
    notes.push(
      `${resources.where}: of the template's resources ${others.slice(0, 12).join(', ')}${others.length > 12 ? ' and others' : ''} have no effect here`,
    );
  return objects;
}

/** Where templates differ from calls. */
function adapt(type: string, entries: Map<string, SourceEntry>, names: ReadonlyMap<string, string>): void {
  const join = entries.get('VPCZoneIdentifier')?.value;
  if (join?.kind === 'list')
    entries.set('VPCZoneIdentifier', scalarEntry(join.where, join.items.map((one) => textOf(one) ?? '').join(',')));
  if (
    type === 'AWS::ECS::Service' &&
    !entries.has('DesiredCount') &&
    textOf(entries.get('SchedulingStrategy')?.value) !== 'DAEMON'
  )
    entries.set('DesiredCount', {
      where: entries.get('ServiceName')!.where,
      value: { kind: 'scalar', where: '', tag: '', value: 1 },
    });
  const target = entries.get('ScalingTargetId');
  if (target !== undefined) {
    entries.delete('ScalingTargetId');
    entries.delete('ScalableDimension');
    entries.delete('ServiceNamespace');
    entries.set('ResourceId', scalarEntry(target.where, names.get(`resource of ${textOf(target.value) ?? ''}`) ?? ''));
  }
}

/** What references stand for: parameters' defaults, and the names of resources. */
function namesOf(template: SourceMap, resources: SourceMap): Map<string, string> {
  const names = new Map<string, string>([['AWS::Region', 'us-east-1'], ['AWS::AccountId', '123456789012'], ['AWS::StackName', 'stack'], ['AWS::Partition', 'aws']]); // prettier-ignore
  const parameters = template.entries.get('Parameters')?.value;
  if (parameters?.kind === 'map')
    for (const [id, { value }] of parameters.entries)
      names.set(id, (value.kind === 'map' ? textOf(value.entries.get('Default')?.value) : undefined) ?? id);
  const propertiesOf = (value: SourceNode): SourceMap | undefined => {
    const properties = value.kind === 'map' ? value.entries.get('Properties')?.value : undefined;
    return properties?.kind === 'map' ? properties : undefined;
  };
  for (const [id, { value }] of resources.entries) {
    const type = value.kind === 'map' ? (textOf(value.entries.get('Type')?.value) ?? '') : '';
    const field = Object.hasOwn(KINDS, type) ? KINDS[type].name : '';
    const written = propertiesOf(value)?.entries.get(field)?.value;
    names.set(id, (written && textOf(resolve(written, names))) ?? id);
  }
  for (const [id, { value }] of resources.entries) {
    const resource = propertiesOf(value)?.entries.get('ResourceId')?.value;
    if (resource !== undefined) names.set(`resource of ${id}`, textOf(resolve(resource, names)) ?? '');
  }
  return names;
}

function resolve(node: SourceNode, names: ReadonlyMap<string, string>): SourceNode {
  const scalar = (value: string): SourceScalar => ({ kind: 'scalar', where: node.where, tag: '', value });
  const called = (name: string): string => names.get(name) ?? names.get(name.split('.')[0]) ?? name;
  const intrinsic = node.tag === '' ? undefined : node.tag.slice(1);
  if (intrinsic !== undefined) return applied(intrinsic, { ...node, tag: '' });
  if (node.kind === 'list') return { ...node, items: node.items.map((one) => resolve(one, names)) };
  if (node.kind === 'scalar') return node;
  if (node.entries.size === 1) {
    const [key, { value }] = [...node.entries][0];
    if (key === 'Ref') return applied('Ref', value);
    if (key.startsWith('Fn::')) return applied(key.slice(4), value);
  }
  return {
    ...node,
    entries: new Map(
      [...node.entries].map(([key, { where, value }]) => [key, { where, value: resolve(value, names) }]),
    ),
  };

  function applied(name: string, argument: SourceNode): SourceNode {
    const list = argument.kind === 'list' ? argument.items : [];
    if (name === 'Ref') return scalar(called(textOf(argument) ?? ''));
    if (name === 'GetAtt') return scalar(called(textOf(argument) ?? textOf(list[0]) ?? ''));
    if (name === 'Sub') {
      const text = textOf(argument) ?? textOf(list[0]) ?? '';
      return scalar(text.replace(/\$\{([^}!]+)\}/g, (_whole, inner: string) => called(inner.trim())));
    }
    if (name === 'Join') {
      const parts = list[1] as SourceNode | undefined;
      const texts = parts?.kind === 'list' ? parts.items.map((one) => textOf(resolve(one, names)) ?? '') : [];
      return scalar(texts.join(textOf(list[0]) ?? ''));
    }
    // A condition is taken as true: its first value.
    if (name === 'If' && list.length > 1) return resolve(list[1], names);
    return scalar(textOf(argument) ?? name);
  }
}

/** `ContainerDefinitions` as `containerDefinitions`, all the way down. */
function smallKeys(node: SourceNode): SourceNode {
  if (node.kind === 'list') return { ...node, items: node.items.map(smallKeys) };
  if (node.kind === 'scalar') return node;
  const entries = [...node.entries].map(([key, { where, value }]): [string, SourceEntry] => [
    RENAMED[key] ?? key.charAt(0).toLowerCase() + key.slice(1),
    { where, value: USERS_KEYS.has(key) ? value : smallKeys(value) },
  ]);
  return { ...node, entries: new Map(entries) };
}

function textOf(node: SourceNode | undefined): string | undefined {
  return node?.kind === 'scalar' && node.value !== null ? String(node.value) : undefined;
}

function scalarEntry(where: string, value: string): SourceEntry {
  return { where, value: { kind: 'scalar', where, tag: '', value } };
}
